"""What the databases say when they fail, as `StoreError`: a sentence and a code, never SQL text or parameters."""

from types import MappingProxyType
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from authsim.errors import StoreConflictError, StoreError

#: Unique and foreign keys: somebody else was first, or the row's owner was removed meanwhile.
_CONFLICTS: Final = frozenset(
    {
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_ROWID",
        "SQLITE_CONSTRAINT_FOREIGNKEY",
        "23503",
        "23505",
    }
)

#: Serialization failure and deadlock: PostgreSQL undid the whole transaction and asks for it again.
_UNDONE: Final = frozenset({"40001", "40P01"})

_BUSY: Final = "the database is busy"
_FULL: Final = "the disk or another resource of the database is full"
_LOST: Final = "the database cannot be reached: is its server running, and does the URL name it?"

#: By the beginning of the code: SQLite's names have endings, PostgreSQL's codes have classes.
_SENTENCES: Final = MappingProxyType(
    {
        "SQLITE_BUSY": _BUSY,
        "SQLITE_LOCKED": _BUSY,
        "SQLITE_FULL": _FULL,
        "SQLITE_IOERR": "the disk failed",
        "SQLITE_READONLY": "the database file cannot be written",
        "SQLITE_CANTOPEN": "the database file cannot be opened",
        "SQLITE_CORRUPT": "the database file is damaged: restore a copy",
        "SQLITE_NOTADB": "the file is not a database",
        "SQLITE_ERROR": "the database has not the tables that this version expects",
        "40": _BUSY,
        "55P03": _BUSY,
        "57014": _BUSY,
        "25P03": _BUSY,
        "53": _FULL,
        "08": _LOST,
        "57P": _LOST,
        "28": "the database refused the login",
        "3D": "there is no such database",
        "42": "the database has not the tables that this version expects",
        "25006": "the database cannot be written",
    }
)


def compose_failure(error: SQLAlchemyError) -> StoreError:
    """Return what to raise in place of `error`."""
    if isinstance(error, PoolTimeoutError):
        return StoreError(_BUSY)
    code = _find_code(error)
    if code in _CONFLICTS:
        return StoreConflictError("a row with that name exists already, or what it belongs to is gone")
    sentences = (sentence for beginning, sentence in _SENTENCES.items() if code.startswith(beginning))
    sentence = next(sentences, _LOST if not code else "the database refused")
    return StoreError(f"{sentence} ({code})" if code else sentence)


def is_undone(error: SQLAlchemyError) -> bool:
    """Say whether the database undid the transaction for no fault of ours: the same again is safe and may succeed.

    A connection that broke before COMMIT was sent counts too: the server rolls back what it no longer hears of.
    """
    return _find_code(error) in _UNDONE or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _find_code(error: SQLAlchemyError) -> str:
    """Return SQLite's name or PostgreSQL's five characters, or nothing when the driver has neither."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
