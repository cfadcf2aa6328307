"""How second factors that are no phone come to their end, in SQL. The user's row is locked (`locks`); nothing records.

Those of other users that share an ended one end with it: their rows are taken after its row, and their prompts last.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, or_, select, update

from authsim import states
from authsim.adapters.consequences import compose_closed
from authsim.adapters.sql.conditions import factor_allows, is_one_of
from authsim.adapters.sql.endings import move_one_shots
from authsim.adapters.sql.rows import parse_factor
from authsim.adapters.sql.tables import FACTORS, PROMPTS
from authsim.adapters.transitions import state_after

if TYPE_CHECKING:
    from sqlalchemy import Connection, Update

    from authsim.events import Event
    from authsim.model import Factor, FactorId, FactorKind, UserId

_OWN: Final = FACTORS.alias("own")
_OF_USER: Final = FACTORS.c.user_id == bindparam("of_user")
_SHARES_SOME: Final = FACTORS.c.shared_factor_id.in_(bindparam("of_factors", expanding=True))


def _end(event: "states.FactorEvent") -> "Update":
    """Return the update, to be given `now_ms`, of the factors from whose state `event` is legal."""
    state = state_after(states.FACTOR, event)
    return (
        update(FACTORS)
        .where(factor_allows(event))
        .values(state=state.value, closed_ms=bindparam("now_ms"))
        .returning(FACTORS)
    )


_ENDS: Final[Sequence[states.FactorEvent]] = tuple(
    event for event in states.FactorEvent if event is not states.FactorEvent.ACTIVATE
)
_END_ONE: Final = {event: _end(event).where(FACTORS.c.factor_id == bindparam("of_factor")) for event in _ENDS}
_END_SHARING: Final = {event: _end(event).where(_SHARES_SOME) for event in _ENDS}
_CANCEL_PROMPTS: Final = move_one_shots(
    PROMPTS,
    states.OneShotEvent.CANCEL,
    PROMPTS.c.factor_id.in_(
        select(FACTORS.c.factor_id).where(
            or_(FACTORS.c.factor_id.in_(bindparam("of_factors", expanding=True)), _SHARES_SOME)
        )
    ),
)
_LOCK_ALL: Final = select(FACTORS.c.factor_id).where(_OF_USER).order_by(FACTORS.c.serial).with_for_update()
_IS_OF_USERS: Final = select(_OWN.c.factor_id).where(_OWN.c.user_id == bindparam("of_user"))
_FORGET_PROMPTS: Final = delete(PROMPTS).where(
    or_(
        PROMPTS.c.user_id == bindparam("of_user"),
        PROMPTS.c.factor_id.in_(
            select(FACTORS.c.factor_id).where(or_(_OF_USER, FACTORS.c.shared_factor_id.in_(_IS_OF_USERS)))
        ),
    )
)
_FORGET_SHARING: Final = delete(FACTORS).where(FACTORS.c.shared_factor_id.in_(_IS_OF_USERS)).returning(FACTORS)
_FORGET: Final = delete(FACTORS).where(_OF_USER)


@cache
def _replace(kinds: "frozenset[FactorKind]") -> "Update":
    meant = is_one_of(FACTORS.c.kind, kinds)
    return _end(states.FactorEvent.REPLACE).where(_OF_USER, FACTORS.c.factor_id != bindparam("kept"), meant)


def end_factor(
    connection: "Connection", factor_id: "FactorId", event: "states.FactorEvent", *, now_ms: int, by: str | None
) -> "list[Event] | None":
    """Move a factor to its end; return the rows of those that share it, None when its state does not allow it."""
    row = connection.execute(_END_ONE[event], {"of_factor": factor_id, "now_ms": now_ms}).one_or_none()
    return None if row is None else _end_sharing(connection, [parse_factor(row)], event, now_ms=now_ms, by=by)


def replace_factors(
    connection: "Connection",
    user_id: "UserId",
    kinds: "frozenset[FactorKind]",
    *,
    now_ms: int,
    but: "FactorId | None" = None,
) -> "list[Event]":
    """Replace the user's pending and active factors of some kinds, except one; return the rows that tell of it."""
    if not kinds:
        return []
    values = {"of_user": user_id, "kept": but or "", "now_ms": now_ms}
    rows = sorted(connection.execute(_replace(kinds), values).all(), key=lambda row: row.serial)
    replaced = [parse_factor(row) for row in rows]
    if not replaced:
        return []
    sharing = _end_sharing(connection, replaced, states.FactorEvent.REPLACE, now_ms=now_ms, by=None)
    return [*compose_closed(replaced, now_ms=now_ms, by=None), *sharing]


def forget_factors(connection: "Connection", user_id: "UserId") -> "list[Factor]":
    """Delete the user's factors and prompts, and what shares those factors; return the sharing ones that were open."""
    values = {"of_user": user_id}
    connection.execute(_LOCK_ALL, values).all()
    connection.execute(_FORGET_PROMPTS, values)
    rows = sorted(connection.execute(_FORGET_SHARING, values).all(), key=lambda row: row.serial)
    connection.execute(_FORGET, values)
    gone = (parse_factor(row) for row in rows)
    return [factor for factor in gone if not states.is_terminal(states.FACTOR, factor.state)]


def _end_sharing(
    connection: "Connection",
    ended: Sequence["Factor"],
    event: "states.FactorEvent",
    *,
    now_ms: int,
    by: str | None,
) -> "list[Event]":
    values = {"of_factors": [factor.factor_id for factor in ended], "now_ms": now_ms}
    rows = sorted(connection.execute(_END_SHARING[event], values).all(), key=lambda row: row.serial)
    connection.execute(_CANCEL_PROMPTS, values)
    return compose_closed([parse_factor(row) for row in rows], now_ms=now_ms, by=by)
