"""How long a try has to wait where only so many are allowed in a sliding span: pure, and shared by every store.

A try at `t` lies inside a span of `d` for `t <= now < t + d`; at `t + d` exactly it has left.
"""

from collections.abc import Iterable, Sequence


def compute_wait_ms(tries_ms: Sequence[int], spans: Iterable[tuple[int, int]], *, now_ms: int) -> int:
    """Return how long until every span has room again, 0 when all have; `tries_ms` ascend, `spans` as in `Tallies`."""
    waits = [0]
    for allowed, span_ms in spans:
        inside = keep_since(tries_ms, since_ms=now_ms - span_ms + 1)
        if 0 < allowed <= len(inside):
            waits.append(inside[-allowed] + span_ms - now_ms)
    return max(waits)


def keep_since(tries_ms: Sequence[int], *, since_ms: int) -> tuple[int, ...]:
    """Return the tries at or after an instant."""
    return tuple(at_ms for at_ms in tries_ms if at_ms >= since_ms)


def add_try(tries_ms: Sequence[int], spans: Sequence[tuple[int, int]], *, now_ms: int) -> tuple[int, ...]:
    """Return the tries with one more, without those that have left the longest span."""
    longest_ms = max((span_ms for _, span_ms in spans), default=0)
    return tuple(sorted((*keep_since(tries_ms, since_ms=now_ms - longest_ms + 1), now_ms)))


def remove_try(tries_ms: Sequence[int], *, at_ms: int) -> tuple[int, ...]:
    """Return the tries without one of that instant."""
    remaining = list(tries_ms)
    if at_ms in remaining:
        remaining.remove(at_ms)
    return tuple(remaining)
