"""Requests to the lab that wait: how many may, who gives way, and that what rings nobody is found all the same."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from authsim.lab.telling import BROWSER
from authsim.secret import Secret
from tests.support.child import LONGEST_S, wait_until
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD
from web.lab.waiting import SHARE
from web.streams import Streams

NUMBER = "+15555550123"


class Crowd:
    """Many requests at once, each in a thread of its own, and what each was answered."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self._threads: list[threading.Thread] = []

    def asks(self, ask: Callable[[], Any]) -> None:
        """Send one more."""
        self._threads.append(threading.Thread(target=lambda: self.answers.append(ask())))
        self._threads[-1].start()

    def ends(self) -> list[Any]:
        """Wait until all are answered."""
        for thread in self._threads:
            thread.join(LONGEST_S)
        assert not any(thread.is_alive() for thread in self._threads)
        return self.answers


@pytest.fixture(autouse=True)
def streams(living: LabSite) -> Streams:
    """A user whom texts reach, and the open answers of her portal."""
    living.site.adds("alice", phone=NUMBER)
    found = Streams(most=2 * SHARE, look_s=0.01)
    living.site.app.extensions["authsim-streams"] = found
    return found


def test_so_many_wait_for_the_story_and_the_oldest_give_way(living: LabSite, streams: Streams) -> None:
    """Only a share of the requests for events wait on; those before them are answered with nothing at once."""
    after = living.does("GET", "/events")["next"]
    crowd, more = Crowd(), 5
    for asked in range(SHARE + more):
        crowd.asks(lambda: living.does("GET", f"/events?after={after}&what=GET%20/wanted&wait_ms=30000"))
        wait_until(lambda so_many=asked + 1: len(crowd.answers) + len(streams) == so_many)  # type: ignore[misc]
        assert len(streams) <= SHARE

    wait_until(lambda: len(crowd.answers) == more)
    assert crowd.answers == [{"events": [], "next": after}] * more
    living.lab.teller.tell(BROWSER, "GET /wanted")
    told = crowd.ends()
    assert [[entry["what"] for entry in answer["events"]] for answer in told[more:]] == [["GET /wanted"]] * SHARE
    assert len(streams) == 0


def test_phones_wait_for_their_texts_in_the_same_places(living: LabSite, streams: Streams) -> None:
    """A phone that waits for its text holds a place, and gives it back when the text has come."""
    phone = living.does("POST", "/phones", {"platform": "ios"})["phones"][0]["id"]
    living.does("PUT", "/faults/text_late", {"by_ms": 30_000})
    crowd = Crowd()
    members = {"user": "alice", "password": PASSWORD, "wait_ms": 30_000}
    crowd.asks(lambda: living.does("POST", f"/phones/{phone}/add-user", members))
    wait_until(lambda: len(streams) == 1)
    living.machine.advance(seconds=30)

    ((added,),) = (crowd.ends(),)
    assert added["user"] == "alice"
    assert len(streams) == 0


@pytest.mark.parametrize("path", ["/events?why=throttled&wait_ms=30000", f"/inbox/{NUMBER}?wait_ms=30000"])
def test_who_finds_no_place_is_answered_at_once(living: LabSite, path: str) -> None:
    """Where too many answers are open, a request does not wait."""
    living.site.app.extensions["authsim-streams"] = Streams(most=0)
    began = time.monotonic()
    told = living.does("GET", path)
    assert [told[name] for name in ("events", "texts") if name in told] == [[]]
    assert time.monotonic() - began < 30  # as long as it would have waited


def test_a_text_that_rings_nobody_is_found(living: LabSite, streams: Streams) -> None:
    """When the time of a late text comes without anybody ringing, a request that waits is answered all the same."""
    living.does("PUT", "/faults/text_late", {"by_ms": 30_000})
    living.site.sells_phone().starts_adding(living.site.verifier, "alice", Secret(PASSWORD))
    crowd = Crowd()
    crowd.asks(lambda: living.does("GET", f"/inbox/{NUMBER}?wait_ms=30000"))
    wait_until(lambda: len(streams) == 1)
    living.machine.advance(seconds=30)

    ((answer,),) = (crowd.ends(),)
    assert len(answer["texts"]) == 1
