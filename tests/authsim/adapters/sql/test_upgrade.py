"""Stores that an older version made: a start brings them up to date, with all that is in them, or leaves them alone."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, event, insert, select

from authsim import states
from authsim.adapters.audit_chain import require_unbroken
from authsim.adapters.sql import SqlStore, create_schema, open_postgres, open_sqlite, open_store, schema
from authsim.adapters.sql.tables import (
    ACTIVATIONS,
    AUDIT,
    CHALLENGES,
    DEVICE_SESSIONS,
    DEVICES,
    ENROLMENTS,
    FACTORS,
    INSTANCE,
    LOGINS,
    PUSHES,
    SESSIONS,
    TEXTS,
    TICKET_MESSAGES,
    TICKETS,
    USERS,
)
from authsim.errors import StoreConflictError, StoreError
from authsim.model import Decision, FactorKind, Lockout, Reach, Role, SecureLogin
from tests.support import nouns
from tests.support.child import unmeasured
from tests.support.nouns import NOW_MS
from tests.support.postgres import PostgresServer

#: A store of each older version, as that version left it.
STORES = Path(__file__).with_name("stores")
PARENTS_FIRST = (
    INSTANCE,
    USERS,
    DEVICES,
    DEVICE_SESSIONS,
    ACTIVATIONS,
    ENROLMENTS,
    TEXTS,
    LOGINS,
    CHALLENGES,
    PUSHES,
    SESSIONS,
    FACTORS,
    TICKETS,
    TICKET_MESSAGES,
    AUDIT,
)


@pytest.fixture(params=sorted(schema.OLDER))
def version(request: pytest.FixtureRequest) -> str:
    """An older version."""
    return str(request.param)


@pytest.fixture
def old_path(tmp_path: Path, version: str) -> Path:
    """A SQLite file of an older version."""
    path = tmp_path / "portal.sqlite3"
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((STORES / f"{version}.sql").read_text())
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, old_path: Path, version: str) -> Iterator[SqlStore]:
    """A store of an older version, of each kind."""
    if request.param == "sqlite":
        with closing(open_sqlite(old_path)) as store:
            yield store
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.empty_database() as url, closing(open_postgres(url)) as store:
        store.database.write(lambda connection: _make_old(connection, old_path, version))
        yield store


def _make_old(connection: Connection, rows: Path, version: str) -> None:
    """Migrate to that version, and bring the rows of a SQLite file over."""
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
    with closing(sqlite3.connect(rows)) as source:
        source.row_factory = sqlite3.Row
        known = {name for (name,) in source.execute("SELECT name FROM sqlite_schema")}
        for table in (table for table in PARENTS_FIRST if table.name in known):
            for row in source.execute(f"SELECT * FROM {table.name} ORDER BY 1"):  # noqa: S608 - names of our own
                kept = {name: row[name] for name in row.keys() if name not in ("serial", "questions")}  # noqa: SIM118
                connection.execute(insert(table).values(kept))


def test_an_older_store_is_brought_up_to_date(old: SqlStore, version: str) -> None:
    """All that was in it is there, new columns have their defaults, the record is whole, and the store can be used."""
    store = open_store(old)
    has_phones = version != "0001"

    alice, bob, carol = store.users.list_all()
    assert [user.name for user in (alice, bob, carol)] == ["alice", "bob", "carol"]
    assert (alice.is_seamless, carol.is_seamless) == (True, not has_phones)
    assert (alice.secure_login, alice.region, alice.phone_verified_ms) == (SecureLogin.ENROLLED, "US", None)
    assert bob.lockout == Lockout(failures_ms=(NOW_MS,))
    newer, older = store.devices.list_of(alice.user_id)
    assert (newer.state, older.state) == (states.Device.ACTIVE, states.Device.REVOKED)
    assert (newer.counter, newer.alarms, newer.question, newer.expires_ms) == (int(has_phones), 0, "", None)
    assert store.devices.current_of(alice.user_id) == newer
    assert store.logins.count_questions(newer.device_id) == (4 if has_phones else 2)
    (opened,) = store.sessions.list_open(alice.user_id, now_ms=NOW_MS)
    assert (opened.reach, opened.proof, opened.verified_purpose) == (Reach.FULL, None, None)
    assert len(store.texts.list_of("+15550100", after=0, most=9)) == int(has_phones)
    requests = store.pushes.list_notified(newer.device_id, after=0, most=9)
    approved = [request.decision for request in requests if request.state is states.OneShot.CONSUMED]
    assert approved == [Decision.APPROVE] * int(has_phones)
    (offered,) = store.database.read(lambda connection: connection.execute(_ISSUED).all())
    assert offered.user_id == bob.user_id
    has_factors = version not in ("0001", "0002")
    assert [factor.kind for factor in store.factors.list_of(bob.user_id)] == [
        FactorKind.AUTHENTICATOR_APP
    ] * has_factors
    assert [len(store.tickets.messages_of(one.ticket_id)) for one in store.tickets.list_open(most=9)] == [
        1
    ] * has_factors
    assert store.gateways.get() is None
    assert require_unbroken(store.audit.read(after=0, most=1_000)) == store.audit.head()
    push = nouns.send(store, newer)
    assert store.pushes.list_notified(newer.device_id, after=0, most=9)[-1] == push
    nouns.enrol(store, bob.user_id)
    nouns.add_user(store, name="desk", role=Role.HELP_DESK)
    store.users.remove(store.users.list_all()[-1].user_id, event=nouns.event())
    assert open_store(store).users.list_all() == [alice, bob, carol]


def test_no_question_of_before_comes_again(old: SqlStore) -> None:
    """What a phone was asked by the older version is not asked again, also when its challenge is gone."""
    store = open_store(old)
    phone = store.devices.active_of(store.users.list_all()[0].user_id)
    asked = store.database.read(lambda connection: connection.execute(select(CHALLENGES.c.question)).scalars().all())
    store.database.write(lambda connection: connection.execute(delete(PUSHES)))
    store.database.write(lambda connection: connection.execute(delete(CHALLENGES)))

    assert phone is not None
    for question in asked:
        with pytest.raises(StoreConflictError):
            nouns.ask(store, phone, question=question)


def test_it_has_the_schema_of_a_new_one(old_path: Path, tmp_path: Path) -> None:
    """Tables, columns, indexes and triggers are those of a store that was made today."""
    new_path = tmp_path / "new.sqlite3"
    for store in (open_store(open_sqlite(old_path)), create_schema(open_sqlite(new_path))):
        store.close()

    def shape(path: Path) -> set[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
            return {(f"{kind} {name}", " ".join((sql or "").split())) for kind, name, sql in found}

    assert shape(old_path) == shape(new_path)


def test_the_store_is_kept_as_it_was(old_path: Path, version: str, caplog: pytest.LogCaptureFixture) -> None:
    """Beside the file lies a private copy that the older version can open, and the operator is told where."""
    open_store(open_sqlite(old_path)).close()

    copy = old_path.with_name(f"portal.sqlite3.schema-{version}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(version,)]
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (3,)
        assert connection.execute("PRAGMA application_id").fetchone() == (0x41755369,)
    assert str(copy) in caplog.text
    assert sorted(path.name for path in old_path.parent.iterdir()) == [old_path.name, copy.name]


def test_a_copy_that_stands_there_is_replaced(old_path: Path, version: str) -> None:
    """What an earlier attempt left does not keep a store from being brought up to date."""
    copy = old_path.with_name(f"portal.sqlite3.schema-{version}")
    copy.write_bytes(b"an earlier one")
    copy.with_name(f"{copy.name}.part").write_bytes(b"half of one")

    open_store(open_sqlite(old_path)).close()

    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (3,)


def test_without_a_copy_nothing_is_changed(old_path: Path, version: str) -> None:
    """When the copy cannot be made, the store stays what it was."""
    old_path.with_name(f"portal.sqlite3.schema-{version}").mkdir()

    with closing(open_sqlite(old_path)) as store, pytest.raises(StoreError, match="cannot copy"):
        open_store(store)

    assert _version_of(old_path) == version


def test_a_failure_leaves_the_older_store(old: SqlStore, version: str) -> None:
    """Whichever statement fails, the store is of the older version, with its rows, and the next start succeeds."""
    statements: list[str] = []

    def listen(_1: object, _2: object, statement: str, *_more: object) -> None:
        statements.append(statement)
        if "alembic_version" in statement and schema.REVISION in statement:  # the last one
            raise StoreError("the disk is full")

    event.listen(old.database.engine, "before_cursor_execute", listen)
    with pytest.raises(StoreError, match="full"):
        open_store(old)
    event.remove(old.database.engine, "before_cursor_execute", listen)

    assert any("CREATE TABLE gateway" in statement for statement in statements)
    assert old.database.read(schema.require_usable) == version
    assert len(open_store(old).users.list_all()) == 3


def test_a_start_that_looks_while_another_migrates_finds_one_version(old_path: Path, version: str) -> None:
    """What the file says of itself is read at one moment: all of it before the other's migration, or all after."""
    others = [open_sqlite(old_path)]
    with closing(open_sqlite(old_path)) as store:

        def migrate(_1: object, _2: object, statement: str, *_more: object) -> None:
            if "version_num" in statement and others:
                open_store(others.pop()).close()

        event.listen(store.database.engine, "after_cursor_execute", migrate)

        assert store.database.read(schema.require_usable) == version
        assert store.database.read(schema.require_usable) is None


@pytest.mark.parametrize("version", [max(schema.OLDER)])
def test_what_migrates_is_loaded_before_others_have_to_wait(old_path: Path) -> None:
    """When the transaction of a migration begins its libraries are there: others wait for no longer than it takes."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from sqlalchemy import event\n"
        "from authsim.adapters.sql import open_sqlite, open_store\n"
        "store, found = open_sqlite(Path(sys.argv[1])), []\n"
        "def look(connection, cursor, statement, *more):\n"
        "    if statement == 'BEGIN IMMEDIATE':\n"
        "        found.append('alembic.command' in sys.modules)\n"
        "event.listen(store.database.engine, 'before_cursor_execute', look)\n"
        "open_store(store).close()\n"
        "print(found)\n"
    )

    command = [sys.executable, "-c", program, str(old_path)]
    told = subprocess.run(command, env=unmeasured(), check=True, capture_output=True, text=True)
    assert told.stdout == "[True]\n"


@pytest.mark.parametrize("version", [max(schema.OLDER)])
def test_of_many_starts_one_migrates(old: SqlStore, old_path: Path, version: str) -> None:
    """Processes that start at one moment all find the store of this version, and the copy is of the older one."""
    address = str(old_path)
    if old.database.engine.dialect.name != "sqlite":
        address = old.database.engine.url.render_as_string(hide_password=False)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from authsim.adapters.sql import open_postgres, open_sqlite, open_store\n"
        "store = open_postgres(sys.argv[1]) if '://' in sys.argv[1] else open_sqlite(Path(sys.argv[1]))\n"
        "assert len(open_store(store).users.list_all()) == 3\n"
        "store.close()\n"
    )
    starts = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", program, address], env=unmeasured()) for _ in range(4)
    ]

    assert [start.wait(60) for start in starts] == [0] * 4
    if "://" not in address:
        assert _version_of(old_path.with_name(f"portal.sqlite3.schema-{version}")) == version


def test_every_older_version_has_a_store_to_try() -> None:
    """The versions that a start brings up to date are those of which a store is kept for these tests."""
    assert {path.stem for path in STORES.iterdir()} == schema.OLDER


def _version_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(version)


_ISSUED = select(ACTIVATIONS.c.user_id).where(ACTIVATIONS.c.state == states.OneShot.ISSUED.value)
