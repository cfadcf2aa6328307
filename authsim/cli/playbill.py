"""How acts are told on a terminal: a calm line each, and beneath it what was seen when one did not hold."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from authsim.terminal.cells import count_cells, pad
from authsim.terminal.speech import spoken

if TYPE_CHECKING:
    from authsim.scenarios.playing import Played


def say_line(line: str) -> None:
    """Write a line at once, in a pipe too."""
    click.echo(line)
    sys.stdout.flush()


def say_nothing(line: str) -> None:
    """Take the line: the whole comes as JSON at the end."""


def lines_of(title: str, *, held: bool, detail: str, seconds: float, width: int) -> list[str]:
    """Return the line of an act, and below it what was seen when it did not hold."""
    sign, colour, word = ("✓", "green", "holds") if held else ("✗", "red", "fails")
    marked = max(count_cells(spoken(either)) for either in ("holds", "fails"))
    mark = click.style(f"{sign} {pad(spoken(word), marked)}", fg=colour)
    line = f"  {mark}  {pad(spoken(title), width)}  {seconds:4.1f} s"
    return [line] if held else [line, f"{'':{marked + 6}}{detail}"]


def tell_story(played: "Played", tell: Callable[[str], None]) -> None:
    """Tell the two-ended story of an act."""
    from authsim.scenarios.story import format_entry

    for entry in played.story:
        tell(f"            {format_entry(entry)}")
