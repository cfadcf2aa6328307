"""The SQLite file: its mode, its settings, its trouble."""

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from authsim.adapters.sql import SqlStore, create_schema, open_sqlite, open_store
from authsim.adapters.sql.sqlite import APPLICATION_ID, _require_wal
from authsim.errors import StoreConflictError, StoreError
from authsim.events import EventKind
from authsim.model import Lockout
from tests.support import nouns
from tests.support.child import LONGEST_S

INTEGRITY_CHECK = "PRAGMA integrity_check(1)"


def ask_pragma(store: SqlStore, name: str) -> Any:
    """Return a setting as one of the store's own connections has it."""
    return store.database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


@contextmanager
def heard(store: SqlStore) -> Iterator[list[str]]:
    """Collect the statements that a store executes."""
    statements: list[str] = []

    def listen(_1: object, _2: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", listen)
    yield statements
    event.remove(store.database.engine, "before_cursor_execute", listen)


@contextmanager
def narrowed(store: SqlStore, *, more_pages: int) -> Iterator[None]:
    """Let the disk be full after some more pages."""
    pages = ask_pragma(store, "page_count") + more_pages

    def narrow(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    store.close()
    event.listen(store.database.engine, "connect", narrow)
    yield
    event.remove(store.database.engine, "connect", narrow)
    store.close()


def crash_copy(store: SqlStore, path: Path, target: Path) -> Path:
    """Return the files as a power cut leaves them: with a log that nobody brought in."""
    nouns.add_user(store)
    for ending in ("", "-wal"):
        shutil.copy2(f"{path}{ending}", f"{target}{ending}")
    return target


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("trusted_schema", 0),
        ("secure_delete", 1),
        ("recursive_triggers", 1),
        ("application_id", APPLICATION_ID),
        ("user_version", 4),
    ],
)
def test_every_connection_is_durable_and_strict(sqlite_store: SqlStore, name: str, value: object) -> None:
    """Each connection has the settings that durability, privacy and integrity rest on."""
    assert ask_pragma(sqlite_store, name) == value


def test_every_table_is_strict(sqlite_store: SqlStore) -> None:
    """No table takes a value of another type than its column's."""
    tables = sqlite_store.database.read(lambda connection: connection.exec_driver_sql("PRAGMA table_list").all())

    ours = [table for table in tables if table.type == "table" and not table.name.startswith("sqlite_")]

    assert len(ours) == 23
    assert all(table.strict for table in ours)


def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    """The database and what SQLite lays beside it have mode 0600, even where new files are open to all."""
    previous = os.umask(0)
    try:
        with closing(create_schema(open_sqlite(tmp_path / "portal.sqlite3"))) as store:
            nouns.add_user(store)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(previous)

    assert modes == dict.fromkeys(["portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-shm"], 0o600)


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    """Making a store value touches no file; using it where there is none makes none."""
    store = open_sqlite(tmp_path / "portal.sqlite3")
    assert list(tmp_path.iterdir()) == []

    with pytest.raises(StoreError, match="does not exist"):
        store.users.list_all()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["portal 100%.sqlite3", "a?mode=memory#b.sqlite3", "ポータル.sqlite3"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    """A name with signs that mean something in addresses is a name like any other."""
    with closing(create_schema(open_sqlite(tmp_path / name))) as store:
        nouns.add_user(store)

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_shared_file_is_not_opened(sqlite_path: Path) -> None:
    """A database that others may read is refused with the remedy, for every new connection."""
    sqlite_path.chmod(0o644)

    with closing(open_sqlite(sqlite_path)) as store, pytest.raises(StoreError, match="chmod 600"):
        store.users.list_all()


def test_a_foreign_database_is_not_opened(tmp_path: Path) -> None:
    """A SQLite file of another program is neither used nor turned into ours."""
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE cookies (value)")
    path.chmod(0o600)
    before = path.read_bytes()

    with closing(open_sqlite(path)) as store:
        for attempt in (open_store, create_schema):
            with pytest.raises(StoreError, match="not a database of AuthSim"):
                attempt(store)

    assert path.read_bytes() == before


def test_what_is_no_database_is_not_opened(tmp_path: Path) -> None:
    """Any other file is refused in words."""
    path = tmp_path / "portal.sqlite3"
    path.write_bytes(b"not a database at all, but long enough to be one" * 40)
    path.chmod(0o600)

    with closing(open_sqlite(path)) as store, pytest.raises(StoreError, match="not a database"):
        open_store(store)


def test_a_file_system_without_a_log_is_refused() -> None:
    """Where SQLite cannot keep a write-ahead log, as on some network file systems, no portal is made."""
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(StoreError, match="local disk"):
        _require_wal(connection)


def test_a_file_that_a_crash_left_empty_is_finished(tmp_path: Path) -> None:
    """When `init` died just after it made the file, the next one goes on from there."""
    path = tmp_path / "portal.sqlite3"
    path.touch(mode=0o600)

    with closing(create_schema(open_sqlite(path))) as store:
        assert store.users.list_all() == []


def test_a_file_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """No folder, or another program in the way: one sentence each."""
    with pytest.raises(StoreError, match="cannot make"):
        create_schema(open_sqlite(tmp_path / "nowhere" / "portal.sqlite3"))
    path = tmp_path / "portal.sqlite3"
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="SQLITE_BUSY"):
            create_schema(open_sqlite(path, longest_wait_s=0.01))


def test_a_full_disk_consumes_nothing(sqlite_store: SqlStore) -> None:
    """While the disk is full a response is an error and is not counted; with room again the same one counts."""
    device = nouns.add_device(sqlite_store, nouns.add_user(sqlite_store).user_id)
    asked = nouns.ask(sqlite_store, device, attempts_allowed=10_000)

    def count() -> None:
        sqlite_store.logins.count_response(
            asked.challenge_id,
            now_ms=nouns.NOW_MS,
            change=lambda _: Lockout(failures_ms=(nouns.NOW_MS,)),
            event=nouns.event(EventKind.RESPONSE_COUNTED, facts={"filler": "x" * 500}),
        )

    counted = 0
    with narrowed(sqlite_store, more_pages=2):
        for _ in range(100):
            try:
                count()
            except StoreConflictError:
                raise
            except StoreError:
                break
            counted += 1
        with pytest.raises(StoreError, match="full"):
            count()
        present = sqlite_store.logins.challenge_of(asked.login_id)
        assert present is not None
        assert present.attempts == counted < 100
        assert nouns.read_all(sqlite_store).count(EventKind.RESPONSE_COUNTED) == counted

    count()

    present = sqlite_store.logins.challenge_of(asked.login_id)
    assert present is not None
    assert present.attempts == counted + 1


def test_a_locked_database_serves_late(sqlite_store: SqlStore, sqlite_path: Path) -> None:
    """A write that meets another program's lock waits, and is done when the lock is gone."""
    with closing(sqlite3.connect(sqlite_path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        release.start()

        user = nouns.add_user(sqlite_store)

        release.join(LONGEST_S)
    assert sqlite_store.users.get(user.user_id) == user


def test_a_database_that_stays_locked_is_an_error(sqlite_path: Path) -> None:
    """After the longest wait a write gives up, having written nothing; reading goes on all the time."""
    with (
        closing(open_sqlite(sqlite_path, longest_wait_s=0.05)) as store,
        closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="busy") as caught:
            nouns.add_user(store)
        assert store.users.list_all() == []
        other.execute("ROLLBACK")

        assert not isinstance(caught.value, StoreConflictError)
        assert nouns.add_user(store)


def test_writers_of_one_process_wait_their_turn(sqlite_path: Path) -> None:
    """While one thread writes another waits as long as it is told, then gives up."""
    inside, leave = threading.Event(), threading.Event()
    with closing(open_sqlite(sqlite_path, longest_wait_s=0.05)) as store:

        def occupy(_connection: object) -> None:
            inside.set()
            leave.wait(LONGEST_S)

        occupant = threading.Thread(target=store.database.write, args=[occupy])
        occupant.start()
        assert inside.wait(LONGEST_S)
        with pytest.raises(StoreError, match="busy"):
            nouns.add_user(store)
        leave.set()
        occupant.join(LONGEST_S)

        assert nouns.add_user(store)


def test_connections_are_bounded(sqlite_path: Path) -> None:
    """When all connections are lent out, one more reader waits and is then refused."""
    with closing(open_sqlite(sqlite_path, longest_wait_s=0.05)) as store:
        lent = [store.database.engine.connect() for _ in range(32)]
        with pytest.raises(StoreError, match="busy"):
            store.users.list_all()
        for connection in lent:
            connection.close()

        assert store.users.list_all() == []


def test_many_threads_share_few_connections(sqlite_store: SqlStore) -> None:
    """However many threads come and go, connections are reused and all are closed with the store."""
    opened: list[object] = []
    event.listen(sqlite_store.database.engine, "connect", lambda connection, _: opened.append(connection))

    for _ in range(5):
        threads = [threading.Thread(target=sqlite_store.users.list_all) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LONGEST_S)
    sqlite_store.close()

    assert len(opened) <= 32
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError):
            connection.execute("SELECT 1")  # type: ignore[attr-defined]


def test_a_clean_stop_leaves_one_file(sqlite_path: Path) -> None:
    """Closing brings the log into the database, and the next start has nothing to read through."""
    with closing(open_store(open_sqlite(sqlite_path))) as store:
        nouns.add_user(store)
    assert [path.name for path in sqlite_path.parent.iterdir()] == [sqlite_path.name]

    with closing(open_sqlite(sqlite_path)) as again, heard(again) as statements:
        open_store(again)

    assert INTEGRITY_CHECK not in statements


def test_after_a_crash_the_file_is_read_through(sqlite_store: SqlStore, sqlite_path: Path, tmp_path: Path) -> None:
    """A start that finds a log left behind examines the whole file once, and goes on with all that was committed."""
    target = crash_copy(sqlite_store, sqlite_path, tmp_path / "crashed.sqlite3")

    with closing(open_sqlite(target)) as store, heard(store) as statements:
        open_store(store)
        open_store(store)
        assert len(store.users.list_all()) == 1

    assert statements.count(INTEGRITY_CHECK) == 1


def test_a_second_process_does_not_read_it_through_again(
    sqlite_store: SqlStore, sqlite_path: Path, tmp_path: Path
) -> None:
    """While another portal has the file open, its log says nothing about a crash."""
    target = crash_copy(sqlite_store, sqlite_path, tmp_path / "crashed.sqlite3")
    with (
        closing(open_store(open_sqlite(target))),
        closing(open_sqlite(target)) as second,
        heard(second) as statements,
    ):
        open_store(second)

    assert INTEGRITY_CHECK not in statements


def test_a_damaged_file_is_not_served(sqlite_store: SqlStore, sqlite_path: Path, tmp_path: Path) -> None:
    """When the file was damaged in a crash the start stops there, and asks for a copy."""
    sqlite_store.database.wipe_log()
    target = crash_copy(sqlite_store, sqlite_path, tmp_path / "crashed.sqlite3")
    root = "SELECT rootpage FROM sqlite_schema WHERE name = 'devices_of_user'"
    page = sqlite_store.database.read(lambda connection: connection.exec_driver_sql(root).scalar_one())
    with target.open("r+b") as file:
        file.seek((page - 1) * ask_pragma(sqlite_store, "page_size"))
        file.write(b"\xff" * 100)

    with closing(open_sqlite(target)) as store, pytest.raises(StoreError, match="restore a copy"):
        open_store(store)
