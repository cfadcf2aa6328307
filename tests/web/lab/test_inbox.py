"""The inbox of a number over the lab's API: texts with their codes, and a request that waits for the next."""

import json
import threading
from typing import Any

import pytest

from authsim.secret import Secret
from tests.support.child import LONGEST_S, wait_until
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD
from web.streams import Streams

NUMBER = "+15555550123"


@pytest.fixture(autouse=True)
def alice(living: LabSite) -> None:
    """A user whom texts reach, at a portal whose open answers look often."""
    living.site.app.extensions["authsim-streams"] = Streams(most=2, heartbeat_s=0.01, look_s=0.01)
    living.site.adds("alice", phone=NUMBER)


def texts(living: LabSite) -> None:
    """Let a phone ask for alice, so that a code is texted."""
    living.does("POST", "/clock", {"advance_ms": 120_000})
    living.site.sells_phone().starts_adding(living.site.verifier, "alice", Secret(PASSWORD))


def shows(living: LabSite, query: str = "") -> list[dict[str, Any]]:
    """What the inbox shows."""
    told = living.does("GET", f"/inbox/{NUMBER}{query}")
    assert told.keys() == {"texts"}
    return list(told["texts"])


def test_texts_are_listed_with_their_codes(living: LabSite) -> None:
    """Oldest first, each with its place, its words, its code and its instant on the lab's clock."""
    assert shows(living) == []
    texts(living)
    texts(living)

    first, second = shows(living)
    assert first.keys() == {"sequence", "text", "code", "sent_ms"}
    assert first["text"].endswith(f"#{first['code']}")
    assert first["code"].isdigit()
    assert second["sequence"] > first["sequence"]
    assert second["sent_ms"] == living.lab.clock.now_ms()
    assert shows(living, f"?after={first['sequence']}") == [second]
    assert shows(living, f"?after={second['sequence']}") == []


def test_a_request_waits_for_the_next_text(living: LabSite) -> None:
    """A request that waits is answered with the text as soon as it is sent."""
    heard: list[Any] = []
    waiting = threading.Thread(target=lambda: heard.append(shows(living, "?wait_ms=30000")))
    waiting.start()
    wait_until(lambda: len(living.site.app.extensions["authsim-streams"]) == 1)
    texts(living)
    waiting.join(LONGEST_S)

    assert not waiting.is_alive()
    ((text,),) = heard
    assert text["code"]


def test_a_late_text_wakes_whoever_waits(living: LabSite) -> None:
    """A text that a fault holds back is listed when the lab's clock says so, also to a request that waits meanwhile."""
    living.does("PUT", "/faults/text_late", {"by_ms": 30_000})
    texts(living)
    living.does("POST", "/clock", {"freeze": True})
    assert shows(living) == []
    heard: list[Any] = []
    waiting = threading.Thread(target=lambda: heard.append(shows(living, "?wait_ms=30000")))
    waiting.start()
    wait_until(lambda: len(living.site.app.extensions["authsim-streams"]) == 1)
    living.does("POST", "/clock", {"advance_ms": 30_000})
    waiting.join(LONGEST_S)

    assert not waiting.is_alive()
    ((text,),) = heard
    assert text["code"]


def test_a_lost_text_never_comes(living: LabSite) -> None:
    """A text that a fault loses is in no list, and the next one is."""
    living.does("PUT", "/faults/text_lost", {"nth": 1})
    texts(living)
    assert shows(living) == []
    texts(living)
    assert len(shows(living)) == 1


def test_a_request_that_waits_in_vain_is_answered(living: LabSite) -> None:
    """When nothing comes, the list is empty."""
    assert shows(living, "?wait_ms=30") == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?after=x", "after is a whole number"),
        ("?after=-1", "after is a whole number"),
        ("?wait_ms=30001", "wait_ms is a whole number from 0 to 30000"),
        ("?wait=1", "Known are: after, wait_ms"),
        ("?after=1&after=2", "once"),
    ],
)
def test_what_is_no_question_is_declined(living: LabSite, query: str, says: str) -> None:
    """A place or a time that is none is 400 with what would be one."""
    answer = living.asks("GET", f"/inbox/{NUMBER}{query}")

    assert answer.status_code == 400
    assert says in json.loads(answer.text)["detail"]


def test_a_number_that_nobody_has(living: LabSite) -> None:
    """A number of no user is 404."""
    answer = living.asks("GET", "/inbox/+15555550199")

    assert answer.status_code == 404
    assert json.loads(answer.text)["detail"] == "no user of this portal has that number"
