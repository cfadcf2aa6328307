"""Every pair of state and event, legal or refused."""

import enum
from itertools import product
from typing import Any

import pytest

from authsim.errors import TransitionError
from authsim.states import (
    BROKERAGE,
    DEVICE,
    FACTOR,
    LOGIN,
    ONE_SHOT,
    Brokerage,
    BrokerageEvent,
    Device,
    DeviceEvent,
    Factor,
    FactorEvent,
    Login,
    LoginEvent,
    OneShot,
    OneShotEvent,
    Table,
    is_terminal,
    next_state,
    states_that_allow,
)

# Written down a second time, independently of the tables: (state, event) -> state.
LEGAL: dict[tuple[enum.Enum, enum.Enum], enum.Enum] = {
    (OneShot.ISSUED, OneShotEvent.CONSUME): OneShot.CONSUMED,
    (OneShot.ISSUED, OneShotEvent.FAIL): OneShot.FAILED,
    (OneShot.ISSUED, OneShotEvent.EXPIRE): OneShot.EXPIRED,
    (OneShot.ISSUED, OneShotEvent.CANCEL): OneShot.CANCELLED,
    (OneShot.ISSUED, OneShotEvent.SUPERSEDE): OneShot.SUPERSEDED,
    (Login.STARTED, LoginEvent.AWAIT_SECOND_FACTOR): Login.SECOND_FACTOR,
    (Login.STARTED, LoginEvent.FAIL): Login.FAILED,
    (Login.STARTED, LoginEvent.EXPIRE): Login.EXPIRED,
    (Login.SECOND_FACTOR, LoginEvent.COMPLETE): Login.DONE,
    (Login.SECOND_FACTOR, LoginEvent.FAIL): Login.FAILED,
    (Login.SECOND_FACTOR, LoginEvent.EXPIRE): Login.EXPIRED,
    (Device.PENDING, DeviceEvent.CONFIRM): Device.ACTIVE,
    (Device.PENDING, DeviceEvent.REVOKE): Device.REVOKED,
    (Device.PENDING, DeviceEvent.REPLACE): Device.REPLACED,
    (Device.PENDING, DeviceEvent.EXPIRE): Device.EXPIRED,
    (Device.ACTIVE, DeviceEvent.SUSPEND): Device.SUSPENDED,
    (Device.ACTIVE, DeviceEvent.REVOKE): Device.REVOKED,
    (Device.ACTIVE, DeviceEvent.REPLACE): Device.REPLACED,
    (Device.SUSPENDED, DeviceEvent.RESUME): Device.ACTIVE,
    (Device.SUSPENDED, DeviceEvent.REVOKE): Device.REVOKED,
    (Device.SUSPENDED, DeviceEvent.REPLACE): Device.REPLACED,
    (Factor.PENDING, FactorEvent.ACTIVATE): Factor.ACTIVE,
    (Factor.PENDING, FactorEvent.REVOKE): Factor.REVOKED,
    (Factor.PENDING, FactorEvent.REPLACE): Factor.REPLACED,
    (Factor.PENDING, FactorEvent.EXPIRE): Factor.EXPIRED,
    (Factor.ACTIVE, FactorEvent.REVOKE): Factor.REVOKED,
    (Factor.ACTIVE, FactorEvent.REPLACE): Factor.REPLACED,
    (Factor.ACTIVE, FactorEvent.EXPIRE): Factor.EXPIRED,
    (Factor.ACTIVE, FactorEvent.SPEND): Factor.SPENT,
    (Brokerage.UP, BrokerageEvent.BEGIN): Brokerage.UP,
    (Brokerage.UP, BrokerageEvent.FALL_ASLEEP): Brokerage.IDLE,
    (Brokerage.UP, BrokerageEvent.LOG_OUT): Brokerage.LOGGED_OUT,
    (Brokerage.IDLE, BrokerageEvent.BEGIN): Brokerage.UP,
    (Brokerage.IDLE, BrokerageEvent.LOG_OUT): Brokerage.LOGGED_OUT,
    (Brokerage.LOGGED_OUT, BrokerageEvent.BEGIN): Brokerage.UP,
}
MACHINES: list[tuple[Table[Any, Any], type[enum.Enum], type[enum.Enum]]] = [
    (ONE_SHOT, OneShot, OneShotEvent),
    (LOGIN, Login, LoginEvent),
    (DEVICE, Device, DeviceEvent),
    (FACTOR, Factor, FactorEvent),
    (BROKERAGE, Brokerage, BrokerageEvent),
]
PAIRS = [
    pytest.param(table, state, event, id=f"{type(state).__name__}.{state.name}-{event.name}")
    for table, states, events in MACHINES
    for state, event in product(states, events)
]


@pytest.mark.parametrize(("table", "state", "event"), PAIRS)
def test_every_pair_is_legal_or_refused(table: Table[Any, Any], state: enum.Enum, event: enum.Enum) -> None:
    """A pair leads where the rules say, or is refused by name as a bug of the caller."""
    if (state, event) in LEGAL:
        assert next_state(table, state, event) is LEGAL[state, event]
        assert state in states_that_allow(table, event)
        return

    assert state not in states_that_allow(table, event)
    with pytest.raises(TransitionError) as caught:
        next_state(table, state, event)
    assert (caught.value.state, caught.value.event) == (state, event)
    assert str(caught.value) == f"{type(state).__name__}.{state.name} has no {event.name}"


@pytest.mark.parametrize(("table", "states", "events"), MACHINES)
def test_the_tables_know_every_state(table: Table[Any, Any], states: type[enum.Enum], events: type[enum.Enum]) -> None:
    """A table has a row for each state, and a state is terminal exactly when no event is legal there."""
    assert set(table) == set(states)
    for state in states:
        assert is_terminal(table, state) is not any((state, event) in LEGAL for event in events)


@pytest.mark.parametrize(("table", "states", "events"), MACHINES)
def test_a_table_cannot_be_changed(table: Table[Any, Any], states: type[enum.Enum], events: type[enum.Enum]) -> None:
    """Nobody adds a transition at run time, neither a row nor a pair."""
    with pytest.raises(TypeError):
        table[next(iter(states))] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        table[next(iter(states))][next(iter(events))] = next(iter(states))  # type: ignore[index]


def test_an_event_of_another_machine_is_refused() -> None:
    """A device's event means nothing to a challenge."""
    with pytest.raises(TransitionError):
        next_state(ONE_SHOT, OneShot.ISSUED, DeviceEvent.EXPIRE)  # type: ignore[misc]
