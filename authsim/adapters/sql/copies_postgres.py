"""Copies of a store in PostgreSQL: tables beside the store's own, which the record's triggers do not guard.

Each copy is a set of unlogged tables whose names begin with `lab_` and a hash of the copy's name: a name may be longer
than PostgreSQL's, and whoever may make the store's tables may make these.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from authsim.adapters.sql.database import Database
from authsim.adapters.sql.tables import METADATA
from authsim.errors import StoreError

_NUMBERED: Final = frozenset(table.name for table in METADATA.sorted_tables if "serial" in table.c)
#: Where the sequences of a copy stood.
_SERIALS: Final = "serials"
_OURS: Final = text(
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ '^lab_[0-9a-f]{16}_'"
)
#: Far less than the second after which PostgreSQL looks for deadlocks.
_PATIENCE_MS: Final = 100
_AGAIN_S: Final = 0.02
_NOT_AVAILABLE: Final = "55P03"
_SEQUENCE_OF: Final = text("SELECT pg_get_serial_sequence(:name, 'serial')")


@final
class PostgresCopies:
    """`Copies` of a store in PostgreSQL, in the same database."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, name: str, meanwhile: Callable[[], None]) -> None:
        """Copy every table while nobody writes, and note where the sequences stand."""
        mark = _mark(name)

        def work(connection: Connection) -> None:
            tables = _list_tables(connection)
            _lock(connection, tables, "SHARE")
            _drop(connection, [f"{mark}_{table}" for table in (*tables, _SERIALS)])
            for table in tables:
                _run(connection, f'CREATE UNLOGGED TABLE "{mark}_{table}" AS TABLE "{table}"')
            serials = f"{mark}_{_SERIALS}"
            _run(connection, f'CREATE UNLOGGED TABLE "{serials}" (name text, newest bigint, is_used boolean)')
            for sequence in _list_sequences(connection):
                stands = f"SELECT '{sequence}', last_value, is_called FROM {sequence}"  # noqa: S608 - PostgreSQL's own name
                _run(connection, f'INSERT INTO "{serials}" {stands}')
            meanwhile()

        self._write_when_free(work)

    def bring_back(self, name: str) -> None:
        """Empty every table and fill it again, in one transaction in which the triggers rest."""
        mark = _mark(name)

        def work(connection: Connection) -> None:
            if not inspect(connection).has_table(f"{mark}_{_SERIALS}"):
                raise StoreError("there is no snapshot of that name")
            tables = _list_tables(connection)
            _lock(connection, tables, "ACCESS EXCLUSIVE")
            for table in tables:
                _run(connection, f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            _run(connection, f"TRUNCATE {_join(tables)}")
            for table in tables:
                _run(connection, f'INSERT INTO "{table}" TABLE "{mark}_{table}"')
                _run(connection, f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
            stood = f'"{mark}_{_SERIALS}"'
            _run(connection, f"SELECT setval(name::regclass, newest, is_used) FROM {stood}")  # noqa: S608 - our own name

        self._write_when_free(work)

    def _write_when_free(self, work: Callable[[Connection], None]) -> None:
        """Run a transaction that needs every table, again and again until it gets them all. Raises `StoreError`."""
        pause, deadline = threading.Event(), time.monotonic() + 2 * self._database.longest_wait_s
        while True:
            try:
                return self._database.write(work)
            except _TakenError:
                if time.monotonic() > deadline:
                    raise StoreError("the database is busy") from None
            pause.wait(_AGAIN_S)

    def forget(self, name: str) -> None:
        """Drop the tables of a copy."""
        mark = _mark(name)
        self._database.write(lambda connection: _drop(connection, _list_copies(connection, mark)))

    def forget_all(self) -> None:
        """Drop the tables of all copies."""
        self._database.write(lambda connection: _drop(connection, _list_copies(connection, "lab")))


class _TakenError(Exception):
    """Somebody else holds one of the tables."""


def _lock(connection: Connection, tables: Sequence[str], mode: str) -> None:
    """Take all tables, or give up soon: whoever waits for the next while it holds the last is a deadlock in the making.

    PostgreSQL looks for one after a second, and would undo a writer's transaction in place of ours.
    """
    _run(connection, f"SET LOCAL lock_timeout = '{_PATIENCE_MS}ms'")
    try:
        _run(connection, f"LOCK TABLE {_join(tables)} IN {mode} MODE")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _NOT_AVAILABLE:
            raise _TakenError from None
        raise
    _run(connection, "SET LOCAL lock_timeout = DEFAULT")


def _mark(name: str) -> str:
    return f"lab_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _list_tables(connection: Connection) -> Sequence[str]:
    """Return the store's tables, each after those that its rows refer to."""
    ours = METADATA.tables.keys()
    in_order = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in in_order if name is not None and name in ours]


def _list_sequences(connection: Connection) -> Sequence[str]:
    return [connection.execute(_SEQUENCE_OF, {"name": name}).scalar_one() for name in sorted(_NUMBERED)]


def _list_copies(connection: Connection, mark: str) -> Sequence[str]:
    return [name for name in connection.execute(_OURS).scalars() if name.startswith(f"{mark}_")]


def _drop(connection: Connection, tables: Sequence[str]) -> None:
    if tables:
        _run(connection, f"DROP TABLE IF EXISTS {_join(tables)}")


def _join(tables: Sequence[str]) -> str:
    return ", ".join(f'"{table}"' for table in tables)


def _run(connection: Connection, statement: str) -> None:
    """Run a statement of names alone: they are the store's own, or hexadecimal."""
    connection.exec_driver_sql(statement)
