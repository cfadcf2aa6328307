"""PostgreSQL: its addresses, its settings, its trouble."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text

from authsim.adapters.sql import SqlStore, open_postgres, open_store
from authsim.adapters.sql.audit import record
from authsim.errors import StoreConflictError, StoreError
from authsim.events import EventKind
from tests.support import nouns
from tests.support.postgres import PostgresServer

CANARY = "CANARY-77aa"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://authsim:{CANARY}@localhost/authsim",
        f"postgresql+psycopg://authsim:{CANARY}@localhost/authsim",
        f"postgresql:///authsim?user=authsim&password={CANARY}",
        f"postgresql:///authsim?sslpassword={CANARY}",
    ],
)
def test_a_password_in_the_address_is_refused(url: str) -> None:
    """The error names the password file to use instead, and does not repeat the password."""
    with pytest.raises(StoreError, match="PGPASSFILE") as caught:
        open_postgres(url)

    assert "~/.pgpass" in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["", "portal.sqlite3", "sqlite:///portal.sqlite3", "mysql://host/name", "postgresql+asyncpg://host/name", "://"],
)
def test_another_address_is_refused(url: str) -> None:
    """Whatever is no address of PostgreSQL is refused with the form of one."""
    with pytest.raises(StoreError, match="postgresql://"):
        open_postgres(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_schemes_are_taken(postgres_url: str, scheme: str) -> None:
    """All the ways in which people write such an address lead to the same database."""
    with closing(open_postgres(postgres_url.replace("postgresql:", f"{scheme}:"))) as store:
        assert open_store(store).users.list_all() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous_commit", "on"),
        ("lock_timeout", "5s"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("client_encoding", "UTF8"),
        ("application_name", "authsim"),
        ("work_mem", "8MB"),
    ],
)
def test_every_connection_is_told_the_same(postgres_url: str, name: str, value: str) -> None:
    """Durability and patience do not depend on how the server was set up; an operator's own options stay."""
    url = f"{postgres_url}&options=-c%20work_mem%3D8MB%20-c%20synchronous_commit%3Doff"

    with closing(open_postgres(url)) as store:
        found = store.database.read(lambda connection: connection.execute(text(f"SHOW {name}")).scalar_one())

    assert found == value


def test_the_password_file_is_handed_on(postgres_url: str, tmp_path: Path) -> None:
    """A password file that was named is the one that the driver reads."""
    path = tmp_path / "pgpass"
    path.write_text("*:*:*:*:password\n")
    path.chmod(0o600)

    with closing(open_postgres(postgres_url, path)) as store, store.database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["passfile"] == str(path)


def test_a_server_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A server that cannot be reached is one sentence, and not a word of the address."""
    with closing(open_postgres(f"postgresql:///authsim?host={tmp_path}")) as store, pytest.raises(StoreError) as caught:
        store.users.list_all()

    assert str(caught.value).startswith("the database cannot be reached")


def test_a_database_that_is_not_there_is_an_error(postgres_server: PostgresServer) -> None:
    """A database that nobody made is an error that does not show the driver's words."""
    with closing(open_postgres(postgres_server.url("nowhere"))) as store, pytest.raises(StoreError) as caught:
        store.users.list_all()

    assert "nowhere" not in str(caught.value)


def test_the_driver_is_an_extra(tmp_path: Path) -> None:
    """Without psycopg the error names the extra that installs it."""
    program = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "from authsim.adapters.sql import open_postgres\n"
        "from authsim.errors import StoreError\n"
        "try:\n"
        "    open_postgres('postgresql:///authsim')\n"
        "except StoreError as error:\n"
        "    print(error)\n"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "authsim[postgres]" in said


def test_a_restart_of_the_server_is_not_noticed(
    postgres_store: SqlStore, postgres_url: str, postgres_server: PostgresServer
) -> None:
    """When the server hung up on idle connections, the next read and the next write find new ones."""
    user = nouns.add_user(postgres_store)

    postgres_server.break_connections(postgres_url)
    assert postgres_store.users.list_all() == [user]
    postgres_server.break_connections(postgres_url)
    nouns.add_user(postgres_store)

    assert nouns.read_all(postgres_store) == [EventKind.USER_ADDED] * 2


def test_a_connection_lost_before_the_end_is_tried_again(
    postgres_store: SqlStore, postgres_url: str, postgres_server: PostgresServer
) -> None:
    """The server undid what it no longer heard of, so the same again is done once."""
    runs: list[int] = []

    def work(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        runs.append(1)
        if len(runs) == 1:
            postgres_server.break_connections(postgres_url)
        record(connection, [nouns.event()])

    postgres_store.database.write(work)

    assert len(runs) == 2
    assert nouns.read_all(postgres_store) == [EventKind.LOGIN_STARTED]


def test_a_lost_commit_is_never_tried_again(
    postgres_store: SqlStore, postgres_url: str, postgres_server: PostgresServer
) -> None:
    """When nobody knows whether a commit happened, the caller is told, and the work is not done twice."""
    runs: list[int] = []

    def work(connection: Connection) -> None:
        record(connection, [nouns.event()])
        runs.append(1)
        postgres_server.break_connections(postgres_url)

    with pytest.raises(StoreError) as caught:
        postgres_store.database.write(work)

    assert not isinstance(caught.value, StoreConflictError)
    assert len(runs) == 1
    assert nouns.read_all(postgres_store) == []


def test_a_connection_that_is_always_lost_is_an_error(
    postgres_store: SqlStore, postgres_url: str, postgres_server: PostgresServer
) -> None:
    """After three times the caller is told, whether it read or wrote."""
    runs: list[int] = []

    def work(connection: Connection) -> None:
        runs.append(1)
        connection.execute(text("SELECT 1"))
        postgres_server.break_connections(postgres_url)
        connection.execute(text("SELECT 1"))

    for attempt in (postgres_store.database.read, postgres_store.database.write):
        with pytest.raises(StoreError, match="cannot be reached"):
            attempt(work)

    assert len(runs) == 6


def test_two_that_wait_for_each_other_both_succeed(postgres_store: SqlStore) -> None:
    """A deadlock is undone by the server and done again here; nobody is told."""
    users = [nouns.add_user(postgres_store) for _ in range(2)]
    lock = text("SELECT 1 FROM users WHERE user_id = :user_id FOR UPDATE")
    meet = threading.Barrier(2)
    runs: list[str] = []

    def lock_both(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            connection.execute(lock, {"user_id": first})
            runs.append(first)
            if runs.count(first) == 1:
                meet.wait(10)
            connection.execute(lock, {"user_id": second})
            record(connection, [nouns.event()])

        postgres_store.database.write(work)

    ids = [user.user_id for user in users]
    threads = [threading.Thread(target=lock_both, args=order) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(runs) >= 3, "somebody had to begin again; how often is the server's affair"
    assert nouns.read_all(postgres_store).count(EventKind.LOGIN_STARTED) == 2


def test_a_row_that_stays_locked_is_an_error(postgres_url: str) -> None:
    """After the longest wait for another's lock a write gives up, having written nothing."""
    with (
        closing(open_postgres(postgres_url, longest_wait_s=1)) as store,
        psycopg.connect(postgres_url) as other,
    ):
        user = nouns.add_user(store)
        other.execute("SELECT 1 FROM users FOR UPDATE")

        with pytest.raises(StoreError, match="busy") as caught:
            store.users.set_password(user.user_id, "new", event=nouns.event())

        assert not isinstance(caught.value, StoreConflictError)
        assert store.users.list_all() == [user]
