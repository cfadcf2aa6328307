"""`ports.Users` in SQL."""

from typing import TYPE_CHECKING, Any, Final, final

from sqlalchemy import bindparam, delete, exists, insert, literal, select, update

from authsim import states
from authsim.adapters.consequences import compose_closed
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.endings import end_begun, move_one_shots
from authsim.adapters.sql.factor_endings import forget_factors
from authsim.adapters.sql.locks import is_owner_of, lock_for_removal, lock_user
from authsim.adapters.sql.rows import format_lockout, format_user, parse_lockout, parse_user
from authsim.adapters.sql.tables import (
    ACTIVATIONS,
    ASKED_QUESTIONS,
    ATTACHMENTS,
    CHALLENGES,
    DEVICE_SESSIONS,
    DEVICES,
    ENROLMENTS,
    LOGINS,
    PUSHES,
    SESSIONS,
    TEXTS,
    TICKET_MESSAGES,
    TICKETS,
    USERS,
)
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.model import Lockout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, Select, Table

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import SecureLogin, User, UserId

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
_SET_SECURE_LOGIN: Final = (
    update(USERS)
    .where(_OF_USER, USERS.c.secure_login == bindparam("before"))
    .values(secure_login=bindparam("after"), opts_out_ms=bindparam("new_opts_out_ms"))
)
_SET_PHONE: Final = (
    update(USERS).where(_OF_USER).values(phone=bindparam("new_phone"), phone_verified_ms=bindparam("new_verified_ms"))
)
_CANCEL_ENROLMENTS_BY_OTHER: Final = move_one_shots(
    ENROLMENTS,
    states.OneShotEvent.CANCEL,
    ENROLMENTS.c.user_id == bindparam("of_user"),
    exists(select(literal(1)).where(_OF_USER, USERS.c.phone.is_distinct_from(bindparam("new_phone")))),
)


def _is_of(table: "Table", key: str) -> "ColumnElement[bool]":
    """Say that a row of `table` belongs to what another table, which has the key, keeps of the user."""
    parents = {"login_id": LOGINS, "ticket_id": TICKETS, "device_id": DEVICES}
    parent = parents[key]
    return table.c[key].in_(select(parent.c[key]).where(parent.c.user_id == bindparam("of_user")))


_DELETE_ALL: Final = (  # children first
    *(
        delete(table).where(_is_of(table, key))
        for table, key in (
            (CHALLENGES, "login_id"),
            (ASKED_QUESTIONS, "device_id"),
            (TICKET_MESSAGES, "ticket_id"),
            (ATTACHMENTS, "ticket_id"),
        )
    ),
    *(
        delete(table).where(table.c.user_id == bindparam("of_user"))
        for table in (
            PUSHES,
            LOGINS,
            SESSIONS,
            ACTIVATIONS,
            ENROLMENTS,
            TEXTS,
            TICKETS,
            DEVICE_SESSIONS,
            DEVICES,
            USERS,
        )
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

    def set_secure_login(
        self,
        user_id: "UserId",
        *,
        before: "SecureLogin",
        after: "SecureLogin",
        opts_out_ms: int | None,
        event: "Event",
    ) -> None:
        """Move between enrolled, opting out and opted out."""
        moves = {"before": before.value, "after": after.value, "new_opts_out_ms": opts_out_ms}

        def work(connection: "Connection") -> None:
            if not connection.execute(_SET_SECURE_LOGIN, {"of_user": user_id, **moves}).rowcount:
                raise StoreConflictError("the user is elsewhere by now, or gone")
            record(connection, [event])

        self._database.write(work)

    def set_phone(self, user_id: "UserId", phone: str, *, verified_ms: int | None, event: "Event") -> None:
        """Replace the number, or note that it was verified."""
        values = {"of_user": user_id, "new_phone": phone}

        def work(connection: "Connection") -> None:
            lock_user(connection, user_id)
            connection.execute(_CANCEL_ENROLMENTS_BY_OTHER, {**values, "now_ms": event.at_ms})
            connection.execute(_SET_PHONE, {**values, "new_verified_ms": verified_ms})
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
            shared = forget_factors(connection, user_id)
            for statement in _DELETE_ALL:
                connection.execute(statement, {"of_user": user_id})
            record(connection, [event, *compose_closed(shared, now_ms=event.at_ms, by=event.facts.get("by"))])

        self._database.write(work)
        self._database.wipe_log()
