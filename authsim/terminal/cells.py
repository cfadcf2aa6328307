"""Text measured as a terminal shows it: wide letters take two cells, and Japanese may be broken between any two."""

import re
from typing import Final
from unicodedata import east_asian_width

_PIECES: Final = re.compile(r"[!-~]+|.", re.DOTALL)
#: What may not begin a line, and what may not end one.
_CLOSING: Final = frozenset("、。，．・：；？！」』）】ー～々ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]},.:;?!%")
_OPENING: Final = frozenset("「『（【([{")


def count_cells(text: str) -> int:
    """Return how many cells the text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def pad(text: str, cells: int) -> str:
    """Return the text with blanks behind it, so that it takes as many cells."""
    return text + " " * (cells - count_cells(text))


def fold(text: str, cells: int) -> list[str]:
    """Return the text in lines of so many cells; words of Latin letters stay whole, marks stay with their word."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        is_bound = piece[0] in _CLOSING or (line != "" and line[-1] in _OPENING)
        if line.strip() and not is_bound and count_cells(line + piece) > cells:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines
