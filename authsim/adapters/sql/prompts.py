"""`ports.Prompts` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, literal, select, update

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.completing import complete_login
from authsim.adapters.sql.conditions import factor_is_usable, one_shot_allows
from authsim.adapters.sql.endings import close_questions_of, close_request_of, fail_login, move_one_shots
from authsim.adapters.sql.factor_endings import end_factor
from authsim.adapters.sql.locks import lock_owner, lock_owner_by, lock_user
from authsim.adapters.sql.rows import format_prompt, parse_prompt
from authsim.adapters.sql.sessions import insert_session
from authsim.adapters.sql.tables import FACTORS, LOGINS, PROMPTS
from authsim.adapters.sql.texts import deliver
from authsim.adapters.sql.users import clear_lockout, lock_lockout, lock_lockout_by, set_lockout
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import (
        Channel,
        FactorId,
        FactorKind,
        Lockout,
        LoginId,
        PortalSession,
        Prompt,
        PromptId,
        SessionId,
        TextMessage,
        UserId,
    )

_OF_PROMPT: Final = PROMPTS.c.prompt_id == bindparam("of_prompt")
_IS_ISSUED: Final = one_shot_allows(PROMPTS.c.state, states.OneShotEvent.CONSUME)
_IS_FRESH: Final = PROMPTS.c.expires_ms > bindparam("now_ms")
_IS_USABLE: Final = factor_is_usable(PROMPTS.c.factor_id)

_INSERT: Final = insert(PROMPTS)
_LOCK_OWNER: Final = lock_owner_by(PROMPTS, PROMPTS.c.prompt_id)
_LOCKOUT: Final = lock_lockout_by(PROMPTS, PROMPTS.c.prompt_id)
_IS_WANTED: Final = select(literal(1)).where(
    LOGINS.c.login_id == bindparam("of_login"),
    LOGINS.c.user_id == bindparam("of_user"),
    LOGINS.c.state == states.Login.SECOND_FACTOR.value,
    LOGINS.c.expires_ms > bindparam("now_ms"),
    factor_is_usable(bindparam("of_factor")),  # type: ignore[arg-type]
)
_LATEST: Final = select(PROMPTS).order_by(PROMPTS.c.issued_ms.desc(), PROMPTS.c.serial.desc()).limit(1)
_LATEST_OF_LOGIN: Final = _LATEST.where(PROMPTS.c.login_id == bindparam("of_login"))
_LATEST_OF_USER: Final = _LATEST.where(
    PROMPTS.c.user_id == bindparam("of_user"), PROMPTS.c.kind == bindparam("of_kind")
)
_RESEND: Final = (
    update(PROMPTS)
    .where(_OF_PROMPT, _IS_ISSUED, _IS_FRESH, PROMPTS.c.sends < bindparam("sends_allowed"))
    .values(
        code_mac=bindparam("new_mac"),
        channel=bindparam("new_channel"),
        sends=PROMPTS.c.sends + 1,
        sent_ms=bindparam("now_ms"),
    )
    .returning(PROMPTS)
)
_COUNT: Final = (
    update(PROMPTS)
    .where(_OF_PROMPT, _IS_ISSUED, _IS_FRESH, PROMPTS.c.attempts < PROMPTS.c.attempts_allowed, _IS_USABLE)
    .values(attempts=PROMPTS.c.attempts + 1)
    .returning(PROMPTS)
)
_CONSUME: Final = move_one_shots(PROMPTS, states.OneShotEvent.CONSUME, _OF_PROMPT, _IS_USABLE).returning(
    PROMPTS.c.login_id, PROMPTS.c.factor_id
)
_KEEP_STEP: Final = (
    update(FACTORS)
    .where(FACTORS.c.factor_id == bindparam("of_factor"), FACTORS.c.last_step < bindparam("new_step"))
    .values(last_step=bindparam("new_step"))
    .returning(FACTORS.c.serial)
)
_FAIL: Final = move_one_shots(PROMPTS, states.OneShotEvent.FAIL, _OF_PROMPT).returning(PROMPTS.c.login_id)
_EXPIRE: Final = move_one_shots(PROMPTS, states.OneShotEvent.EXPIRE, _OF_PROMPT).returning(PROMPTS.c.serial)


@final
class SqlPrompts:
    """Questions asked of factors by logins."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def issue(self, prompt: "Prompt", *, text: "TextMessage | None" = None, event: "Event") -> None:
        """Insert, supersede what the login asked before, deliver the text."""
        values = {
            "of_login": prompt.login_id,
            "of_user": prompt.user_id,
            "of_factor": prompt.factor_id,
            "now_ms": prompt.issued_ms,
        }

        def work(connection: "Connection") -> None:
            lock_user(connection, prompt.user_id)
            if connection.execute(_IS_WANTED, values).one_or_none() is None:
                raise StoreConflictError("the login waits for nothing any more, or the factor is not active")
            close_questions_of(connection, prompt.login_id, states.OneShotEvent.SUPERSEDE, now_ms=prompt.issued_ms)
            connection.execute(_INSERT, format_prompt(prompt))
            record(connection, [event])
            if text is not None:
                deliver(connection, text, user_id=prompt.user_id)

        self._database.write(work)

    def latest_of_login(self, login_id: "LoginId") -> "Prompt | None":
        """Return the newest prompt of a login transaction."""
        values = {"of_login": login_id}
        row = self._database.read(lambda connection: connection.execute(_LATEST_OF_LOGIN, values).one_or_none())
        return None if row is None else parse_prompt(row)

    def latest_of_user(self, user_id: "UserId", kind: "FactorKind") -> "Prompt | None":
        """Return the newest prompt of that kind in any login of a user."""
        values = {"of_user": user_id, "of_kind": kind.value}
        row = self._database.read(lambda connection: connection.execute(_LATEST_OF_USER, values).one_or_none())
        return None if row is None else parse_prompt(row)

    def resend(
        self,
        prompt_id: "PromptId",
        *,
        code_mac: bytes,
        channel: "Channel",
        sends_allowed: int,
        text: "TextMessage",
        now_ms: int,
        event: "Event",
    ) -> "Prompt":
        """Replace the code, count the sending, deliver it."""
        values = {
            "of_prompt": prompt_id,
            "new_mac": code_mac,
            "new_channel": channel.value,
            "sends_allowed": sends_allowed,
            "now_ms": now_ms,
        }

        def work(connection: "Connection") -> "Prompt":
            user_id = lock_owner(connection, _LOCK_OWNER, prompt_id)
            row = connection.execute(_RESEND, values).one_or_none()
            if row is None:
                raise StoreConflictError("the prompt is closed already, or takes no text")
            record(connection, [event])
            deliver(connection, text, user_id=user_id)
            return parse_prompt(row)

        return self._database.write(work)

    def count(
        self,
        prompt_id: "PromptId",
        *,
        now_ms: int,
        change: "Callable[[Lockout], Lockout]",
        event: "Event",
    ) -> "tuple[Prompt, Lockout, Lockout]":
        """Count a try and a failure, before anyone compares."""
        values = {"of_prompt": prompt_id, "now_ms": now_ms}

        def work(connection: "Connection") -> "tuple[Prompt, Lockout, Lockout]":
            user_id, before = lock_lockout(connection, _LOCKOUT, prompt_id)
            row = connection.execute(_COUNT, values).one_or_none()
            if row is None:
                raise StoreConflictError("the prompt takes no answer")
            after = change(before)
            if after != before:
                set_lockout(connection, user_id, after)
            record(connection, [event])
            return parse_prompt(row), before, after

        return self._database.write(work)

    def complete(
        self,
        prompt: "Prompt",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        step: int | None,
        spends: bool,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Consume the prompt and open the session."""

        def work(connection: "Connection") -> None:
            user_id, lockout = lock_lockout(connection, _LOCKOUT, prompt.prompt_id)
            consume = {"of_prompt": prompt.prompt_id, "now_ms": now_ms}
            asked = connection.execute(_CONSUME, consume).one_or_none()
            if asked is None:
                raise StoreConflictError("the prompt is closed already, or its factor not active")
            complete_login(connection, asked.login_id, now_ms=now_ms)
            if step is not None:
                _keep_step(connection, asked.factor_id, step)
            clear_lockout(connection, user_id, lockout, locked_until_ms=locked_until_ms)
            close_request_of(connection, asked.login_id, states.OneShotEvent.CANCEL, now_ms=now_ms)
            insert_session(connection, session, replaces=replaces, sessions_allowed=sessions_allowed, now_ms=now_ms)
            facts = None
            if spends:
                spend = states.FactorEvent.SPEND
                facts = end_factor(connection, asked.factor_id, spend, now_ms=now_ms, by=None)
            record(connection, [*events, *(facts or [])])

        self._database.write(work)

    def fail(self, prompt: "Prompt", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the prompt and its login as failed."""

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER, prompt.prompt_id)
            closed = connection.execute(_FAIL, {"of_prompt": prompt.prompt_id, "now_ms": now_ms}).one_or_none()
            if closed is None:
                raise StoreConflictError("the prompt is closed already")
            close_request_of(connection, closed.login_id, states.OneShotEvent.FAIL, now_ms=now_ms)
            fail_login(connection, closed.login_id, reason=reason, now_ms=now_ms)
            record(connection, [event])

        self._database.write(work)

    def expire(self, prompt_id: "PromptId", *, now_ms: int, event: "Event") -> None:
        """Write an issued prompt as expired; its login goes on."""

        def work(connection: "Connection") -> None:
            if connection.execute(_EXPIRE, {"of_prompt": prompt_id, "now_ms": now_ms}).one_or_none() is not None:
                record(connection, [event])

        self._database.write(work)


def _keep_step(connection: "Connection", factor_id: "FactorId", step: int) -> None:
    values = {"of_factor": factor_id, "new_step": step}
    if connection.execute(_KEEP_STEP, values).one_or_none() is None:
        raise StoreConflictError("a code of that step, or of a later one, was accepted before")
