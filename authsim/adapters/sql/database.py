"""Connections and transactions: how one atomic, durable change is made, on either database.

A method of a port is one `read` (one SELECT, no transaction held) or one `write` (one transaction, committed when it
returns). Writers of one process queue here: SQLite lets one through anyway, but its own queue is a polling one.
"""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar, final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from authsim.adapters.sql.failures import compose_failure, is_undone
from authsim.errors import StoreError

T = TypeVar("T")

#: How long one waits for a lock, a connection or a turn before `StoreError`.
LONGEST_WAIT_S: Final = 5

_TRIES: Final = 3


@final
class Database:
    """An engine that opens connections when they are needed, also in a child process that was forked meanwhile."""

    __slots__ = ("__weakref__", "_engine", "_is_sqlite", "_reader", "_turn", "longest_wait_s")

    def __init__(self, engine: Engine, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self.longest_wait_s = longest_wait_s
        # On SQLite our connections stand in autocommit already, and a SELECT is a transaction of its own.
        self._reader = engine if self._is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._turn = threading.Lock()
        _survive_fork(self)

    @property
    def engine(self) -> Engine:
        """The engine below, for migrations and for tests that look at statements."""
        return self._engine

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads with one statement. Raises `StoreError`."""
        tries_left = _TRIES
        while True:
            tries_left -= 1
            try:
                with self._reader.connect() as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                if not tries_left or not is_undone(error):
                    raise compose_failure(error) from None

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` as one transaction, and return when it is on disk. Whatever is raised wrote nothing.

        `work` may run more than once, after PostgreSQL undid it: it must have no effect but on its connection.
        """
        tries_left = _TRIES
        with self.my_turn():
            while True:
                tries_left -= 1
                is_committing = False
                try:
                    with self._engine.connect() as connection, connection.begin():
                        if self._is_sqlite:
                            connection.exec_driver_sql("BEGIN IMMEDIATE")  # the write lock now, or never
                        result = work(connection)
                        is_committing = True
                except SQLAlchemyError as error:
                    # A commit that was not answered may have happened: never again.
                    if is_committing or not tries_left or not is_undone(error):
                        raise compose_failure(error) from None
                else:
                    return result

    @contextmanager
    def my_turn(self) -> Iterator[None]:
        """Stand in the queue of this process's writers, for what is no transaction. `StoreError` when it is long."""
        if not self._is_sqlite:
            yield
            return
        turn = self._turn
        if not turn.acquire(timeout=self.longest_wait_s):
            raise StoreError("the database is busy")
        try:
            yield
        finally:
            turn.release()

    def wipe_log(self) -> None:
        """Overwrite what SQLite's write-ahead log still holds of deleted rows, if nothing keeps us from it."""
        if not self._is_sqlite:
            return
        with suppress(StoreError):  # what was written is written: nobody may hear that it failed
            self.read(lambda connection: connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all())

    def close(self) -> None:
        """Close the idle connections."""
        self._engine.dispose()

    def forget_connections(self) -> None:
        """Start anew in a forked child: its parent's connections are never touched, nor its locks awaited."""
        self._engine.dispose(close=False)
        self._turn = threading.Lock()


def _survive_fork(database: Database) -> None:
    """Let no connection cross a fork: SQLite's locks belong to a process, and a socket has one speaker."""
    reference = weakref.ref(database)

    def before() -> None:
        present = reference()
        if present is not None:
            present.close()

    def after_in_child() -> None:
        present = reference()
        if present is not None:
            present.forget_connections()

    os.register_at_fork(before=before, after_in_child=after_in_child)
