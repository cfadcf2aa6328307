"""`ports.Users` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, delete, insert, select, update

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import login_allows, one_shot_allows
from authsim.adapters.sql.rows import format_lockout, format_user, parse_lockout, parse_user
from authsim.adapters.sql.tables import ACTIVATIONS, CHALLENGES, DEVICES, LOGINS, SESSIONS, USERS
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Lockout, User, UserId

_OF_USER: Final = USERS.c.user_id == bindparam("of_user")

_INSERT: Final = insert(USERS)
_GET: Final = select(USERS).where(_OF_USER)
_FIND: Final = select(USERS).where(USERS.c.name == bindparam("by_name"))
_LIST: Final = select(USERS).order_by(USERS.c.name)
_LOCK_LOCKOUT: Final = (
    select(USERS.c.failures_ms, USERS.c.locked_until_ms).where(_OF_USER).with_for_update(key_share=True)
)
_SET_LOCKOUT: Final = (
    update(USERS)
    .where(_OF_USER)
    .values(failures_ms=bindparam("new_failures_ms"), locked_until_ms=bindparam("new_locked_until_ms"))
)
_SET_PASSWORD: Final = update(USERS).where(_OF_USER).values(password_hash=bindparam("new_hash"))
_END_SESSIONS: Final = (
    update(SESSIONS)
    .where(SESSIONS.c.user_id == bindparam("of_user"), SESSIONS.c.ended_ms.is_(None))
    .values(ended_ms=bindparam("now_ms"))
)
_END_BEGUN: Final = (
    update(CHALLENGES)
    .where(CHALLENGES.c.user_id == bindparam("of_user"), one_shot_allows(CHALLENGES.c.state, states.OneShotEvent.FAIL))
    .values(state=states.OneShot.FAILED.value, closed_ms=bindparam("now_ms")),
    update(LOGINS)
    .where(LOGINS.c.user_id == bindparam("of_user"), login_allows(states.LoginEvent.FAIL))
    .values(state=states.Login.FAILED.value, closed_ms=bindparam("now_ms")),
    update(ACTIVATIONS)
    .where(
        ACTIVATIONS.c.user_id == bindparam("of_user"), one_shot_allows(ACTIVATIONS.c.state, states.OneShotEvent.CANCEL)
    )
    .values(state=states.OneShot.CANCELLED.value, closed_ms=bindparam("now_ms")),
)
_LOCK: Final = select(USERS.c.serial).where(_OF_USER).with_for_update(key_share=True)
_LOCK_FOR_REMOVAL: Final = select(USERS.c.serial).where(_OF_USER).with_for_update()
_DELETE_ALL: Final = (  # children first
    delete(CHALLENGES).where(
        CHALLENGES.c.login_id.in_(select(LOGINS.c.login_id).where(LOGINS.c.user_id == bindparam("of_user")))
    ),
    *(
        delete(table).where(table.c.user_id == bindparam("of_user"))
        for table in (LOGINS, SESSIONS, ACTIVATIONS, DEVICES, USERS)
    ),
)


def lock_user(connection: "Connection", user_id: "UserId") -> None:
    """Let no other transaction work on this user until the end of this one. `StoreConflictError` when there is none."""
    if connection.execute(_LOCK, {"of_user": user_id}).one_or_none() is None:
        raise StoreConflictError("there is no such user any more")


def replace_lockout(
    connection: "Connection", user_id: "UserId", change: "Callable[[Lockout], Lockout]"
) -> "tuple[Lockout, Lockout]":
    """Replace a lock-out by a function of it; return (before, after)."""
    row = connection.execute(_LOCK_LOCKOUT, {"of_user": user_id}).one_or_none()
    if row is None:
        raise StoreConflictError("there is no such user any more")
    before = parse_lockout(row)
    after = change(before)
    if after != before:
        set_lockout(connection, user_id, after)
    return before, after


def set_lockout(connection: "Connection", user_id: "UserId", lockout: "Lockout") -> None:
    """Write a lock-out."""
    values = {f"new_{name}": value for name, value in format_lockout(lockout).items()}
    connection.execute(_SET_LOCKOUT, {"of_user": user_id, **values})


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
            before, after = replace_lockout(connection, user_id, change)
            if after != before and event is not None:
                record(connection, [event])
            return before, after

        return self._database.write(work)

    def set_password(self, user_id: "UserId", password_hash: str, *, event: "Event") -> None:
        """Replace the hash, and end what the old password opened."""

        def work(connection: "Connection") -> None:
            # In the order of every other transaction: challenges, logins, users.
            for statement in _END_BEGUN:
                connection.execute(statement, {"of_user": user_id, "now_ms": event.at_ms})
            if not connection.execute(_SET_PASSWORD, {"of_user": user_id, "new_hash": password_hash}).rowcount:
                raise StoreConflictError("there is no such user any more")
            connection.execute(_END_SESSIONS, {"of_user": user_id, "now_ms": event.at_ms})
            record(connection, [event])

        self._database.write(work)

    def remove(self, user_id: "UserId", *, event: "Event") -> None:
        """Delete the user and all that is theirs but the audit rows."""

        def work(connection: "Connection") -> None:
            if connection.execute(_LOCK_FOR_REMOVAL, {"of_user": user_id}).one_or_none() is None:
                raise StoreConflictError("there is no such user any more")
            for statement in _DELETE_ALL:
                connection.execute(statement, {"of_user": user_id})
            record(connection, [event])

        self._database.write(work)
        self._database.wipe_log()
