"""`ports.DeviceSessions` in memory."""

from typing import TYPE_CHECKING, final

from authsim.adapters.memory.devices import require_counter
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import DeviceSession


@final
class MemoryDeviceSessions:
    """Phones that may read their own requests for a while."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def open(self, session: "DeviceSession", *, counter: int, event: "Event") -> None:
        """Insert a session, keep the counter, drop the device's expired sessions."""
        tables = self._tables
        with tables.lock:
            device = require_counter(tables, session.device_id, counter)
            if session.token_hash in tables.device_sessions:
                raise StoreConflictError("that session exists already")
            tables.devices[device.device_id] = device
            tables.device_sessions = {
                key: row
                for key, row in tables.device_sessions.items()
                if row.device_id != session.device_id or row.expires_ms > session.opened_ms
            }
            tables.device_sessions[session.token_hash] = session
            tables.record(event)

    def find(self, token_hash: bytes) -> "DeviceSession | None":
        """Return by the hash of the phone's token."""
        with self._tables.lock:
            return self._tables.device_sessions.get(token_hash)
