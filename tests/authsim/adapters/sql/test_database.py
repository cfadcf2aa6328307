"""Transactions and connections, on both databases."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from authsim.adapters.sql import SqlStore
from tests.support import nouns
from tests.support.stores import SQL_KINDS

FORK = """
import os, sys, threading
from pathlib import Path
from authsim.adapters.sql import open_postgres, open_sqlite
from tests.support import nouns

address = sys.argv[1]
store = open_postgres(address) if "://" in address else open_sqlite(Path(address))
forgotten = open_sqlite(Path("nowhere"))
del forgotten
nouns.add_user(store, name="before")
inside, leave = threading.Event(), threading.Event()

def occupy(connection):
    inside.set()
    leave.wait(10)

occupant = threading.Thread(target=store.database.write, args=[occupy])
if sys.argv[2] == "busy":
    occupant.start()
    inside.wait(10)
children = []
for number in range(4):
    child = os.fork()
    if not child:
        assert [user.name for user in store.users.list_all()][:1] == ["before"]
        if sys.argv[2] == "idle":
            nouns.add_user(store, name=f"child-{number}", user_id=f"c{number:031}")
        store.close()
        sys.exit()
    children.append(child)
for child in children:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
if sys.argv[2] == "busy":
    leave.set()
    occupant.join(10)
nouns.add_user(store, name="later", user_id="f" * 32)
assert len(store.users.list_all()) == (6 if sys.argv[2] == "idle" else 2)
store.close()
"""


@pytest.mark.parametrize("parent", ["idle", "busy"])
@pytest.mark.parametrize("kind", SQL_KINDS)
def test_a_store_survives_a_fork(request: pytest.FixtureRequest, kind: str, parent: str) -> None:
    """Forked children use the store with connections of their own; while another thread was writing, they can read."""
    address = request.getfixturevalue({"sqlite_store": "sqlite_path", "postgres_store": "postgres_url"}[kind])

    child = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK, str(address), parent],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (child.returncode, child.stderr) == (0, "")


def test_reading_holds_no_transaction(sql_store: SqlStore) -> None:
    """After a read nothing is held that would keep a log or old rows alive."""
    nouns.add_user(sql_store)

    def is_in_transaction(connection: Connection) -> bool:
        connection.execute(text("SELECT 1")).all()
        driver = connection.connection.driver_connection
        assert driver is not None
        if connection.dialect.name == "sqlite":
            return bool(driver.in_transaction)
        return bool(driver.info.transaction_status)

    assert not sql_store.database.read(is_in_transaction)


def test_whatever_is_raised_wrote_nothing(sql_store: SqlStore) -> None:
    """Any exception inside a transaction undoes it, and the next one finds the store as it was."""

    def work(connection: Connection) -> None:
        connection.execute(text("DELETE FROM users"))
        raise KeyboardInterrupt

    user = nouns.add_user(sql_store)

    with pytest.raises(KeyboardInterrupt):
        sql_store.database.write(work)

    assert sql_store.users.list_all() == [user]


def test_a_closed_store_opens_again(sql_store: SqlStore) -> None:
    """Closing gives connections back; whoever uses the store afterwards gets new ones."""
    user = nouns.add_user(sql_store)

    sql_store.close()
    sql_store.close()

    assert sql_store.users.list_all() == [user]
