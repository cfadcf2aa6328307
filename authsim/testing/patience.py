"""Waiting for something at the portal, by the real clock, whatever the portal thinks of one request that waits.

A portal ends a wait early when others need the place. That is no answer: whoever waits asks again until the time is
over.
"""

import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

#: One request waits so long at most.
_SLICE_MS: Final = 5_000
#: A wait that was ended early is not begun anew at once: others need the place.
_PAUSE_S: Final = 0.05


def wait_for(ask: Callable[[int], T], *, seconds: float) -> T:
    """Call `ask(wait_ms)` until what it returns is something, or so many seconds are over; return what came last."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        wait_ms = min(_SLICE_MS, max(0, round(1_000 * (deadline - began))))
        found = ask(wait_ms)
        now = time.monotonic()
        if found or now >= deadline:
            return found
        if 1_000 * (now - began) < wait_ms:
            time.sleep(min(_PAUSE_S, deadline - now))
