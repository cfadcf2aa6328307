"""`ports.Audit` in memory."""

from itertools import islice
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import AuditRow, Event
    from authsim.model import UserId


@final
class MemoryAudit:
    """The append-only, hash-chained record."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def append(self, event: "Event") -> None:
        """Append one event on its own."""
        with self._tables.lock:
            self._tables.record(event)

    def list_of(self, user_id: "UserId", *, most: int) -> "Sequence[AuditRow]":
        """Return the newest rows about a user, newest first."""
        with self._tables.lock:
            rows = (row for row in reversed(self._tables.audit) if row.event.user_id == user_id)
            return list(islice(rows, most))

    def read(self, *, after: int, most: int) -> "Sequence[AuditRow]":
        """Return rows with `sequence > after`, oldest first."""
        with self._tables.lock:
            start = max(after, 0)
            return self._tables.audit[start : start + most]
