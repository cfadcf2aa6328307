"""The state tables, turned round."""

import pytest

from authsim import states
from authsim.adapters.transitions import require_end, state_after, states_before

TABLES = [states.ONE_SHOT, states.LOGIN, states.DEVICE, states.FACTOR]


@pytest.mark.parametrize("table", TABLES)
def test_an_end_is_reached_from_where_the_table_says_so(table: states.Table) -> None:  # type: ignore[type-arg]
    """For each end, exactly those states come before it from which some event leads there."""
    for end in (state for state in table if states.is_terminal(table, state)):
        assert states_before(table, end) == {state for state, row in table.items() if end in row.values()}


@pytest.mark.parametrize("table", TABLES)
def test_a_state_that_is_no_end_is_a_bug(table: states.Table) -> None:  # type: ignore[type-arg]
    """To close something into a state that goes on is refused."""
    for state in (state for state in table if not states.is_terminal(table, state)):
        with pytest.raises(ValueError, match="not a terminal state"):
            states_before(table, state)


@pytest.mark.parametrize("table", TABLES)
def test_an_event_leads_to_one_state(table: states.Table) -> None:  # type: ignore[type-arg]
    """Wherever an event is legal it leads to the state that is returned for it."""
    for event in {event for row in table.values() for event in row}:
        assert {row[event] for row in table.values() if event in row} == {state_after(table, event)}


def test_an_event_that_leads_elsewhere_each_time_is_a_bug() -> None:
    """A table in which an event has several ends, or none, has no one state to write."""
    started, done, failed = states.Login.STARTED, states.Login.DONE, states.Login.FAILED
    complete = states.LoginEvent.COMPLETE
    for table in ({started: {complete: done}, failed: {complete: failed}}, {started: {}}):
        with pytest.raises(ValueError, match="unpack"):
            state_after(table, complete)


@pytest.mark.parametrize("table", TABLES)
def test_only_an_end_is_an_end(table: states.Table) -> None:  # type: ignore[type-arg]
    """An event that leads to a state which goes on is refused where an end is asked for."""
    for event in {event for row in table.values() for event in row}:
        if states.is_terminal(table, state_after(table, event)):
            require_end(table, event)
        else:
            with pytest.raises(ValueError, match="no end"):
                require_end(table, event)
