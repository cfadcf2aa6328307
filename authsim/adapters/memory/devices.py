"""`ports.Devices` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.memory.tables import newest_first
from authsim.adapters.transitions import states_before
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import Device, DeviceId, UserId


@final
class MemoryDevices:
    """The users' keys, as the portal knows them."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def get(self, device_id: "DeviceId") -> "Device | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.devices.get(device_id)

    def active_of(self, user_id: "UserId") -> "Device | None":
        """Return the one active device of a user."""
        with self._tables.lock:
            return next((row for row in self._rows_of(user_id) if row.state is states.Device.ACTIVE), None)

    def list_of(self, user_id: "UserId") -> "Sequence[Device]":
        """Return all devices of a user, newest first."""
        with self._tables.lock:
            return newest_first(self._rows_of(user_id), lambda row: row.activated_ms)

    def close(self, device_id: "DeviceId", state: "states.Device", *, now_ms: int, event: "Event") -> None:
        """Move to a terminal state and cancel what the device was asked."""
        allowed = states_before(states.DEVICE, state)
        with self._tables.lock:
            device = self._tables.devices.get(device_id)
            if device is None or device.state not in allowed:
                raise StoreConflictError("the device is closed already")
            self._tables.devices[device_id] = replace(device, state=state, closed_ms=now_ms)
            for challenge in list(self._tables.challenges.values()):
                if challenge.device_id == device_id and challenge.state is states.OneShot.ISSUED:
                    self._tables.challenges[challenge.challenge_id] = replace(
                        challenge,
                        state=states.next_state(states.ONE_SHOT, challenge.state, states.OneShotEvent.CANCEL),
                        closed_ms=now_ms,
                    )
            self._tables.record(event)

    def _rows_of(self, user_id: "UserId") -> "list[Device]":
        return [row for row in self._tables.devices.values() if row.user_id == user_id]
