"""`ports.Tallies` in memory."""

from typing import TYPE_CHECKING, final

from authsim.adapters.sliding_spans import add_try, compute_wait_ms, keep_since, remove_try

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables


@final
class MemoryTallies:
    """How often something was tried under a key, inside sliding spans."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def take(self, key: bytes, *, now_ms: int, spans: "Sequence[tuple[int, int]]") -> int:
        """Count one try unless a span is full; return how long to wait."""
        tables = self._tables
        with tables.lock:
            tries_ms = tables.tallies.get(key, ())
            wait_ms = compute_wait_ms(tries_ms, spans, now_ms=now_ms)
            if not wait_ms:
                tables.tallies[key] = add_try(tries_ms, spans, now_ms=now_ms)
            return wait_ms

    def count(self, key: bytes, *, since_ms: int) -> int:
        """Return how many tries were counted since an instant."""
        with self._tables.lock:
            return len(keep_since(self._tables.tallies.get(key, ()), since_ms=since_ms))

    def give_back(self, key: bytes, *, at_ms: int) -> None:
        """Forget one try of that instant."""
        tables = self._tables
        with tables.lock:
            tables.tallies[key] = remove_try(tables.tallies.get(key, ()), at_ms=at_ms)

    def clear(self, key: bytes) -> None:
        """Forget what was counted under a key."""
        with self._tables.lock:
            self._tables.tallies.pop(key, None)
