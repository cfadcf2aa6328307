"""The report is the same for people, programs and JUnit, and holds what an adapter wrote without being broken by it."""

from xml.etree import ElementTree as ET

import pytest

from authsim.conformance.cases import CASES
from authsim.conformance.report import build_json, count, format_junit, is_conformant
from authsim.conformance.trying import Outcome, Tried

HELD = Tried(case=CASES[0], outcome=Outcome.HELD, detail="", seconds=0.25)
ACCEPTED = Tried(case=CASES[1], outcome=Outcome.WRONGLY_ACCEPTED, detail='<a "b"> & \x0b\ud800\x00', seconds=0.5)
REFUSED = Tried(case=CASES[2], outcome=Outcome.WRONGLY_REFUSED, detail="the right response was refused", seconds=1.0)
LEFT = Tried(case=CASES[3], outcome=Outcome.NOT_TRIED, detail="the adapter does not offer clock", seconds=0.0)


@pytest.mark.parametrize(
    ("tried", "good"),
    [
        ([HELD], True),
        ([HELD, LEFT], True),
        ([LEFT], False),
        ([], False),
        ([HELD, ACCEPTED], False),
        ([HELD, REFUSED], False),
    ],
)
def test_nothing_tried_proves_nothing(tried: list[Tried], good: bool) -> None:
    """One case that held is the least; one that did not is too many."""
    assert is_conformant(tried) is good


def test_json() -> None:
    """Counts, and each case in its order with what it shows and where that is asked for."""
    told = build_json([HELD, ACCEPTED, REFUSED, LEFT], target="http://127.0.0.1:1/", name="another house")

    assert {
        name: told[name] for name in ("conformant", "held", "wrongly_accepted", "wrongly_refused", "not_tried")
    } == {
        "conformant": False,
        "held": 1,
        "wrongly_accepted": 1,
        "wrongly_refused": 1,
        "not_tried": 1,
    }
    assert count([HELD, HELD])["held"] == 2
    assert [one["outcome"] for one in told["cases"]] == ["held", "wrongly accepted", "wrongly refused", "not tried"]
    assert told["cases"][0]["shows"] == CASES[0].shows
    assert told["cases"][0]["source"] == CASES[0].source


def test_junit() -> None:
    """Failures, and what was skipped, are counted and named; the file is XML whatever stands in a detail."""
    root = ET.fromstring(format_junit([HELD, ACCEPTED, REFUSED, LEFT]))  # noqa: S314 - ours
    suite = root[0]

    assert {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
        "time": "1.750",
    }
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["failure"], ["skipped"]]
    assert suite[1][0].attrib["message"] == 'wrongly accepted: <a "b"> & \ufffd\ufffd\ufffd'
    assert CASES[1].source in (suite[1][0].text or "")
