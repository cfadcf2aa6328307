"""`ports.Logins` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, func, insert, select, update

from authsim import states
from authsim.adapters.sql.asking import advance, find_open_challenge, insert_questions, require_awaiting
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.completing import complete_approved, complete_login
from authsim.adapters.sql.conditions import device_is_active, login_allows, one_shot_allows
from authsim.adapters.sql.devices import note_use
from authsim.adapters.sql.endings import close_questions_of, close_request_of, fail_login, move_one_shots
from authsim.adapters.sql.locks import lock_judged, lock_owner, lock_owner_by, lock_user
from authsim.adapters.sql.rows import format_login, parse_challenge, parse_login
from authsim.adapters.sql.sessions import insert_session
from authsim.adapters.sql.tables import CHALLENGES, DEVICES, LOGINS, PUSHES
from authsim.adapters.sql.users import clear_lockout, lock_lockout, lock_lockout_by, set_lockout
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
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

_OF_LOGIN: Final = LOGINS.c.login_id == bindparam("of_login")
_OF_CHALLENGE: Final = CHALLENGES.c.challenge_id == bindparam("of_challenge")

_LOCK_OWNER: Final = lock_owner_by(LOGINS, LOGINS.c.login_id)
_LOCK_OWNER_OF_CHALLENGE: Final = lock_owner_by(CHALLENGES, CHALLENGES.c.challenge_id)
_INSERT: Final = insert(LOGINS)
_GET: Final = select(LOGINS).where(_OF_LOGIN)
_FIND: Final = select(LOGINS).where(LOGINS.c.token_hash == bindparam("of_token"))
_CHALLENGE_OF: Final = (
    select(CHALLENGES)
    .where(CHALLENGES.c.login_id == bindparam("of_login"))
    .order_by(CHALLENGES.c.issued_ms.desc(), CHALLENGES.c.serial.desc())
    .limit(1)
)
_COUNT_QUESTIONS: Final = select(DEVICES.c.questions).where(DEVICES.c.device_id == bindparam("of_device"))
_COUNT_CHALLENGES: Final = select(func.count()).where(
    CHALLENGES.c.user_id == bindparam("of_user"), CHALLENGES.c.issued_ms >= bindparam("since_ms")
)
_EXPIRE: Final = (
    update(LOGINS)
    .where(_OF_LOGIN, login_allows(states.LoginEvent.EXPIRE))
    .values(state=states.Login.EXPIRED.value, closed_ms=bindparam("now_ms"))
    .returning(LOGINS.c.serial)
)
_COUNT_RESPONSE: Final = (
    update(CHALLENGES)
    .where(
        _OF_CHALLENGE,
        one_shot_allows(CHALLENGES.c.state, states.OneShotEvent.CONSUME),
        CHALLENGES.c.attempts < CHALLENGES.c.attempts_allowed,
        CHALLENGES.c.expires_ms > bindparam("now_ms"),
        device_is_active(CHALLENGES.c.device_id),
    )
    .values(attempts=CHALLENGES.c.attempts + 1)
    .returning(CHALLENGES)
)
_CONSUME: Final = move_one_shots(
    CHALLENGES, states.OneShotEvent.CONSUME, _OF_CHALLENGE, device_is_active(CHALLENGES.c.device_id)
).returning(CHALLENGES.c.login_id, CHALLENGES.c.device_id)
_FAIL_CHALLENGE: Final = move_one_shots(CHALLENGES, states.OneShotEvent.FAIL, _OF_CHALLENGE).returning(
    CHALLENGES.c.login_id
)
_LOCKOUT_OF_CHALLENGE: Final = lock_lockout_by(CHALLENGES, CHALLENGES.c.challenge_id)
_LOCKOUT_OF_REQUEST: Final = lock_lockout_by(PUSHES, PUSHES.c.request_id)


@final
class SqlLogins:
    """Login transactions and their challenges."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

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

        def work(connection: "Connection") -> None:
            lock_judged(connection, login.user_id, judged)
            connection.execute(_INSERT, format_login(login))
            insert_questions(connection, challenge, push)
            record(connection, events)

        self._database.write(work)

    def advance(
        self,
        login: "LoginTransaction",
        *,
        challenge: "Challenge",
        push: "PushRequest | None" = None,
        events: "Sequence[Event]",
    ) -> None:
        """Move to the second factor, with its challenge and request."""

        def work(connection: "Connection") -> None:
            lock_user(connection, login.user_id)
            if not advance(connection, login):
                raise StoreConflictError("the login is not waiting any more")
            insert_questions(connection, challenge, push)
            record(connection, events)

        self._database.write(work)

    def offer(self, login: "LoginTransaction", *, judged: str, events: "Sequence[Event]") -> None:
        """Insert a transaction whose second factor is still to be chosen, or move a remembered one there."""

        def work(connection: "Connection") -> None:
            lock_judged(connection, login.user_id, judged)
            if not advance(connection, login):
                connection.execute(_INSERT, format_login(login))
            record(connection, events)

        self._database.write(work)

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

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER, login_id)
            require_awaiting(connection, login_id, challenge.device_id, now_ms=now_ms)
            close_questions_of(connection, login_id, states.OneShotEvent.SUPERSEDE, now_ms=now_ms)
            insert_questions(connection, challenge, push)
            record(connection, events)

        self._database.write(work)

    def count_challenges(self, user_id: "UserId", *, since_ms: int) -> int:
        """Return how many challenges were issued to this user's phones since an instant."""
        values = {"of_user": user_id, "since_ms": since_ms}
        return self._database.read(lambda connection: connection.execute(_COUNT_CHALLENGES, values).scalar_one())

    def get(self, login_id: "LoginId") -> "LoginTransaction | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_login": login_id}).one_or_none())
        return None if row is None else parse_login(row)

    def find(self, token_hash: bytes) -> "LoginTransaction | None":
        """Return by the hash of the browser's token."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"of_token": token_hash}).one_or_none())
        return None if row is None else parse_login(row)

    def challenge_of(self, login_id: "LoginId") -> "Challenge | None":
        """Return the newest challenge of a transaction."""
        values = {"of_login": login_id}
        row = self._database.read(lambda connection: connection.execute(_CHALLENGE_OF, values).one_or_none())
        return None if row is None else parse_challenge(row)

    def open_challenge_of(self, device_id: "DeviceId", *, user_id: "UserId", now_ms: int) -> "Challenge | None":
        """Return the newest challenge that this user's device can answer now."""
        return self._database.read(
            lambda connection: find_open_challenge(connection, device_id, user_id, now_ms=now_ms)
        )

    def count_questions(self, device_id: "DeviceId") -> int:
        """Return how many questions that device was asked in its life."""
        values = {"of_device": device_id}
        return self._database.read(lambda connection: connection.execute(_COUNT_QUESTIONS, values).scalar()) or 0

    def expire(self, login_id: "LoginId", *, now_ms: int, event: "Event") -> None:
        """Write an open transaction, its challenge and its request as expired."""
        values = {"of_login": login_id, "now_ms": now_ms}

        def work(connection: "Connection") -> None:
            if connection.execute(_LOCK_OWNER, {"of_row": login_id}).one_or_none() is None:
                return
            if connection.execute(_EXPIRE, values).one_or_none() is not None:
                close_questions_of(connection, login_id, states.OneShotEvent.EXPIRE, now_ms=now_ms)
                record(connection, [event])

        self._database.write(work)

    def count_response(
        self,
        challenge_id: "ChallengeId",
        *,
        now_ms: int,
        change: "Callable[[Lockout], Lockout]",
        event: "Event",
    ) -> "tuple[Challenge, Lockout, Lockout]":
        """Count a try and a failure, before anyone compares."""
        values = {"of_challenge": challenge_id, "now_ms": now_ms}

        def work(connection: "Connection") -> "tuple[Challenge, Lockout, Lockout]":
            user_id, before = lock_lockout(connection, _LOCKOUT_OF_CHALLENGE, challenge_id)
            row = connection.execute(_COUNT_RESPONSE, values).one_or_none()
            if row is None:
                raise StoreConflictError("the challenge takes no response")
            after = change(before)
            if after != before:
                set_lockout(connection, user_id, after)
            record(connection, [event])
            return parse_challenge(row), before, after

        return self._database.write(work)

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

        def work(connection: "Connection") -> None:
            user_id, lockout = lock_lockout(connection, _LOCKOUT_OF_CHALLENGE, challenge.challenge_id)
            consume = {"of_challenge": challenge.challenge_id, "now_ms": now_ms}
            asked = connection.execute(_CONSUME, consume).one_or_none()
            if asked is None:
                raise StoreConflictError("the challenge is closed already")
            complete_login(connection, asked.login_id, now_ms=now_ms)
            clear_lockout(connection, user_id, lockout, locked_until_ms=locked_until_ms)
            close_request_of(connection, asked.login_id, states.OneShotEvent.CANCEL, now_ms=now_ms)
            note_use(connection, asked.device_id, now_ms=now_ms)
            insert_session(connection, session, replaces=replaces, sessions_allowed=sessions_allowed, now_ms=now_ms)
            record(connection, events)

        self._database.write(work)

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

        def work(connection: "Connection") -> None:
            user_id, lockout = lock_lockout(connection, _LOCKOUT_OF_REQUEST, push.request_id)
            complete_approved(connection, push.login_id, push.request_id, now_ms=now_ms)
            clear_lockout(connection, user_id, lockout, locked_until_ms=locked_until_ms)
            close_questions_of(connection, push.login_id, states.OneShotEvent.CANCEL, now_ms=now_ms)
            note_use(connection, push.device_id, now_ms=now_ms)
            insert_session(connection, session, replaces=replaces, sessions_allowed=sessions_allowed, now_ms=now_ms)
            record(connection, events)

        self._database.write(work)

    def fail(self, challenge: "Challenge", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the challenge, its login and its request as failed."""

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER_OF_CHALLENGE, challenge.challenge_id)
            close = {"of_challenge": challenge.challenge_id, "now_ms": now_ms}
            closed = connection.execute(_FAIL_CHALLENGE, close).one_or_none()
            if closed is None:
                raise StoreConflictError("the challenge is closed already")
            close_request_of(connection, closed.login_id, states.OneShotEvent.FAIL, now_ms=now_ms)
            fail_login(connection, closed.login_id, reason=reason, now_ms=now_ms)
            record(connection, [event])

        self._database.write(work)
