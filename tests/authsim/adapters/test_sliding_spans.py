"""How long a try waits where only so many are allowed in a span."""

import pytest

from authsim.adapters.sliding_spans import add_try, compute_wait_ms, keep_since, remove_try


@pytest.mark.parametrize(
    ("tries_ms", "spans", "now_ms", "wait_ms"),
    [
        ((), [(1, 10)], 0, 0),
        ((), [], 0, 0),
        ((), [(0, 10)], 0, 0),
        ((0,), [(0, 10)], 0, 0),
        ((0,), [(1, 10)], 9, 1),
        ((0,), [(1, 10)], 10, 0),
        ((0, 3), [(2, 10)], 3, 7),
        ((0, 3), [(1, 10)], 3, 10),
        ((0, 3), [(3, 10)], 3, 0),
        ((0, 3), [(1, 2), (2, 10)], 3, 7),
    ],
)
def test_the_wait_ends_when_there_is_room(
    tries_ms: tuple[int, ...], spans: list[tuple[int, int]], now_ms: int, wait_ms: int
) -> None:
    """A span is full while so many tries lie in it as are allowed; the wait is for the last of several."""
    assert compute_wait_ms(tries_ms, spans, now_ms=now_ms) == wait_ms


def test_tries_are_kept_for_the_longest_span() -> None:
    """What has left it is forgotten; an earlier instant than the newest one finds its place."""
    assert add_try((0, 5, 9), [(9, 3), (9, 5)], now_ms=10) == (9, 10)
    assert add_try((5, 9), [(9, 10)], now_ms=7) == (5, 7, 9)
    assert add_try((5,), [], now_ms=7) == (7,)
    assert keep_since((1, 2, 3), since_ms=2) == (2, 3)


def test_one_try_is_taken_back() -> None:
    """One of the instant goes, and nothing where there was none."""
    assert remove_try((1, 2, 2, 3), at_ms=2) == (1, 2, 3)
    assert remove_try((1, 3), at_ms=2) == (1, 3)
