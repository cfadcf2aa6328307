"""What a change closes along with itself, in memory. Callers hold the lock, and have checked what they had to check."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from authsim import states
from authsim.adapters.consequences import DIED_WITH_DEVICE, compose_sessions_ended
from authsim.model import ActivationCode, Challenge, Decision, Enrolment, Factors, LoginId, PushRequest

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import UserId

K = TypeVar("K")
R = TypeVar("R", ActivationCode, Challenge, Enrolment, PushRequest)


def close_one_shots(
    rows: dict[K, R], is_meant: Callable[[R], bool], event: "states.OneShotEvent", *, now_ms: int
) -> None:
    """Move the one-shots that are meant, and may still move, to where `event` leads."""
    for key, row in list(rows.items()):
        if row.state in states.states_that_allow(states.ONE_SHOT, event) and is_meant(row):
            state = states.next_state(states.ONE_SHOT, row.state, event)
            rows[key] = replace(row, state=state, closed_ms=now_ms)


def close_questions_of(tables: "Tables", login_id: LoginId, event: "states.OneShotEvent", *, now_ms: int) -> None:
    """Close what a login's device was still asked: its challenge and its request."""
    close_one_shots(tables.challenges, lambda row: row.login_id == login_id, event, now_ms=now_ms)
    close_one_shots(tables.pushes, lambda row: row.login_id == login_id, event, now_ms=now_ms)


def fail_login(tables: "Tables", login_id: LoginId, *, reason: str | None, now_ms: int) -> None:
    """Close a login as failed, if it is open."""
    login = tables.logins[login_id]
    if login.state in states.states_that_allow(states.LOGIN, states.LoginEvent.FAIL):
        tables.logins[login_id] = replace(login, state=states.Login.FAILED, closed_ms=now_ms, reason=reason)


def end_held(tables: "Tables", user_id: "UserId", *, cause: "Event", now_ms: int) -> None:
    """End all that the user's devices hold open that are not active, and the user's sessions of two factors."""

    def is_theirs(row: Challenge | PushRequest) -> bool:
        return row.user_id == user_id and not tables.is_active(row.device_id)

    close_one_shots(tables.challenges, is_theirs, states.OneShotEvent.CANCEL, now_ms=now_ms)
    close_one_shots(tables.pushes, is_theirs, states.OneShotEvent.CANCEL, now_ms=now_ms)
    for push in tables.pushes.values():
        if push.decision is Decision.APPROVE and is_theirs(push):
            fail_login(tables, push.login_id, reason=DIED_WITH_DEVICE.value, now_ms=now_ms)
    for key, session in list(tables.device_sessions.items()):
        if session.user_id == user_id and not tables.is_active(session.device_id):
            del tables.device_sessions[key]
    ended = [row for row in tables.open_sessions(user_id, now_ms) if row.factors is Factors.TWO]
    for row in ended:
        tables.end_session(row, now_ms=now_ms)
    tables.record(*compose_sessions_ended(cause, user_id, len(ended)))
