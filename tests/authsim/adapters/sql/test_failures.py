"""What becomes of the databases' errors."""

import sqlite3

import psycopg
import pytest
from sqlalchemy import bindparam, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from authsim.adapters.sql import SqlStore
from authsim.adapters.sql.failures import compose_failure, is_undone
from authsim.errors import StoreConflictError, StoreError
from tests.support import nouns

CANARY = "CANARY-4f1c"


def wrapped(cause: BaseException, *, is_lost: bool = False) -> DBAPIError:
    """Return what SQLAlchemy makes of a driver's error."""
    return OperationalError(f"SELECT '{CANARY}'", {"password": CANARY}, cause, connection_invalidated=is_lost)


def from_sqlite(name: str) -> DBAPIError:
    """Return one of SQLite's errors."""
    cause = sqlite3.OperationalError(CANARY)
    cause.sqlite_errorname = name
    return wrapped(cause)


def from_postgresql(code: str) -> DBAPIError:
    """Return one of PostgreSQL's errors."""
    return wrapped(psycopg.errors.lookup(code)(CANARY))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_BUSY", "busy"),
        ("SQLITE_BUSY_SNAPSHOT", "busy"),
        ("SQLITE_LOCKED", "busy"),
        ("SQLITE_FULL", "full"),
        ("SQLITE_IOERR_WRITE", "disk failed"),
        ("SQLITE_READONLY", "cannot be written"),
        ("SQLITE_CANTOPEN", "cannot be opened"),
        ("SQLITE_CORRUPT", "damaged"),
        ("SQLITE_NOTADB", "not a database"),
        ("SQLITE_ERROR", "tables"),
        ("SQLITE_CONSTRAINT_CHECK", "refused"),
        ("SQLITE_CONSTRAINT_TRIGGER", "refused"),
    ],
)
def test_sqlite_s_errors_become_sentences(name: str, words: str) -> None:
    """Each says what happened and SQLite's own name for it, and nothing of statement, value or message."""
    failure = compose_failure(from_sqlite(name))

    assert type(failure) is StoreError
    assert words in str(failure)
    assert name in str(failure)
    assert CANARY not in str(failure)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("40001", "busy"),
        ("40P01", "busy"),
        ("55P03", "busy"),
        ("57014", "busy"),
        ("53100", "full"),
        ("53300", "full"),
        ("08006", "cannot be reached"),
        ("57P01", "cannot be reached"),
        ("28000", "refused the login"),
        ("3D000", "no such database"),
        ("42P01", "tables"),
        ("25006", "cannot be written"),
        ("P0001", "refused"),
    ],
)
def test_postgresql_s_errors_become_sentences(code: str, words: str) -> None:
    """Each says what happened and PostgreSQL's code for it, and nothing of statement, value or message."""
    failure = compose_failure(from_postgresql(code))

    assert type(failure) is StoreError
    assert words in str(failure)
    assert code in str(failure)
    assert CANARY not in str(failure)


@pytest.mark.parametrize(
    "error",
    [
        from_sqlite("SQLITE_CONSTRAINT_UNIQUE"),
        from_sqlite("SQLITE_CONSTRAINT_PRIMARYKEY"),
        from_sqlite("SQLITE_CONSTRAINT_FOREIGNKEY"),
        from_postgresql("23505"),
        from_postgresql("23503"),
    ],
)
def test_a_taken_name_is_a_conflict(error: SQLAlchemyError) -> None:
    """A unique or a foreign key that refuses a row is a lost race, and says nothing of the row."""
    failure = compose_failure(error)

    assert type(failure) is StoreConflictError
    assert CANARY not in str(failure)


def test_errors_without_a_code_have_a_sentence() -> None:
    """A connection that cannot be made, and a pool that has none left, are failures like any other."""
    assert str(compose_failure(wrapped(psycopg.OperationalError(CANARY)))).startswith("the database cannot be reached")
    assert str(compose_failure(PoolTimeoutError(CANARY))) == "the database is busy"


def test_only_what_the_database_undid_is_tried_again() -> None:
    """A deadlock, a serialization failure and a lost connection may be tried again; nothing else."""
    assert is_undone(from_postgresql("40001"))
    assert is_undone(from_postgresql("40P01"))
    assert is_undone(wrapped(psycopg.OperationalError(), is_lost=True))
    assert not is_undone(from_postgresql("23505"))
    assert not is_undone(from_sqlite("SQLITE_BUSY"))
    assert not is_undone(PoolTimeoutError())


def test_nothing_of_a_row_leaves_with_an_error(sql_store: SqlStore) -> None:
    """A refused row leaves neither its values nor the statement in the error, its causes or its traceback."""
    user = nouns.add_user(sql_store, name=CANARY, password_hash=CANARY)

    with pytest.raises(StoreConflictError) as caught:
        sql_store.users.add(user, event=nouns.event())

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert CANARY not in repr(caught.value)
    assert "INSERT" not in str(caught.value)


def test_sqlalchemy_hides_values_from_its_own_messages(sql_store: SqlStore) -> None:
    """Even the errors below ours, which a debugger may show, do not repeat parameters."""
    broken = text("SELECT * FROM nowhere WHERE x = :x").bindparams(bindparam("x", CANARY))

    with sql_store.database.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(broken)

    assert CANARY not in str(caught.value)
    assert create_engine("sqlite://").hide_parameters is False  # so it is our doing
