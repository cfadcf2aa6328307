"""What test runs have exercised: read from a lab, added up, told."""

import json
from typing import Any

import pytest

from authsim.testing import KitError, Lab, LabError, Portal
from authsim.testing.coverage import collect, format_report, load_coverage, merge, parse_coverage


def told(**counts: int) -> dict[str, Any]:
    """What a lab might answer; `__` stands for the dot of a name, 0 is missing."""
    names = {name.replace("__", "."): count for name, count in counts.items()}

    def part(is_meant: Any) -> dict[str, Any]:
        own = {name: count for name, count in names.items() if is_meant(name)}
        return {
            "exercised": {name: count for name, count in own.items() if count},
            "missing": [name for name, count in own.items() if not count],
        }

    return {
        "states": part(lambda name: name.count(".") == 1),
        "transitions": part(lambda name: name.count(".") == 2),
        "refusals": part(lambda name: "." not in name),
    }


def test_a_lab_is_read(portal: Portal) -> None:
    """What happened in a lab is exercised, everything else is missing."""
    user, phone = portal.add_user(), portal.add_phone()
    phone.activate(user)
    assert portal.log_in(user, phone).authenticated
    found = collect(portal.lab)
    assert found.counts["transitions"]["challenge.issued.consume"] == 1
    assert "challenge.issued.fail" in found.list_missing("transitions")
    assert "wrong_response" in found.list_missing("refusals")


def test_a_lab_is_read_from_a_place_on(portal: Portal) -> None:
    """What happened before the place is left out, unless the story was taken back behind it."""
    user, phone = portal.add_user(), portal.add_phone()
    phone.activate(user)
    number = portal.timeline.events[-1].number
    assert not any(any(counts.values()) for counts in collect(portal.lab, after=number).counts.values())
    assert portal.log_in(user, phone).authenticated
    found = collect(portal.lab, after=number).counts["transitions"]
    assert (found["challenge.issued.consume"], found["activation.issued.consume"]) == (1, 0)
    portal.reset()
    assert collect(portal.lab, after=number) == collect(portal.lab)
    with Lab(portal.address, "0123456789abcdef") as stranger, pytest.raises(LabError, match="token"):
        collect(stranger, after=number)


def test_runs_are_added_up() -> None:
    """What any of them exercised is exercised, as often as all of them did."""
    first = parse_coverage(told(login__done=1, login__failed=0, throttled=2))
    second = parse_coverage(told(login__done=2, login__failed=1, throttled=0, wrong_mode=0))
    both = merge([first, second])
    assert both.counts["states"] == {"login.done": 3, "login.failed": 1}
    assert both.counts["refusals"] == {"throttled": 2, "wrong_mode": 0}
    assert both.list_missing("refusals") == ["wrong_mode"]
    assert load_coverage(json.dumps(both.describe())) == both
    assert merge([]).list_missing("states") == []


def test_the_report_has_a_line_for_each_machine() -> None:
    """States and transitions of each machine in numbers and percent, the refusals, and what was never exercised."""
    found = parse_coverage(
        told(
            login__done=1,
            login__failed=0,
            login__started__fail=0,
            device__active=4,
            device__pending__confirm=1,
            device__active__revoke=0,
            wrong_mode=1,
            throttled=0,
            slow_down=0,
        )
    )
    assert format_report(found).splitlines() == [
        "          states         transitions",
        "device       1/1  100 %          1/2  50 %",
        "login        1/2   50 %          0/1   0 %",
        "refusals     1/3   33 %",
        "",
        "states never exercised:",
        "  login.failed",
        "",
        "transitions never exercised:",
        "  device.active.revoke  login.started.fail",
        "",
        "refusals never exercised:",
        "  slow_down  throttled",
    ]


def test_a_report_with_nothing_missing_is_a_table() -> None:
    """Where all was exercised nothing is listed; long lists are folded."""
    assert "never" not in format_report(parse_coverage(told(login__done=1)))
    many = parse_coverage(told(**{f"refusal_number_{number:03}": 0 for number in range(50)}))
    lines = format_report(many).splitlines()
    assert max(len(line) for line in lines) <= 100
    assert sum(line.count("refusal_number_") for line in lines) == 50


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"states": {}}', '{"states": [], "transitions": [], "refusals": []}', "null"],
)
def test_a_text_that_is_no_coverage_is_refused(text: str) -> None:
    """Anything but what a lab answers is refused with one sentence."""
    with pytest.raises(KitError, match="this is no coverage"):
        load_coverage(text)
