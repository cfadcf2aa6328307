"""Waiting by the kit's own clock at a portal that ends each wait before its time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from authsim.scenarios.seen import ActError
from authsim.scenarios.virtual import VirtualPhone
from authsim.testing import Inbox, Lab, LabError, Phone, User
from authsim.testing.patience import wait_for
from tests.support.child import LONGEST_S

NUMBER = "+15555550123"
#: Long enough for two answers on any machine.
WAITED_S = 2
TEXT = {"sequence": 4, "text": "Your code is 123456", "code": "123456", "sent_ms": 1}
#: What the portal says to whoever waits in vain.
NOTHING: dict[str, tuple[int, Any]] = {
    "inbox": (200, {"texts": []}),
    "events": (200, {"events": [], "next": 0}),
    "add-user": (202, {"state": "waiting"}),
    "phone-1": (200, {}),
}


class Hurried:
    """A portal that lets nobody wait. `later`: what it says when it was asked as often as `after` about something."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.after = 0
        self.later: dict[str, Any] = {}

    def answer(self, path: str) -> tuple[int, Any]:
        """Return status and members of an answer."""
        name = next(name for name in NOTHING if name in path.split("/"))
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.after and self.asked[name] > self.after and name in self.later:
            return 200, self.later[name]
        return NOTHING[name]


@pytest.fixture
def portal() -> Hurried:
    """The portal."""
    return Hurried()


@pytest.fixture
def lab(portal: Hurried) -> Iterator[Lab]:
    """A client of it."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, members = portal.answer(self.path.partition("?")[0])
            body = json.dumps(members).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with Lab(f"http://127.0.0.1:{server.server_port}", "0123456789abcdef") as client:
            client.list_texts(NUMBER)  # what a first call loads and connects must not take from the time of a test
            portal.asked.clear()
            yield client
        server.shutdown()
        thread.join()


ALICE = User(name="alice", password="simulated words", phone=NUMBER)
WAITS: dict[str, tuple[str, Callable[[Lab], object]]] = {
    "inbox": ("inbox", lambda lab: Inbox(lab).wait_for(NUMBER, seconds=WAITED_S)),
    "add-user": ("add-user", lambda lab: Phone(lab, "phone-1").add_user(ALICE, seconds=WAITED_S)),
    "await-text": ("add-user", lambda lab: Phone(lab, "phone-1").await_text(seconds=WAITED_S)),
}


@pytest.mark.parametrize("name", WAITS)
def test_an_early_answer_is_not_the_end_of_the_wait(lab: Lab, portal: Hurried, name: str) -> None:
    """Whoever is answered early asks again until the time is over, and not without a pause."""
    route, waits = WAITS[name]
    began = time.monotonic()
    with pytest.raises(LabError, match="text"):
        waits(lab)

    assert time.monotonic() - began >= WAITED_S
    assert 2 <= portal.asked[route] <= WAITED_S / 0.05 + 2


def test_what_comes_later_is_returned(lab: Lab, portal: Hurried) -> None:
    """What the portal has at the fourth request is what was waited for."""
    portal.after = 3
    portal.later = {
        "inbox": {"texts": [TEXT]},
        "add-user": {"user": "alice", "confirmation": "12345678"},
        "events": {"events": [{"user": "alice", "number": 7}], "next": 7},
    }
    phone = VirtualPhone(lab, "phone-1")

    assert Inbox(lab).wait_for(NUMBER, seconds=LONGEST_S).code == "123456"
    assert Phone(lab, "phone-1").add_user(ALICE, seconds=LONGEST_S) == "12345678"
    assert phone.hear().facts == {"user": "alice", "state": "approved"}
    assert portal.asked == {"inbox": 4, "add-user": 4, "events": 4, "phone-1": 1}


def test_a_scenario_that_hears_nothing_says_so(lab: Lab, portal: Hurried) -> None:
    """A phone that has waited its time in vain is told of, and acts no more by itself."""
    with pytest.raises(ActError, match="has heard nothing"):
        VirtualPhone(lab, "phone-1", patience_s=0.1).hear()
    assert portal.asked["phone-1"] == 1


def test_one_request_waits_no_longer_than_there_is_time() -> None:
    """The waits that are asked for are short, get shorter with the time, and there is one look where there is none."""
    asked: list[int] = []

    def ask(wait_ms: int) -> list[int]:
        asked.append(wait_ms)
        return asked if wait_ms > 1_000 else []

    assert wait_for(ask, seconds=0) == []
    assert asked == [0]
    asked.clear()
    assert wait_for(ask, seconds=0.12) == []
    assert asked[0] <= 120
    assert asked == sorted(asked, reverse=True)
    assert wait_for(ask, seconds=3_600)[-1] == 5_000
