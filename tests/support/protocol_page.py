"""`docs/protocol.md`, taken apart: its sections, its tables, and the inputs of its vectors."""

from pathlib import Path

from tests.support.markdown import read_sections

DOC = Path(__file__).parents[2] / "docs" / "protocol.md"
SECTIONS = read_sections(DOC)


def table(title: str, number: int = 0) -> list[list[str]]:
    """Return a table of a section."""
    return SECTIONS[title].tables[number]


def two_columns(title: str, number: int = 0) -> dict[str, str]:
    """Return a table of names and values."""
    return {row[0]: row[1] for row in table(title, number)}


def read_bytes(text: str) -> bytes:
    """Return the bytes that an input of the vectors abbreviates: `05 × 16`, or `a0..af`."""
    if "×" in text:
        byte, count = text.split(" × ")
        return bytes.fromhex(byte) * int(count)
    first, last = text.split("..")
    return bytes(range(int(first, 16), int(last, 16) + 1))
