"""What a change closes along with itself, in memory. Callers hold the lock, and have checked what they had to check."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from authsim import states
from authsim.adapters.consequences import (
    DIED_WITH_DEVICE,
    ENDED_BY_PHONE,
    compose_closed,
    compose_replaced,
    compose_sessions_ended,
)
from authsim.model import (
    ActivationCode,
    Challenge,
    Decision,
    Device,
    Enrolment,
    Factor,
    FactorId,
    Factors,
    Lockout,
    LoginId,
    Prompt,
    PushRequest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import DeviceId, FactorKind, LoginTransaction, SessionId, UserId

K = TypeVar("K")
R = TypeVar("R", ActivationCode, Challenge, Enrolment, Prompt, PushRequest)


def close_one_shots(
    rows: dict[K, R], is_meant: Callable[[R], bool], event: "states.OneShotEvent", *, now_ms: int
) -> None:
    """Move the one-shots that are meant, and may still move, to where `event` leads."""
    for key, row in list(rows.items()):
        if row.state in states.states_that_allow(states.ONE_SHOT, event) and is_meant(row):
            state = states.next_state(states.ONE_SHOT, row.state, event)
            rows[key] = replace(row, state=state, closed_ms=now_ms)


def close_questions_of(tables: "Tables", login_id: LoginId, event: "states.OneShotEvent", *, now_ms: int) -> None:
    """Close what a login still asked: its challenge, its request, its prompt."""
    close_one_shots(tables.challenges, lambda row: row.login_id == login_id, event, now_ms=now_ms)
    close_one_shots(tables.pushes, lambda row: row.login_id == login_id, event, now_ms=now_ms)
    close_one_shots(tables.prompts, lambda row: row.login_id == login_id, event, now_ms=now_ms)


def fail_login(tables: "Tables", login_id: LoginId, *, reason: str | None, now_ms: int) -> None:
    """Close a login as failed, if it is open."""
    login = tables.logins[login_id]
    if login.state in states.states_that_allow(states.LOGIN, states.LoginEvent.FAIL):
        tables.logins[login_id] = replace(login, state=states.Login.FAILED, closed_ms=now_ms, reason=reason)


def finish_login(tables: "Tables", login: "LoginTransaction", *, replaces: "SessionId | None", now_ms: int) -> None:
    """Close a login as done, with all that goes with it but the new session."""
    close_questions_of(tables, login.login_id, states.OneShotEvent.CANCEL, now_ms=now_ms)
    user = tables.require_user(login.user_id)
    tables.logins[login.login_id] = replace(login, state=states.Login.DONE, closed_ms=now_ms)
    tables.users[user.user_id] = replace(user, lockout=Lockout())
    replaced = None if replaces is None else tables.sessions.get(replaces)
    if replaced is not None and replaced.user_id == user.user_id and replaced.ended_ms is None:
        tables.end_session(replaced, now_ms=now_ms)


def end_factors(
    tables: "Tables", factors: list[Factor], event: "states.FactorEvent", *, now_ms: int, by: str | None = None
) -> None:
    """Move factors to where `event` leads, those that share them too, and cancel the issued prompts of all.

    Only the sharing ones are told of here.
    """
    sources = {row.factor_id for row in factors}
    sharing = [
        row
        for row in tables.factors.values()
        if row.shared_factor_id in sources and row.state in states.states_that_allow(states.FACTOR, event)
    ]
    ended = {row.factor_id for row in (*factors, *sharing)}
    for row in (*factors, *sharing):
        state = states.next_state(states.FACTOR, row.state, event)
        tables.factors[row.factor_id] = replace(row, state=state, closed_ms=now_ms)
    close_one_shots(tables.prompts, lambda row: row.factor_id in ended, states.OneShotEvent.CANCEL, now_ms=now_ms)
    tables.record(*compose_closed(sharing, now_ms=now_ms, by=by))


def replace_factors(
    tables: "Tables", user_id: "UserId", kinds: "frozenset[FactorKind]", *, now_ms: int, but: FactorId | None = None
) -> None:
    """Replace the user's pending and active factors of some kinds, except one, and tell of those that were active."""
    replaced = [
        row
        for row in tables.factors.values()
        if row.user_id == user_id
        and row.kind in kinds
        and row.factor_id != but
        and row.state in states.states_that_allow(states.FACTOR, states.FactorEvent.REPLACE)
    ]
    tables.record(*compose_closed(replaced, now_ms=now_ms, by=None))
    end_factors(tables, replaced, states.FactorEvent.REPLACE, now_ms=now_ms)


def forget_factors(tables: "Tables", user_id: "UserId") -> list[Factor]:
    """Delete the user's factors and prompts, and what shares those factors; return the sharing ones that were open."""
    own = {row.factor_id for row in tables.factors.values() if row.user_id == user_id}
    sharing = [row for row in tables.factors.values() if row.shared_factor_id in own]
    gone = own | {row.factor_id for row in sharing}
    tables.factors = {key: row for key, row in tables.factors.items() if key not in gone}
    tables.prompts = {
        key: row for key, row in tables.prompts.items() if row.user_id != user_id and row.factor_id not in gone
    }
    return [row for row in sharing if not states.is_terminal(states.FACTOR, row.state)]


def replace_devices(tables: "Tables", user_id: "UserId", *, now_ms: int, but: "DeviceId | None" = None) -> list[Device]:
    """Move all of the user's devices that may be replaced, except one, to `replaced`, and return them."""
    replaced = []
    for row in tables.devices.values():
        is_meant = row.user_id == user_id and row.device_id != but
        if is_meant and row.state in states.states_that_allow(states.DEVICE, states.DeviceEvent.REPLACE):
            state = states.next_state(states.DEVICE, row.state, states.DeviceEvent.REPLACE)
            replaced.append(replace(row, state=state, closed_ms=now_ms))
    tables.devices.update({row.device_id: row for row in replaced})
    return replaced


def give_way(tables: "Tables", device: Device, events: "Sequence[Event]", *, now_ms: int) -> list[Device]:
    """Close what ends when this device becomes active, and record all of it; return the devices that it replaces."""
    replaced = replace_devices(tables, device.user_id, now_ms=now_ms, but=device.device_id)
    close_one_shots(
        tables.activations, lambda row: row.user_id == device.user_id, states.OneShotEvent.SUPERSEDE, now_ms=now_ms
    )
    facts = compose_replaced(replaced, now_ms=now_ms)
    tables.record(*events, *facts)
    if replaced:
        end_held(tables, device.user_id, cause=facts[0], now_ms=now_ms)
    replace_factors(tables, device.user_id, ENDED_BY_PHONE, now_ms=now_ms)
    return replaced


def end_held(tables: "Tables", user_id: "UserId", *, cause: "Event", now_ms: int) -> None:
    """End all that the user's devices hold open that are not active, and the user's sessions of two factors."""
    cancel_held(tables, user_id, now_ms=now_ms)
    ended = [row for row in tables.open_sessions(user_id, now_ms) if row.factors is Factors.TWO]
    for row in ended:
        tables.end_session(row, now_ms=now_ms)
    tables.record(*compose_sessions_ended(cause, user_id, len(ended)))


def cancel_held(tables: "Tables", user_id: "UserId", *, now_ms: int) -> None:
    """End what the user's devices were asked that are not active, and their own sessions."""

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
