"""`ports.Decoys` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import Decoy, DecoyId


@final
class MemoryDecoys:
    """Logins that nobody can complete."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def begin(self, decoy: "Decoy", *, events: "Sequence[Event]") -> None:
        """Insert."""
        tables = self._tables
        with tables.lock:
            taken = (row.token_hash == decoy.token_hash for row in tables.decoys.values())
            if decoy.decoy_id in tables.decoys or any(taken):
                raise StoreConflictError("that decoy exists already")
            tables.decoys[decoy.decoy_id] = decoy
            tables.record(*events)

    def find(self, token_hash: bytes) -> "Decoy | None":
        """Return by the hash of the browser's token."""
        with self._tables.lock:
            return next((row for row in self._tables.decoys.values() if row.token_hash == token_hash), None)

    def count(self, decoy_id: "DecoyId", *, now_ms: int, event: "Event") -> "Decoy":
        """Count a try; the last one closes it."""
        tables = self._tables
        with tables.lock:
            present = self._require_open(decoy_id)
            if present.attempts >= present.attempts_allowed or present.expires_ms <= now_ms:
                raise StoreConflictError("the decoy takes no answer")
            attempts = present.attempts + 1
            counted = replace(present, attempts=attempts, is_open=attempts < present.attempts_allowed)
            tables.decoys[decoy_id] = counted
            tables.record(event)
            return counted

    def renew(self, decoy_id: "DecoyId", *, number: str, request_id: str, expires_ms: int, event: "Event") -> "Decoy":
        """Draw what a new request would show."""
        tables = self._tables
        with tables.lock:
            present = self._require_open(decoy_id)
            renewed = replace(present, number=number, request_id=request_id, expires_ms=expires_ms)
            tables.decoys[decoy_id] = renewed
            tables.record(event)
            return renewed

    def _require_open(self, decoy_id: "DecoyId") -> "Decoy":
        present = self._tables.decoys.get(decoy_id)
        if present is None or not present.is_open:
            raise StoreConflictError("the decoy is closed already")
        return present
