"""The audit record in SQL: the database itself refuses to rewrite it, and whoever does so all the same is found out."""

import pytest
from sqlalchemy import text

from authsim.adapters.audit_chain import ChainHead, require_unbroken
from authsim.adapters.sql import SqlStore
from authsim.errors import StoreConflictError, StoreError
from tests.support import nouns

DROP = {
    "sqlite": ["DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete"],
    "postgresql": ["ALTER TABLE audit DISABLE TRIGGER ALL"],
}
CHAIN = {"sqlite": "zeroblob(32)", "postgresql": "decode(repeat('00', 32), 'hex')"}


@pytest.fixture
def recorded(sql_store: SqlStore) -> SqlStore:
    """A store with four rows in its record."""
    for number in range(4):
        sql_store.audit.append(nouns.event(at_ms=number, user_id=nouns.new_hex()))
    return sql_store


def execute(store: SqlStore, *statements: str) -> None:
    """Do something to the tables behind the ports' back."""
    for statement in statements:
        store.database.write(lambda connection, statement=statement: connection.execute(text(statement)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET at_ms = 99 WHERE sequence = 2",
        "UPDATE audit SET at_ms = at_ms",
        "DELETE FROM audit WHERE sequence = 4",
        "DELETE FROM audit",
        "DELETE FROM audit_head",
        "INSERT INTO audit VALUES (9, 0, 'login:started', NULL, NULL, '{}', {chain})",
        "INSERT INTO audit VALUES (2, 0, 'login:started', NULL, NULL, '{}', {chain})",
    ],
)
def test_the_record_is_append_only(recorded: SqlStore, statement: str) -> None:
    """No row is changed, deleted, put in between or put after a gap, and the head stays."""
    rows, head = recorded.audit.read(after=0, most=10), recorded.audit.head()
    dialect = recorded.database.engine.dialect.name

    with pytest.raises(StoreError) as caught:
        execute(recorded, statement.replace("{chain}", CHAIN[dialect]))

    assert not isinstance(caught.value, StoreConflictError)
    assert recorded.audit.read(after=0, most=10) == rows
    assert recorded.audit.head() == head


def test_replacing_a_row_is_refused(sqlite_store: SqlStore) -> None:
    """SQLite's own way of overwriting a row by inserting does not get past the triggers either."""
    sqlite_store.audit.append(nouns.event())
    rows = sqlite_store.audit.read(after=0, most=10)

    with pytest.raises(StoreError):
        execute(
            sqlite_store, "INSERT OR REPLACE INTO audit VALUES (1, 9, 'login:started', NULL, NULL, '{}', zeroblob(32))"
        )

    assert sqlite_store.audit.read(after=0, most=10) == rows


@pytest.mark.parametrize("table", ["audit", "audit_head"])
def test_truncating_is_refused(postgres_store: SqlStore, table: str) -> None:
    """PostgreSQL's own way of emptying a table does not get past the triggers either."""
    postgres_store.audit.append(nouns.event())

    with pytest.raises(StoreError):
        execute(postgres_store, f"TRUNCATE {table}")

    assert len(postgres_store.audit.read(after=0, most=10)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET at_ms = 99 WHERE sequence = 3",
        "UPDATE audit SET kind = 'user:added' WHERE sequence = 3",
        "UPDATE audit SET user_id = NULL WHERE sequence = 3",
        "UPDATE audit SET reason = 'throttled' WHERE sequence = 3",
        'UPDATE audit SET facts = \'{"a":"b"}\' WHERE sequence = 3',
        "DELETE FROM audit WHERE sequence = 3",
    ],
)
def test_a_tampered_row_is_found(recorded: SqlStore, change: str) -> None:
    """Somebody who owns the database can drop the triggers, but whatever they change breaks the chain there."""
    execute(recorded, *DROP[recorded.database.engine.dialect.name], change)

    with pytest.raises(StoreError, match="broken at row 3"):
        require_unbroken(recorded.audit.read(after=0, most=10))


def test_a_cut_off_end_is_found(recorded: SqlStore) -> None:
    """When the last rows were deleted the chain is unbroken, but it does not reach the head."""
    execute(recorded, *DROP[recorded.database.engine.dialect.name], "DELETE FROM audit WHERE sequence > 2")

    found = require_unbroken(recorded.audit.read(after=0, most=10))

    assert found.sequence == 2
    assert recorded.audit.head() == ChainHead(sequence=4, chain=recorded.audit.head().chain) != found


def test_an_empty_record_has_a_head(sql_store: SqlStore) -> None:
    """Before anything happened the head is that of an empty chain."""
    assert sql_store.audit.head() == ChainHead() == require_unbroken([])
