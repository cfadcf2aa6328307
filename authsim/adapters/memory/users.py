"""`ports.Users` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.consequences import compose_closed
from authsim.adapters.memory.endings import close_one_shots, fail_login, forget_factors
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import (
        ActivationCode,
        Challenge,
        Enrolment,
        Lockout,
        Prompt,
        PushRequest,
        SecureLogin,
        User,
        UserId,
    )


@final
class MemoryUsers:
    """Usernames, their passwords and lock-outs."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def add(self, user: "User", *, event: "Event") -> None:
        """Insert a user with a new name."""
        with self._tables.lock:
            if user.user_id in self._tables.users or self._by_name(user.name) is not None:
                raise StoreConflictError("that user exists already")
            self._tables.users[user.user_id] = user
            self._tables.record(event)

    def get(self, user_id: "UserId") -> "User | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.users.get(user_id)

    def find(self, name: str) -> "User | None":
        """Return by name."""
        with self._tables.lock:
            return self._by_name(name)

    def list_all(self) -> "Sequence[User]":
        """Return all, by name."""
        with self._tables.lock:
            return sorted(self._tables.users.values(), key=lambda user: user.name)

    def change_lockout(
        self,
        user_id: "UserId",
        change: "Callable[[Lockout], Lockout]",
        *,
        event: "Event | None" = None,
    ) -> "tuple[Lockout, Lockout]":
        """Replace the lock-out by a function of it."""
        with self._tables.lock:
            before, after = self._tables.compute_lockout(user_id, change)
            if after != before:
                self._tables.users[user_id] = after
                if event is not None:
                    self._tables.record(event)
            return before.lockout, after.lockout

    def set_seamless(self, user_id: "UserId", is_seamless: bool, *, event: "Event") -> None:
        """Switch notifications at login on or off."""
        with self._tables.lock:
            user = self._tables.require_user(user_id)
            self._tables.users[user_id] = replace(user, is_seamless=is_seamless)
            self._tables.record(event)

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
        with self._tables.lock:
            user = self._tables.require_user(user_id)
            if user.secure_login is not before:
                raise StoreConflictError("the user is elsewhere by now")
            self._tables.users[user_id] = replace(user, secure_login=after, opts_out_ms=opts_out_ms)
            self._tables.record(event)

    def set_phone(self, user_id: "UserId", phone: str, *, verified_ms: int | None, event: "Event") -> None:
        """Replace the number, or note that it was verified."""
        tables = self._tables
        with tables.lock:
            user = tables.require_user(user_id)
            tables.users[user_id] = replace(user, phone=phone, phone_verified_ms=verified_ms)
            if user.phone != phone:
                close_one_shots(
                    tables.enrolments,
                    lambda row: row.user_id == user_id,
                    states.OneShotEvent.CANCEL,
                    now_ms=event.at_ms,
                )
            tables.record(event)

    def set_password(self, user_id: "UserId", password_hash: str, *, event: "Event") -> None:
        """Replace the hash, and end what the old password opened."""
        tables = self._tables
        with tables.lock:
            user = tables.require_user(user_id)
            tables.users[user_id] = replace(user, password_hash=password_hash)
            for session in list(tables.sessions.values()):
                if session.user_id == user_id and session.ended_ms is None:
                    tables.end_session(session, now_ms=event.at_ms)
            _end_begun(tables, user_id, now_ms=event.at_ms)
            tables.record(event)

    def remove(self, user_id: "UserId", *, event: "Event") -> None:
        """Delete the user and all that is theirs but the audit rows."""
        tables = self._tables
        with tables.lock:
            tables.require_user(user_id)
            shared = forget_factors(tables, user_id)
            tables.pushes = {key: row for key, row in tables.pushes.items() if row.user_id != user_id}
            tables.challenges = {key: row for key, row in tables.challenges.items() if row.user_id != user_id}
            tables.logins = {key: row for key, row in tables.logins.items() if row.user_id != user_id}
            tables.sessions = {key: row for key, row in tables.sessions.items() if row.user_id != user_id}
            tables.device_sessions = {key: row for key, row in tables.device_sessions.items() if row.user_id != user_id}
            tables.activations = {key: row for key, row in tables.activations.items() if row.user_id != user_id}
            tables.enrolments = {key: row for key, row in tables.enrolments.items() if row.user_id != user_id}
            tables.texts = [kept for kept in tables.texts if kept.user_id != user_id]
            tables.devices = {key: row for key, row in tables.devices.items() if row.user_id != user_id}
            tables.tickets = {key: row for key, row in tables.tickets.items() if row.user_id != user_id}
            tables.ticket_messages = [row for row in tables.ticket_messages if row.ticket_id in tables.tickets]
            tables.attachments = {
                key: row for key, row in tables.attachments.items() if row.ticket_id in tables.tickets
            }
            tables.record(event, *compose_closed(shared, now_ms=event.at_ms, by=event.facts.get("by")))
            del tables.users[user_id]

    def _by_name(self, name: str) -> "User | None":
        return next((user for user in self._tables.users.values() if user.name == name), None)


def _end_begun(tables: "Tables", user_id: "UserId", *, now_ms: int) -> None:
    """Close the user's open logins and what they asked as failed; cancel issued activation codes and enrolments."""

    def is_theirs(row: "ActivationCode | Challenge | Enrolment | Prompt | PushRequest") -> bool:
        return row.user_id == user_id

    close_one_shots(tables.challenges, is_theirs, states.OneShotEvent.FAIL, now_ms=now_ms)
    close_one_shots(tables.pushes, is_theirs, states.OneShotEvent.FAIL, now_ms=now_ms)
    close_one_shots(tables.prompts, is_theirs, states.OneShotEvent.FAIL, now_ms=now_ms)
    for login in list(tables.logins.values()):
        if login.user_id == user_id:
            fail_login(tables, login.login_id, reason=None, now_ms=now_ms)
    close_one_shots(tables.activations, is_theirs, states.OneShotEvent.CANCEL, now_ms=now_ms)
    close_one_shots(tables.enrolments, is_theirs, states.OneShotEvent.CANCEL, now_ms=now_ms)
