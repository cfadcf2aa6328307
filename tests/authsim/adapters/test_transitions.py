"""The state tables, turned round."""

import pytest

from authsim import states
from authsim.adapters.transitions import states_before

TABLES = [states.ONE_SHOT, states.LOGIN, states.DEVICE]


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
