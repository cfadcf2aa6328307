"""The two-ended story of a run: what must be told in it, how it is written for people, and where two of them part."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

Entry: TypeAlias = Mapping[str, Any]

#: What two runs of one scenario have in common; instants and numbers are not the same twice without a seed.
COMPARED: Final = ("end", "what", "user", "why", "facts")


def find_missing(story: Iterable[Entry], wanted: Sequence[Entry]) -> Entry | None:
    """Return the first wanted entry that the story does not tell after the one before it; None when all are told."""
    entries = iter(story)
    for one in wanted:
        if not any(fits(entry, one) for entry in entries):
            return one
    return None


def fits(entry: Entry, wanted: Entry) -> bool:
    """Say whether an entry has all that is wanted of it; of its facts, those that are named."""
    return all(
        all(entry.get("facts", {}).get(fact) == value for fact, value in wanted[name].items())
        if name == "facts"
        else entry.get(name) == wanted[name]
        for name in wanted
    )


def format_entry(entry: Entry) -> str:
    """Return an entry as one line for people."""
    instant = entry.get("at_ms")
    at = "" if instant is None else datetime.fromtimestamp(instant / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
    facts = " ".join(f"{name}={value}" for name, value in entry.get("facts", {}).items())
    parts = [at, f"{entry.get('end') or '*':7}", entry.get("what") or "*", entry.get("user") or "", facts]
    why = f"why: {entry['why']}" if entry.get("why") else ""
    return "  ".join(part for part in (*parts, why) if part)


def find_parting(one: Sequence[Entry], other: Sequence[Entry]) -> int | None:
    """Return the place of the first entry in which two stories differ; None when they tell the same."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if _compared(left) != _compared(right):
            return place
    return None if len(one) == len(other) else min(len(one), len(other))


def _compared(entry: Entry) -> dict[str, Any]:
    return {name: entry.get(name) for name in COMPARED}
