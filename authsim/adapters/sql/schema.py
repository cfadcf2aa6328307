"""The version of the schema: made by migrations, checked at every start without loading them.

A start brings an older store up to date (`store.bring_up_to_date`). There is no way down but the copy taken before.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from authsim.errors import StoreError

#: The newest migration. A test compares it with the migrations' own head.
REVISION: Final = "0004"
#: Those before it, which a start brings up to date.
OLDER: Final = frozenset({"0001", "0002", "0003"})

#: What the migrations make of an empty SQLite file, one statement a line: `python -m tests.support.head_schema`.
FRESH: Final = Path(__file__).with_name("fresh_sqlite.sql")

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_GET_REVISIONS: Final = text("SELECT version_num FROM alembic_version")
_COUNT: Final = text("SELECT count(*) FROM sqlite_schema")
#: Both numbers of a SQLite file, in one statement: between two, another process may bring it up to date.
_GET_NUMBERED: Final = text(
    "SELECT version_num, (SELECT user_version FROM pragma_user_version) AS number FROM alembic_version"
)
#: So that of several processes that start at one moment one migrates, and the others find it done.
_ALONE: Final = text("SELECT pg_advisory_xact_lock(4716804176165301504)")  # "AuthSim" as a number


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date, or make it, inside the transaction that `connection` is in."""
    if connection.dialect.name == "sqlite" and not connection.execute(_COUNT).scalar():
        for statement in FRESH.read_text(encoding="utf-8").splitlines():
            connection.exec_driver_sql(statement)
        return
    migrate(connection)


def load_migrations() -> None:
    """Load what migrates, outside of a transaction that others have to wait for."""
    import alembic.command
    import alembic.config  # noqa: F401 - for `migrate`


def migrate(connection: Connection) -> None:
    """Run the migrations that are missing, from the first one if need be."""
    from alembic import command  # here: a portal that only starts needs none of it
    from alembic.config import Config
    from alembic.util import CommandError

    if connection.dialect.name != "sqlite":
        connection.execute(_ALONE)
    else:  # Alembic would make a table that is not STRICT
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT NOT NULL PRIMARY KEY) STRICT")
        )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise StoreError("this store was made by a newer AuthSim: use that version") from None


def require_usable(connection: Connection) -> str | None:
    """Return the version of a store that has to be brought up to date, None for a current one; else `StoreError`."""
    if not inspect(connection).has_table("alembic_version"):
        raise StoreError("this store is empty: make a portal in it with `authsim init`")
    is_sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_GET_NUMBERED if is_sqlite else _GET_REVISIONS).all()
    found = [row.version_num for row in rows]
    if len(found) != 1 or found[0] not in {REVISION, *OLDER}:
        present = ", ".join(found) or "of an unfinished `authsim init`"
        raise StoreError(
            f"this store has the schema {present}, this AuthSim needs {REVISION}: use the one that made it"
        )
    if is_sqlite and rows[0].number != int(found[0]):
        raise StoreError(f"this database file says to have another schema than {found[0]}: restore a copy")
    return None if found[0] == REVISION else str(found[0])
