from typing import Any
from xml.etree import ElementTree as ET

import pytest

from authsim.scenarios.junit import format_junit
from authsim.scenarios.names import fill, references_of
from authsim.scenarios.phones import Typing, other_digits, typed_code
from authsim.scenarios.playing import Played
from authsim.scenarios.scenario import PortalWanted, Scenario
from authsim.scenarios.seen import ActError
from authsim.scenarios.story import find_missing, find_parting, format_entry


def entry(what: str, **more: Any) -> dict[str, Any]:
    """An entry of a story."""
    return {"number": 1, "at_ms": 0, "end": "portal", "what": what, "user": "anna", "why": None, "facts": {}} | more


STORY = [entry("a"), entry("b", why="late"), entry("c", facts={"by": "dolores", "n": 1}), entry("a", user=None)]


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        ([{"what": "a"}, {"what": "c"}], None),
        ([{"what": "a"}, {"what": "a"}], None),
        ([{"what": "b", "why": "late", "user": "anna", "end": "portal"}], None),
        ([{"facts": {"by": "dolores"}}], None),
        ([{"user": None}], None),
        ([{"what": "c"}, {"what": "b"}], {"what": "b"}),
        ([{"what": "a"}, {"what": "a"}, {"what": "a"}], {"what": "a"}),
        ([{"what": "b", "why": None}], {"what": "b", "why": None}),
        ([{"facts": {"by": "olga"}}], {"facts": {"by": "olga"}}),
        ([{"end": "phone"}], {"end": "phone"}),
    ],
)
def test_a_story_tells_what_is_wanted_in_its_order(wanted: list[dict[str, Any]], missing: Any) -> None:
    """The entries stand in the story one after the other; the first that does not is told."""
    assert find_missing(STORY, wanted) == missing


def test_two_stories_part_where_they_differ() -> None:
    """Instants and numbers are no difference; facts, reasons and what is missing at the end are."""
    later = [one | {"at_ms": 5000, "number": 9} for one in STORY]

    assert find_parting(STORY, later) is None
    assert find_parting(STORY, [*later[:1], later[1] | {"why": None}, *later[2:]]) == 1
    assert find_parting(STORY, later[:3]) == 3
    assert find_parting(STORY[:2], later) == 2


def test_an_entry_is_one_line() -> None:
    """It says when, who, what, whom it is about, the facts, and why."""
    told = format_entry(entry("login:refused", at_ms=61_001, why="late", facts={"n": 1}))

    assert told == "00:01:01.001  portal   login:refused  anna  n=1  why: late"
    assert format_entry({"what": "a"}) == "*        a"


def find(name: str, member: str) -> Any:
    """What a few names stand for."""
    found = {("a", ""): 5, ("a", "b"): "c", ("t", ""): True}.get((name, member))
    if found is None:
        raise ActError("nothing")
    return found


def test_names_are_filled_in() -> None:
    """A whole name keeps its kind, a name in a text becomes text, wherever it stands."""
    assert fill({"x": ["$a", "$a.b/$a", 7, None], "y": {"z": "no name: $ 5"}}, find) == {
        "x": [5, "c/5", 7, None],
        "y": {"z": "no name: $ 5"},
    }
    assert references_of({"x": ["$a", "$q.b/$a"], "y": 1}) == {("a", ""), ("q", "b")}
    with pytest.raises(ActError):
        fill("$nobody", find)
    with pytest.raises(ActError, match="a text or a number"):
        fill("is $t", find)


def test_a_code_is_mistyped_by_other_digits() -> None:
    """As many digits, and others; what is no code cannot be mistyped."""
    assert [other_digits(code) for code in ("123456", "999", "0")] == ["123457", "000", "1"]
    assert typed_code("12", Typing(user="a", password="", code="wrong")) == "13"
    assert typed_code("12", Typing(user="a", password="", code="77")) == "77"
    assert typed_code("12", Typing(user="a", password="")) == "12"
    for text in ("", "abc", "١٢"):
        with pytest.raises(ActError):
            other_digits(text)


def test_junit_has_a_suite_for_each_scenario_and_a_case_for_each_act() -> None:
    """CI reads names and counts; a failure has file, line, what was seen, and the story. No letter breaks the XML."""
    scenario = Scenario(file="f.yaml", title="A < B & \x00", says="", portal=PortalWanted(), acts=())
    held = Played(name="one", title="first", held=True, detail="", seconds=1.25)
    failed = Played(
        name="two", title="second", held=False, detail="it says '\x1b'", seconds=0.5, line=7, story=(entry("a"),)
    )

    (suite,) = ET.fromstring(format_junit([(scenario, [held, failed])]))  # noqa: S314 - we have just written it

    assert suite.attrib == {
        "name": "A < B & \ufffd",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": suite.attrib["time"],
    }
    cases = list(suite)
    assert [case.attrib["name"] for case in cases] == ["first", "second"]
    assert list(cases[0]) == []
    (failure,) = cases[1]
    assert (failure.text or "").splitlines()[0] == "f.yaml:7: it says '\ufffd'"
    assert "portal   a  anna" in (failure.text or "")
