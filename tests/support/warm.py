"""Our programs as children that need not read their modules first: forked from a process that has read them.

A suite runs `authkey` and `authsim` thousands of times, and most of what each run costs is the start of its interpreter
(twice that where it is measured). A warm child is a process of its own like any other: its arguments, folder,
environment and pipes are its own, and it ends as it would by itself. What it shares with others is what stood in
memory once the modules were read. Cold starts stay: of console scripts, at terminals, of what serves, and wherever a
test looks at the start itself or gives the interpreter something to read at its start.
"""

import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path

from tests.support.tree import ROOT

PROGRAMS = ("mobile_cli", "web")
#: What Python and the C library read once, when a process starts.
_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_", "OPENSSL_", "TZ")
#: What the process that forks has too, and what changes nothing that a program does.
_AS_USUAL = {"LANG": "C.UTF-8", "LC_CTYPE": "C.UTF-8"}
_NO_MATTER = frozenset({"PYTHONDONTWRITEBYTECODE"})
_SERVER = Path(__file__).with_name("warm_server.py")
_MEASURED = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


@dataclass(slots=True)
class _Warm:
    """The process that the children of one program are forked from."""

    orders: socket.socket
    server: "subprocess.Popen[bytes]"


@dataclass(slots=True)
class Warm:
    """Runs programs warm, where that makes no difference. One for each test process; a forked one has its own."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: dict[tuple[str, bool], _Warm] = field(default_factory=dict)

    def run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        given: bytes,
        folder: Path,
        timeout: float,
        alone: bool = False,
    ) -> "subprocess.CompletedProcess[bytes] | None":
        """Run `python [-P] -m PROGRAM ARGUMENTS…` to its end; None when only a cold start will do.

        `alone`: in a session of its own. Raises `subprocess.TimeoutExpired`, as `subprocess.run` does.
        """
        program, arguments = _parse(command)
        if program not in PROGRAMS or not _is_plain(environment) or not hasattr(os, "pidfd_open"):
            return None
        order = {"arguments": arguments, "environment": dict(environment), "folder": str(folder), "alone": alone}
        is_measured = any(name in environment for name in _MEASURED)
        with self._lock:
            warm = self._running.get((program, is_measured)) or self._start(program, is_measured)
        child = _Child(command=list(command), given=given, until=time.monotonic() + timeout, timeout=timeout)
        return child.run(warm.orders, dumps(order).encode())

    def end(self) -> None:
        """End the processes that children are forked from, so that what they measured is kept."""
        for warm in self._running.values():
            warm.orders.shutdown(socket.SHUT_RDWR)  # heard although a process that we forked may have it open too
            warm.orders.close()
            warm.server.wait()
        self._running.clear()

    def servers(self) -> list[int]:
        """The processes that children are forked from, by number."""
        return [warm.server.pid for warm in self._running.values()]

    def _start(self, program: str, is_measured: bool) -> _Warm:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = ("PATH", "HOME", "COVERAGE_FILE")
        measured = [str(ROOT / "pyproject.toml")] if is_measured else []
        with theirs:
            server = subprocess.Popen(
                [sys.executable, "-P", str(_SERVER), program, str(theirs.fileno()), *measured],
                env={name: os.environ[name] for name in kept if name in os.environ} | {"LANG": "C.UTF-8"},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        made = self._running[program, is_measured] = _Warm(ours, server)
        return made


@dataclass(slots=True, kw_only=True)
class _Child:
    """One child, from the order until its end."""

    command: list[str]
    given: bytes
    until: float
    timeout: float
    written: dict[str, bytearray] = field(
        default_factory=lambda: {name: bytearray() for name in ("out", "err", "report")}
    )

    def run(self, orders: socket.socket, order: bytes) -> "subprocess.CompletedProcess[bytes]":
        """Order it, feed it, read it to its end."""
        ours, theirs = {}, []
        pipes = {name: os.pipe() for name in ("in", "out", "err", "report")}
        for name, (reading, writing) in pipes.items():
            ours[name], other = (writing, reading) if name == "in" else (reading, writing)
            theirs.append(other)
        try:
            socket.send_fds(orders, [order], theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        try:
            self._talk(ours)
        finally:
            for descriptor in ours.values():
                os.close(descriptor)
        pid, _, status = self.written["report"].decode().strip().partition("\n")
        if not status:
            raise ChildProcessError(f"whoever forks {self.command} has gone, after it started {pid or 'nothing'}")
        return subprocess.CompletedProcess(
            self.command, int(status), bytes(self.written["out"]), bytes(self.written["err"])
        )

    def _talk(self, ours: dict[str, int]) -> None:
        with selectors.DefaultSelector() as waiting:
            for name, descriptor in ours.items():
                os.set_blocking(descriptor, False)
                waiting.register(descriptor, selectors.EVENT_WRITE if name == "in" else selectors.EVENT_READ, name)
            while waiting.get_map():
                ready = waiting.select(self.until - time.monotonic())
                if not ready:
                    self._kill(ours.get("report"))
                for key, _ in ready:
                    if not self._moves(key.data, key.fd):
                        waiting.unregister(key.fd)
                        os.close(ours.pop(key.data))

    def _moves(self, name: str, descriptor: int) -> bool:
        """Move some bytes; say whether more may come."""
        if name == "in":
            try:
                self.given = self.given[os.write(descriptor, self.given) :] if self.given else b""
            except BrokenPipeError:
                return False
            return bool(self.given)
        read = os.read(descriptor, 65536)
        self.written[name] += read
        return bool(read)

    def _kill(self, report: int | None) -> None:
        """End it; one that is not forked yet will be, as long as whoever forks is there."""
        while report is not None and b"\n" not in self.written["report"]:
            select.select([report], [], [])
            if not self._moves("report", report):
                break
        pid = self.written["report"].decode().strip()
        if pid.isdigit():
            with suppress(ProcessLookupError):  # it ended just now
                os.kill(int(pid), signal.SIGKILL)
        raise subprocess.TimeoutExpired(
            self.command, self.timeout, bytes(self.written["out"]), bytes(self.written["err"])
        )


def _parse(command: Sequence[str]) -> tuple[str, list[str]]:
    """Return the program that a command line runs by `python -m`, and its arguments; no program if it is another."""
    words = list(command)
    if words[:1] != [sys.executable]:
        return "", []
    words = words[2:] if words[1:2] == ["-P"] else words[1:]
    return (words[1], words[2:]) if words[0] == "-m" else ("", [])


def _is_plain(environment: Mapping[str, str]) -> bool:
    """Say whether nothing in an environment makes a difference to the start of an interpreter."""
    return all(
        _AS_USUAL.get(name) == value or name in _NO_MATTER or not name.startswith(_READ_AT_START)
        for name, value in environment.items()
    )


#: The one of this test process.
WARM = Warm()


def run_warm(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    given: bytes,
    folder: Path,
    timeout: float,
    alone: bool = False,
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command to its end, warm where that will do; return its status and what it wrote."""
    done = WARM.run(command, environment=environment, given=given, folder=folder, timeout=timeout, alone=alone)
    return done or subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        timeout=timeout,
        start_new_session=alone,
    )
