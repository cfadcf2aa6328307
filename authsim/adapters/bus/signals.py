"""The bell between processes that share one SQLite store: a small table in a file of its own.

It stands beside the store, not in it: a signal waits for nobody's transaction and for no disk, and nobody who writes to
the store waits for a signal. What is lost with the file is nothing: whoever begins to listen is rung for at once.
Topics name devices and telephone numbers, so the file holds a hash of each.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, final

from authsim.adapters.bus.ear import LOG, Ear
from authsim.adapters.bus.local import LocalBus, LocalSubscription
from authsim.adapters.private_files import create_private_file, require_private_file
from authsim.errors import StoreConflictError, StoreError

#: How often a process with listeners looks whether there is something new: a question that touches no disk.
_EVERY_S: Final = 0.04
#: How long a signal is kept. Who slept for longer finds a gap in the numbers and rings for everybody.
_KEPT_S: Final = 60
_LONGEST_WAIT_S: Final = 2.0
_AGAIN_S: Final = 0.02
_TRIES: Final = 2

_MAKE: Final = """CREATE TABLE IF NOT EXISTS signals
    (number INTEGER PRIMARY KEY AUTOINCREMENT, mark TEXT NOT NULL, at_s INTEGER NOT NULL) STRICT"""
_PUBLISH: Final = "INSERT INTO signals (mark, at_s) VALUES (?, unixepoch())"
_SWEEP: Final = "DELETE FROM signals WHERE at_s < unixepoch() - ?"
_LAST: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'signals'), 0)"
_NEW: Final = "SELECT mark FROM signals WHERE number > ? AND number <= ?"
_VERSION: Final = "PRAGMA data_version"
_FAILURES: Final = (sqlite3.Error, OSError, StoreError)
#: The mark that is for everybody: no hash is as short.
_EVERYBODY: Final = "*"


@final
class SignalBus:
    """`ports.Bus` between processes on one machine. Nothing is opened before it is needed, nor over a fork."""

    __slots__ = ("__weakref__", "_connection", "_ear", "_local", "_lock", "_path", "_swept_at")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = LocalBus()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._swept_at: float | None = None
        self._ear = Ear(self._local, self._hear, failures=_FAILURES, on_fork=self._forget_connection)

    def publish(self, topic: str) -> None:
        """Wake all that listen to `topic`, here and in other processes."""
        mark = _mark(topic)
        self._local.publish(mark)
        self._tell(mark)

    def publish_all(self) -> None:
        """Wake everybody, here and in other processes: all that was read may have changed."""
        self._local.publish_all()
        self._tell(_EVERYBODY)

    def subscribe(self, topic: str) -> LocalSubscription:
        """Listen."""
        listener = self._local.subscribe(_mark(topic))
        self._ear.open()
        return listener

    def close(self) -> None:
        """End the thread and close the file."""
        self._ear.close()
        self._forget_connection()

    def _tell(self, mark: str) -> None:
        for tries_left in reversed(range(_TRIES)):
            try:
                self._write(mark)
            except _FAILURES as error:
                self._forget_connection()
                if not tries_left:
                    LOG.warning("the bus cannot reach other processes: %s", type(error).__name__)
            else:
                return

    def _write(self, mark: str) -> None:
        with self._lock:
            if self._connection is None:
                self._connection = _connect(self._path)
            self._connection.execute(_PUBLISH, (mark,))
            now = time.monotonic()
            if self._swept_at is None or now - self._swept_at > _KEPT_S:
                self._swept_at = now
                self._connection.execute(_SWEEP, (_KEPT_S,))

    def _forget_connection(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _hear(self, is_over: Callable[[], bool]) -> None:
        pause = threading.Event()
        with closing(_connect(self._path)) as connection:
            last, version = _ask(connection, _LAST), -1
            self._local.publish_all()
            while not is_over():
                pause.wait(_EVERY_S)
                present = _ask(connection, _VERSION)
                if present != version:
                    version, last = present, self._ring(connection, last)

    def _ring(self, connection: sqlite3.Connection, heard: int) -> int:
        """Ring for what came after the signal `heard`; return the newest."""
        last = _ask(connection, _LAST)
        marks = [mark for (mark,) in connection.execute(_NEW, (heard, last))]
        if len(marks) == last - heard and _EVERYBODY not in marks:
            for mark in dict.fromkeys(marks):
                self._local.publish(mark)
        else:
            self._local.publish_all()
        return last


def _mark(topic: str) -> str:
    return hashlib.sha256(topic.encode()).hexdigest()


def _ask(connection: sqlite3.Connection, question: str) -> int:
    (answer,) = connection.execute(question).fetchone()
    return int(answer)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, and make it when there is none: several processes may do so at one moment."""
    pause, deadline = threading.Event(), time.monotonic() + _LONGEST_WAIT_S
    while True:
        try:
            return _open(path)
        except sqlite3.OperationalError:
            # SQLite does not wait for whoever is just switching the file to its write-ahead log.
            if time.monotonic() > deadline:
                raise
            pause.wait(_AGAIN_S)


def _open(path: Path) -> sqlite3.Connection:
    try:
        create_private_file(path)
    except StoreConflictError:
        require_private_file(path)
    connection = sqlite3.connect(path, timeout=_LONGEST_WAIT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(_MAKE)
    except BaseException:
        connection.close()
        raise
    return connection
