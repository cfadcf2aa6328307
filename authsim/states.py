"""Every state machine of the simulator, as tables.

Two rules, after h11. One: what may follow what lives in this file; everything else asks `next_state`. Two: this file
does not know who asks. A state is named after what is known. A pair that a table does not list is refused with
`TransitionError`: it is a bug of the caller, never of the peer. Stores turn `from`-states into the WHERE clause of
their one conditional update, so the table is also what wins a race.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from authsim.errors import TransitionError


class OneShot(enum.Enum):
    """A challenge, an activation code: anything that may succeed at most once. Terminal states never leave."""

    ISSUED = "issued"
    CONSUMED = "consumed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class OneShotEvent(enum.Enum):
    """What can happen to a one-shot."""

    CONSUME = "consume"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"


class Login(enum.Enum):
    """A login transaction: the first factor passed (`started`), a second one is awaited, and how it ended."""

    STARTED = "started"
    SECOND_FACTOR = "second_factor"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class LoginEvent(enum.Enum):
    """What can happen to a login transaction."""

    AWAIT_SECOND_FACTOR = "await_second_factor"
    COMPLETE = "complete"
    FAIL = "fail"
    EXPIRE = "expire"


class Device(enum.Enum):
    """A user's key on one phone. Only `active` answers anything."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"


class DeviceEvent(enum.Enum):
    """What can happen to a device."""

    CONFIRM = "confirm"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    REPLACE = "replace"
    EXPIRE = "expire"


class Factor(enum.Enum):
    """A second factor that is no phone. Only `active` answers anything."""

    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    SPENT = "spent"


class FactorEvent(enum.Enum):
    """What can happen to a second factor that is no phone."""

    ACTIVATE = "activate"
    REVOKE = "revoke"
    REPLACE = "replace"
    EXPIRE = "expire"
    SPEND = "spend"


class Brokerage(enum.Enum):
    """The brokerage session of a gateway-compatible front; `idle`: no program called for long."""

    UP = "up"
    IDLE = "idle"
    LOGGED_OUT = "logged_out"


class BrokerageEvent(enum.Enum):
    """What can happen to a brokerage session. One that is up begins anew when it takes over from a rival."""

    BEGIN = "begin"
    FALL_ASLEEP = "fall_asleep"
    LOG_OUT = "log_out"


S = TypeVar("S", bound=enum.Enum)
E = TypeVar("E", bound=enum.Enum)
Table = Mapping[S, Mapping[E, S]]

ONE_SHOT: Table[OneShot, OneShotEvent] = MappingProxyType(
    {
        OneShot.ISSUED: MappingProxyType(
            {
                OneShotEvent.CONSUME: OneShot.CONSUMED,
                OneShotEvent.FAIL: OneShot.FAILED,
                OneShotEvent.EXPIRE: OneShot.EXPIRED,
                OneShotEvent.CANCEL: OneShot.CANCELLED,
                OneShotEvent.SUPERSEDE: OneShot.SUPERSEDED,
            }
        ),
        OneShot.CONSUMED: MappingProxyType({}),
        OneShot.FAILED: MappingProxyType({}),
        OneShot.EXPIRED: MappingProxyType({}),
        OneShot.CANCELLED: MappingProxyType({}),
        OneShot.SUPERSEDED: MappingProxyType({}),
    }
)

LOGIN: Table[Login, LoginEvent] = MappingProxyType(
    {
        Login.STARTED: MappingProxyType(
            {
                LoginEvent.AWAIT_SECOND_FACTOR: Login.SECOND_FACTOR,
                LoginEvent.FAIL: Login.FAILED,
                LoginEvent.EXPIRE: Login.EXPIRED,
            }
        ),
        Login.SECOND_FACTOR: MappingProxyType(
            {
                LoginEvent.COMPLETE: Login.DONE,
                LoginEvent.FAIL: Login.FAILED,
                LoginEvent.EXPIRE: Login.EXPIRED,
            }
        ),
        Login.DONE: MappingProxyType({}),
        Login.FAILED: MappingProxyType({}),
        Login.EXPIRED: MappingProxyType({}),
    }
)

DEVICE: Table[Device, DeviceEvent] = MappingProxyType(
    {
        Device.PENDING: MappingProxyType(
            {
                DeviceEvent.CONFIRM: Device.ACTIVE,
                DeviceEvent.REVOKE: Device.REVOKED,
                DeviceEvent.REPLACE: Device.REPLACED,
                DeviceEvent.EXPIRE: Device.EXPIRED,
            }
        ),
        Device.ACTIVE: MappingProxyType(
            {
                DeviceEvent.SUSPEND: Device.SUSPENDED,
                DeviceEvent.REVOKE: Device.REVOKED,
                DeviceEvent.REPLACE: Device.REPLACED,
            }
        ),
        Device.SUSPENDED: MappingProxyType(
            {
                DeviceEvent.RESUME: Device.ACTIVE,
                DeviceEvent.REVOKE: Device.REVOKED,
                DeviceEvent.REPLACE: Device.REPLACED,
            }
        ),
        Device.REVOKED: MappingProxyType({}),
        Device.REPLACED: MappingProxyType({}),
        Device.EXPIRED: MappingProxyType({}),
    }
)

FACTOR: Table[Factor, FactorEvent] = MappingProxyType(
    {
        Factor.PENDING: MappingProxyType(
            {
                FactorEvent.ACTIVATE: Factor.ACTIVE,
                FactorEvent.REVOKE: Factor.REVOKED,
                FactorEvent.REPLACE: Factor.REPLACED,
                FactorEvent.EXPIRE: Factor.EXPIRED,
            }
        ),
        Factor.ACTIVE: MappingProxyType(
            {
                FactorEvent.REVOKE: Factor.REVOKED,
                FactorEvent.REPLACE: Factor.REPLACED,
                FactorEvent.EXPIRE: Factor.EXPIRED,
                FactorEvent.SPEND: Factor.SPENT,
            }
        ),
        Factor.REVOKED: MappingProxyType({}),
        Factor.REPLACED: MappingProxyType({}),
        Factor.EXPIRED: MappingProxyType({}),
        Factor.SPENT: MappingProxyType({}),
    }
)

BROKERAGE: Table[Brokerage, BrokerageEvent] = MappingProxyType(
    {
        Brokerage.UP: MappingProxyType(
            {
                BrokerageEvent.BEGIN: Brokerage.UP,
                BrokerageEvent.FALL_ASLEEP: Brokerage.IDLE,
                BrokerageEvent.LOG_OUT: Brokerage.LOGGED_OUT,
            }
        ),
        Brokerage.IDLE: MappingProxyType(
            {
                BrokerageEvent.BEGIN: Brokerage.UP,
                BrokerageEvent.LOG_OUT: Brokerage.LOGGED_OUT,
            }
        ),
        Brokerage.LOGGED_OUT: MappingProxyType({BrokerageEvent.BEGIN: Brokerage.UP}),
    }
)


def next_state(table: Table[S, E], state: S, event: E) -> S:
    """Return the state that `event` leads to from `state`, or raise `TransitionError`."""
    try:
        return table[state][event]
    except KeyError:
        raise TransitionError(state, event) from None


def states_that_allow(table: Table[S, E], event: E) -> frozenset[S]:
    """Return the states from which `event` is legal: the WHERE clause of a conditional update."""
    return frozenset(state for state, row in table.items() if event in row)


def is_terminal(table: Table[S, E], state: S) -> bool:
    """Say whether nothing can follow `state`."""
    return not table[state]
