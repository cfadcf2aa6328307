"""`ports.Users` in SQL."""

from typing import TYPE_CHECKING, Any, Final, final

from sqlalchemy import bindparam, delete, insert, select, update

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.endings import end_begun
from authsim.adapters.sql.locks import is_owner_of, lock_for_removal
from authsim.adapters.sql.rows import format_lockout, format_user, parse_lockout, parse_user
from authsim.adapters.sql.tables import (
    ACTIVATIONS,
    CHALLENGES,
    DEVICE_SESSIONS,
    DEVICES,
    ENROLMENTS,
    LOGINS,
    PUSHES,
    SESSIONS,
    TEXTS,
    USERS,
)
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.model import Lockout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Column, Connection, Select, Table

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import User, UserId

_OF_USER: Final = USERS.c.user_id == bindparam("of_user")

_INSERT: Final = insert(USERS)
_GET: Final = select(USERS).where(_OF_USER)
_FIND: Final = select(USERS).where(USERS.c.name == bindparam("by_name"))
_LIST: Final = select(USERS).order_by(USERS.c.name)
_LOCKOUT: Final = select(USERS.c.user_id, USERS.c.failures_ms, USERS.c.locked_until_ms).with_for_update(key_share=True)
_LOCK_LOCKOUT: Final = _LOCKOUT.where(_OF_USER)
_SET_LOCKOUT: Final = (
    update(USERS)
    .where(_OF_USER)
    .values(failures_ms=bindparam("new_failures_ms"), locked_until_ms=bindparam("new_locked_until_ms"))
)
_SET_PASSWORD: Final = update(USERS).where(_OF_USER).values(password_hash=bindparam("new_hash"))
_SET_SEAMLESS: Final = update(USERS).where(_OF_USER).values(is_seamless=bindparam("new_is_seamless"))
_DELETE_ALL: Final = (  # children first
    delete(CHALLENGES).where(
        CHALLENGES.c.login_id.in_(select(LOGINS.c.login_id).where(LOGINS.c.user_id == bindparam("of_user")))
    ),
    *(
        delete(table).where(table.c.user_id == bindparam("of_user"))
        for table in (PUSHES, LOGINS, SESSIONS, ACTIVATIONS, ENROLMENTS, TEXTS, DEVICE_SESSIONS, DEVICES, USERS)
    ),
)


def lock_lockout_by(table: "Table", column: "Column[str]") -> "Select[Any]":
    """Return the statement for `lock_lockout`; the user is the one whose row is found by `column`."""
    return _LOCKOUT.where(is_owner_of(table, column))


def lock_lockout(connection: "Connection", statement: "Select[Any]", row_id: str) -> "tuple[UserId, Lockout]":
    """Lock the user to whom a row belongs, and return the lock-out. `StoreConflictError` when the row is gone."""
    row = connection.execute(statement, {"of_row": row_id}).one_or_none()
    if row is None:
        raise StoreConflictError("the row is gone, with its user")
    return row.user_id, parse_lockout(row)


def set_lockout(connection: "Connection", user_id: "UserId", lockout: "Lockout") -> None:
    """Write a lock-out."""
    values = {f"new_{name}": value for name, value in format_lockout(lockout).items()}
    connection.execute(_SET_LOCKOUT, {"of_user": user_id, **values})


def clear_lockout(
    connection: "Connection", user_id: "UserId", lockout: "Lockout", *, locked_until_ms: int | None
) -> None:
    """Clear a lock-out. `StoreStaleError` when its lock is not the one that was judged."""
    if lockout.locked_until_ms != locked_until_ms:
        raise StoreStaleError("the user's lock is another by now")
    set_lockout(connection, user_id, Lockout())


@final
class SqlUsers:
    """Usernames, their passwords and lock-outs."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def add(self, user: "User", *, event: "Event") -> None:
        """Insert a user with a new name."""

        def work(connection: "Connection") -> None:
            connection.execute(_INSERT, format_user(user))
            record(connection, [event])

        self._database.write(work)

    def get(self, user_id: "UserId") -> "User | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_user": user_id}).one_or_none())
        return None if row is None else parse_user(row)

    def find(self, name: str) -> "User | None":
        """Return by name."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"by_name": name}).one_or_none())
        return None if row is None else parse_user(row)

    def list_all(self) -> "Sequence[User]":
        """Return all, by name."""
        return [parse_user(row) for row in self._database.read(lambda connection: connection.execute(_LIST).all())]

    def change_lockout(
        self,
        user_id: "UserId",
        change: "Callable[[Lockout], Lockout]",
        *,
        event: "Event | None" = None,
    ) -> "tuple[Lockout, Lockout]":
        """Replace the lock-out by a function of it."""

        def work(connection: "Connection") -> "tuple[Lockout, Lockout]":
            row = connection.execute(_LOCK_LOCKOUT, {"of_user": user_id}).one_or_none()
            if row is None:
                raise StoreConflictError("there is no such user any more")
            before = parse_lockout(row)
            after = change(before)
            if after != before:
                set_lockout(connection, user_id, after)
                record(connection, [] if event is None else [event])
            return before, after

        return self._database.write(work)

    def set_seamless(self, user_id: "UserId", is_seamless: bool, *, event: "Event") -> None:
        """Switch notifications at login on or off."""
        values = {"of_user": user_id, "new_is_seamless": int(is_seamless)}

        def work(connection: "Connection") -> None:
            if not connection.execute(_SET_SEAMLESS, values).rowcount:
                raise StoreConflictError("there is no such user any more")
            record(connection, [event])

        self._database.write(work)

    def set_password(self, user_id: "UserId", password_hash: str, *, event: "Event") -> None:
        """Replace the hash, and end what the old password opened."""

        def work(connection: "Connection") -> None:
            if not connection.execute(_SET_PASSWORD, {"of_user": user_id, "new_hash": password_hash}).rowcount:
                raise StoreConflictError("there is no such user any more")
            end_begun(connection, user_id, now_ms=event.at_ms)
            record(connection, [event])

        self._database.write(work)

    def remove(self, user_id: "UserId", *, event: "Event") -> None:
        """Delete the user and all that is theirs but the audit rows."""

        def work(connection: "Connection") -> None:
            lock_for_removal(connection, user_id)
            for statement in _DELETE_ALL:
                connection.execute(statement, {"of_user": user_id})
            record(connection, [event])

        self._database.write(work)
        self._database.wipe_log()
