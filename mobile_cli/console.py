"""What `authkey` writes: plain lines, codes alone on their line, refusals on standard error, JSON for scripts.

Colour is an accent on a terminal and never the only sign. Text that came from elsewhere passes `visible` first.
"""

import os
import re
import sys
from collections.abc import Callable
from typing import Final, TextIO, final

from mobile_cli.labels import BANNER, say

# C0, DEL, C1, and everything that reorders or hides text. Compiled when first met: most text is printable ASCII.
_DANGEROUS: Final = "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
_MOST_CHARACTERS: Final = 255
_ACCENT: Final = "\x1b[1;36m"
_PLAIN: Final = "\x1b[0m"


def visible(text: object) -> str:
    """Return text that cannot steer a terminal: control and bidirectional characters become a dot, long text is cut."""
    plain = str(text)
    if not (plain.isascii() and plain.isprintable()):
        plain = re.sub(_DANGEROUS, "·", plain)
    return plain if len(plain) <= _MOST_CHARACTERS else plain[: _MOST_CHARACTERS - 1] + "…"


@final
class Console:
    """Where one command writes. `as_json` silences everything for people on standard output."""

    __slots__ = ("as_json", "language")

    def __init__(self, *, language: str, as_json: bool) -> None:
        self.language = language
        self.as_json = as_json

    @property
    def is_terminal(self) -> bool:
        """Say whether a person reads standard output."""
        return sys.stdout.isatty() and not self.as_json

    def visible(self, text: object) -> str:
        """Return text from elsewhere, made harmless."""
        return visible(text)

    def say(self, key: str, **facts: object) -> str:
        """Return a sentence in this command's language; every fact is made harmless."""
        return say(self.language, key, **{name: visible(fact) for name, fact in facts.items()})

    def line(self, text: str = "") -> None:
        """Write one line for people on standard output."""
        if not self.as_json:
            _write(sys.stdout, text)

    def note(self, text: str) -> None:
        """Write one line beside the result, on standard error."""
        _write(sys.stderr, text)

    def code(self, key: str, digits: str) -> None:
        """Write a code alone on its line: bare in a pipe, under its label `key` on a terminal."""
        if self.is_terminal:
            label = self.say(key)
            shown = f"{_ACCENT}{digits}{_PLAIN}" if _has_colour(sys.stdout) else digits
            _write(sys.stdout, f"{label}\n\n  {shown}\n")
        else:
            self.line(digits)

    def json(self, members: dict[str, object]) -> None:
        """Write the one JSON object of a command that a script reads."""
        if self.as_json:
            from json import dumps

            _write(sys.stdout, dumps(members, ensure_ascii=False, sort_keys=True))

    def table(self, rows: list[tuple[str, str]], *, write: Callable[[str], None] | None = None) -> None:
        """Write labels and values in two columns, as lines unless `write` says otherwise."""
        width = max((_width(label) for label, _ in rows), default=0)
        for label, value in rows:
            (write or self.line)(f"{label}{' ' * (width - _width(label))}  {value}")


def _write(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


def _width(text: str) -> int:
    """Return how many cells a terminal gives the text: wide and full-width characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def show_banner(*, as_json: bool) -> None:
    """Write the simulator's banner once, on standard error, when a person is there."""
    if sys.stderr.isatty() and sys.stdout.isatty() and not as_json:
        _write(sys.stderr, f"\x1b[33m{BANNER}{_PLAIN}" if _has_colour(sys.stderr) else BANNER)


def show_error(text: str) -> None:
    """Write why the command ends, on standard error; further lines are indented."""
    first, *rest = text.splitlines() or [""]
    _write(sys.stderr, "\n".join([f"authkey: {first}", *(f"  {line}" for line in rest)]))


def _has_colour(stream: TextIO) -> bool:
    # https://no-color.org: present and not empty.
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
