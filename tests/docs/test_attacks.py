"""`docs/attacks.md` and the tests say the same."""

import re
from pathlib import Path

from tests.support.tree import ROOT

PAGE = ROOT / "docs" / "attacks.md"
TESTS = ROOT / "tests"


def _named() -> set[tuple[str, str]]:
    """The tests that the page names: file below tests/, and function or nothing."""
    text = PAGE.read_text(encoding="utf-8")
    return set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", text))


def _has(file: Path, function: str) -> bool:
    return (
        file.is_file()
        and re.search(rf"^ *def {function}\b", file.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def test_every_test_that_the_page_names_exists() -> None:
    """No countermeasure is claimed without a test of that name."""
    missing = [
        f"{file}::{function}"
        for file, function in _named()
        if not (_has(TESTS / file, function) if function else (TESTS / file).is_file())
    ]

    assert sorted(missing) == []


def test_every_attack_that_is_tested_stands_on_the_page() -> None:
    """Each file of attacks has its row."""
    tested = {path.relative_to(TESTS).as_posix() for path in (TESTS / "attacks").glob("test_*.py")}

    assert tested - {file for file, _ in _named()} == set()


def test_every_row_names_a_test() -> None:
    """A row without a test would be a promise."""
    rows = re.findall(r"^\| [AE][0-9]+ .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows
    assert [row for row in rows if not re.search(r"`[\w/]+\.py", row)] == []
