"""What a change closes along with itself, in SQL. The user's row is locked (`locks`); nothing here records."""

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, update

from authsim import states
from authsim.adapters.consequences import DIED_WITH_DEVICE
from authsim.adapters.sql.conditions import device_is_active, login_allows, one_shot_allows, values_of
from authsim.adapters.sql.tables import (
    ACTIVATIONS,
    CHALLENGES,
    DEVICE_SESSIONS,
    ENROLMENTS,
    LOGINS,
    PROMPTS,
    PUSHES,
    SESSIONS,
)
from authsim.adapters.transitions import state_after, states_before
from authsim.errors import StoreConflictError
from authsim.model import Decision, Factors

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Table, Update

    from authsim.model import LoginId, UserId


def move_one_shots(table: "Table", event: "states.OneShotEvent", *meant: "ColumnElement[bool]") -> "Update":
    """Return the update, to be given `now_ms`, of those that are meant and from whose state `event` is legal."""
    return (
        update(table)
        .where(one_shot_allows(table.c.state, event), *meant)
        .values(state=state_after(states.ONE_SHOT, event).value, closed_ms=bindparam("now_ms"))
    )


def _of_user(table: "Table") -> "ColumnElement[bool]":
    return table.c.user_id == bindparam("of_user")


_CLOSE_QUESTIONS: Final = {
    event: tuple(
        move_one_shots(table, event, table.c.login_id == bindparam("of_login"))
        for table in (PUSHES, CHALLENGES, PROMPTS)
    )
    for event in (
        states.OneShotEvent.CANCEL,
        states.OneShotEvent.EXPIRE,
        states.OneShotEvent.FAIL,
        states.OneShotEvent.SUPERSEDE,
    )
}
_FAIL_LOGIN: Final = (
    update(LOGINS)
    .where(LOGINS.c.login_id == bindparam("of_login"), login_allows(states.LoginEvent.FAIL))
    .values(state=states.Login.FAILED.value, closed_ms=bindparam("now_ms"), reason=bindparam("new_reason"))
)
_SUPERSEDE: Final = {
    table.name: move_one_shots(table, states.OneShotEvent.SUPERSEDE, _of_user(table))
    for table in (ACTIVATIONS, ENROLMENTS, PUSHES)
}
_END_BEGUN: Final = (
    move_one_shots(CHALLENGES, states.OneShotEvent.FAIL, _of_user(CHALLENGES)),
    move_one_shots(PUSHES, states.OneShotEvent.FAIL, _of_user(PUSHES)),
    move_one_shots(PROMPTS, states.OneShotEvent.FAIL, _of_user(PROMPTS)),
    update(LOGINS)
    .where(_of_user(LOGINS), login_allows(states.LoginEvent.FAIL))
    .values(state=states.Login.FAILED.value, closed_ms=bindparam("now_ms")),
    move_one_shots(ACTIVATIONS, states.OneShotEvent.CANCEL, _of_user(ACTIVATIONS)),
    move_one_shots(ENROLMENTS, states.OneShotEvent.CANCEL, _of_user(ENROLMENTS)),
    update(SESSIONS).where(_of_user(SESSIONS), SESSIONS.c.ended_ms.is_(None)).values(ended_ms=bindparam("now_ms")),
)
_END_HELD: Final = (
    *(
        move_one_shots(table, states.OneShotEvent.CANCEL, _of_user(table), ~device_is_active(table.c.device_id))
        for table in (CHALLENGES, PUSHES)
    ),
    update(LOGINS)
    .where(
        _of_user(LOGINS),
        login_allows(states.LoginEvent.FAIL),
        LOGINS.c.login_id.in_(
            select(PUSHES.c.login_id).where(
                _of_user(PUSHES), PUSHES.c.decision == Decision.APPROVE, ~device_is_active(PUSHES.c.device_id)
            )
        ),
    )
    .values(state=states.Login.FAILED.value, closed_ms=bindparam("now_ms"), reason=DIED_WITH_DEVICE.value),
)
_FORGET_DEVICE_SESSIONS: Final = delete(DEVICE_SESSIONS).where(
    _of_user(DEVICE_SESSIONS), ~device_is_active(DEVICE_SESSIONS.c.device_id)
)
_END_SESSIONS: Final = (
    update(SESSIONS)
    .where(_of_user(SESSIONS), SESSIONS.c.ended_ms.is_(None), SESSIONS.c.expires_ms > bindparam("now_ms"))
    .values(ended_ms=bindparam("now_ms"))
    .returning(SESSIONS.c.serial)
)
_END_TWO_FACTOR_SESSIONS: Final = _END_SESSIONS.where(SESSIONS.c.factors == Factors.TWO.value)


def close_by(column: "Column[str]") -> "Update":
    """Return the statement for `close_one_shot`; `column` is the key of its table."""
    return (
        update(column.table)
        .where(column == bindparam("of_row"), column.table.c.state.in_(bindparam("from_states", expanding=True)))
        .values(state=bindparam("to_state"), closed_ms=bindparam("now_ms"))
    )


def close_one_shot(
    connection: "Connection", statement: "Update", row_id: str, state: "states.OneShot", *, now_ms: int
) -> None:
    """Move an issued one-shot to a terminal state. `StoreConflictError` when it is not issued any more."""
    values: dict[str, Any] = {
        "of_row": row_id,
        "from_states": values_of(states_before(states.ONE_SHOT, state)),
        "to_state": state.value,
        "now_ms": now_ms,
    }
    if not connection.execute(statement, values).rowcount:
        raise StoreConflictError("it is closed already")


def close_questions_of(
    connection: "Connection", login_id: "LoginId", event: "states.OneShotEvent", *, now_ms: int
) -> None:
    """Close what a login still asked: its request, its challenge, its prompt."""
    for statement in _CLOSE_QUESTIONS[event]:
        connection.execute(statement, {"of_login": login_id, "now_ms": now_ms})


def close_request_of(
    connection: "Connection", login_id: "LoginId", event: "states.OneShotEvent", *, now_ms: int
) -> None:
    """Close the request of a login whose challenge or prompt was answered."""
    connection.execute(_CLOSE_QUESTIONS[event][0], {"of_login": login_id, "now_ms": now_ms})


def fail_login(connection: "Connection", login_id: "LoginId", *, reason: str, now_ms: int) -> None:
    """Close a login as failed, if it is open."""
    connection.execute(_FAIL_LOGIN, {"of_login": login_id, "now_ms": now_ms, "new_reason": reason})


def supersede(connection: "Connection", table: "Table", user_id: "UserId", *, now_ms: int) -> None:
    """Supersede the user's issued one-shots of a kind."""
    connection.execute(_SUPERSEDE[table.name], {"of_user": user_id, "now_ms": now_ms})


def end_begun(connection: "Connection", user_id: "UserId", *, now_ms: int) -> None:
    """End all that the user's password opened."""
    for statement in _END_BEGUN:
        connection.execute(statement, {"of_user": user_id, "now_ms": now_ms})


def end_sessions(connection: "Connection", user_id: "UserId", *, now_ms: int) -> int:
    """End the user's open sessions; return how many there were."""
    return len(connection.execute(_END_SESSIONS, {"of_user": user_id, "now_ms": now_ms}).all())


def cancel_held(connection: "Connection", user_id: "UserId", *, now_ms: int) -> None:
    """End what the user's devices were asked that are not active, and their own sessions."""
    for statement in _END_HELD:
        connection.execute(statement, {"of_user": user_id, "now_ms": now_ms})
    connection.execute(_FORGET_DEVICE_SESSIONS, {"of_user": user_id})


def end_held(connection: "Connection", user_id: "UserId", *, now_ms: int) -> int:
    """End all that the user's devices hold open that are not active, and the user's sessions of two factors.

    Returns how many sessions there were.
    """
    cancel_held(connection, user_id, now_ms=now_ms)
    return end_two_factor_sessions(connection, user_id, now_ms=now_ms)


def end_two_factor_sessions(connection: "Connection", user_id: "UserId", *, now_ms: int) -> int:
    """End the user's open sessions of two factors; return how many there were."""
    return len(connection.execute(_END_TWO_FACTOR_SESSIONS, {"of_user": user_id, "now_ms": now_ms}).all())
