"""What `ports.Gateways` promises, on every store."""

from dataclasses import replace

import pytest

from authsim.errors import StoreConflictError, TransitionError
from authsim.events import EventKind
from authsim.model import GatewaySession, PortalSession
from authsim.ports import Store
from authsim.states import Brokerage, BrokerageEvent
from tests.support.gateway_nouns import gateway
from tests.support.nouns import HASH, LATER_MS, NOW_MS, add_user, event, new_hex, read_all, session


def open_one(store: Store, brokerage: Brokerage = Brokerage.UP) -> GatewaySession:
    """Let the front answer for a fresh session."""
    opened = gateway(brokerage=brokerage)
    store.gateways.open(opened, event=event(EventKind.BROKERAGE_BEGUN))
    return opened


def log_in(store: Store, *instants_ms: int) -> list[PortalSession]:
    """Open a session of one user at each instant, in this order."""
    user_id = add_user(store).user_id
    opened = [session(user_id, opened_ms=instant_ms) for instant_ms in instants_ms]
    for one in opened:
        store.sessions.open(one, judged=HASH, sessions_allowed=9, event=event(EventKind.SESSION_OPENED))
    return opened


def rest_on(store: Store, login: PortalSession) -> tuple[bool, GatewaySession]:
    """Let the front answer for that login; say whether it does, and for what it would."""
    wanted = gateway(session_id=login.session_id)
    return store.gateways.open(wanted, event=event(EventKind.BROKERAGE_BEGUN)), wanted


def test_nobody_ever_logged_in(store: Store) -> None:
    """A store that was just made has no session of a front."""
    assert store.gateways.get() is None


def test_the_newest_takes_the_place_of_the_older(store: Store) -> None:
    """There is one session at a time, as it was opened, and the record tells each."""
    open_one(store)
    second = open_one(store, Brokerage.IDLE)

    assert store.gateways.get() == second
    assert read_all(store)[-2:] == [EventKind.BROKERAGE_BEGUN, EventKind.BROKERAGE_BEGUN]


@pytest.mark.parametrize("second_ms", [NOW_MS, NOW_MS + 1])
def test_an_older_login_takes_nobodys_place(store: Store, second_ms: int) -> None:
    """Whoever comes late for the older login changes nothing and leaves no row; of one instant the later is newer."""
    older, newer = log_in(store, NOW_MS, second_ms)
    taken, wanted = rest_on(store, newer)
    rows = len(read_all(store))

    is_taken, _ = rest_on(store, older)

    assert (taken, is_taken) == (True, False)
    assert store.gateways.get() == wanted
    assert len(read_all(store)) == rows


def test_the_newer_login_is_not_the_one_written_last(store: Store) -> None:
    """Logins stand in the order in which a user's open sessions do: by when they were opened."""
    newer, older = log_in(store, NOW_MS + 1, NOW_MS)
    _, wanted = rest_on(store, newer)

    assert rest_on(store, older)[0] is False
    assert store.gateways.get() == wanted
    assert store.sessions.list_open(newer.user_id, now_ms=NOW_MS)[0] == newer


def test_another_users_older_login_takes_nobodys_place(store: Store) -> None:
    """The front is one for all users, so is the order of logins."""
    (older,), (newer,) = log_in(store, NOW_MS), log_in(store, LATER_MS)
    _, wanted = rest_on(store, newer)

    assert rest_on(store, older)[0] is False
    assert store.gateways.get() == wanted


def test_a_newer_login_takes_the_place_of_an_older(store: Store) -> None:
    """In their order each becomes the session of the front, and one may do so twice."""
    for login in log_in(store, NOW_MS, NOW_MS, LATER_MS):
        for _ in range(2):
            is_taken, wanted = rest_on(store, login)
            assert is_taken
            assert store.gateways.get() == wanted


def test_a_login_that_is_over_keeps_no_place(store: Store) -> None:
    """Who has signed out, or was removed, stands in nobody's way."""
    older, newer = log_in(store, NOW_MS, LATER_MS)
    rest_on(store, newer)
    ended = event(EventKind.SESSION_ENDED)
    store.sessions.end(newer.session_id, newer.user_id, now_ms=LATER_MS, event=ended)
    assert rest_on(store, older)[0] is True

    store.users.remove(older.user_id, event=event(EventKind.USER_REMOVED))
    (first,) = log_in(store, NOW_MS - 1)
    is_taken, wanted = rest_on(store, first)

    assert is_taken
    assert store.gateways.get() == wanted


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
    """Of two that saw it one wins; a call in between hinders nobody who logs out, another session everybody."""
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


@pytest.mark.parametrize("what", [BrokerageEvent.BEGIN, BrokerageEvent.LOG_OUT])
def test_a_call_hinders_nobody_who_means_it(store: Store, what: BrokerageEvent) -> None:
    """What a program asks for happens, whoever called meanwhile."""
    opened = open_one(store)
    store.gateways.touch(opened.handle, now_ms=LATER_MS)

    moved = store.gateways.move(opened, what, now_ms=LATER_MS, event=event(EventKind.BROKERAGE_ENDED))

    assert store.gateways.get() == moved


def test_what_was_called_does_not_fall_asleep(store: Store) -> None:
    """A call after it was seen keeps it awake; seen with that call, it may fall asleep."""
    opened = open_one(store)
    asleep = event(EventKind.BROKERAGE_ENDED)
    store.gateways.touch(opened.handle, now_ms=NOW_MS + 1)

    with pytest.raises(StoreConflictError):
        store.gateways.move(opened, BrokerageEvent.FALL_ASLEEP, now_ms=LATER_MS, event=asleep)

    called = replace(opened, called_ms=NOW_MS + 1)
    assert store.gateways.get() == called
    moved = store.gateways.move(called, BrokerageEvent.FALL_ASLEEP, now_ms=LATER_MS, event=asleep)
    assert moved.brokerage is Brokerage.IDLE


def test_nothing_moves_where_nobody_logged_in(store: Store) -> None:
    """An empty store refuses a step as one that lost its race."""
    with pytest.raises(StoreConflictError):
        store.gateways.move(gateway(), BrokerageEvent.LOG_OUT, now_ms=LATER_MS, event=event(EventKind.BROKERAGE_ENDED))
