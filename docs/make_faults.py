"""Write the tables of `docs/testing/faults.md` from the catalogue: `.venv/bin/python docs/make_faults.py`.

What each fault does stands in `authsim/lab/catalogue.py`; what the public meets, and how it is played here, stands in
`faults_met.py` beside this script. A test compares the page with what this makes.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faults_met import EXAMPLES, FLOW_ERRORS, TROUBLES, Trouble

from authsim.lab.catalogue import FAULTS, FaultKind, Step

PAGE = Path(__file__).resolve().parent / "testing" / "faults.md"
HEAD = "<!-- made by docs/make_faults.py from authsim/lab/catalogue.py and docs/faults_met.py -->\n"
FAULT = re.compile(r"`([a-z0-9_]+)`")


def format_tables() -> str:
    """Return the faults, the troubles that people report, and the errors of the flows."""
    return "\n".join(
        [
            "## The faults",
            "",
            "| name | what a client meets | where | trouble | by HTTP | by the kit |",
            "|---|---|---|---|---|---|",
            *(_format_fault(kind) for kind in FAULTS.values()),
            "",
            "## What people report",
            "",
            "| | trouble | where it is told | how it is played |",
            "|---|---|---|---|",
            *(_format_trouble(number, trouble) for number, trouble in enumerate(TROUBLES, start=1)),
            "",
            "## The errors of the flows",
            "",
            "| flow | error | how it is played |",
            "|---|---|---|",
            *(f"| {row.flow} | {row.error} | {row.answer} |" for row in FLOW_ERRORS),
            "",
        ]
    )


def troubles_of(name: str) -> list[int]:
    """Return the numbers of the troubles that a fault replays."""
    return [number for number, trouble in enumerate(TROUBLES, start=1) if name in FAULT.findall(trouble.answer)]


def members_of(name: str) -> Mapping[str, Any]:
    """Return what the example sends to switch a fault on."""
    return EXAMPLES.get(name, {"user": "alice"})


def _format_fault(kind: FaultKind) -> str:
    steps = "everywhere" if len(kind.steps) == len(Step) else ", ".join(f"`{step.value}`" for step in kind.steps)
    numbers = ", ".join(str(number) for number in troubles_of(kind.name)) or "flows"
    members = members_of(kind.name)
    body = json.dumps(members)
    return (
        f"| `{kind.name}` | {kind.says} | {steps} | {numbers} | `lab PUT faults/{kind.name} '{body}'` |"
        f" `faults.on({_format_call(kind.name, members)})` |"
    )


def _format_call(name: str, members: Mapping[str, Any]) -> str:
    spoken = {"by" if word == "by_ms" else word: value for word, value in members.items()}
    if "by" in spoken:
        spoken["by"] = spoken["by"] / 1_000
    return ", ".join([json.dumps(name), *(f"{word}={json.dumps(value)}" for word, value in spoken.items())])


def _format_trouble(number: int, trouble: Trouble) -> str:
    links = ", ".join(f"[{_name(link)}](https://github.com/{link})" for link in trouble.links)
    return f"| {number} | {trouble.what} | {links} | {trouble.answer} |"


def _name(link: str) -> str:
    owner, project, _, issue = link.split("/")
    return f"{owner}/{project}#{issue}"


def main() -> None:
    """Replace what stands behind the mark."""
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEAD)
    PAGE.write_text(before + HEAD + "\n" + format_tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
