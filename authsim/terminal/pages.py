"""Help in another language: every text that click writes passes a translation, and lines are broken by cells.

Both command lines show their help through this; English help needs none of it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, final

import click

from authsim.terminal.cells import count_cells, fold

_RAW: Final = "\b"
_EXTRA: Final = re.compile(r"(?:^| +)\[(?=.*\]$)", re.DOTALL)


@final
class Pages(click.HelpFormatter):
    """A page of help. `translate` is given one paragraph, heading or row at a time."""

    def __init__(
        self, translate: Callable[[str], str], *, width: int | None = None, max_width: int | None = None
    ) -> None:
        super().__init__(width=width, max_width=max_width)
        self._translate = translate

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is put together."""
        super().write_usage(prog, args, prefix or f"{self._translate('Usage')}: ")

    def write_heading(self, heading: str) -> None:
        """Write the name of a section."""
        super().write_heading(self._translate(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that begins with a backspace keeps its lines."""
        indent, paragraphs = " " * self.current_indent, []
        for paragraph in text.split("\n\n"):
            lines = paragraph.splitlines()
            if lines and lines[0].strip() == _RAW:
                shown = [self._translate_line(line) for line in lines[1:]]
            else:
                shown = fold(self._translate(" ".join(paragraph.split())), self.width - self.current_indent)
            paragraphs.append("\n".join(f"{indent}{line}".rstrip() for line in shown))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names and what they mean in two columns."""
        listed = list(rows)
        first = min(max((count_cells(name) for name, _ in listed), default=0), col_max) + col_spacing
        cells = max(self.width - first - 2, 10)
        told = [(name, "\n".join((_RAW, *fold(self._translate_row(text), cells)))) for name, text in listed]
        super().write_dl(told, col_max, col_spacing)

    def _translate_line(self, line: str) -> str:
        """Return a line of examples: a heading, or a command with what it does behind a gap."""
        if line.endswith(":"):
            return f"{self._translate(line[:-1])}:"
        body = line.lstrip()
        note = body.partition("   ")[2]
        if not note.strip():
            return line
        told = note.strip()
        return line.removesuffix(told) + self._translate(told)

    def _translate_row(self, text: str) -> str:
        """Return what an option means, and behind it what is added in brackets: its default, that it is required."""
        meaning, *extra = _EXTRA.split(text, maxsplit=1)
        if not extra:
            return self._translate(meaning)
        items = [self._translate(item.strip()) for item in extra[0].removesuffix("]").split(";")]
        return f"{self._translate(meaning)}  [{'; '.join(items)}]".lstrip()
