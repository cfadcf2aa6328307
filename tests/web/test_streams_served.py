"""Open answers on the servers that operators use: waitress, and gunicorn with gevent workers.

Everything here is over sockets, with the clock of the machine: what has to hold for whoever listens, and at the end.
"""

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from authsim.protocol.push import parse_request, parse_stream_end
from authsim.secret import Secret
from authsim.verifier import Verifier
from tests.support.child import LONGEST_S, children_of, wait_until
from tests.support.device import TestPhone
from tests.support.device_line import API, Line, OnlinePhone, begins_login, enrols, error_of, wire_to
from tests.support.listener import Heard, Listener
from tests.support.portal import LivePortal, make_portal, password_of
from tests.support.ports import CountedEntropy
from tests.support.postgres import PostgresServer
from web.wiring import Portal, open_portal

EVENTS = f"{API}/events"
NUMBER = "+15555550123"
SERVERS = {"waitress": (), "gunicorn": ("--workers", "2")}


@pytest.fixture(params=list(SERVERS))
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LivePortal]:
    """A portal with alice, on each of the servers."""
    portal = make_portal(tmp_path / "portal")
    portal.adds("alice", phone=NUMBER)
    portal.serve(*SERVERS[request.param])
    yield portal
    portal.stop()


@pytest.fixture
def beside(live: LivePortal) -> Iterator[Portal]:
    """The same portal, opened in this process beside the server, as an operator's command does."""
    with closing(open_portal(live.settings)) as portal:
        yield portal


@pytest.fixture
def line(live: LivePortal) -> Line:
    """A line to the server."""
    return wire_to(live.address)


@pytest.fixture
def online(beside: Portal, line: Line) -> OnlinePhone:
    """Alice's phone, which has just proved its key."""
    return phone_of(beside.verifier, "alice", line)


def phone_of(verifier: Verifier, name: str, line: Line) -> OnlinePhone:
    """Activate a phone for a user, and open its session."""
    user = verifier.store.users.find(name)
    assert user is not None
    online = enrols(verifier, user.user_id, f"{name}'s phone")
    online.opens_session(line)
    return online


def listens(live: LivePortal, online: OnlinePhone, **headers: str) -> Listener:
    """Open a stream."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Listener(live.address, EVENTS, online.bearer | named)


def ids(heard: list[Heard]) -> list[str]:
    """The ids of the requests."""
    return [parse_request(one.data.encode()).request_id for one in heard if one.event == "request"]


def test_requests_arrive_as_they_are_made(live: LivePortal, beside: Portal, online: OnlinePhone) -> None:
    """What another process began is heard at once, in order, none lost and none twice, over two connections."""
    pushes = []
    with listens(live, online) as first:
        assert first.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert first.headers["X-Accel-Buffering"] == "no"
        assert first.headers["Cache-Control"] == "no-store"
        for _ in range(5):
            pushes += [begins_login(beside.verifier, "alice") for _ in range(3)]
            assert ids(first.waits_for(len(pushes))) == [push.request_id for push in pushes]
        last = first.heard[-1].sequence
    pushes += [begins_login(beside.verifier, "alice") for _ in range(3)]
    with listens(live, online, Last_Event_ID=str(last)) as second:
        assert ids(second.waits_for(3)) == [push.request_id for push in pushes[-3:]]


def test_the_portal_ends_while_phones_listen(live: LivePortal, beside: Portal, online: OnlinePhone) -> None:
    """SIGTERM ends the server in peace with streams open, and each stream ends in order, by its last chunk."""
    with ExitStack() as stack:
        ears = [stack.enter_context(listens(live, online)) for _ in range(2)]
        ears.append(stack.enter_context(Listener(live.address, f"/inbox/{NUMBER}/events", {})))
        begins_login(beside.verifier, "alice")
        for ear in ears[:2]:
            ear.waits_for(1)
        live.stop()
        for ear in ears:
            ear.waits_for_the_end()
    assert "still running" not in live.log
    assert "Traceback" not in live.log


def test_ctrl_c_while_phones_listen(live: LivePortal, online: OnlinePhone) -> None:
    """Ctrl-C does not hang on an open stream either."""
    with listens(live, online) as ear:
        assert live.child is not None
        live.child.send_signal(signal.SIGINT)
        ear.waits_for_the_end()
        assert live.child.wait(LONGEST_S) == 0
    assert "Traceback" not in live.log


@pytest.mark.parametrize(("word", "state"), [("suspend", "suspended"), ("revoke", "revoked")])
def test_an_operator_takes_the_phone_out_of_use(live: LivePortal, online: OnlinePhone, word: str, state: str) -> None:
    """A stream ends when a command of the operator's suspends or revokes the phone, and says so."""
    with listens(live, online) as ear:
        live.operator("users", word, "alice")
        (last,) = ear.waits_for_the_end()
        assert last.event == "end"
        assert parse_stream_end(last.data.encode()).state == state


def test_texts_arrive_as_they_are_sent(live: LivePortal, beside: Portal) -> None:
    """A text is heard by whoever listens to its number, and answers whoever waits for one."""
    phone = TestPhone(entropy=CountedEntropy("adding"))
    with Listener(live.address, f"/inbox/{NUMBER}/events", {}) as ear:
        phone.starts_adding(beside.verifier, "alice", Secret(password_of("alice")))
        (heard,) = ear.waits_for(1)
    waited = wire_to(live.address)("GET", f"/inbox/{NUMBER}/texts?wait_ms=30000", None, {})
    assert json.loads(waited.text)["texts"] == [json.loads(heard.data)]


def test_no_transaction_is_held(live: LivePortal, beside: Portal, online: OnlinePhone) -> None:
    """While phones listen, the write-ahead log can be written back completely: nobody reads."""
    with listens(live, online) as ear:
        begins_login(beside.verifier, "alice")
        ear.waits_for(1)
        with closing(sqlite3.connect(live.database, timeout=LONGEST_S)) as connection:
            wait_until(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0))


def test_beyond_the_budget(tmp_path: Path) -> None:
    """Waitress keeps half of its threads for others: one more listener is 503, and every request is still answered."""
    portal = make_portal(tmp_path / "portal")
    names = [f"user-{number}" for number in range(17)]
    portal.adds(*names, phone=NUMBER)
    portal.serve()
    line = wire_to(portal.address)
    with ExitStack() as stack:
        beside = stack.enter_context(closing(open_portal(portal.settings)))
        stack.callback(portal.stop)
        phones = [phone_of(beside.verifier, name, line) for name in names]
        ears = [stack.enter_context(listens(portal, phone)) for phone in phones[:16] for _ in range(2)]
        refused = line("GET", EVENTS, None, phones[16].bearer)
        assert error_of(refused) == (503, "busy")
        assert refused.headers["Retry-After"] == "5"
        assert error_of(line("GET", f"/inbox/{NUMBER}/texts?wait_ms=1000", None, {})) == (503, "busy")
        push = begins_login(beside.verifier, names[16])
        assert [info.request_id for info in phones[16].requests(line).requests] == [push.request_id]
        assert all(not ear.is_over for ear in ears)
        ears[0].hangs_up()
        wait_until(lambda: is_admitted(portal, phones[16]), every_s=0.2)


def is_admitted(portal: LivePortal, phone: OnlinePhone) -> bool:
    """Whether a phone may listen now."""
    listener = listens(portal, phone)
    listener.hangs_up()
    return listener.status == 200


def admitted(portal: LivePortal, online: OnlinePhone) -> Listener:
    """Open a stream as soon as there is a place: one that was told to end holds its own until it notices."""
    ears = [listens(portal, online)]

    def is_open() -> bool:
        if ears[-1].status == 503:
            ears[-1].hangs_up()
            ears.append(listens(portal, online))
        return ears[-1].status == 200

    wait_until(is_open, every_s=0.2)
    return ears[-1]


def test_two_workers_on_sqlite(tmp_path: Path) -> None:
    """A login through one worker reaches the phone that listens at the other."""
    reaches_every_worker(make_portal(tmp_path / "portal"))


def test_two_workers_on_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> None:
    """The same on PostgreSQL."""
    with postgres_server.empty_database() as address:
        url = address.replace("postgresql+psycopg://", "postgresql://")
        reaches_every_worker(make_portal(tmp_path / "portal", database_url=url))


def reaches_every_worker(portal: LivePortal) -> None:
    """Listen at each worker, log in over HTTP, and expect the request at both: it was made in one of them."""
    portal.adds("alice")
    portal.serve("--workers", "2")
    with ExitStack() as stack:
        stack.callback(portal.stop)
        beside = stack.enter_context(closing(open_portal(portal.settings)))
        online = phone_of(beside.verifier, "alice", wire_to(portal.address))
        assert portal.child is not None
        master = portal.child.pid
        wait_until(lambda: len(children_of(master)) == 2)
        workers = children_of(master)
        ears: dict[int, Listener] = {}
        while len(ears) < len(workers):
            ear = stack.enter_context(admitted(portal, online))
            worker = worker_of(ear.port, portal.port, workers)
            if worker in ears:  # of one phone's streams at one worker, the newest are those that last
                ears[worker].hangs_up()
            ears[worker] = ear
        for count in range(1, 4):
            portal.visitor().types_password("alice", password_of("alice"))
            told = [ids(ear.waits_for(count)) for ear in ears.values()]
            assert told[0] == told[1]
            assert len(set(told[0])) == count


def worker_of(port: int, server: int, workers: list[int]) -> int:
    """Say which worker holds the server's end of a connection, by the kernel's own table."""
    ends = f":{server:04X}", f":{port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    (inode,) = [row[9] for row in rows if row[1].endswith(ends[0]) and row[2].endswith(ends[1])]
    for worker in workers:
        for link in Path(f"/proc/{worker}/fd").iterdir():
            try:
                if link.readlink().name == f"socket:[{inode}]":
                    return worker
            except OSError:
                continue
    raise AssertionError("no worker holds it")
