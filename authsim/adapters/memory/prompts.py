"""`ports.Prompts` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.memory.endings import close_one_shots, close_questions_of, end_factors, fail_login, finish_login
from authsim.adapters.memory.questions import require_awaiting
from authsim.adapters.memory.tables import newest_first
from authsim.adapters.memory.texts import deliver
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import (
        Channel,
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


@final
class MemoryPrompts:
    """Questions asked of factors by logins."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def issue(self, prompt: "Prompt", *, text: "TextMessage | None" = None, event: "Event") -> None:
        """Insert, supersede what the login asked before, deliver the text."""
        tables = self._tables
        with tables.lock:
            login = require_awaiting(tables, prompt.login_id, now_ms=prompt.issued_ms)
            if login.user_id != prompt.user_id or not tables.is_usable(prompt.factor_id):
                raise StoreConflictError("the factor is not active")
            if prompt.prompt_id in tables.prompts:
                raise StoreConflictError("that prompt exists already")
            close_questions_of(tables, prompt.login_id, states.OneShotEvent.SUPERSEDE, now_ms=prompt.issued_ms)
            tables.prompts[prompt.prompt_id] = prompt
            tables.record(event)
            if text is not None:
                deliver(tables, text, user_id=prompt.user_id)

    def latest_of_login(self, login_id: "LoginId") -> "Prompt | None":
        """Return the newest prompt of a login transaction."""
        with self._tables.lock:
            rows = (row for row in self._tables.prompts.values() if row.login_id == login_id)
            return next(iter(newest_first(rows, lambda row: row.issued_ms)), None)

    def latest_of_user(self, user_id: "UserId", kind: "FactorKind") -> "Prompt | None":
        """Return the newest prompt of that kind in any login of a user."""
        with self._tables.lock:
            rows = (row for row in self._tables.prompts.values() if row.user_id == user_id and row.kind is kind)
            return next(iter(newest_first(rows, lambda row: row.issued_ms)), None)

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
        tables = self._tables
        with tables.lock:
            present = self._require_issued(prompt_id)
            if present.expires_ms <= now_ms or present.sends >= sends_allowed:
                raise StoreConflictError("the prompt has expired, or no texts are left")
            sent = replace(present, code_mac=code_mac, channel=channel, sends=present.sends + 1, sent_ms=now_ms)
            tables.prompts[prompt_id] = sent
            tables.record(event)
            deliver(tables, text, user_id=present.user_id)
            return sent

    def count(
        self,
        prompt_id: "PromptId",
        *,
        now_ms: int,
        change: "Callable[[Lockout], Lockout]",
        event: "Event",
    ) -> "tuple[Prompt, Lockout, Lockout]":
        """Count a try and a failure, before anyone compares."""
        tables = self._tables
        with tables.lock:
            present = self._require_issued(prompt_id)
            if (
                present.attempts >= present.attempts_allowed
                or present.expires_ms <= now_ms
                or not tables.is_usable(present.factor_id)
            ):
                raise StoreConflictError("the prompt takes no answer")
            before, after = tables.compute_lockout(present.user_id, change)
            counted = replace(present, attempts=present.attempts + 1)
            tables.prompts[prompt_id] = counted
            tables.users[after.user_id] = after
            tables.record(event)
            return counted, before.lockout, after.lockout

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
        tables = self._tables
        with tables.lock:
            present = self._require_issued(prompt.prompt_id)
            login = tables.logins.get(present.login_id)
            factor = tables.factors.get(present.factor_id)
            if (
                login is None
                or factor is None
                or login.state not in states.states_that_allow(states.LOGIN, states.LoginEvent.COMPLETE)
                or not tables.is_usable(present.factor_id)
                or (step is not None and step <= factor.last_step)
            ):
                raise StoreConflictError("the prompt is closed, its factor not active, or the step not new")
            tables.require_judged_lock(login.user_id, locked_until_ms)
            tables.require_insertable_session(session)
            state = states.next_state(states.ONE_SHOT, present.state, states.OneShotEvent.CONSUME)
            tables.prompts[present.prompt_id] = replace(present, state=state, closed_ms=now_ms)
            finish_login(tables, login, replaces=replaces, now_ms=now_ms)
            tables.insert_session(session, sessions_allowed=sessions_allowed, now_ms=now_ms)
            tables.record(*events)
            if step is not None:
                tables.factors[factor.factor_id] = factor = replace(factor, last_step=step)
            if spends:
                end_factors(tables, [factor], states.FactorEvent.SPEND, now_ms=now_ms)

    def fail(self, prompt: "Prompt", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the prompt and its login as failed."""
        tables = self._tables
        with tables.lock:
            present = self._require_issued(prompt.prompt_id)
            close_questions_of(tables, present.login_id, states.OneShotEvent.FAIL, now_ms=now_ms)
            fail_login(tables, present.login_id, reason=reason, now_ms=now_ms)
            tables.record(event)

    def expire(self, prompt_id: "PromptId", *, now_ms: int, event: "Event") -> None:
        """Write an issued prompt as expired; its login goes on."""
        tables = self._tables
        with tables.lock:
            present = tables.prompts.get(prompt_id)
            if present is None or present.state is not states.OneShot.ISSUED:
                return
            close_one_shots(
                tables.prompts, lambda row: row.prompt_id == prompt_id, states.OneShotEvent.EXPIRE, now_ms=now_ms
            )
            tables.record(event)

    def _require_issued(self, prompt_id: "PromptId") -> "Prompt":
        present = self._tables.prompts.get(prompt_id)
        if present is None or present.state not in states.states_that_allow(
            states.ONE_SHOT, states.OneShotEvent.CONSUME
        ):
            raise StoreConflictError("the prompt is closed already")
        return present
