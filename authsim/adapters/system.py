"""The machine's clock and randomness: the only place that reads either. Kept light, every device command imports it."""

import os
import threading
import time
from typing import Final, final

_NS_PER_MS: Final = 1_000_000


@final
class SystemClock:
    """Wall-clock milliseconds with a high-water mark: if the machine's clock is set back, this one stands still.

    `not_before_ms` carries the mark from one process to the next: an instant that an earlier one saw.
    """

    __slots__ = ("_last_ms", "_lock")

    def __init__(self, *, not_before_ms: int = 0) -> None:
        self._last_ms = not_before_ms
        self._lock = threading.Lock()

    def now_ms(self) -> int:
        """Return milliseconds since the epoch, UTC. Never less than it returned before."""
        with self._lock:
            self._last_ms = max(time.time_ns() // _NS_PER_MS, self._last_ms)
            return self._last_ms


@final
class SystemEntropy:
    """The operating system's cryptographic randomness."""

    __slots__ = ()

    def token_bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        return os.urandom(count)  # what secrets.token_bytes does, without its imports

    def randbelow(self, bound: int) -> int:
        """Return a uniform number in [0, bound)."""
        from secrets import randbelow  # here: it loads `random`, which a device rarely needs

        return randbelow(bound)
