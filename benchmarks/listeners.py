"""P7: phones that listen: the memory that each takes, and how late a request reaches them, beside a bare stream.

Run: python benchmarks/listeners.py [--listeners N] [--rounds N] [--bursts N]

Both servers are gunicorn with two workers, and hold the same number of open streams of the same client. The bare one
is a Flask application whose streams write the time by themselves, once a second: no bus, no store, no session. In the
portal each request begins with a login in another process, is on disk before it is announced, and is read from the
store by the phone's own stream. Its latency is counted from the announcement (the bell between the processes) to the
last byte at the phone. Requests come in bursts of 200, and every one must arrive, once. The last line is the ratio of
the latencies' 99th percentiles.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from crowd import Member, make_crowd
from harness import LEAST_ROUNDS, Server, bare, describe, percentile, portal, ratio_of, serving

from authsim import ports
from authsim.events import Event, EventKind
from authsim.model import Client, DeviceSession, FirstFactorPassed
from authsim.policy import SECOND
from authsim.verifier import Verifier
from authsim.verifier.login import begin_login
from authsim.verifier.tokens import draw_token, hash_token
from authsim.verifier.topics import device_topic
from web.settings import Settings
from web.wiring import open_portal

BURST = 200
BURSTS = 3
FIRST = 20
WORKERS = ("--workers", "2")
_PAUSE_S = 0.5
_LONGEST_S = 60
_OPENED_AT_ONCE = 50


class Ear:
    """Many connections that listen, in a thread of their own. What came is kept as (arrival in ns, data)."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self._port = port
        self._requests = requests
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Ear":
        """Open all connections; return when each has its answer."""
        self._thread.start()
        opened: Future[None] = asyncio.run_coroutine_threadsafe(self._open_all(), self._loop)
        opened.result(_LONGEST_S)
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(_LONGEST_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_LONGEST_S)
        self._loop.close()

    async def _open_all(self) -> None:
        gate = asyncio.Semaphore(_OPENED_AT_ONCE)
        self._running: list[asyncio.Task[None]] = []

        async def open_one(request: bytes) -> None:
            async with gate:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200"), head
            self._running.append(asyncio.create_task(self._listen(reader, writer)))

        await asyncio.gather(*(open_one(request) for request in self._requests))

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    self.heard.append((time.monotonic_ns(), line[6:].rstrip()))
            raise AssertionError("a stream ended")
        finally:
            writer.close()

    async def _hang_up(self) -> None:
        for one in self._running:
            one.cancel()
        for found in await asyncio.gather(*self._running, return_exceptions=True):
            assert isinstance(found, asyncio.CancelledError), found


class Stamped:
    """A bus that notes when each bell was rung."""

    def __init__(self, inner: ports.Bus) -> None:
        self._inner = inner
        self.rung_ns: dict[str, int] = {}

    def publish(self, topic: str) -> None:
        """Note and ring."""
        self.rung_ns[topic] = time.monotonic_ns()
        self._inner.publish(topic)

    def subscribe(self, topic: str) -> ports.Subscription:
        """Listen."""
        return self._inner.subscribe(topic)


class Office:
    """Whoever begins logins, in a process of its own, by the portal's own ceremonies without their slow hashing."""

    def __init__(self, folder: Path) -> None:
        self._portal = open_portal(Settings(data_dir=folder))
        self._bus = Stamped(self._portal.verifier.bus)
        self._verifier = replace(self._portal.verifier, bus=self._bus)

    def begin(self, name: str) -> tuple[str, int]:
        """Begin a login; return the id of its request, and when it was announced (ns)."""
        verifier = self._verifier
        user = verifier.store.users.find(name)
        assert user
        first = FirstFactorPassed(user=user, at_ms=verifier.clock.now_ms(), client=Client(agent="a benchmark"))
        push = begin_login(verifier, first, mode=None).push
        assert push
        return push.request_id, self._bus.rung_ns[device_topic(push.device_id)]


_OFFICE: list[Office] = []


def open_office(folder: Path) -> None:
    """Begin this process's work."""
    _OFFICE.append(Office(folder))


def begin_all(names: Sequence[str]) -> dict[str, int]:
    """Begin a login for each name; return when each request was announced."""
    return dict(_OFFICE[0].begin(name) for name in names)


def open_sessions(folder: Path, members: Sequence[Member]) -> list[bytes]:
    """Give each phone a session, as its signature would have, and return what it sends to listen."""
    with closing(open_portal(Settings(data_dir=folder))) as opened:
        return [_open_session(opened.verifier, member.name) for member in members]


def _open_session(verifier: Verifier, name: str) -> bytes:
    user = verifier.store.users.find(name)
    assert user
    device = verifier.store.devices.active_of(user.user_id)
    assert device
    now_ms, token = verifier.clock.now_ms(), draw_token(verifier.entropy)
    session = DeviceSession(
        token_hash=hash_token(token),
        device_id=device.device_id,
        user_id=user.user_id,
        opened_ms=now_ms,
        expires_ms=now_ms + 12 * 3_600 * SECOND,
    )
    event = Event(kind=EventKind.DEVICE_SESSION_OPENED, at_ms=now_ms, user_id=user.user_id)
    verifier.store.device_sessions.open(session, counter=1, event=event)
    return _listening(b"/api/device/v1/events", b"Authorization: Bearer " + token.reveal() + b"\r\n")


def _listening(path: bytes, more: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n" + more + b"\r\n"


@dataclass(slots=True, kw_only=True)
class Case:
    """What one server was found to do, over all rounds. Latencies are milliseconds, each round's by itself."""

    weights_kb: list[float] = field(default_factory=list)
    latencies: list[list[float]] = field(default_factory=list)

    @property
    def late(self) -> list[float]:
        """The 99th percentile of each round."""
        return [percentile(one, 0.99) for one in self.latencies]


@contextmanager
def listening(server: Server, requests: Sequence[bytes], case: Case) -> Iterator[Ear]:
    """Open all listeners, a few of them before memory is weighed, and yield the ear of the others."""
    with Ear(server.port, requests[:FIRST]):
        before = server.memory_kb()
        with Ear(server.port, requests[FIRST:]) as ear:
            case.weights_kb.append((server.memory_kb() - before) / (len(requests) - FIRST))
            yield ear


def drive_portal(
    server: Server, office: ProcessPoolExecutor, requests: Sequence[bytes], names: list[str], count: int
) -> Case:
    """One round: `count` requests in bursts, until all have arrived."""
    case = Case()
    with listening(server, requests, case) as ear:
        announced: dict[str, int] = {}
        for first in range(0, count, BURST):
            burst = [names[number % len(names)] for number in range(first, first + BURST)]
            announced |= office.submit(begin_all, burst).result()
        ends = time.monotonic() + _LONGEST_S
        while len(heard := told_of(ear, announced)) < len(announced) and time.monotonic() < ends:
            time.sleep(_PAUSE_S)
        time.sleep(_PAUSE_S)  # what comes twice has the time to come
        heard = told_of(ear, announced)
    assert sorted(name for _, name in heard) == sorted(announced), "lost, or heard twice"
    case.latencies.append([(arrived - announced[name]) / 1e6 for arrived, name in heard])
    return case


def told_of(ear: Ear, announced: dict[str, int]) -> list[tuple[int, str]]:
    """What was heard of these requests; a stream begins with those that an earlier round left open."""
    heard = [(arrived, json.loads(data)["request_id"]) for arrived, data in list(ear.heard)]
    return [(arrived, name) for arrived, name in heard if name in announced]


def drive_bare(server: Server, listeners: int, count: int) -> Case:
    """One round: as many beats as the portal has requests, at least one of each stream."""
    case = Case()
    with listening(server, [_listening(b"/beats")] * listeners, case) as ear:
        while len(ear.heard) < max(count, listeners):
            time.sleep(_PAUSE_S)
        case.latencies.append([(arrived - int(data)) / 1e6 for arrived, data in list(ear.heard)])
    return case


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="Phones that listen, beside a bare stream.")
    parser.add_argument("--listeners", type=int, default=500, help=f"open streams, more than {FIRST}")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    parser.add_argument("--bursts", type=int, default=BURSTS, help=f"of {BURST} requests in a round")
    chosen = parser.parse_args()
    count = BURST * max(1, chosen.bursts)
    rounds, listeners = max(LEAST_ROUNDS, chosen.rounds), max(FIRST + 1, chosen.listeners)
    ours, other = Case(), Case()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "portal"
        members = make_crowd(folder, users=listeners)
        requests = open_sessions(folder, members)
        names = [member.name for member in members[FIRST:]]
        office = ProcessPoolExecutor(1, get_context("spawn"), open_office, (folder,))
        with serving(portal(folder, *WORKERS)) as server, serving(bare(*WORKERS)) as bare_server, office:
            drives: tuple[tuple[Case, Callable[[], Case]], ...] = (
                (ours, lambda: drive_portal(server, office, requests, names, count)),
                (other, lambda: drive_bare(bare_server, listeners, count)),
            )
            for number in range(rounds + 1):
                for case, drive in drives:
                    found = drive()
                    if number:  # one round is not counted
                        case.weights_kb += found.weights_kb
                        case.latencies += found.latencies
    print(f"gunicorn with 2 workers, {listeners} listeners, {rounds} rounds of {count} requests, 0 lost")
    for what, case in (("bare stream", other), ("portal", ours)):
        every = [latency for one in case.latencies for latency in one]
        print(f"{what:12} memory {describe(case.weights_kb, 'kB a listener')}")
        print(f"{what:12} p50 {percentile(every, 0.5):7.1f} ms   p99 {describe(case.late, 'ms')}")
    heavier = statistics.median(ours.weights_kb) / statistics.median(other.weights_kb)
    print(f"memory of a listener, portal / bare: {heavier:.2f}")
    print("p99, portal / bare")
    print(f"{ratio_of(ours.late, other.late):.2f}")


if __name__ == "__main__":
    main()
