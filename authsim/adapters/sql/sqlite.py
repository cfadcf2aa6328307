"""SQLite: how its file is made, checked and connected to. Every setting that durability and privacy rest on is here.

Connections are pooled and handed to one thread at a time. That bounds their number however many threads come and go,
and lets `close` close them all, which connections tied to their threads would not.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

from authsim.adapters.private_files import create_private_file, require_private_file
from authsim.adapters.sql.database import LONGEST_WAIT_S
from authsim.errors import StoreConflictError, StoreError

#: "AuSi": tells our files from other SQLite databases.
APPLICATION_ID: Final = 0x41755369

_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",  # with NORMAL, a power cut could undo a consumption that was acknowledged
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA recursive_triggers = ON",  # else REPLACE deletes rows behind the triggers' back
)


def make_engine(path: Path, *, longest_wait_s: float = LONGEST_WAIT_S) -> Engine:
    """Return an engine on the file; nothing is opened yet."""
    return create_engine(
        "sqlite+pysqlite://",
        creator=_make_connect(path, longest_wait_s=longest_wait_s),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        pool_timeout=longest_wait_s,
        pool_use_lifo=True,
        hide_parameters=True,
    )


def create_file(path: Path, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
    """Make an empty database of ours with mode 0600, or finish one that a crash left empty."""
    try:
        create_private_file(path)
    except StoreConflictError:
        require_private_file(path)
        if path.stat().st_size:
            return
    try:
        with closing(_connect(path, longest_wait_s=longest_wait_s)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _require_wal(connection)
    except sqlite3.Error as error:
        raise StoreError(f"cannot make the database {path} ({error.sqlite_errorname})") from None


def copy_file(path: Path, copy: Path) -> None:
    """Copy a database, as it was when the last change was made, to a private file; one of that name is replaced."""
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    try:
        create_private_file(part)
        with (
            closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(part)) as connection,
        ):
            original.backup(connection)
            connection.execute("PRAGMA journal_mode = DELETE")
        part.replace(copy)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"cannot copy {path} before it is brought up to date ({type(error).__name__})") from None


class FileWatch:
    """Knows whether the last portal on this file stopped cleanly: shares a lock on its directory while it is open."""

    __slots__ = ("_descriptor", "was_unclean")

    def __init__(self, path: Path) -> None:
        require_private_file(path)
        self._descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.was_unclean = False  # somebody has it open, and looked when they opened it
        else:
            # SQLite deletes its log when the last connection closes: one that is left tells of a crash.
            log = path.with_name(path.name + "-wal")
            self.was_unclean = log.exists() and log.stat().st_size > 0
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


def _make_connect(path: Path, *, longest_wait_s: float) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        require_private_file(path)
        connection = _connect(path, longest_wait_s=longest_wait_s)
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                raise StoreError(f"{path} is not a database of AuthSim")
            _require_wal(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _connect(path: Path, *, longest_wait_s: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",  # rw: never makes a file, with whatever mode, by itself
        uri=True,
        timeout=longest_wait_s,
        isolation_level=None,  # transactions are begun by name
        check_same_thread=False,  # the pool sees to it that only one has it
        cached_statements=256,
    )


def _require_wal(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise StoreError("this file system cannot hold the database (no write-ahead log): choose a local disk")
