"""The story of a run for people: the portal on the left, browsers and phones on the right, time running down.

Entries are plain dictionaries, as `GET events` gives them, so whoever has only the JSON prints the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from authsim.terminal.cells import count_cells, pad

#: Where a request came from stands in the JSON; on a page about what happened it is the same in every line.
_LEFT_OUT: Final = frozenset({"address", "agent"})
_GAP: Final = " | "
_PORTAL: Final = "portal"
_LAB: Final = "lab"
_MOST_LEFT: Final = 72


def format_story(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the entries as a table, one line each; times count in seconds from the first one. "" for none."""
    told = list(entries)
    if not told:
        return ""
    began_ms = told[0]["at_ms"]
    times = [f"{(entry['at_ms'] - began_ms) / 1_000:.3f} s" for entry in told]
    columns = [_place(entry) for entry in told]
    of_times = max(len(time) for time in times)
    of_portal = min(_MOST_LEFT, max(count_cells(left) for left in ("the portal", *(left for left, _ in columns))))
    lines = [_join(" " * of_times, "the portal", "browsers and phones", of_portal)]
    lines += [
        _join(time.rjust(of_times), left, right, of_portal) for time, (left, right) in zip(times, columns, strict=True)
    ]
    return "\n".join(lines)


def _join(time: str, left: str, right: str, width: int) -> str:
    return f"{time}  {pad(left, width)}{_GAP}{right}".rstrip()


def _place(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return what stands left and right of the middle: what the lab did goes through both, as a word of the stage."""
    words = _say(entry)
    if entry["end"] == _PORTAL:
        return (words, "")
    return ("", f"({words})" if entry["end"] == _LAB else f"{entry['end']}: {words}")


def _say(entry: Mapping[str, Any]) -> str:
    facts = [f"{name}={value}" for name, value in entry["facts"].items() if name not in _LEFT_OUT]
    parts = [entry["what"], entry["user"] or "", *facts, f"<- {entry['why']}" if entry["why"] else ""]
    label = f"[{entry['label']}]" if entry.get("label") else ""
    text = "  ".join(part for part in (*parts, label) if part)
    return "".join(character if character.isprintable() else "?" for character in text)
