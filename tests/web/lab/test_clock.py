import threading
from datetime import timedelta

import pytest

from tests.support.child import LONGEST_S
from tests.support.lab_site import LabSite
from tests.support.ports import BEGINNING_MS
from tests.support.site import PASSWORD


def test_the_clock_is_shown(living: LabSite) -> None:
    """A lab begins at the machine's instant: running, unscaled, nobody skewed."""
    assert living.does("GET", "/clock") == {"now_ms": BEGINNING_MS, "frozen": False, "scale": 1.0, "skews_ms": {}}


def test_the_clock_is_changed_for_the_portal(living: LabSite) -> None:
    """What is asked for holds for the whole portal at once, and is answered as it then stands."""
    answered = living.does("POST", "/clock", {"freeze": True, "advance_ms": 5_000, "actor": "text", "skew_ms": -1_000})
    living.machine.advance(seconds=60)

    assert answered == {"now_ms": BEGINNING_MS + 5_000, "frozen": True, "scale": 1.0, "skews_ms": {"text": -1_000}}
    assert living.does("GET", "/clock") == answered
    assert living.site.verifier.clock.now_ms() == BEGINNING_MS + 5_000


def test_a_running_clock_is_scaled(living: LabSite) -> None:
    """With a scale, a second of the machine is so many of the lab's."""
    living.does("POST", "/clock", {"scale": 60})
    living.machine.advance(seconds=2)

    assert living.does("GET", "/clock")["now_ms"] == BEGINNING_MS + 120_000


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, "Known are"),
        ({"at_ms": BEGINNING_MS - 1}, "never runs back"),
        ({"advance_ms": -1}, "never runs back"),
        ({"advance_ms": 1.5}, "advance_ms is of another kind"),
        ({"freeze": 1}, "freeze is of another kind"),
        ({"scale": 0}, "freeze it"),
        ({"scale": True}, "scale is of another kind"),
        ({"skew_ms": 5}, "goes with an actor"),
        ({"actor": "text"}, "goes with an actor"),
        ({"actor": "bank", "skew_ms": 5}, "an actor is"),
        ({"freeze": True, "advance_ms": 5, "scale": 1_001}, "scale"),
    ],
)
def test_what_no_clock_does_is_declined(living: LabSite, members: dict[str, object], says: str) -> None:
    """A change that cannot be made is a 400 that says the rule, and nothing of it was made."""
    answer = living.asks("POST", "/clock", members)

    assert answer.status_code == 400
    assert says in answer.get_json()["detail"]
    assert living.does("GET", "/clock") == {"now_ms": BEGINNING_MS, "frozen": False, "scale": 1.0, "skews_ms": {}}


def test_what_expires_does_so_by_the_lab_s_clock(living: LabSite) -> None:
    """After an advance a session that nobody used is over, as it would be after so long a wait."""
    user = living.does("POST", "/users", {"name": "alice", "password": PASSWORD, "locked": True})["users"][0]
    assert living.does("GET", f"/users/{user['name']}")["state"] == "locked"

    living.does("POST", "/clock", {"advance_ms": int(timedelta(hours=24).total_seconds() * 1_000)})

    assert living.does("GET", f"/users/{user['name']}")["state"] == "new"


def test_who_waits_is_woken_by_a_change(living: LabSite) -> None:
    """A page that waits for news looks again as soon as the clock was changed, whatever it waits for."""
    listener = living.site.verifier.bus.subscribe("login:any")
    while listener.wait(0.2):
        pass
    woken = threading.Event()

    def wait() -> None:
        if listener.wait(LONGEST_S):
            woken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    living.does("POST", "/clock", {"advance_ms": 60_000})
    waiting.join(LONGEST_S)
    listener.close()

    assert woken.is_set()


def test_the_story_tells_of_a_change(living: LabSite) -> None:
    """A change is a line of the journal, at the instant that the clock shows after it."""
    living.does("POST", "/clock", {"freeze": True, "advance_ms": 1_000})

    line = next(line for line in living.told("lab") if line["what"] == "clock:changed")
    assert line["at_ms"] == BEGINNING_MS + 1_000
