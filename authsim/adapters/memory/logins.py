"""`ports.Logins` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.memory.endings import close_questions_of, fail_login
from authsim.adapters.memory.pushes import insert_push, require_insertable_push
from authsim.adapters.memory.tables import newest_first
from authsim.errors import StoreConflictError
from authsim.model import Decision, Lockout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import (
        Challenge,
        ChallengeId,
        DeviceId,
        LoginId,
        LoginTransaction,
        PortalSession,
        PushRequest,
        SessionId,
    )


@final
class MemoryLogins:
    """Login transactions and their challenges."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def begin(
        self,
        login: "LoginTransaction",
        *,
        challenge: "Challenge | None",
        push: "PushRequest | None" = None,
        judged: str,
        events: "Sequence[Event]",
    ) -> None:
        """Insert a transaction, with its first challenge and request."""
        tables = self._tables
        with tables.lock:
            tables.require_judged(login.user_id, judged)
            taken = (row.token_hash == login.token_hash for row in tables.logins.values())
            if login.login_id in tables.logins or any(taken):
                raise StoreConflictError("that login exists already")
            self._require_insertable(challenge, push)
            tables.logins[login.login_id] = login
            self._insert_questions(challenge, push)
            tables.record(*events)

    def advance(
        self,
        login: "LoginTransaction",
        *,
        challenge: "Challenge",
        push: "PushRequest | None" = None,
        events: "Sequence[Event]",
    ) -> None:
        """Move to the second factor, with its challenge and request."""
        tables = self._tables
        with tables.lock:
            present = tables.logins.get(login.login_id)
            if present is None or present.state not in states.states_that_allow(
                states.LOGIN, states.LoginEvent.AWAIT_SECOND_FACTOR
            ):
                raise StoreConflictError("the login is not waiting any more")
            if any(row.token_hash == login.token_hash and row is not present for row in tables.logins.values()):
                raise StoreConflictError("that login exists already")
            self._require_insertable(challenge, push)
            tables.logins[login.login_id] = replace(
                present,
                state=states.Login.SECOND_FACTOR,
                token_hash=login.token_hash,
                mode=login.mode,
                expires_ms=login.expires_ms,
            )
            self._insert_questions(challenge, push)
            tables.record(*events)

    def find(self, token_hash: bytes) -> "LoginTransaction | None":
        """Return by the hash of the browser's token."""
        with self._tables.lock:
            return next((row for row in self._tables.logins.values() if row.token_hash == token_hash), None)

    def challenge_of(self, login_id: "LoginId") -> "Challenge | None":
        """Return the newest challenge of a transaction."""
        with self._tables.lock:
            rows = (row for row in self._tables.challenges.values() if row.login_id == login_id)
            return next(iter(newest_first(rows, lambda row: row.issued_ms)), None)

    def count_questions(self, device_id: "DeviceId") -> int:
        """Return how many questions that device was asked in its life."""
        with self._tables.lock:
            return sum(1 for row in self._tables.challenges.values() if row.device_id == device_id)

    def expire(self, login_id: "LoginId", *, now_ms: int, event: "Event") -> None:
        """Write an open transaction and its issued challenge as expired."""
        tables = self._tables
        with tables.lock:
            login = tables.logins.get(login_id)
            if login is None or login.state not in states.states_that_allow(states.LOGIN, states.LoginEvent.EXPIRE):
                return
            tables.logins[login_id] = replace(login, state=states.Login.EXPIRED, closed_ms=now_ms)
            close_questions_of(tables, login_id, states.OneShotEvent.EXPIRE, now_ms=now_ms)
            tables.record(event)

    def count_response(
        self,
        challenge_id: "ChallengeId",
        *,
        now_ms: int,
        change: "Callable[[Lockout], Lockout]",
        event: "Event",
    ) -> "tuple[Challenge, Lockout, Lockout]":
        """Count a try and a failure, before anyone compares."""
        tables = self._tables
        with tables.lock:
            challenge = tables.challenges.get(challenge_id)
            if (
                challenge is None
                or challenge.state not in states.states_that_allow(states.ONE_SHOT, states.OneShotEvent.CONSUME)
                or challenge.attempts >= challenge.attempts_allowed
                or challenge.expires_ms <= now_ms
                or not tables.is_active(challenge.device_id)
            ):
                raise StoreConflictError("the challenge takes no response")
            before, after = tables.compute_lockout(challenge.user_id, change)
            counted = replace(challenge, attempts=challenge.attempts + 1)
            tables.challenges[challenge_id] = counted
            tables.users[after.user_id] = after
            tables.record(event)
            return counted, before.lockout, after.lockout

    def complete(
        self,
        challenge: "Challenge",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Consume the challenge and open the session."""
        tables = self._tables
        with tables.lock:
            present = tables.challenges.get(challenge.challenge_id)
            login = tables.logins.get(challenge.login_id)
            if (
                present is None
                or login is None
                or present.state not in states.states_that_allow(states.ONE_SHOT, states.OneShotEvent.CONSUME)
                or login.state not in states.states_that_allow(states.LOGIN, states.LoginEvent.COMPLETE)
                or not tables.is_active(present.device_id)
            ):
                raise StoreConflictError("the challenge is closed already")
            tables.require_judged_lock(login.user_id, locked_until_ms)
            tables.require_insertable_session(session)
            tables.challenges[present.challenge_id] = replace(
                present,
                state=states.next_state(states.ONE_SHOT, present.state, states.OneShotEvent.CONSUME),
                closed_ms=now_ms,
            )
            self._finish(login, present.device_id, replaces=replaces, now_ms=now_ms)
            tables.insert_session(session, sessions_allowed=sessions_allowed, now_ms=now_ms)
            tables.record(*events)

    def complete_approved(
        self,
        push: "PushRequest",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Close the login of an approved request and open the session."""
        tables = self._tables
        with tables.lock:
            present = tables.pushes.get(push.request_id)
            login = tables.logins.get(push.login_id)
            if (
                present is None
                or login is None
                or present.state is not states.OneShot.CONSUMED
                or present.decision is not Decision.APPROVE
                or login.state not in states.states_that_allow(states.LOGIN, states.LoginEvent.COMPLETE)
                or login.expires_ms <= now_ms
                or not tables.is_active(present.device_id)
            ):
                raise StoreConflictError("the request is not approved, or its login is over")
            tables.require_judged_lock(login.user_id, locked_until_ms)
            tables.require_insertable_session(session)
            self._finish(login, present.device_id, replaces=replaces, now_ms=now_ms)
            tables.insert_session(session, sessions_allowed=sessions_allowed, now_ms=now_ms)
            tables.record(*events)

    def fail(self, challenge: "Challenge", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the challenge, its login and its request as failed."""
        tables = self._tables
        with tables.lock:
            present = tables.challenges.get(challenge.challenge_id)
            if present is None or present.state not in states.states_that_allow(
                states.ONE_SHOT, states.OneShotEvent.FAIL
            ):
                raise StoreConflictError("the challenge is closed already")
            close_questions_of(tables, present.login_id, states.OneShotEvent.FAIL, now_ms=now_ms)
            fail_login(tables, present.login_id, reason=reason, now_ms=now_ms)
            tables.record(event)

    def _finish(
        self, login: "LoginTransaction", device_id: "DeviceId", *, replaces: "SessionId | None", now_ms: int
    ) -> None:
        """Close a login as done, with all that goes with it but the new session."""
        tables = self._tables
        close_questions_of(tables, login.login_id, states.OneShotEvent.CANCEL, now_ms=now_ms)
        user, device = tables.require_user(login.user_id), tables.devices[device_id]
        tables.logins[login.login_id] = replace(login, state=states.Login.DONE, closed_ms=now_ms)
        tables.users[user.user_id] = replace(user, lockout=Lockout())
        tables.devices[device_id] = replace(device, last_used_ms=now_ms)
        replaced = None if replaces is None else tables.sessions.get(replaces)
        if replaced is not None and replaced.user_id == user.user_id and replaced.ended_ms is None:
            tables.end_session(replaced, now_ms=now_ms)

    def _insert_questions(self, challenge: "Challenge | None", push: "PushRequest | None") -> None:
        if challenge is not None:
            self._tables.challenges[challenge.challenge_id] = challenge
        if push is not None:
            insert_push(self._tables, push)

    def _require_insertable(self, challenge: "Challenge | None", push: "PushRequest | None") -> None:
        tables = self._tables
        if push is not None:
            require_insertable_push(tables, push)
        if challenge is None:
            return
        if challenge.device_id not in tables.devices:
            raise StoreConflictError("there is no such device any more")
        for row in tables.challenges.values():
            if row.challenge_id == challenge.challenge_id:
                raise StoreConflictError("that challenge exists already")
            if row.device_id == challenge.device_id and row.question == challenge.question:
                raise StoreConflictError("that device was asked that question before")
            if row.login_id == challenge.login_id and row.state is challenge.state is states.OneShot.ISSUED:
                raise StoreConflictError("the login has an open challenge already")
