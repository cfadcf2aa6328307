"""The SQL store as one value, and the steps of opening it: address, schema, start."""

import logging
from pathlib import Path
from typing import Final, final

from sqlalchemy import Connection, text

from authsim.adapters.sql import postgres, schema, sqlite, sweeping
from authsim.adapters.sql.activations import SqlActivations
from authsim.adapters.sql.audit import SqlAudit
from authsim.adapters.sql.database import LONGEST_WAIT_S, Database
from authsim.adapters.sql.decoys import SqlDecoys
from authsim.adapters.sql.device_sessions import SqlDeviceSessions
from authsim.adapters.sql.devices import SqlDevices
from authsim.adapters.sql.enrolments import SqlEnrolments
from authsim.adapters.sql.factors import SqlFactors
from authsim.adapters.sql.gateways import SqlGateways
from authsim.adapters.sql.instances import SqlInstances
from authsim.adapters.sql.logins import SqlLogins
from authsim.adapters.sql.prompts import SqlPrompts
from authsim.adapters.sql.pushes import SqlPushes
from authsim.adapters.sql.sessions import SqlSessions
from authsim.adapters.sql.tallies import SqlTallies
from authsim.adapters.sql.texts import SqlTexts
from authsim.adapters.sql.tickets import SqlTickets
from authsim.adapters.sql.users import SqlUsers
from authsim.errors import StoreError

_LOG: Final = logging.getLogger("authsim.store")

_INTEGRITY_CHECK: Final = text("PRAGMA integrity_check(1)")


@final
class SqlStore:
    """`ports.Store` in a database. Nothing is opened before the first use."""

    __slots__ = (
        "_path",
        "_watch",
        "activations",
        "audit",
        "database",
        "decoys",
        "device_sessions",
        "devices",
        "enrolments",
        "factors",
        "gateways",
        "instances",
        "logins",
        "prompts",
        "pushes",
        "sessions",
        "tallies",
        "texts",
        "tickets",
        "users",
    )

    def __init__(self, database: Database, *, path: Path | None = None) -> None:
        self.database = database
        self._path = path
        self._watch: sqlite.FileWatch | None = None
        self.instances = SqlInstances(database)
        self.users = SqlUsers(database)
        self.devices = SqlDevices(database)
        self.device_sessions = SqlDeviceSessions(database)
        self.activations = SqlActivations(database)
        self.enrolments = SqlEnrolments(database)
        self.texts = SqlTexts(database)
        self.logins = SqlLogins(database)
        self.pushes = SqlPushes(database)
        self.sessions = SqlSessions(database)
        self.factors = SqlFactors(database)
        self.prompts = SqlPrompts(database)
        self.decoys = SqlDecoys(database)
        self.tallies = SqlTallies(database)
        self.tickets = SqlTickets(database)
        self.gateways = SqlGateways(database)
        self.audit = SqlAudit(database)

    def make_schema(self) -> None:
        """Make the file and the tables, or bring them up to date."""
        if self._path is not None:
            sqlite.create_file(self._path, longest_wait_s=self.database.longest_wait_s)
        self.database.write(schema.upgrade)

    def require_schema(self) -> bool:
        """Say whether the tables are those of this version; False: of an older one. `StoreError` says what to do."""
        if self._path is not None and not self._path.exists():
            raise StoreError(f"there is no portal at {self._path}: make one with `authsim init`")
        return self.database.read(schema.require_usable) is None

    def bring_up_to_date(self) -> None:
        """Migrate a store that an older version made, in one transaction. A SQLite file is copied before, beside it."""
        schema.load_migrations()  # before anybody has to wait for us
        self.database.write(self._migrate)

    def _migrate(self, connection: Connection) -> None:
        """Migrate, now that nobody else writes; or find that somebody else just did."""
        if self._path is None:
            schema.upgrade(connection)
            return
        older = schema.require_usable(connection)
        if older is not None:
            copy = self._path.with_name(f"{self._path.name}.schema-{older}")
            sqlite.copy_file(self._path, copy)
            schema.upgrade(connection)
            _LOG.warning("the store was brought up to date; as it was before, it is kept in %s", copy)

    def sweep(self, *, before_ms: int) -> None:
        """Take away what was over before an instant; see `sweeping` for what is never taken."""
        sweeping.sweep(self.database, before_ms=before_ms)

    def storage_check(self) -> None:
        """Read a SQLite file through if its last portal did not stop cleanly. `StoreError` when it is damaged."""
        if self._path is None or self._watch is not None:
            return
        self._watch = sqlite.FileWatch(self._path)
        if self._watch.was_unclean:
            found = self.database.read(lambda connection: connection.execute(_INTEGRITY_CHECK).scalar_one())
            if found != "ok":
                raise StoreError(f"{self._path} was damaged when the machine or the portal stopped: restore a copy")

    def close(self) -> None:
        """Close the connections. What was written stays."""
        self.database.close()
        if self._watch is not None:
            self._watch.close()
            self._watch = None


def open_sqlite(path: Path, *, longest_wait_s: float = LONGEST_WAIT_S) -> SqlStore:
    """Return a store in one SQLite file. Nothing is opened or made yet."""
    engine = sqlite.make_engine(path, longest_wait_s=longest_wait_s)
    return SqlStore(Database(engine, longest_wait_s=longest_wait_s), path=path)


def open_postgres(url: str, password_file: Path | None = None, *, longest_wait_s: int = LONGEST_WAIT_S) -> SqlStore:
    """Return a store in a PostgreSQL database; `password_file` is libpq's. `StoreError` when `url` holds a password."""
    engine = postgres.make_engine(url, password_file, longest_wait_s=longest_wait_s)
    return SqlStore(Database(engine, longest_wait_s=longest_wait_s))


def create_schema(store: SqlStore) -> SqlStore:
    """Make the tables of a new store, or bring those of an older version up to date; return it ready for use."""
    store.make_schema()
    return open_store(store)


def open_store(store: SqlStore) -> SqlStore:
    """Make sure that an existing store is sound and of this version, and return it. An older one is migrated."""
    try:
        is_current = store.require_schema()
        store.storage_check()
        if not is_current:
            store.bring_up_to_date()
    except BaseException:
        store.close()
        raise
    return store
