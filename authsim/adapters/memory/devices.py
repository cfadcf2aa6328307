"""`ports.Devices` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.consequences import compose_suspended
from authsim.adapters.memory.endings import cancel_held, close_questions_of, end_held, give_way
from authsim.adapters.memory.tables import is_current, newest_first
from authsim.errors import StoreConflictError, TransitionError
from authsim.model import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import Device, DeviceId, LoginId, LoginTransaction, UserId


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
        current = self.current_of(user_id)
        return current if current is not None and current.state is states.Device.ACTIVE else None

    def current_of(self, user_id: "UserId") -> "Device | None":
        """Return the one device of a user that is active or suspended."""
        with self._tables.lock:
            return self._tables.current_of(user_id)

    def list_of(self, user_id: "UserId") -> "Sequence[Device]":
        """Return all devices of a user, newest first."""
        with self._tables.lock:
            rows = (row for row in self._tables.devices.values() if row.user_id == user_id)
            return newest_first(rows, lambda row: row.activated_ms)

    def pending_of(self, user_id: "UserId", *, now_ms: int) -> "Device | None":
        """Return the newest device that waits for its confirmation and is fresh."""
        return next((row for row in self.list_of(user_id) if is_awaiting(row, now_ms=now_ms)), None)

    def count_confirmation(self, device_id: "DeviceId", *, now_ms: int, event: "Event") -> "Device":
        """Count a try at the confirmation, before anyone compares."""
        tables = self._tables
        with tables.lock:
            device = self._require(device_id)
            if not is_awaiting(device, now_ms=now_ms) or device.confirmations >= device.confirmations_allowed:
                raise StoreConflictError("the device takes no confirmation")
            tables.devices[device_id] = counted = replace(device, confirmations=device.confirmations + 1)
            tables.record(event)
            return counted

    def confirm(
        self, device_id: "DeviceId", *, approved_by: "LoginId | None", now_ms: int, events: "Sequence[Event]"
    ) -> None:
        """Move pending to active, and end what ends with it."""
        tables = self._tables
        with tables.lock:
            device = self._require(device_id)
            if not is_awaiting(device, now_ms=now_ms):
                raise StoreConflictError("the device does not wait for its confirmation")
            if approved_by is not None:
                login = self._require_approved(approved_by, device, now_ms=now_ms)
                close_questions_of(tables, login.login_id, states.OneShotEvent.CANCEL, now_ms=now_ms)
                tables.logins[login.login_id] = replace(login, state=states.Login.DONE, closed_ms=now_ms)
            state = states.next_state(states.DEVICE, device.state, states.DeviceEvent.CONFIRM)
            give_way(tables, device, events, now_ms=now_ms)
            tables.devices[device_id] = replace(device, state=state, activated_ms=now_ms)

    def change(self, device_id: "DeviceId", change: "states.DeviceEvent", *, now_ms: int, event: "Event") -> None:
        """Move on, and end what the device holds when it is not active any more."""
        tables = self._tables
        with tables.lock:
            device = self._require(device_id)
            try:
                state = states.next_state(states.DEVICE, device.state, change)
            except TransitionError:
                raise StoreConflictError("the device is in another state by now") from None
            changed = replace(
                device, state=state, closed_ms=now_ms if states.is_terminal(states.DEVICE, state) else None
            )
            current = tables.current_of(device.user_id)
            if is_current(changed) and current is not None and current.device_id != device_id:
                raise StoreConflictError("the user has another device")
            tables.devices[device_id] = changed
            tables.record(event)
            if is_current(device) and state is not states.Device.ACTIVE:
                end_held(tables, device.user_id, cause=event, now_ms=now_ms)
            elif state is not states.Device.ACTIVE:
                cancel_held(tables, device.user_id, now_ms=now_ms)

    def count_signature(self, device_id: "DeviceId", *, counter: int) -> "Device":
        """Keep the counter of a good signature."""
        with self._tables.lock:
            self._tables.devices[device_id] = counted = require_counter(self._tables, device_id, counter)
            return counted

    def count_alarm(self, device_id: "DeviceId", *, alarms_allowed: int, now_ms: int, event: "Event") -> "Device":
        """Count a repeated counter, and suspend the device by the alarm after the last."""
        tables = self._tables
        with tables.lock:
            device = self._require(device_id)
            alarmed = replace(device, alarms=device.alarms + 1)
            tables.record(event)
            if device.state is states.Device.ACTIVE and alarmed.alarms > alarms_allowed:
                state = states.next_state(states.DEVICE, device.state, states.DeviceEvent.SUSPEND)
                alarmed = replace(alarmed, state=state)
                suspended = compose_suspended(event, device)
                tables.devices[device_id] = alarmed
                tables.record(suspended)
                end_held(tables, device.user_id, cause=suspended, now_ms=now_ms)
            tables.devices[device_id] = alarmed
            return alarmed

    def _require_approved(self, login_id: "LoginId", device: "Device", *, now_ms: int) -> "LoginTransaction":
        """Return the open login about a pending device whose request an active one approved."""
        login = self._tables.logins.get(login_id)
        if (
            login is None
            or login.subject != device.device_id
            or login.user_id != device.user_id
            or login.state not in states.states_that_allow(states.LOGIN, states.LoginEvent.COMPLETE)
            or login.expires_ms <= now_ms
            or not any(
                row.login_id == login_id
                and row.state is states.OneShot.CONSUMED
                and row.decision is Decision.APPROVE
                and self._tables.is_active(row.device_id)
                for row in self._tables.pushes.values()
            )
        ):
            raise StoreConflictError("the login is over, or nobody approved")
        return login

    def _require(self, device_id: "DeviceId") -> "Device":
        device = self._tables.devices.get(device_id)
        if device is None:
            raise StoreConflictError("there is no such device any more")
        return device


def is_awaiting(device: "Device", *, now_ms: int) -> bool:
    """Say whether a device may still be confirmed."""
    return (
        device.state in states.states_that_allow(states.DEVICE, states.DeviceEvent.CONFIRM)
        and device.expires_ms is not None
        and device.expires_ms > now_ms
    )


def require_counter(tables: "Tables", device_id: "DeviceId", counter: int) -> "Device":
    """Return the active device with its counter raised, or raise `StoreConflictError`. Nothing is written."""
    device = tables.devices.get(device_id)
    if device is None or device.state is not states.Device.ACTIVE or counter <= device.counter:
        raise StoreConflictError("the device is not active, or its counter is not above the kept one")
    return replace(device, counter=counter)
