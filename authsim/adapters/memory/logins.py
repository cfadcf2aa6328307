"""`ports.Logins` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.memory.endings import close_questions_of, fail_login, finish_login
from authsim.adapters.memory.pushes import require_insertable_push
from authsim.adapters.memory.questions import (
    find_open_challenge,
    insert_questions,
    require_awaiting,
    require_insertable,
    require_questions,
)
from authsim.adapters.memory.tables import newest_first
from authsim.errors import StoreConflictError
from authsim.model import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import (
        Challenge,
        ChallengeId,
        DeviceId,
        Lockout,
        LoginId,
        LoginTransaction,
        PortalSession,
        PushRequest,
        SessionId,
        UserId,
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
            self._require_new(login)
            require_questions(tables, challenge, push)
            tables.logins[login.login_id] = login
            insert_questions(tables, challenge, push)
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
            moved = self._compute_moved(login)
            require_questions(tables, challenge, push)
            tables.logins[login.login_id] = moved
            insert_questions(tables, challenge, push)
            tables.record(*events)

    def offer(self, login: "LoginTransaction", *, judged: str, events: "Sequence[Event]") -> None:
        """Insert a transaction whose second factor is still to be chosen, or move a remembered one there."""
        tables = self._tables
        with tables.lock:
            tables.require_judged(login.user_id, judged)
            if login.login_id in tables.logins:
                login = self._compute_moved(login)
            else:
                self._require_new(login)
            tables.logins[login.login_id] = login
            tables.record(*events)

    def ask(
        self,
        login_id: "LoginId",
        *,
        challenge: "Challenge",
        push: "PushRequest | None",
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Ask the phone, and supersede what the login asked before."""
        tables = self._tables
        with tables.lock:
            require_awaiting(tables, login_id, now_ms=now_ms)
            if not tables.is_active(challenge.device_id):
                raise StoreConflictError("the device is not active")
            require_insertable(tables, challenge, supersedes=True)
            if push is not None:
                require_insertable_push(tables, push)
            close_questions_of(tables, login_id, states.OneShotEvent.SUPERSEDE, now_ms=now_ms)
            insert_questions(tables, challenge, push)
            tables.record(*events)

    def count_challenges(self, user_id: "UserId", *, since_ms: int) -> int:
        """Return how many challenges were issued to this user's phones since an instant."""
        with self._tables.lock:
            rows = self._tables.challenges.values()
            return sum(1 for row in rows if row.user_id == user_id and row.issued_ms >= since_ms)

    def get(self, login_id: "LoginId") -> "LoginTransaction | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.logins.get(login_id)

    def find(self, token_hash: bytes) -> "LoginTransaction | None":
        """Return by the hash of the browser's token."""
        with self._tables.lock:
            return next((row for row in self._tables.logins.values() if row.token_hash == token_hash), None)

    def challenge_of(self, login_id: "LoginId") -> "Challenge | None":
        """Return the newest challenge of a transaction."""
        with self._tables.lock:
            rows = (row for row in self._tables.challenges.values() if row.login_id == login_id)
            return next(iter(newest_first(rows, lambda row: row.issued_ms)), None)

    def open_challenge_of(self, device_id: "DeviceId", *, user_id: "UserId", now_ms: int) -> "Challenge | None":
        """Return the newest challenge that this user's device can answer now."""
        with self._tables.lock:
            return find_open_challenge(self._tables, device_id, user_id, now_ms=now_ms)

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
            finish_login(tables, login, replaces=replaces, now_ms=now_ms)
            self._note_use(present.device_id, now_ms=now_ms)
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
            finish_login(tables, login, replaces=replaces, now_ms=now_ms)
            self._note_use(present.device_id, now_ms=now_ms)
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

    def _require_new(self, login: "LoginTransaction") -> None:
        taken = (row.token_hash == login.token_hash for row in self._tables.logins.values())
        if login.login_id in self._tables.logins or any(taken):
            raise StoreConflictError("that login exists already")

    def _compute_moved(self, login: "LoginTransaction") -> "LoginTransaction":
        """Return a remembered login as it awaits its second factor, without writing."""
        logins = self._tables.logins
        present = logins.get(login.login_id)
        if present is None or present.state not in states.states_that_allow(
            states.LOGIN, states.LoginEvent.AWAIT_SECOND_FACTOR
        ):
            raise StoreConflictError("the login is not waiting any more")
        if any(row.token_hash == login.token_hash and row is not present for row in logins.values()):
            raise StoreConflictError("that login exists already")
        return replace(
            present,
            state=states.Login.SECOND_FACTOR,
            token_hash=login.token_hash,
            mode=login.mode,
            expires_ms=login.expires_ms,
        )

    def _note_use(self, device_id: "DeviceId", *, now_ms: int) -> None:
        device = self._tables.devices[device_id]
        self._tables.devices[device_id] = replace(device, last_used_ms=now_ms)
