"""What `ports.Tallies` promises, on every store."""

import pytest

from authsim.ports import Store

KEY, OTHER = bytes(32), bytes(range(32))
MINUTE, HOUR = 60_000, 3_600_000


def test_tries_are_counted_until_a_span_is_full(store: Store) -> None:
    """Each try within the limit waits for nothing; the next waits until the oldest has left the span, to the ms."""
    spans = [(2, MINUTE)]

    assert [store.tallies.take(KEY, now_ms=at_ms, spans=spans) for at_ms in (0, 10)] == [0, 0]
    assert store.tallies.take(KEY, now_ms=20, spans=spans) == MINUTE - 20
    assert store.tallies.take(KEY, now_ms=MINUTE - 1, spans=spans) == 1
    assert store.tallies.count(KEY, since_ms=0) == 2
    assert store.tallies.take(KEY, now_ms=MINUTE, spans=spans) == 0


def test_the_longest_wait_counts(store: Store) -> None:
    """Of several full spans the one that has room last says how long to wait."""
    spans = [(1, MINUTE), (2, HOUR)]
    assert store.tallies.take(KEY, now_ms=0, spans=spans) == 0
    assert store.tallies.take(KEY, now_ms=1, spans=spans) == MINUTE - 1
    assert store.tallies.take(KEY, now_ms=MINUTE, spans=spans) == 0

    assert store.tallies.take(KEY, now_ms=MINUTE + 1, spans=spans) == HOUR - MINUTE - 1


def test_keys_are_counted_apart(store: Store) -> None:
    """What one key did does not hold up another, and a key that is cleared begins anew."""
    for key in (KEY, OTHER):
        assert store.tallies.take(key, now_ms=5, spans=[(1, HOUR)]) == 0
    store.tallies.clear(KEY)

    assert store.tallies.count(KEY, since_ms=0) == 0
    assert store.tallies.count(OTHER, since_ms=5) == 1
    assert store.tallies.count(OTHER, since_ms=6) == 0
    assert store.tallies.take(KEY, now_ms=6, spans=[(1, HOUR)]) == 0
    store.tallies.clear(b"never counted")


def test_what_left_the_longest_span_is_forgotten(store: Store) -> None:
    """A try is not remembered for longer than the longest span that asks for it."""
    store.tallies.take(KEY, now_ms=0, spans=[(9, HOUR)])
    store.tallies.take(KEY, now_ms=2 * MINUTE, spans=[(9, MINUTE)])

    assert store.tallies.count(KEY, since_ms=0) == 1


@pytest.mark.parametrize(("at_ms", "left"), [(5, 1), (7, 2)])
def test_one_try_is_given_back(store: Store, at_ms: int, left: int) -> None:
    """Of two tries of an instant one goes; where there was none nothing happens."""
    for _ in range(2):
        store.tallies.take(KEY, now_ms=5, spans=[(9, HOUR)])

    store.tallies.give_back(KEY, at_ms=at_ms)
    store.tallies.give_back(OTHER, at_ms=at_ms)

    assert store.tallies.count(KEY, since_ms=0) == left
    assert store.tallies.count(OTHER, since_ms=0) == 0
