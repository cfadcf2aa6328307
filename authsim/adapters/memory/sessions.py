"""`ports.Sessions` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.adapters.memory.tables import newest_first
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import PortalSession, SessionId, UserId


@final
class MemorySessions:
    """Signed-in browsers."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def open(self, session: "PortalSession", *, judged: str, sessions_allowed: int, event: "Event") -> None:
        """Insert a session; the user's oldest beyond the limit end."""
        with self._tables.lock:
            self._tables.require_judged(session.user_id, judged)
            self._tables.require_insertable_session(session)
            self._tables.insert_session(session, sessions_allowed=sessions_allowed, now_ms=session.opened_ms)
            self._tables.record(event)

    def find(self, token_hash: bytes) -> "PortalSession | None":
        """Return by the hash of the browser's token, ended ones too."""
        with self._tables.lock:
            return next((row for row in self._tables.sessions.values() if row.token_hash == token_hash), None)

    def get(self, session_id: "SessionId") -> "PortalSession | None":
        """Return by id, ended ones too."""
        with self._tables.lock:
            return self._tables.sessions.get(session_id)

    def list_open(self, user_id: "UserId", *, now_ms: int) -> "Sequence[PortalSession]":
        """Return the open sessions, newest first."""
        with self._tables.lock:
            return newest_first(self._tables.open_sessions(user_id, now_ms), lambda row: row.opened_ms)

    def spend_verification(self, session_id: "SessionId", *, purpose: int, since_ms: int) -> None:
        """Spend the proof that this session's user was verified for a purpose."""
        with self._tables.lock:
            session = self._tables.sessions.get(session_id)
            if (
                session is None
                or session.ended_ms is not None
                or session.verified_purpose != purpose
                or session.verified_ms is None
                or session.verified_ms < since_ms
            ):
                raise StoreConflictError("there is no such proof, or it was spent")
            self._tables.sessions[session_id] = replace(session, verified_purpose=None, verified_ms=None)

    def touch(self, session_id: "SessionId", *, now_ms: int) -> None:
        """Note last-seen."""
        with self._tables.lock:
            session = self._tables.sessions.get(session_id)
            if session is not None and session.ended_ms is None:
                last_seen_ms = max(session.last_seen_ms, now_ms)
                self._tables.sessions[session_id] = replace(session, last_seen_ms=last_seen_ms)

    def end_all(self, user_id: "UserId", *, now_ms: int, event: "Event") -> None:
        """End all open sessions of a user."""
        with self._tables.lock:
            self._tables.require_user(user_id)
            for session in list(self._tables.open_sessions(user_id, now_ms)):
                self._tables.end_session(session, now_ms=now_ms)
                self._tables.record(event)

    def end(self, session_id: "SessionId", user_id: "UserId", *, now_ms: int, event: "Event") -> None:
        """End one session of that user."""
        with self._tables.lock:
            session = self._tables.sessions.get(session_id)
            if session is None or session.user_id != user_id or session.ended_ms is not None:
                raise StoreConflictError("there is no such open session")
            self._tables.end_session(session, now_ms=now_ms)
            self._tables.record(event)
