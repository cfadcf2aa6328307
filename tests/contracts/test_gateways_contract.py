"""What `ports.Gateways` promises, on every store."""

from dataclasses import replace

import pytest

from authsim.errors import StoreConflictError, TransitionError
from authsim.events import EventKind
from authsim.model import GatewaySession
from authsim.ports import Store
from authsim.states import Brokerage, BrokerageEvent
from tests.support.gateway_nouns import gateway
from tests.support.nouns import LATER_MS, NOW_MS, event, new_hex, read_all


def open_one(store: Store, brokerage: Brokerage = Brokerage.UP) -> GatewaySession:
    """Let the front answer for a fresh session."""
    opened = gateway(brokerage=brokerage)
    store.gateways.open(opened, event=event(EventKind.BROKERAGE_BEGUN))
    return opened


def test_nobody_ever_logged_in(store: Store) -> None:
    """A store that was just made has no session of a front."""
    assert store.gateways.get() is None


def test_the_newest_takes_the_place_of_the_older(store: Store) -> None:
    """There is one session at a time, as it was opened, and the record tells each."""
    open_one(store)
    second = open_one(store, Brokerage.IDLE)

    assert store.gateways.get() == second
    assert read_all(store)[-2:] == [EventKind.BROKERAGE_BEGUN, EventKind.BROKERAGE_BEGUN]


def test_a_call_is_noted_for_the_session_that_was_called(store: Store) -> None:
    """Time only goes forward, and a session that another one replaced notes nothing."""
    opened = open_one(store)

    store.gateways.touch(opened.handle, now_ms=LATER_MS)
    store.gateways.touch(opened.handle, now_ms=NOW_MS)
    store.gateways.touch(new_hex(), now_ms=LATER_MS + 1)

    assert store.gateways.get() == replace(opened, called_ms=LATER_MS)


@pytest.mark.parametrize(
    ("before", "what", "after"),
    [
        (Brokerage.UP, BrokerageEvent.BEGIN, Brokerage.UP),
        (Brokerage.UP, BrokerageEvent.FALL_ASLEEP, Brokerage.IDLE),
        (Brokerage.UP, BrokerageEvent.LOG_OUT, Brokerage.LOGGED_OUT),
        (Brokerage.IDLE, BrokerageEvent.BEGIN, Brokerage.UP),
        (Brokerage.IDLE, BrokerageEvent.LOG_OUT, Brokerage.LOGGED_OUT),
        (Brokerage.LOGGED_OUT, BrokerageEvent.BEGIN, Brokerage.UP),
    ],
)
def test_each_step_of_the_table(store: Store, before: Brokerage, what: BrokerageEvent, after: Brokerage) -> None:
    """The state follows the table; only a beginning changes since when it counts; the record has the row."""
    opened = open_one(store, before)

    moved = store.gateways.move(opened, what, now_ms=LATER_MS, event=event(EventKind.BROKERAGE_ENDED))

    began_ms = LATER_MS if what is BrokerageEvent.BEGIN else NOW_MS
    assert moved == replace(opened, brokerage=after, began_ms=began_ms, called_ms=LATER_MS)
    assert store.gateways.get() == moved
    assert read_all(store)[-1] is EventKind.BROKERAGE_ENDED


def test_a_step_that_the_table_does_not_have(store: Store) -> None:
    """What is logged out does not fall asleep, and nothing is written."""
    opened = open_one(store, Brokerage.LOGGED_OUT)

    with pytest.raises(TransitionError):
        store.gateways.move(opened, BrokerageEvent.FALL_ASLEEP, now_ms=LATER_MS, event=event(EventKind.BROKERAGE_ENDED))

    assert store.gateways.get() == opened


def test_only_what_still_is_as_it_was_seen_moves(store: Store) -> None:
    """Of two that saw the same session one wins; a call in between hinders nobody, another session everybody."""
    opened = open_one(store)
    store.gateways.touch(opened.handle, now_ms=LATER_MS)
    ended = event(EventKind.BROKERAGE_ENDED)
    store.gateways.move(opened, BrokerageEvent.LOG_OUT, now_ms=LATER_MS, event=ended)
    rows = len(read_all(store))

    with pytest.raises(StoreConflictError):
        store.gateways.move(opened, BrokerageEvent.FALL_ASLEEP, now_ms=LATER_MS, event=ended)
    with pytest.raises(StoreConflictError):
        store.gateways.move(gateway(), BrokerageEvent.LOG_OUT, now_ms=LATER_MS, event=ended)

    assert len(read_all(store)) == rows


def test_nothing_moves_where_nobody_logged_in(store: Store) -> None:
    """An empty store refuses a step as one that lost its race."""
    with pytest.raises(StoreConflictError):
        store.gateways.move(gateway(), BrokerageEvent.LOG_OUT, now_ms=LATER_MS, event=event(EventKind.BROKERAGE_ENDED))
