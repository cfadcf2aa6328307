"""The state tables as SQL: from which stored states one conditional update may start."""

import enum
from collections.abc import Iterable
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, exists, literal, select

from authsim import states
from authsim.adapters.sql.tables import CHALLENGES, DEVICES

S = TypeVar("S", bound=enum.Enum)

#: The device that a challenge was put to is still active.
ASKED_DEVICE_IS_ACTIVE: Final[ColumnElement[bool]] = exists(
    select(literal(1)).where(
        DEVICES.c.device_id == CHALLENGES.c.device_id, DEVICES.c.state == states.Device.ACTIVE.value
    )
)


def values_of(allowed: Iterable[S]) -> list[str]:
    """Return states as they are stored, in a fixed order."""
    return sorted(state.value for state in allowed)


def one_shot_allows(event: states.OneShotEvent) -> list[str]:
    """Return the stored states of a one-shot from which `event` is legal."""
    return values_of(states.states_that_allow(states.ONE_SHOT, event))


def login_allows(event: states.LoginEvent) -> list[str]:
    """Return the stored states of a login from which `event` is legal."""
    return values_of(states.states_that_allow(states.LOGIN, event))
