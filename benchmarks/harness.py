"""What the benchmarks share: servers as children, clients that cost little, rounds that alternate, one way to print.

The client speaks HTTP over a kept-open socket with as little Python as possible, because it runs on the same cores.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

LEAST_ROUNDS = 5
HERE = Path(__file__).parent
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_TICKS = os.sysconf("SC_CLK_TCK")


class Connection:
    """One kept-open connection; a server that closes it is asked again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._host = f"127.0.0.1:{port}".encode()
        self._socket: socket.socket | None = None

    def get(self, path: bytes, cookie: bytes = b"") -> tuple[int, bytes, bytes]:
        """Return status, headers and body."""
        return self._exchange(b"GET " + path + b" HTTP/1.1\r\nHost: " + self._host + _cookie(cookie) + b"\r\n\r\n")

    def post(self, path: bytes, body: bytes, cookie: bytes = b"") -> tuple[int, bytes, bytes]:
        """Send a form; return status, headers and body."""
        kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d" % len(body)
        head = b"POST " + path + b" HTTP/1.1\r\nHost: " + self._host + _cookie(cookie) + kind
        return self._exchange(head + b"\r\n\r\n" + body)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, request: bytes) -> tuple[int, bytes, bytes]:
        for tries_left in (1, 0):
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._socket.sendall(request)
                return self._read()
            except ConnectionError:
                self.close()
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

    def _read(self) -> tuple[int, bytes, bytes]:
        assert self._socket is not None
        data = b""
        while b"\r\n\r\n" not in data:
            part = self._socket.recv(65536)
            if not part:
                raise ConnectionResetError("the server hung up")
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        while len(body) < length:
            body += self._socket.recv(65536)
        status = int(head[9:12])
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return status, head, body


def _cookie(cookie: bytes) -> bytes:
    return b"\r\nCookie: " + cookie if cookie else b""


@dataclass(slots=True)
class Server:
    """A server that answers, and what it has cost so far."""

    child: "subprocess.Popen[str]"
    port: int

    def cpu_seconds(self) -> float:
        """The processor time that it and its children took."""
        return sum(_cpu_ticks(pid) for pid in _family(self.child.pid)) / _TICKS

    def memory_kb(self) -> int:
        """The memory that it and its children take now; what they share is counted once (PSS)."""
        return sum(_memory_kb(pid) for pid in _family(self.child.pid))


@contextmanager
def serving(command: Sequence[str]) -> Iterator[Server]:
    """Start a server that says where it answers, in the last word of its first line; end it afterwards."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        port = urlsplit(child.stdout.readline().split()[-1]).port
        assert port is not None
        yield Server(child, port)
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def bare(*options: str) -> list[str]:
    """The command line of a Flask application that only answers JSON, on the same kind of server."""
    return [sys.executable, str(HERE / "bare.py"), *options]


def portal(folder: Path, *options: str) -> list[str]:
    """The command line of the portal in `folder`."""
    return [sys.executable, "-P", "-m", "web", "serve", "--data", str(folder), "--port", "0", *options]


@dataclass(slots=True)
class Load:
    """How hard a server is driven: `processes` of clients with `threads` connections each, for `seconds`."""

    seconds: float = 2.0
    processes: int = 2
    threads: int = 4


@dataclass(slots=True, kw_only=True)
class Result:
    """What one drive found out. `latencies` are seconds of each unit of work."""

    units: int
    seconds: float
    cpu_seconds: float
    client_cpu_seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Units each second."""
        return self.units / self.seconds

    @property
    def cpu_ms(self) -> float:
        """The server's processor time for one unit, in milliseconds."""
        return self.cpu_seconds * 1000 / self.units

    @property
    def client_cpu_ms(self) -> float:
        """The clients' processor time for one unit, in milliseconds: what counts where they do the work themselves."""
        return self.client_cpu_seconds * 1000 / self.units


#: `make_work(port, share)` returns what one connection does again and again; StopIteration says that it has no more.
MakeWork = Callable[[int, list[object]], Callable[[], None]]


class Drivers:
    """Client processes that are started once and used for every round."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._pool = ProcessPoolExecutor(load.processes, mp_context=get_context("spawn"))

    def drive(self, server: Server, make_work: MakeWork, items: Sequence[object] = ()) -> Result:
        """Drive a server with all clients; `items` are dealt to the connections."""
        load = self.load
        hands = load.processes * load.threads
        shares = [list(items[number::hands]) for number in range(hands)]
        before, start = server.cpu_seconds(), time.perf_counter()
        futures = [
            self._pool.submit(
                _drive_here, server.port, make_work, shares[number :: load.processes], load.seconds, load.threads
            )
            for number in range(load.processes)
        ]
        told = [future.result() for future in futures]
        seconds = time.perf_counter() - start
        latencies = [latency for one, _ in told for latency in one]
        return Result(
            units=len(latencies),
            seconds=seconds,
            cpu_seconds=server.cpu_seconds() - before,
            client_cpu_seconds=sum(cpu for _, cpu in told),
            latencies=latencies,
        )

    def close(self) -> None:
        """Send the clients home."""
        self._pool.shutdown()


def _drive_here(
    port: int, make_work: MakeWork, shares: list[list[object]], seconds: float, threads: int
) -> tuple[list[float], float]:
    latencies: list[list[float]] = [[] for _ in range(threads)]
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work = make_work(port, shares[number])
            ends = time.perf_counter() + seconds
            before = time.perf_counter()
            while before < ends:
                work()
                after = time.perf_counter()
                latencies[number].append(after - before)
                before = after
        except StopIteration:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the parent
            errors.append(error)

    cpu = time.process_time()
    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]
    return [latency for one in latencies for latency in one], time.process_time() - cpu


def rounds_of(count: int, cases: dict[str, Callable[[], Result]]) -> dict[str, list[Result]]:
    """Run every case once in each round, after one round that is not counted; every second round runs backwards."""
    found: dict[str, list[Result]] = {name: [] for name in cases}
    for number in range(count + 1):
        for name in list(cases) if number % 2 else reversed(cases):
            result = cases[name]()
            if number:
                found[name].append(result)
    return found


def describe(values: Sequence[float], unit: str) -> str:
    """Median, least and most."""
    return f"median {statistics.median(values):9.1f} {unit}  min {min(values):9.1f}  max {max(values):9.1f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def ratio_of(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """The median of the ratios of rounds that stood side by side."""
    return statistics.median(one / other for one, other in zip(numerators, denominators, strict=True))


def _family(pid: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def _cpu_ticks(pid: int) -> int:
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _memory_kb(pid: int) -> int:
    rollup = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
