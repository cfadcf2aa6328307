"""`ports.Logins` in SQL.

Every transaction takes its rows in one order (challenge, login, user, device, sessions, audit), so that two of them
never wait for each other.
"""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, exists, insert, literal, select, update

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import ASKED_DEVICE_IS_ACTIVE, login_allows, one_shot_allows
from authsim.adapters.sql.devices import note_use
from authsim.adapters.sql.rows import format_challenge, format_login, parse_challenge, parse_login
from authsim.adapters.sql.sessions import insert_session
from authsim.adapters.sql.tables import CHALLENGES, DEVICES, LOGINS
from authsim.adapters.sql.users import replace_lockout, set_lockout
from authsim.errors import StoreConflictError
from authsim.model import Lockout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Challenge, ChallengeId, DeviceId, LoginId, LoginTransaction, PortalSession, SessionId

_OF_LOGIN: Final = LOGINS.c.login_id == bindparam("of_login")
_OF_CHALLENGE: Final = CHALLENGES.c.challenge_id == bindparam("of_challenge")
_OPEN_LOGIN: Final = login_allows(states.LoginEvent.EXPIRE)

_INSERT: Final = insert(LOGINS)
_INSERT_CHALLENGE: Final = insert(CHALLENGES)
_FIND: Final = select(LOGINS).where(LOGINS.c.token_hash == bindparam("of_token"))
_CHALLENGE_OF: Final = (
    select(CHALLENGES)
    .where(CHALLENGES.c.login_id == bindparam("of_login"))
    .order_by(CHALLENGES.c.issued_ms.desc(), CHALLENGES.c.serial.desc())
    .limit(1)
)
_COUNT_QUESTIONS: Final = select(DEVICES.c.questions).where(DEVICES.c.device_id == bindparam("of_device"))
_ADVANCE: Final = (
    update(LOGINS)
    .where(_OF_LOGIN, login_allows(states.LoginEvent.AWAIT_SECOND_FACTOR))
    .values(
        state=states.Login.SECOND_FACTOR.value,
        token_hash=bindparam("new_token"),
        mode=bindparam("new_mode"),
        expires_ms=bindparam("new_expires_ms"),
    )
    .returning(LOGINS.c.serial)
)
_EXPIRE_CHALLENGE: Final = (
    update(CHALLENGES)
    .where(
        CHALLENGES.c.login_id == bindparam("of_login"),
        one_shot_allows(CHALLENGES.c.state, states.OneShotEvent.EXPIRE),
        exists(select(literal(1)).where(LOGINS.c.login_id == CHALLENGES.c.login_id, _OPEN_LOGIN)),
    )
    .values(state=states.OneShot.EXPIRED.value, closed_ms=bindparam("now_ms"))
)
_EXPIRE: Final = (
    update(LOGINS)
    .where(_OF_LOGIN, _OPEN_LOGIN)
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
        ASKED_DEVICE_IS_ACTIVE,
    )
    .values(attempts=CHALLENGES.c.attempts + 1)
    .returning(CHALLENGES)
)
_CONSUME: Final = (
    update(CHALLENGES)
    .where(
        _OF_CHALLENGE,
        one_shot_allows(CHALLENGES.c.state, states.OneShotEvent.CONSUME),
        ASKED_DEVICE_IS_ACTIVE,
    )
    .values(state=states.OneShot.CONSUMED.value, closed_ms=bindparam("now_ms"))
    .returning(CHALLENGES.c.login_id, CHALLENGES.c.user_id, CHALLENGES.c.device_id)
)
_COMPLETE: Final = (
    update(LOGINS)
    .where(_OF_LOGIN, login_allows(states.LoginEvent.COMPLETE))
    .values(state=states.Login.DONE.value, closed_ms=bindparam("now_ms"))
    .returning(LOGINS.c.serial)
)
_FAIL_CHALLENGE: Final = (
    update(CHALLENGES)
    .where(_OF_CHALLENGE, one_shot_allows(CHALLENGES.c.state, states.OneShotEvent.FAIL))
    .values(state=states.OneShot.FAILED.value, closed_ms=bindparam("now_ms"))
    .returning(CHALLENGES.c.login_id)
)
_FAIL: Final = (
    update(LOGINS)
    .where(_OF_LOGIN, login_allows(states.LoginEvent.FAIL))
    .values(state=states.Login.FAILED.value, closed_ms=bindparam("now_ms"), reason=bindparam("new_reason"))
)


@final
class SqlLogins:
    """Login transactions and their challenges."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def begin(self, login: "LoginTransaction", *, challenge: "Challenge | None", events: "Sequence[Event]") -> None:
        """Insert a transaction, with its first challenge."""

        def work(connection: "Connection") -> None:
            connection.execute(_INSERT, format_login(login))
            if challenge is not None:
                connection.execute(_INSERT_CHALLENGE, format_challenge(challenge))
            record(connection, events)

        self._database.write(work)

    def advance(self, login: "LoginTransaction", *, challenge: "Challenge", events: "Sequence[Event]") -> None:
        """Move to the second factor, with its challenge."""
        values = {
            "of_login": login.login_id,
            "new_token": login.token_hash,
            "new_mode": login.mode.value,
            "new_expires_ms": login.expires_ms,
        }

        def work(connection: "Connection") -> None:
            if connection.execute(_ADVANCE, values).one_or_none() is None:
                raise StoreConflictError("the login is not waiting any more")
            connection.execute(_INSERT_CHALLENGE, format_challenge(challenge))
            record(connection, events)

        self._database.write(work)

    def find(self, token_hash: bytes) -> "LoginTransaction | None":
        """Return by the hash of the browser's token."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"of_token": token_hash}).one_or_none())
        return None if row is None else parse_login(row)

    def challenge_of(self, login_id: "LoginId") -> "Challenge | None":
        """Return the newest challenge of a transaction."""
        values = {"of_login": login_id}
        row = self._database.read(lambda connection: connection.execute(_CHALLENGE_OF, values).one_or_none())
        return None if row is None else parse_challenge(row)

    def count_questions(self, device_id: "DeviceId") -> int:
        """Return how many questions that device was asked in its life."""
        values = {"of_device": device_id}
        return self._database.read(lambda connection: connection.execute(_COUNT_QUESTIONS, values).scalar()) or 0

    def expire(self, login_id: "LoginId", *, now_ms: int, event: "Event") -> None:
        """Write an open transaction and its issued challenge as expired."""
        values = {"of_login": login_id, "now_ms": now_ms}

        def work(connection: "Connection") -> None:
            connection.execute(_EXPIRE_CHALLENGE, values)
            if connection.execute(_EXPIRE, values).one_or_none() is not None:
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
            row = connection.execute(_COUNT_RESPONSE, values).one_or_none()
            if row is None:
                raise StoreConflictError("the challenge takes no response")
            challenge = parse_challenge(row)
            before, after = replace_lockout(connection, challenge.user_id, change)
            record(connection, [event])
            return challenge, before, after

        return self._database.write(work)

    def complete(
        self,
        challenge: "Challenge",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Consume the challenge and open the session."""

        def work(connection: "Connection") -> None:
            consume = {"of_challenge": challenge.challenge_id, "now_ms": now_ms}
            asked = connection.execute(_CONSUME, consume).one_or_none()
            if asked is None:
                raise StoreConflictError("the challenge is closed already")
            if connection.execute(_COMPLETE, {"of_login": asked.login_id, "now_ms": now_ms}).one_or_none() is None:
                raise StoreConflictError("the login is not waiting any more")
            set_lockout(connection, asked.user_id, Lockout())  # locks the user's row: sessions are counted under it
            note_use(connection, asked.device_id, now_ms=now_ms)
            insert_session(connection, session, replaces=replaces, sessions_allowed=sessions_allowed, now_ms=now_ms)
            record(connection, events)

        self._database.write(work)

    def fail(self, challenge: "Challenge", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the challenge and its login as failed."""

        def work(connection: "Connection") -> None:
            close = {"of_challenge": challenge.challenge_id, "now_ms": now_ms}
            closed = connection.execute(_FAIL_CHALLENGE, close).one_or_none()
            if closed is None:
                raise StoreConflictError("the challenge is closed already")
            connection.execute(_FAIL, {"of_login": closed.login_id, "now_ms": now_ms, "new_reason": reason})
            record(connection, [event])

        self._database.write(work)
