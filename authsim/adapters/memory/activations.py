"""`ports.Activations` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.consequences import ENDED_BY_PHONE
from authsim.adapters.memory.endings import close_one_shots, replace_factors
from authsim.adapters.memory.tables import newest_first
from authsim.adapters.transitions import states_before
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import ActivationCode, CodeId, Device, SessionId


@final
class MemoryActivations:
    """One-time activation codes."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def issue(self, code: "ActivationCode", *, event: "Event") -> None:
        """Insert, and supersede any other issued code of that user."""
        tables = self._tables
        with tables.lock:
            tables.require_user(code.user_id)
            if code.code_id in tables.activations:
                raise StoreConflictError("that activation exists already")
            close_one_shots(
                tables.activations,
                lambda row: row.user_id == code.user_id,
                states.OneShotEvent.SUPERSEDE,
                now_ms=code.issued_ms,
            )
            tables.activations[code.code_id] = code
            tables.record(event)

    def get(self, code_id: "CodeId") -> "ActivationCode | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.activations.get(code_id)

    def latest_of_session(self, session_id: "SessionId") -> "ActivationCode | None":
        """Return the newest code shown in a session."""
        with self._tables.lock:
            rows = (row for row in self._tables.activations.values() if row.session_id == session_id)
            return next(iter(newest_first(rows, lambda row: row.issued_ms)), None)

    def redeem(
        self,
        code_id: "CodeId",
        *,
        device: "Device",
        request_digest: bytes,
        reply: str,
        now_ms: int,
        event: "Event",
    ) -> None:
        """Consume the code and insert the device."""
        tables = self._tables
        with tables.lock:
            code = tables.activations.get(code_id)
            if (
                code is None
                or code.user_id != device.user_id
                or code.state not in states.states_that_allow(states.ONE_SHOT, states.OneShotEvent.CONSUME)
                or code.expires_ms <= now_ms
            ):
                raise StoreConflictError("the activation is closed already")
            tables.require_insertable_device(device)
            if tables.current_of(device.user_id) is not None:
                raise StoreConflictError("the user has a device already")
            tables.activations[code_id] = replace(
                code,
                state=states.OneShot.CONSUMED,
                closed_ms=now_ms,
                device_id=device.device_id,
                request_digest=request_digest,
                reply=reply,
            )
            tables.devices[device.device_id] = device
            tables.record(event)
            if device.state is states.Device.ACTIVE:
                replace_factors(tables, device.user_id, ENDED_BY_PHONE, now_ms=now_ms)

    def close(self, code_id: "CodeId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued code to a terminal state."""
        allowed = states_before(states.ONE_SHOT, state)
        with self._tables.lock:
            code = self._tables.activations.get(code_id)
            if code is None or code.state not in allowed:
                raise StoreConflictError("the activation is closed already")
            self._tables.activations[code_id] = replace(code, state=state, closed_ms=now_ms)
            self._tables.record(event)
