"""The state tables as SQL: from which stored states one conditional update may start."""

import enum
from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import Column, ColumnElement, exists, literal, or_, select

from authsim import states
from authsim.adapters.sql.tables import DEVICES, FACTORS, LOGINS

S = TypeVar("S", bound=enum.Enum)

_SHARED = FACTORS.alias("shared")


def device_is_active(column: Column[str]) -> ColumnElement[bool]:
    """Say that the device which `column` names is still active."""
    return exists(
        select(literal(1)).where(DEVICES.c.device_id == column, DEVICES.c.state == states.Device.ACTIVE.value)
    )


def factor_is_usable(column: Column[str]) -> ColumnElement[bool]:
    """Say that the factor which `column` names is active, and so is the one that it shares."""
    active = states.Factor.ACTIVE.value
    shared_is_active = exists(
        select(literal(1)).where(_SHARED.c.factor_id == FACTORS.c.shared_factor_id, _SHARED.c.state == active)
    )
    return exists(
        select(literal(1)).where(
            FACTORS.c.factor_id == column,
            FACTORS.c.state == active,
            or_(FACTORS.c.shared_factor_id.is_(None), shared_is_active),
        )
    )


def is_one_of(column: Column[str], allowed: Iterable[S]) -> ColumnElement[bool]:
    """Say that a stored state is one of some. Spelled out: SQLAlchemy composes an IN anew at each execution."""
    return or_(*(column == value for value in values_of(allowed)))


def values_of(allowed: Iterable[S]) -> list[str]:
    """Return states as they are stored, in a fixed order."""
    return sorted(state.value for state in allowed)


def one_shot_allows(column: Column[str], event: states.OneShotEvent) -> ColumnElement[bool]:
    """Say that `event` is legal for a one-shot with that state."""
    return is_one_of(column, states.states_that_allow(states.ONE_SHOT, event))


def login_allows(event: states.LoginEvent) -> ColumnElement[bool]:
    """Say that `event` is legal for the login."""
    return is_one_of(LOGINS.c.state, states.states_that_allow(states.LOGIN, event))


def device_allows(event: states.DeviceEvent) -> ColumnElement[bool]:
    """Say that `event` is legal for the device."""
    return is_one_of(DEVICES.c.state, states.states_that_allow(states.DEVICE, event))


def factor_allows(event: states.FactorEvent) -> ColumnElement[bool]:
    """Say that `event` is legal for the factor."""
    return is_one_of(FACTORS.c.state, states.states_that_allow(states.FACTOR, event))
