"""What a run came to, for programs: one JSON object, and JUnit's XML. What people read is written by the command."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from authsim.conformance.target import CONTRACT
from authsim.conformance.trying import Outcome, Tried

#: Characters that XML 1.0 has no way to hold; details repeat what an adapter wrote.
_UNWRITABLE: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "�")


def is_conformant(tried: Sequence[Tried]) -> bool:
    """Say whether nothing was wrongly accepted or refused, and something was tried at all."""
    outcomes = {one.outcome for one in tried}
    return Outcome.HELD in outcomes and outcomes <= {Outcome.HELD, Outcome.NOT_TRIED}


def count(tried: Sequence[Tried]) -> dict[str, int]:
    """Return how many cases ended in each way."""
    counted = Counter(one.outcome for one in tried)
    return {outcome.value.replace(" ", "_"): counted[outcome] for outcome in Outcome}


def build_json(tried: Sequence[Tried], *, target: str, name: str) -> dict[str, Any]:
    """Return the report as JSON has it: `conformant`, how many of each, and the cases in their order."""
    return {
        "contract": CONTRACT,
        "target": target,
        "name": name,
        "conformant": is_conformant(tried),
        **count(tried),
        "cases": [
            {
                "name": one.case.name,
                "outcome": one.outcome.value,
                "detail": one.detail,
                "shows": one.case.shows,
                "source": one.case.source,
                "seconds": one.seconds,
            }
            for one in tried
        ],
    }


def format_junit(tried: Sequence[Tried]) -> bytes:
    """Return the report as JUnit's XML: what did not hold is a failure, what was not tried is skipped."""
    counted = Counter(one.outcome for one in tried)
    suite = ET.Element(
        "testsuite",
        name="authsim.conformance",
        tests=str(len(tried)),
        failures=str(counted[Outcome.WRONGLY_ACCEPTED] + counted[Outcome.WRONGLY_REFUSED]),
        errors="0",
        skipped=str(counted[Outcome.NOT_TRIED]),
        time=f"{sum(one.seconds for one in tried):.3f}",
    )
    for one in tried:
        case = ET.SubElement(
            suite, "testcase", classname="authsim.conformance", name=one.case.name, time=f"{one.seconds:.3f}"
        )
        if one.outcome is Outcome.NOT_TRIED:
            ET.SubElement(case, "skipped", message=_writable(one.detail))
        elif one.outcome is not Outcome.HELD:
            failure = ET.SubElement(
                case, "failure", type=one.outcome.value, message=_writable(f"{one.outcome.value}: {one.detail}")
            )
            failure.text = f"{one.case.shows} ({one.case.source})"
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _writable(text: str) -> str:
    return text.translate(_UNWRITABLE)
