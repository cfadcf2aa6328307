"""What the lab keeps beside the store: documents and a journal in one small SQLite file that all workers share.

It lives as long as its server and stands for nothing real, so nothing waits for the disk.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, final
from urllib.parse import quote

from authsim.adapters.private_files import create_private_file, require_private_file
from authsim.errors import StoreError

_LONGEST_WAIT_S: Final = 5.0
_AGAIN_S: Final = 0.005
_MAKE: Final = (
    "CREATE TABLE shelf (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE journal (number INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL) STRICT",
)
_READ: Final = "SELECT value FROM shelf WHERE name = ?"
_NAMES: Final = "SELECT name FROM shelf WHERE substr(name, 1, ?) = ? ORDER BY name"
_PUT: Final = "INSERT INTO shelf (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_DROP: Final = "DELETE FROM shelf WHERE name = ?"
_APPEND: Final = "INSERT INTO journal (line) VALUES (?)"
_LINES: Final = "SELECT number, line FROM journal WHERE number > ? ORDER BY number LIMIT ?"
_NEWEST: Final = "SELECT coalesce(max(number), 0) FROM journal"
_VERSION: Final = "PRAGMA data_version"
#: A number in the file's head that SQLite leaves to its owner.
_TURNS: Final = "PRAGMA user_version"


@final
class LabFile:
    """Documents (`Shelf`) and lines (`Journal`) of one lab. One connection, which never crosses a fork."""

    __slots__ = ("__weakref__", "_connection", "_known", "_lock", "_path", "_version")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._known: dict[str, str | None] = {}
        self._version = -1
        _survive_fork(self)

    @classmethod
    def create(cls, path: Path) -> "LabFile":
        """Make an empty one in place of whatever an earlier server left there."""
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        create_private_file(path)
        made = cls(path)
        with made._opened() as connection:
            for statement in _MAKE:
                connection.execute(statement)
        return made

    def read(self, name: str) -> str | None:
        """Return a document, or None when there is none."""
        with self._opened() as connection:
            (version,) = connection.execute(_VERSION).fetchone()
            if version != self._version:  # another process wrote
                self._version, self._known = version, {}
            if name not in self._known:
                row = connection.execute(_READ, (name,)).fetchone()
                self._known[name] = None if row is None else row[0]
            return self._known[name]

    def change(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        """Replace a document by a function of it, as one serialised step; return what stands there now."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                row = connection.execute(_READ, (name,)).fetchone()
                value = change(None if row is None else row[0])
                if value is None:
                    connection.execute(_DROP, (name,))
                else:
                    connection.execute(_PUT, (name, value))
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            self._known[name] = value
            return value

    def list_names(self, prefix: str) -> Sequence[str]:
        """Return the names that begin so, ascending."""
        with self._opened() as connection:
            return [name for (name,) in connection.execute(_NAMES, (len(prefix), prefix))]

    def turns(self) -> int:
        """Return how often it was turned back."""
        with self._opened() as connection:
            return _count_turns(connection)

    def append(self, line: str) -> int:
        """Keep a line of the journal; return its number."""
        with self._opened() as connection:
            return int(connection.execute(_APPEND, (line,)).lastrowid or 0)

    def read_lines(self, *, after: int, most: int) -> Sequence[tuple[int, str]]:
        """Return lines with a number above `after`, oldest first, each with its number."""
        with self._opened() as connection:
            return [(number, line) for number, line in connection.execute(_LINES, (after, most))]

    def newest(self) -> int:
        """Return the number of the newest line; 0 when there is none."""
        with self._opened() as connection:
            return int(connection.execute(_NEWEST).fetchone()[0])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep everybody else, in every process, from writing lines meanwhile."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def copy_to(self, path: Path) -> None:
        """Keep all of it in another private file; one of that name is replaced."""
        path.unlink(missing_ok=True)
        create_private_file(path)
        with self._opened() as connection, closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            copy_pages(connection, copy)

    @contextmanager
    def turned_back(self, path: Path) -> Iterator[None]:
        """Put back what `copy_to` kept, for every process at its next look; undone if what is done in it fails.

        What `turns` counts rises in the same step.
        """
        require_private_file(path)
        with closing(sqlite3.connect(":memory:", check_same_thread=False)) as present:
            with (
                self._opened() as connection,
                closing(open_copy(path)) as copy,
                closing(sqlite3.connect(":memory:")) as past,
            ):
                copy_pages(connection, present)
                copy_pages(copy, past)
                past.execute(f"{_TURNS} = {_count_turns(connection) + 1}")
                self._replace_by(past, connection)
            try:
                yield
            except BaseException:
                with self._opened() as connection:
                    self._replace_by(present, connection)
                raise

    def _replace_by(self, source: sqlite3.Connection, connection: sqlite3.Connection) -> None:
        self._known = {}
        copy_pages(source, connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            # the next connection counts the changes of others anew: what is known may be old by then
            self._connection, self._known, self._version = None, {}, -1

    def forget_connection(self) -> None:
        """Start anew in a forked child: its parent's connection is never touched, nor its lock awaited."""
        self._lock = threading.RLock()
        self._connection, self._known, self._version = None, {}, -1

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    require_private_file(self._path)
                    self._connection = _connect(self._path)
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(f"the lab's file {self._path} fails ({error.sqlite_errorname})") from None


def open_copy(path: Path) -> sqlite3.Connection:
    """Return a connection to a finished copy, which nobody writes to: without locks, and without files beside it."""
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)


def copy_pages(
    source: sqlite3.Connection, target: sqlite3.Connection, *, longest_wait_s: float = _LONGEST_WAIT_S
) -> None:
    """Make one database what another one is, in one transaction. `StoreError` when somebody holds it for too long."""
    deadline = time.monotonic() + longest_wait_s

    def give_up_in_time(status: int, _remaining: int, _total: int) -> None:
        if status != sqlite3.SQLITE_DONE and time.monotonic() > deadline:
            raise StoreError("the database is busy")

    source.backup(target, progress=give_up_in_time, sleep=_AGAIN_S)


def _count_turns(connection: sqlite3.Connection) -> int:
    return int(connection.execute(_TURNS).fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_LONGEST_WAIT_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _survive_fork(file: LabFile) -> None:
    reference = weakref.ref(file)

    def before() -> None:
        present = reference()
        if present is not None:
            present.close()

    def after_in_child() -> None:
        present = reference()
        if present is not None:
            present.forget_connection()

    os.register_at_fork(before=before, after_in_child=after_in_child)
