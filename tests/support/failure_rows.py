"""`docs/failures.md` as the tests read it: each row's words in both languages, and the tests that show them.

A cell of words holds English and Japanese by turns, parted by `<br>`. What differs from time to time stands between
angle quotes (‹user›), where the sentence of the code has its blank.
"""

import re
from dataclasses import dataclass
from typing import Final

from tests.support.tree import ROOT

PAGE: Final = ROOT / "docs" / "failures.md"
LANGUAGES: Final = ("en", "ja")
_ROW: Final = re.compile(r"^\| ([A-K][0-9]+) \| (.+?) \|$", re.MULTILINE)
_BLANK: Final = re.compile(r"‹\w+›")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One failure. `words` are (English, Japanese), one pair for each place where something is said."""

    name: str
    words: tuple[tuple[str, str], ...]
    provoke: str
    tests: tuple[tuple[str, str], ...]


def read_rows() -> dict[str, Row]:
    """Return the rows of all tables by their names."""
    rows = [_parse(name, cells.split(" | ")) for name, cells in _ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert len({row.name for row in rows}) == len(rows), "a row's name stands twice"
    return {row.name: row for row in rows}


def require_words(name: str, language: str, said: str, *, place: int = 0, **facts: object) -> None:
    """Fail unless `said` holds what row `name` says in this language; `facts` fill blanks that must be just so."""
    words = read_rows()[name].words[place][LANGUAGES.index(language)]
    for fact, value in facts.items():
        assert f"‹{fact}›" in words, f"{name} has no blank {fact}"
        words = words.replace(f"‹{fact}›", str(value))
    pattern = ".+?".join(re.escape(flat(part)) for part in _BLANK.split(words))
    assert re.search(pattern, flat(said)), f"{name} says {words!r}; what came was {said!r}"


def flat(text: str) -> str:
    """Return text without any white space: a terminal breaks lines where it likes."""
    return re.sub(r"\s+", "", text)


def _parse(name: str, cells: list[str]) -> Row:
    assert len(cells) == 6, f"{name} has {len(cells) + 1} cells"
    texts = [text.strip().removeprefix("“").removesuffix("”") for text in cells[1].split("<br>")]
    assert len(texts) % 2 == 0, f"{name} says something in one language only"
    pairs = tuple(zip(texts[::2], texts[1::2], strict=True))
    tests = tuple(re.findall(r"`([\w/]+\.py)::(\w+)`", cells[5]))
    return Row(name=name, words=pairs, provoke=cells[4], tests=tests)
