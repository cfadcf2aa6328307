"""The story over HTTP: who may read it, how it is narrowed, read on and waited for, and that no secret stands in it."""

import threading
import time

import pytest

from authsim.lab.telling import BROWSER
from tests.support.lab_site import LabSite


def test_the_story_is_read_and_read_on(living: LabSite) -> None:
    """The answer has the entries and the number to read on after."""
    living.site.adds("alice")
    living.lab.teller.tell(BROWSER, "GET /", label="mine", status=200)
    first = living.does("GET", "/events?most=1")
    assert [entry["what"] for entry in first["events"]] == ["user:added"]
    rest = living.does("GET", f"/events?after={first['next']}")
    assert rest["events"][0] == {
        "number": 2,
        "at_ms": living.lab.clock.now_ms(),
        "end": "browser",
        "what": "GET /",
        "user": None,
        "why": None,
        "facts": {"status": 200},
        "label": "mine",
    }


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("after=-1", "after"),
        ("after=1e3", "after"),
        ("after=99999999", "snapshot was restored"),
        ("most=0", "one entry"),
        ("most=10001", "most"),
        ("wait_ms=30001", "wait_ms"),
        ("label=a%20b", "a label has"),
        ("since=1", "not known"),
    ],
)
def test_a_query_that_says_nothing_is_refused(living: LabSite, query: str, says: str) -> None:
    """What cannot be meant is answered with 400 and what to ask instead."""
    answer = living.asks("GET", f"/events?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert says in answer.json["detail"]


def test_only_wanted_entries_are_returned(living: LabSite) -> None:
    """End, user, event, reason and label narrow the story."""
    living.site.adds("alice")
    browser = living.site.browser()
    browser.types_password("alice", "wrong horse battery")
    found = living.does("GET", "/events?end=portal&user=alice&what=login:refused&why=wrong_password")
    assert [(entry["what"], entry["why"]) for entry in found["events"]] == [("login:refused", "wrong_password")]
    assert living.does("GET", "/events?user=bob")["events"] == []


def test_waiting_ends_with_the_entry(living: LabSite) -> None:
    """Whoever waits is answered as soon as what is wanted happens, and not by anything else."""
    after = living.does("GET", "/events")["next"]

    def happens() -> None:
        living.lab.teller.tell(BROWSER, "GET /other")
        living.lab.teller.tell(BROWSER, "GET /wanted")

    timer = threading.Timer(0.1, happens)
    timer.start()
    began = time.monotonic()
    found = living.does("GET", f"/events?after={after}&what=GET%20/wanted&wait_ms=30000")
    timer.join()
    assert [entry["what"] for entry in found["events"]] == ["GET /wanted"]
    assert time.monotonic() - began < 30  # as long as it would have waited


def test_waiting_ends_with_the_time(living: LabSite) -> None:
    """When nothing happens the answer is empty, after the time that was asked for."""
    after = living.does("GET", "/events")["next"]
    began = time.monotonic()
    found = living.does("GET", f"/events?after={after}&why=throttled&wait_ms=50")
    assert found == {"events": [], "next": after}
    assert time.monotonic() - began >= 0.05


def test_the_verdict_is_read(living: LabSite) -> None:
    """The answer counts by user and in all, since a number of the story where one is given."""
    living.site.adds("alice")
    browser = living.site.browser()
    browser.types_password("alice", "wrong horse battery")
    told = living.does("GET", "/verdict")
    assert told["users"]["alice"]["refusals"] == {"wrong_password": 1}
    assert told["all"]["failed_logins"] == 1
    end = living.does("GET", "/events")["next"]
    assert living.does("GET", f"/verdict?after={end}")["users"] == {}
    assert living.asks("GET", "/verdict?user=alice").status_code == 400


def test_the_coverage_is_read(living: LabSite) -> None:
    """The answer lists what was exercised and what is missing; what only a browser met counts as well."""
    living.site.adds("alice")
    phone = living.site.sells_phone()
    browser = living.site.browser()
    browser.types_password("alice")
    browser.activates(phone)
    living.lab.teller.tell(BROWSER, "POST /somewhere", why="malformed_response")
    told = living.does("GET", "/coverage")
    assert told["transitions"]["exercised"]["activation.issued.consume"] == 1
    assert "login.second_factor.complete" in told["transitions"]["missing"]
    assert told["refusals"]["exercised"]["malformed_response"] == 1
    assert "device.active" in told["states"]["exercised"]
    assert living.asks("GET", "/coverage?user=alice").status_code == 400


def test_the_coverage_since_a_number_counts_nothing_of_before(living: LabSite) -> None:
    """What happened up to the number says how things stand, and is not exercised; what happens then is."""
    living.site.adds("alice")
    phone = living.site.sells_phone()
    browser = living.site.browser()
    browser.types_password("alice")
    browser.activates(phone)
    living.lab.teller.tell(BROWSER, "POST /somewhere", why="malformed_response")
    end = living.does("GET", "/events")["events"][-1]["number"]
    told = living.does("GET", f"/coverage?after={end}")
    assert [told[part]["exercised"] for part in ("states", "transitions", "refusals")] == [{}, {}, {}]

    living.lab.teller.tell(BROWSER, "POST /elsewhere", why="throttled")
    living.site.browser().logs_in("alice", phone)
    told = living.does("GET", f"/coverage?after={end}")
    assert told["transitions"]["exercised"]["login.second_factor.complete"] == 1
    assert told["transitions"]["exercised"]["challenge.issued.consume"] == 1
    assert told["refusals"]["exercised"] == {"throttled": 1}
    assert "device.active" in told["states"]["missing"]
    assert living.asks("GET", "/coverage?after=99999").status_code == 400
