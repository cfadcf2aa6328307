"""`ports.Sessions` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, or_, select, update

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.endings import end_sessions
from authsim.adapters.sql.locks import lock_judged, lock_user
from authsim.adapters.sql.rows import format_session, parse_session
from authsim.adapters.sql.tables import SESSIONS
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import PortalSession, SessionId, UserId

_OLDER: Final = SESSIONS.alias("older")

_INSERT: Final = insert(SESSIONS)
_FIND: Final = select(SESSIONS).where(SESSIONS.c.token_hash == bindparam("of_token"))
_GET: Final = select(SESSIONS).where(SESSIONS.c.session_id == bindparam("of_session"))
_LIST_OPEN: Final = (
    select(SESSIONS)
    .where(
        SESSIONS.c.user_id == bindparam("of_user"),
        SESSIONS.c.ended_ms.is_(None),
        SESSIONS.c.expires_ms > bindparam("now_ms"),
    )
    .order_by(SESSIONS.c.opened_ms.desc(), SESSIONS.c.serial.desc())
)
_TOUCH: Final = (
    update(SESSIONS)
    .where(
        SESSIONS.c.session_id == bindparam("of_session"),
        SESSIONS.c.ended_ms.is_(None),
        SESSIONS.c.last_seen_ms < bindparam("now_ms"),
    )
    .values(last_seen_ms=bindparam("now_ms"))
)
_END: Final = (
    update(SESSIONS)
    .where(
        SESSIONS.c.session_id == bindparam("of_session"),
        SESSIONS.c.user_id == bindparam("of_user"),
        SESSIONS.c.ended_ms.is_(None),
    )
    .values(ended_ms=bindparam("now_ms"))
    .returning(SESSIONS.c.serial)
)
#: Ends the one that is replaced, and all open ones but the newest `kept` of the others.
_MAKE_ROOM: Final = (
    update(SESSIONS)
    .where(
        SESSIONS.c.user_id == bindparam("of_user"),
        SESSIONS.c.ended_ms.is_(None),
        or_(
            SESSIONS.c.session_id == bindparam("replaced"),
            SESSIONS.c.serial.in_(
                select(_OLDER.c.serial)
                .where(
                    _OLDER.c.user_id == bindparam("of_user"),
                    _OLDER.c.ended_ms.is_(None),
                    _OLDER.c.expires_ms > bindparam("now_ms"),
                    _OLDER.c.session_id != bindparam("replaced"),
                )
                .order_by(_OLDER.c.opened_ms.desc(), _OLDER.c.serial.desc())
                .offset(bindparam("kept"))
            ),
        ),
    )
    .values(ended_ms=bindparam("now_ms"))
)


_SPEND: Final = (
    update(SESSIONS)
    .where(
        SESSIONS.c.session_id == bindparam("of_session"),
        SESSIONS.c.ended_ms.is_(None),
        SESSIONS.c.verified_purpose == bindparam("of_purpose"),
        SESSIONS.c.verified_ms >= bindparam("since_ms"),
    )
    .values(verified_purpose=None, verified_ms=None)
)


def insert_session(
    connection: "Connection",
    session: "PortalSession",
    *,
    replaces: "SessionId | None",
    sessions_allowed: int,
    now_ms: int,
) -> None:
    """Insert, after ending `replaces` and the user's oldest beyond `sessions_allowed`. The user's row is locked."""
    room = {
        "of_user": session.user_id,
        "replaced": replaces or "",
        "kept": max(sessions_allowed - 1, 0),
        "now_ms": now_ms,
    }
    connection.execute(_MAKE_ROOM, room)
    connection.execute(_INSERT, format_session(session))


@final
class SqlSessions:
    """Signed-in browsers."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def open(self, session: "PortalSession", *, judged: str, sessions_allowed: int, event: "Event") -> None:
        """Insert a session; the user's oldest beyond the limit end."""

        def work(connection: "Connection") -> None:
            lock_judged(connection, session.user_id, judged)
            insert_session(
                connection,
                session,
                replaces=None,
                sessions_allowed=sessions_allowed,
                now_ms=session.opened_ms,
            )
            record(connection, [event])

        self._database.write(work)

    def find(self, token_hash: bytes) -> "PortalSession | None":
        """Return by the hash of the browser's token, ended ones too."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"of_token": token_hash}).one_or_none())
        return None if row is None else parse_session(row)

    def get(self, session_id: "SessionId") -> "PortalSession | None":
        """Return by id, ended ones too."""
        values = {"of_session": session_id}
        row = self._database.read(lambda connection: connection.execute(_GET, values).one_or_none())
        return None if row is None else parse_session(row)

    def list_open(self, user_id: "UserId", *, now_ms: int) -> "Sequence[PortalSession]":
        """Return the open sessions, newest first."""
        values = {"of_user": user_id, "now_ms": now_ms}
        rows = self._database.read(lambda connection: connection.execute(_LIST_OPEN, values).all())
        return [parse_session(row) for row in rows]

    def spend_verification(self, session_id: "SessionId", *, purpose: int, since_ms: int) -> None:
        """Spend the proof that this session's user was verified for a purpose."""
        values = {"of_session": session_id, "of_purpose": purpose, "since_ms": since_ms}
        if not self._database.write(lambda connection: connection.execute(_SPEND, values).rowcount):
            raise StoreConflictError("there is no such proof, or it was spent")

    def touch(self, session_id: "SessionId", *, now_ms: int) -> None:
        """Note last-seen."""
        values = {"of_session": session_id, "now_ms": now_ms}

        def work(connection: "Connection") -> None:
            connection.execute(_TOUCH, values)

        self._database.write(work)

    def end_all(self, user_id: "UserId", *, now_ms: int, event: "Event") -> None:
        """End all open sessions of a user."""

        def work(connection: "Connection") -> None:
            lock_user(connection, user_id)
            record(connection, [event] * end_sessions(connection, user_id, now_ms=now_ms))

        self._database.write(work)

    def end(self, session_id: "SessionId", user_id: "UserId", *, now_ms: int, event: "Event") -> None:
        """End one session of that user."""
        values = {"of_session": session_id, "of_user": user_id, "now_ms": now_ms}

        def work(connection: "Connection") -> None:
            if connection.execute(_END, values).one_or_none() is None:
                raise StoreConflictError("there is no such open session")
            record(connection, [event])

        self._database.write(work)
