"""Aligned text for a terminal: two-space indents, one idea a line, nothing that could steer the terminal."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from authsim.terminal.cells import count_cells, pad
from authsim.terminal.speech import spoken


def clean(text: str) -> str:
    """Return `text` with every control and direction mark shown as a dot: labels and agents come from outside."""
    return "".join("·" if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in text)


def echo_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows in aligned columns under a header."""
    lines = [tuple(spoken(cell) for cell in header), *(tuple(clean(cell) for cell in row) for row in rows)]
    widths = [max(count_cells(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        click.echo("  ".join(pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())


def echo_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Write names and values, indented by two."""
    lines = [(spoken(name), clean(value)) for name, value in facts]
    width = max(count_cells(name) for name, _ in lines)
    for name, value in lines:
        click.echo(f"  {pad(name, width)}  {value}".rstrip())


def format_instant(instant_ms: int) -> str:
    """Return an instant as `2026-03-01 09:30:05 UTC`."""
    return datetime.fromtimestamp(instant_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def format_span(span_ms: int) -> str:
    """Return a duration by its two largest units, such as `23 h 59 min`."""
    seconds = -(-span_ms // 1000)
    units = [(seconds // 86_400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    largest = next((place for place, (count, _) in enumerate(units) if count), len(units) - 1)
    return " ".join(f"{count} {unit}" for count, unit in units[largest : largest + 2] if count) or "0 s"
