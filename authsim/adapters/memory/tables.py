"""The dictionaries and the steps that more than one port of the memory store takes. Callers hold `lock`."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from authsim import states
from authsim.adapters.audit_chain import ChainHead, append_rows
from authsim.errors import StoreConflictError
from authsim.events import AuditRow, Event
from authsim.model import (
    ActivationCode,
    Challenge,
    ChallengeId,
    CodeId,
    Device,
    DeviceId,
    Instance,
    Lockout,
    LoginId,
    LoginTransaction,
    PortalSession,
    SessionId,
    User,
    UserId,
)

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Tables:
    """All rows; dictionaries remember the order of insertion."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    instance: Instance | None = None
    users: dict[UserId, User] = field(default_factory=dict)
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    activations: dict[CodeId, ActivationCode] = field(default_factory=dict)
    logins: dict[LoginId, LoginTransaction] = field(default_factory=dict)
    challenges: dict[ChallengeId, Challenge] = field(default_factory=dict)
    sessions: dict[SessionId, PortalSession] = field(default_factory=dict)
    audit: list[AuditRow] = field(default_factory=list)

    def record(self, *events: Event) -> None:
        """Append to the audit chain."""
        head = ChainHead(sequence=self.audit[-1].sequence, chain=self.audit[-1].chain) if self.audit else ChainHead()
        self.audit.extend(append_rows(head, events))

    def require_user(self, user_id: UserId) -> User:
        """Return the user, or raise `StoreConflictError`."""
        user = self.users.get(user_id)
        if user is None:
            raise StoreConflictError("there is no such user any more")
        return user

    def is_active(self, device_id: DeviceId) -> bool:
        """Say whether the device may answer."""
        device = self.devices.get(device_id)
        return device is not None and device.state is states.Device.ACTIVE

    def compute_lockout(self, user_id: UserId, change: Callable[[Lockout], Lockout]) -> tuple[User, User]:
        """Return the user before and after `change`, without writing."""
        before = self.require_user(user_id)
        return before, replace(before, lockout=change(before.lockout))

    def require_insertable_session(self, session: PortalSession) -> None:
        """Raise `StoreConflictError` when the session cannot be inserted."""
        self.require_user(session.user_id)
        taken = (row.token_hash == session.token_hash for row in self.sessions.values())
        if session.session_id in self.sessions or any(taken):
            raise StoreConflictError("that session exists already")

    def insert_session(self, session: PortalSession, *, sessions_allowed: int, now_ms: int) -> None:
        """Insert, and end the user's oldest open sessions beyond `sessions_allowed`."""
        older = newest_first(self.open_sessions(session.user_id, now_ms), lambda row: row.opened_ms)
        for row in older[max(sessions_allowed - 1, 0) :]:
            self.end_session(row, now_ms=now_ms)
        self.sessions[session.session_id] = session

    def open_sessions(self, user_id: UserId, now_ms: int) -> Iterable[PortalSession]:
        """Return a user's sessions that have neither ended nor expired."""
        return (
            row
            for row in self.sessions.values()
            if row.user_id == user_id and row.ended_ms is None and row.expires_ms > now_ms
        )

    def end_session(self, session: PortalSession, *, now_ms: int) -> None:
        """Write a session as ended."""
        self.sessions[session.session_id] = replace(session, ended_ms=now_ms)


def newest_first(rows: Iterable[T], instant: Callable[[T], int]) -> list[T]:
    """Return rows by falling instant; of equal ones the last inserted first."""
    ordered = list(rows)
    ordered.reverse()
    ordered.sort(key=instant, reverse=True)  # stable, also in reverse
    return ordered
