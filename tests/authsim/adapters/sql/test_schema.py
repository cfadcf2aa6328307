"""Migrations, and what a start demands of a store."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from authsim.adapters.sql import SqlStore, create_schema, open_postgres, open_sqlite, open_store, schema
from authsim.adapters.sql.tables import METADATA
from authsim.errors import StoreError
from tests.support import nouns
from tests.support.child import unmeasured
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """A store in which nothing was made yet."""
    if request.param == "sqlite":
        store = open_sqlite(tmp_path / "new.sqlite3")
        yield store
        store.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.empty_database() as url:
        store = open_postgres(url)
        yield store
        store.close()


def execute(store: SqlStore, *statements: str) -> None:
    """Do something to a store behind its back."""

    def work(connection: object) -> None:
        for statement in statements:
            connection.execute(text(statement))  # type: ignore[attr-defined]

    store.database.write(work)


def test_the_revision_is_the_newest_migration() -> None:
    """What a start looks for, without loading Alembic, is the head of the migrations."""
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [schema.REVISION]


def test_the_tables_are_those_that_statements_are_composed_of(sql_store: SqlStore) -> None:
    """Migrations and table definitions name the same tables and columns, with the same types."""
    with sql_store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, METADATA)

    changes = [change[0] for change in found if isinstance(change, tuple)]
    assert {change for change in changes if change.startswith(("add_table", "remove_table"))} == set()
    assert [change for change in found if isinstance(change, list)] == []
    assert not {"add_column", "remove_column", "modify_type", "modify_nullable"} & set(changes)


def test_a_made_store_opens(empty: SqlStore) -> None:
    """A store whose schema was just made can be used, and opened again."""
    assert create_schema(empty) is empty
    nouns.add_user(empty)

    assert open_store(empty).users.list_all()


def test_making_it_again_changes_nothing(empty: SqlStore) -> None:
    """A schema that is up to date stays, with all that is in the store."""
    create_schema(empty)
    user = nouns.add_user(empty)

    create_schema(empty)

    assert empty.users.list_all() == [user]


def test_an_empty_store_names_the_remedy(empty: SqlStore) -> None:
    """Nothing is made by opening, and the error says which command makes it."""
    with pytest.raises(StoreError, match="authsim init"):
        open_store(empty)
    with pytest.raises(StoreError, match="authsim init"):
        open_store(empty)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "9999"),
        ("UPDATE alembic_version SET version_num = '0000'", "0000"),
        ("DELETE FROM alembic_version", "unfinished"),
    ],
)
def test_another_schema_is_refused(sql_store: SqlStore, change: str, words: str) -> None:
    """A store of another version is not opened, and the error names both schemas."""
    execute(sql_store, change)

    with pytest.raises(StoreError, match=f"{words}.* needs 0004"):
        open_store(sql_store)


def test_a_newer_schema_is_not_touched(sql_store: SqlStore) -> None:
    """A store of a newer version is not brought down to this one."""
    execute(sql_store, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match="newer AuthSim"):
        create_schema(sql_store)


def test_a_file_that_lies_about_its_schema_is_refused(sqlite_store: SqlStore) -> None:
    """SQLite's own version number has to agree with the table of revisions."""
    execute(sqlite_store, "PRAGMA user_version = 7")

    with pytest.raises(StoreError, match="another schema"):
        open_store(sqlite_store)


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """When the disk is full in the middle there is no table at all, and with room again the schema is made."""
    store = open_sqlite(tmp_path / "new.sqlite3")

    def narrow(connection: object, record: object) -> None:
        connection.execute("PRAGMA max_page_count = 20")  # type: ignore[attr-defined]

    event.listen(store.database.engine, "connect", narrow)
    with pytest.raises(StoreError, match="full"):
        create_schema(store)
    store.close()
    event.remove(store.database.engine, "connect", narrow)

    tables = text("SELECT count(*) FROM sqlite_schema")
    assert store.database.read(lambda connection: connection.execute(tables).scalar_one()) == 0
    create_schema(store).close()


def test_starting_loads_no_migrations(sqlite_path: Path) -> None:
    """A portal that only starts is not slowed down by Alembic."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from authsim.adapters.sql import open_sqlite, open_store\n"
        "store = open_store(open_sqlite(Path(sys.argv[1])))\n"
        "assert store.users.list_all() == []\n"
        "store.close()\n"
        "heavy = ('alembic', 'mako', 'psycopg', 'sqlalchemy.orm')\n"
        "assert not [name for name in sys.modules if name.startswith(heavy)]\n"
    )

    subprocess.run([sys.executable, "-c", program, sqlite_path], env=unmeasured(), check=True)
