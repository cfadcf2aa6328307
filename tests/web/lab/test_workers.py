"""Two worker processes in one lab: what one of them changes holds in the other, and both live at one instant."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from authsim.testing.client import Lab
from authsim.testing.portal import Portal
from tests.support.child import LONGEST_S, children_of, clean_environment, wait_until
from tests.support.stores import postgres_server, postgres_url  # noqa: F401 - fixtures are found by name
from tests.web.commands.conftest import Operator

#: So many connections that both workers hold some of them.
CONNECTIONS = 8


class Program:
    """A program with the token, and several connections that stay open: each of them belongs to one worker."""

    def __init__(self, address: str, token: str, held: ExitStack, *, prefix: str = "/api/lab/v1") -> None:
        parts = urlsplit(address)
        self._prefix = prefix
        self._token = token
        self._connections = [
            held.enter_context(closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LONGEST_S)))
            for _ in range(CONNECTIONS)
        ]
        together = threading.Barrier(CONNECTIONS)
        threads = [threading.Thread(target=self._open, args=(one, together)) for one in self._connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LONGEST_S)

    def asks(self, over: int, method: str, path: str, members: object = None) -> Any:
        """Send one request over one of the connections, and return what the answer says."""
        content = None if members is None else json.dumps(members)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection = self._connections[over]
        connection.request(method, f"{self._prefix}{path}", body=content, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status < 300, body
        return json.loads(body) if body else None

    def asks_all(self, path: str) -> list[Any]:
        """Ask the same over every connection."""
        return [self.asks(over, "GET", path) for over in range(CONNECTIONS)]

    def _open(self, connection: http.client.HTTPConnection, together: threading.Barrier) -> None:
        connection.connect()
        together.wait(LONGEST_S)


@contextmanager
def two_workers(request: pytest.FixtureRequest, folder: Path, *options: str) -> Iterator[tuple[str, Path]]:
    """A portal of two workers with a lab, on the database that `request` names: its address, and its token's file."""
    operator = Operator(folder=folder, environment=clean_environment(folder))
    data = folder / "data"
    token_file = data / "lab.token"
    store: tuple[str, ...] = ("--data", str(data))
    if request.param == "postgres":
        data.mkdir()
        url: str = request.getfixturevalue("postgres_url")
        store = ("--database-url", url, "--key-file", str(data / "portal.key"))
    operator.succeeds("init", *store)
    with operator.serving(*store, *options, "--port", "0", "--workers", "2", "--lab") as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("AuthSim is ready at"), child.stderr.read() if child.stderr else ""
        wait_until(lambda: len(children_of(child.pid)) >= 2)
        assert token_file.exists()
        yield line.split()[-1], token_file
        child.terminate()
        child.communicate(timeout=LONGEST_S)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Where a lab of two workers answers, and its token's file: on either database."""
    with two_workers(request, tmp_path) as found:
        yield found


def test_two_workers_are_one_lab(place: tuple[str, Path]) -> None:
    """Clock, faults, seed, users and snapshots that one worker changes are those of both, at the very next request."""
    address, token_file = place
    with ExitStack() as held:
        program = Program(address, token_file.read_text().strip(), held)
        for over in range(CONNECTIONS):
            shown = program.asks(over, "POST", "/clock", {"freeze": True, "advance_ms": 1_000})["now_ms"]
            assert {clock["now_ms"] for clock in program.asks_all("/clock")} == {shown}
        program.asks(0, "PUT", "/faults/push_lost", {})
        program.asks(1, "PUT", "/seed", {"seed": 9})
        program.asks(2, "POST", "/snapshots", {"name": "one"})
        names = [program.asks(over, "POST", "/users")["users"][0]["name"] for over in range(CONNECTIONS)]

        assert names == [f"user-{number}" for number in range(1, CONNECTIONS + 1)]
        for path in ("/faults", "/seed", "/snapshots", "/users"):
            answers = program.asks_all(path)
            assert answers[1:] == answers[:-1]
        for over in range(CONNECTIONS):
            program.asks(over, "POST", "/snapshots/one/restore")
            assert program.asks_all("/users") == [{"users": []}] * CONNECTIONS
            program.asks(over, "POST", "/users", {"name": f"guest-{over}"})
        program.asks(3, "POST", "/reset")

        assert {clock["frozen"] for clock in program.asks_all("/clock")} == {False}
        assert program.asks_all("/seed") == [{"seed": None}] * CONNECTIONS
        assert [known["faults"] for known in program.asks_all("/faults")] == [[]] * CONNECTIONS


def test_a_fault_counts_over_both_workers(place: tuple[str, Path]) -> None:
    """A fault of the third call strikes once, whichever workers the calls reach."""
    address, token_file = place
    with Portal(Lab.open(address, token_file)) as portal:
        user = portal.add_user()
        portal.lab.arm_fault("wrong_credentials", nth=3)
        struck = []
        for _ in range(6):
            login = portal.begin_login(user)
            struck.append(login.page.find(".xyzform-username") is not None)  # asked for the password again
            login.close()

    assert struck == [False, False, True, False, False, False]


def test_a_login_goes_on_after_a_restore(place: tuple[str, Path]) -> None:
    """Phone and user are brought back in both workers: a login succeeds after each restore."""
    address, token_file = place
    with Portal(Lab.open(address, token_file)) as portal:
        user = portal.add_user()
        phone = portal.add_phone(user)
        portal.take_snapshot("ready")
        for _ in range(4):
            portal.lab.revoke_phone(user.name)
            portal.restore("ready")
            assert portal.log_in(user, phone).authenticated


def test_each_has_its_own_clock_in_both_workers(place: tuple[str, Path]) -> None:
    """Portal, phone, texts and notifications are skewed at once, each by something else, and both workers know it."""
    address, token_file = place
    with Portal(Lab.open(address, token_file)) as portal, ExitStack() as held:
        program = Program(address, token_file.read_text().strip(), held)
        sven, tess = portal.add_user(authenticator=True), portal.add_user(texts=True)
        phone = portal.add_phone(alice := portal.add_user())
        phone.add_app(sven)
        portal.clock.freeze()
        for actor, seconds in {"text": -10, "push": -20, f"phone:{phone.id}": 1_800, "portal": 7}.items():
            portal.clock.skew(actor, seconds=seconds)
        skews = {"text": -10_000, "push": -20_000, f"phone:{phone.id}": 1_800_000, "portal": 7_000}
        clocks = program.asks_all("/clock")
        assert [(clock["skews_ms"], clock["now_ms"]) for clock in clocks] == [
            (skews, clocks[0]["now_ms"])
        ] * CONNECTIONS

        # the phone's clock
        key = parse_qs(urlsplit(sven.authenticator or "").query)["secret"][0]
        wrong = pyotp.TOTP(key).at((clocks[0]["now_ms"] - 7_000) // 1_000 + 1_800)
        assert program.asks_all(f"/phones/{phone.id}/apps/{sven.name}") == [{"code": wrong}] * CONNECTIONS
        assert not any(portal.begin_login(sven).enter_code(wrong) for _ in range(3))
        right = pyotp.TOTP(key).at(clocks[0]["now_ms"] // 1_000)
        assert portal.begin_login(sven).enter_code(right)

        # that of the texts, and that of the notifications
        by_text, by_push = portal.begin_login(tess), portal.begin_login(alice)
        texts, requests = f"/inbox/{tess.phone}", f"/phones/{phone.id}/requests"
        seen = []
        for seconds in (9, 1, 9, 1):
            portal.clock.advance(seconds=seconds)
            seen.append(counted(program, texts, requests))
        assert seen == [{(0, 0)}, {(1, 0)}, {(1, 0)}, {(1, 1)}]
        assert by_text.enter_code(portal.inbox.wait_for(tess).code)
        phone.approve()
        assert by_push.wait()

        # the portal's own, by which a request expires
        portal.begin_login(alice)
        portal.clock.advance(seconds=20)
        assert counted(program, texts, requests) == {(1, 1)}
        portal.clock.skew("portal", seconds=7 + 159)
        assert counted(program, texts, requests) == {(1, 1)}
        portal.clock.skew("portal", seconds=7 + 161)
        assert counted(program, texts, requests) == {(1, 0)}


def counted(program: Program, texts: str, requests: str) -> set[tuple[int, int]]:
    """How many texts have arrived and how many requests wait, as each worker tells it."""
    told = zip(program.asks_all(texts), program.asks_all(requests), strict=True)
    return {(len(arrived["texts"]), len(waiting["requests"])) for arrived, waiting in told}
