"""The dictionaries and the steps that more than one port of the memory store takes. Callers hold `lock`."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from authsim import states
from authsim.adapters.audit_chain import ChainHead, append_rows
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.events import AuditRow, Event
from authsim.model import (
    ActivationCode,
    Attachment,
    AttachmentId,
    Challenge,
    ChallengeId,
    CodeId,
    Decoy,
    DecoyId,
    Device,
    DeviceId,
    DeviceSession,
    Enrolment,
    Factor,
    FactorId,
    FlowId,
    GatewaySession,
    Instance,
    Lockout,
    LoginId,
    LoginTransaction,
    PortalSession,
    Prompt,
    PromptId,
    PushRequest,
    RequestId,
    SessionId,
    TextMessage,
    Ticket,
    TicketId,
    TicketMessage,
    User,
    UserId,
)

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class KeptText:
    """A text, and with whom it goes."""

    user_id: UserId
    text: TextMessage


@dataclass(slots=True, kw_only=True)
class Tables:
    """All rows; dictionaries remember the order of insertion. `sequence` numbers texts, requests and tickets."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    instance: Instance | None = None
    gateway: GatewaySession | None = None
    users: dict[UserId, User] = field(default_factory=dict)
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    device_sessions: dict[bytes, DeviceSession] = field(default_factory=dict)
    activations: dict[CodeId, ActivationCode] = field(default_factory=dict)
    enrolments: dict[FlowId, Enrolment] = field(default_factory=dict)
    texts: list[KeptText] = field(default_factory=list)
    logins: dict[LoginId, LoginTransaction] = field(default_factory=dict)
    challenges: dict[ChallengeId, Challenge] = field(default_factory=dict)
    pushes: dict[RequestId, PushRequest] = field(default_factory=dict)
    sessions: dict[SessionId, PortalSession] = field(default_factory=dict)
    factors: dict[FactorId, Factor] = field(default_factory=dict)
    prompts: dict[PromptId, Prompt] = field(default_factory=dict)
    decoys: dict[DecoyId, Decoy] = field(default_factory=dict)
    tallies: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    ticket_messages: list[TicketMessage] = field(default_factory=list)
    attachments: dict[AttachmentId, Attachment] = field(default_factory=dict)
    audit: list[AuditRow] = field(default_factory=list)
    sequence: int = 0

    def record(self, *events: Event) -> None:
        """Append to the audit chain."""
        head = ChainHead(sequence=self.audit[-1].sequence, chain=self.audit[-1].chain) if self.audit else ChainHead()
        self.audit.extend(append_rows(head, events))

    def next_sequence(self) -> int:
        """Return a number above all that it returned before."""
        self.sequence += 1
        return self.sequence

    def require_user(self, user_id: UserId) -> User:
        """Return the user, or raise `StoreConflictError`."""
        user = self.users.get(user_id)
        if user is None:
            raise StoreConflictError("there is no such user any more")
        return user

    def require_judged(self, user_id: UserId, judged: str) -> None:
        """Raise `StoreStaleError` unless the user still has the password hash that was judged."""
        user = self.users.get(user_id)
        if user is None or user.password_hash != judged:
            raise StoreStaleError("the user's password is another by now, or the user is gone")

    def require_judged_lock(self, user_id: UserId, locked_until_ms: int | None) -> None:
        """Raise `StoreStaleError` unless the user is locked until the instant that was judged."""
        if self.require_user(user_id).lockout.locked_until_ms != locked_until_ms:
            raise StoreStaleError("the user's lock is another by now")

    def is_active(self, device_id: DeviceId) -> bool:
        """Say whether the device may answer."""
        device = self.devices.get(device_id)
        return device is not None and device.state is states.Device.ACTIVE

    def is_usable(self, factor_id: FactorId) -> bool:
        """Say whether the factor may answer: it is active, and so is the one that it shares."""
        factor = self.factors.get(factor_id)
        if factor is None or factor.state is not states.Factor.ACTIVE:
            return False
        return factor.shared_factor_id is None or self.is_usable(factor.shared_factor_id)

    def current_of(self, user_id: UserId) -> Device | None:
        """Return the one device that is active or suspended."""
        return next((row for row in self.devices.values() if row.user_id == user_id and is_current(row)), None)

    def require_insertable_device(self, device: Device) -> None:
        """Raise `StoreConflictError` when the device exists already."""
        self.require_user(device.user_id)
        if device.device_id in self.devices:
            raise StoreConflictError("that device exists already")

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


def is_current(device: Device) -> bool:
    """Say whether a user has this device: it is active or suspended."""
    return device.state in (states.Device.ACTIVE, states.Device.SUSPENDED)


def newest_first(rows: Iterable[T], instant: Callable[[T], int]) -> list[T]:
    """Return rows by falling instant; of equal ones the last inserted first."""
    ordered = list(rows)
    ordered.reverse()
    ordered.sort(key=instant, reverse=True)  # stable, also in reverse
    return ordered
