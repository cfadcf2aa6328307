"""`docs/asvs.md` and the tests say the same."""

import re

from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests"
HELD, _, NOT_MET = PAGE.partition("## Not met, or not applicable")
NAMED = set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", HELD))
ROW = re.compile(r"^\| V?[0-9]+.*$", re.MULTILINE)


def test_every_test_that_the_page_names_exists() -> None:
    """Nothing is claimed without a file, and a function in it, of that name."""
    missing = []
    for file, function in NAMED:
        path = TESTS / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        name = rf"{function}\(" if function else "test_"
        if not re.search(rf"^ *def {name}", text, re.MULTILINE):
            missing.append(f"{file}::{function}")

    assert sorted(missing) == []
    assert all(function.startswith("test_") for _, function in NAMED if function)


def test_every_row_names_a_test() -> None:
    """A row without one would be a promise; each has item, level and what holds."""
    rows = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in ROW.findall(HELD)]

    assert len(rows) > 80
    assert [row for row in rows if len(row) != 4 or not re.search(r"`[\w/]+\.py", row[3])] == []
    assert [row[0] for row in rows if not re.fullmatch("[123](–[23])?", row[1])] == []


def test_no_item_stands_twice() -> None:
    """Each item has one row of what holds; what is not met says why."""
    items = [row.split("|")[1].strip() for row in ROW.findall(HELD)]
    reasons = [row.split("|")[3].strip() for row in ROW.findall(NOT_MET)]

    assert len(set(items)) == len(items)
    assert len(reasons) > 20
    assert [why for why in reasons if not why.startswith(("not met", "not applicable"))] == []
