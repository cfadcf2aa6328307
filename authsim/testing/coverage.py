"""What the tests of a run have exercised together: read from a lab after each test, put together, told as a table.

A lab knows what happened since its world began; a snapshot that is restored takes that back. So whoever wants the whole
of a run reads it before every restore, and adds it up here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authsim.testing.client import Lab
from authsim.testing.errors import KitError, LabError

#: What is counted, in the order of the report.
PARTS: Final = ("states", "transitions", "refusals")
_WIDTH: Final = 100
_REFUSALS: Final = "refusals"
_TOO_FAR: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often each state, transition and refusal was exercised, by part and name.

    The names are `machine.state`, `machine.state.event` and those of `docs/refusals.md`. `counts` has every name that
    there is, in the order of the lab; 0: never.
    """

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def list_missing(self, part: str) -> list[str]:
        """Return the names of a part (`states`, `transitions`, `refusals`) that were never exercised."""
        return [name for name, count in self.counts.get(part, {}).items() if not count]

    def describe(self) -> dict[str, Any]:
        """Return it as the lab tells it, so that `parse_coverage` reads it again."""
        return {
            part: {
                "exercised": {name: count for name, count in counts.items() if count},
                "missing": self.list_missing(part),
            }
            for part, counts in self.counts.items()
        }


def collect(lab: Lab, *, after: int = 0) -> Coverage:
    """Return what was exercised since that number of the story of a lab's world. Raises `LabError`.

    All of it where a snapshot took the story back behind that number.
    """
    try:
        return parse_coverage(lab.read_coverage(after=after))
    except LabError as error:
        if error.status != _TOO_FAR:
            raise
        return parse_coverage(lab.read_coverage())


def parse_coverage(members: Mapping[str, Any]) -> Coverage:
    """Return what a lab answered, or what `describe` gave. Raises `KitError` for anything else."""
    try:
        counts = {
            part: dict.fromkeys(members[part]["missing"], 0)
            | {str(name): int(count) for name, count in members[part]["exercised"].items()}
            for part in PARTS
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise KitError("this is no coverage: take what GET coverage of the lab answers") from None
    return Coverage(counts={part: dict(sorted(found.items())) for part, found in counts.items()})


def load_coverage(text: str) -> Coverage:
    """Return what stands in a JSON text. Raises `KitError`."""
    try:
        return parse_coverage(json.loads(text))
    except ValueError:
        raise KitError("this is no coverage: it is no JSON") from None


def merge(coverages: Iterable[Coverage]) -> Coverage:
    """Return all of them as one."""
    totals: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    for one in coverages:
        for part, counts in one.counts.items():
            for name, count in counts.items():
                totals[part][name] += count
    return Coverage(counts={part: dict(sorted(counts.items())) for part, counts in totals.items()})


def format_report(coverage: Coverage) -> str:
    """Return a table with a line for each machine and one for the refusals, and below it what was never exercised."""
    rows = [("", "states", "", "transitions", "")]
    rows += [
        (machine, *_share(coverage, "states", machine), *_share(coverage, "transitions", machine))
        for machine in sorted({_machine(name) for name in coverage.counts.get("states", {})})
    ]
    rows.append((_REFUSALS, *_share(coverage, _REFUSALS, None), "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join((row[0].ljust(widths[0]), *(text.rjust(widths[n]) for n, text in enumerate(row) if n))).rstrip()
        for row in rows
    ]
    for part in PARTS:
        missing = coverage.list_missing(part)
        if missing:
            lines += ["", f"{part} never exercised:", *_fold(missing)]
    return "\n".join(lines)


def _share(coverage: Coverage, part: str, machine: str | None) -> tuple[str, str]:
    """Return how many of a part were exercised, as a fraction and in percent."""
    counts = [
        count for name, count in coverage.counts.get(part, {}).items() if machine is None or _machine(name) == machine
    ]
    done = sum(1 for count in counts if count)
    return f"{done}/{len(counts)}", f"{100 * done // len(counts) if counts else 100} %"


def _machine(name: str) -> str:
    return name.partition(".")[0]


def _fold(names: list[str]) -> list[str]:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) + 2 > _WIDTH:
            lines.append("")
        lines[-1] += f"  {name}"
    return lines
