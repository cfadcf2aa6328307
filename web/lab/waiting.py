"""How requests to the lab wait: in the places of answers that stay open, so that they cannot hold every thread.

What they wait for is not always rung: a text that is late comes when the clock was moved in another process, and the
story grows wherever a request ends. So one who waits here looks again by itself, too.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, final

from werkzeug.exceptions import ServiceUnavailable

from authsim import ports

from ..streams import Streams

T = TypeVar("T")

#: So many may wait for the same: the tests of a suite run in parallel. One more ends the wait of the oldest.
SHARE: Final = 16


def wait_for(
    streams: Streams,
    owner: str,
    look: Callable[[], Sequence[T]],
    *,
    seconds: float,
    every_s: float,
    subscribe: Callable[[], ports.Subscription] | None = None,
) -> Sequence[T]:
    """Return what `look` finds as soon as it is something, looking at least every `every_s`; nothing after `seconds`.

    `owner` names what is waited for. Whoever has to give way, because more than `SHARE` wait for it or too many answers
    are open at all, gets at once what there is.
    """
    found = look()
    if found or seconds <= 0:
        return found
    try:
        return streams.wait_for(
            owner,
            lambda: _Restless(every_s, None if subscribe is None else subscribe()),
            look,
            seconds=seconds,
            share=SHARE,
        )
    except ServiceUnavailable:  # no place to wait in
        return look()


@final
class _Restless:
    """A subscription that also wakes when nobody rang: after each `every_s`."""

    def __init__(self, every_s: float, bell: ports.Subscription | None) -> None:
        self._every_s = every_s
        self._bell = bell
        self._quiet = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Wait for the bell, or for the next look; there is always something to look at."""
        pause = min(seconds, self._every_s)
        if self._bell is None:
            self._quiet.wait(pause)
        else:
            self._bell.wait(pause)
        return True

    def close(self) -> None:
        """Stop listening."""
        if self._bell is not None:
            self._bell.close()
