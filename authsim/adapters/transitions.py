"""The state tables, turned round, so that no store keeps an opinion of its own."""

import enum
from typing import TypeVar

from authsim import states

S = TypeVar("S", bound=enum.Enum)
E = TypeVar("E", bound=enum.Enum)


def states_before(table: "states.Table[S, E]", terminal: S) -> frozenset[S]:
    """Return the states from which `terminal` can be reached. `ValueError` when it is no end: a bug of our caller."""
    if not states.is_terminal(table, terminal):
        raise ValueError(f"{terminal} is not a terminal state")
    events = {event for row in table.values() for event, state in row.items() if state is terminal}
    return frozenset[S]().union(*(states.states_that_allow(table, event) for event in events))


def state_after(table: "states.Table[S, E]", event: E) -> S:
    """Return the one state that `event` leads to, from wherever it is legal. `ValueError` when there are several."""
    (state,) = {row[event] for row in table.values() if event in row}
    return state


def require_end(table: "states.Table[S, E]", event: E) -> None:
    """Raise `ValueError` when `event` leads to a state that goes on: a bug of our caller."""
    if not states.is_terminal(table, state_after(table, event)):
        raise ValueError(f"{event} is no end")
