"""Who waits for whom: the one order in which every transaction on PostgreSQL takes its rows.

1. The user's row. Whoever has it is alone with all that is this user's, in whatever order it is written.
2. What is the user's: activations, enrolments, devices, device sessions, logins, challenges, requests, sessions,
   factors, prompts, tickets. Of other users only what shares a factor of this one's: first the factor, then those that
   share it, and the prompts of all of them last (`factor_endings`). The session of a gateway-compatible front is
   nobody's: who takes its one row takes no other.
3. The head of the audit chain (`audit.record`).
4. Texts. Their numbers are drawn while the head is held, so that they ascend in the order of commits; those of requests
   are drawn while the user's row is held, which is enough for the readers of one device.

A transaction that updates a single row of a user, and no key of it, may leave out the first step: it waits for others
with nothing in its hands but that row, and so never in a circle. SQLite has one writer at a time; nothing to order.
"""

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from authsim.adapters.sql.tables import USERS
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.model import UserId

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Select, Table

_LOCK: Final = (
    select(USERS.c.password_hash).where(USERS.c.user_id == bindparam("of_user")).with_for_update(key_share=True)
)
_LOCK_FOR_REMOVAL: Final = select(USERS.c.serial).where(USERS.c.user_id == bindparam("of_user")).with_for_update()


def is_owner_of(table: "Table", column: "Column[str]") -> "ColumnElement[bool]":
    """Say that a user is the one to whom a row belongs, which is found by `column` = `of_row`."""
    return USERS.c.user_id == select(table.c.user_id).where(column == bindparam("of_row")).scalar_subquery()


def lock_owner_by(table: "Table", column: "Column[str]") -> "Select[Any]":
    """Return the statement for `lock_owner`."""
    return select(USERS.c.user_id).where(is_owner_of(table, column)).with_for_update(key_share=True)


def lock_user(connection: "Connection", user_id: UserId) -> None:
    """Let no other transaction work on this user until the end of this one. `StoreConflictError` when there is none."""
    if connection.execute(_LOCK, {"of_user": user_id}).one_or_none() is None:
        raise StoreConflictError("there is no such user any more")


def lock_judged(connection: "Connection", user_id: UserId, judged: str) -> None:
    """As `lock_user`; `StoreStaleError` unless the user still has the password hash that was judged."""
    row = connection.execute(_LOCK, {"of_user": user_id}).one_or_none()
    if row is None or row.password_hash != judged:
        raise StoreStaleError("the user's password is another by now, or the user is gone")


def lock_for_removal(connection: "Connection", user_id: UserId) -> None:
    """As `lock_user`, and wait for whoever refers to the user's row."""
    if connection.execute(_LOCK_FOR_REMOVAL, {"of_user": user_id}).one_or_none() is None:
        raise StoreConflictError("there is no such user any more")


def lock_owner(connection: "Connection", statement: "Select[Any]", row_id: str) -> UserId:
    """Lock the user to whom a row belongs, and return who it is. `StoreConflictError` when the row is gone."""
    found = connection.execute(statement, {"of_row": row_id}).one_or_none()
    if found is None:
        raise StoreConflictError("the row is gone, with its user")
    return UserId(found.user_id)
