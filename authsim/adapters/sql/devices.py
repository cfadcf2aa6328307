"""`ports.Devices` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, null, select, update

from authsim import states
from authsim.adapters.consequences import (
    ENDED_BY_PHONE,
    compose_replaced,
    compose_sessions_ended,
    compose_suspended,
)
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.completing import complete_confirming
from authsim.adapters.sql.conditions import device_allows, is_one_of
from authsim.adapters.sql.endings import (
    cancel_held,
    close_questions_of,
    end_held,
    end_two_factor_sessions,
    supersede,
)
from authsim.adapters.sql.factor_endings import replace_factors
from authsim.adapters.sql.locks import lock_owner, lock_owner_by
from authsim.adapters.sql.rows import format_device, parse_device
from authsim.adapters.sql.tables import ACTIVATIONS, DEVICES
from authsim.adapters.transitions import state_after
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Update

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Device, DeviceId, LoginId, UserId

_OF_DEVICE: Final = DEVICES.c.device_id == bindparam("of_device")
_OF_USER: Final = DEVICES.c.user_id == bindparam("of_user")

_INSERT: Final = insert(DEVICES)
_LOCK_OWNER: Final = lock_owner_by(DEVICES, DEVICES.c.device_id)
_GET: Final = select(DEVICES).where(_OF_DEVICE)
_ACTIVE_OF: Final = select(DEVICES).where(_OF_USER, DEVICES.c.state == states.Device.ACTIVE.value)
_CURRENT_OF: Final = select(DEVICES).where(
    _OF_USER, is_one_of(DEVICES.c.state, (states.Device.ACTIVE, states.Device.SUSPENDED))
)
_IS_AWAITING: Final = (
    device_allows(states.DeviceEvent.CONFIRM),
    DEVICES.c.expires_ms > bindparam("now_ms"),
)
_PENDING_OF: Final = (
    select(DEVICES)
    .where(_OF_USER, *_IS_AWAITING)
    .order_by(DEVICES.c.activated_ms.desc(), DEVICES.c.serial.desc())
    .limit(1)
)
_LIST_OF: Final = select(DEVICES).where(_OF_USER).order_by(DEVICES.c.activated_ms.desc(), DEVICES.c.serial.desc())


def _move(event: "states.DeviceEvent") -> "Update":
    """Return the update, to be given `now_ms`, of the devices from whose state `event` is legal."""
    state = state_after(states.DEVICE, event)
    closed_ms = bindparam("now_ms") if states.is_terminal(states.DEVICE, state) else null()
    return update(DEVICES).where(device_allows(event)).values(state=state.value, closed_ms=closed_ms).returning(DEVICES)


_CHANGE: Final = {event: _move(event).where(_OF_DEVICE) for event in states.DeviceEvent}
_REPLACE_ALL: Final = _move(states.DeviceEvent.REPLACE).where(_OF_USER, DEVICES.c.device_id != bindparam("kept"))
_COUNT_CONFIRMATION: Final = (
    update(DEVICES)
    .where(_OF_DEVICE, *_IS_AWAITING, DEVICES.c.confirmations < DEVICES.c.confirmations_allowed)
    .values(confirmations=DEVICES.c.confirmations + 1)
    .returning(DEVICES)
)
_CONFIRM: Final = (
    update(DEVICES)
    .where(_OF_DEVICE, *_IS_AWAITING)
    .values(state=states.Device.ACTIVE.value, activated_ms=bindparam("now_ms"))
    .returning(DEVICES.c.serial)
)
_COUNT_SIGNATURE: Final = (
    update(DEVICES)
    .where(
        _OF_DEVICE,
        DEVICES.c.state == states.Device.ACTIVE.value,
        DEVICES.c.counter < bindparam("new_counter"),
    )
    .values(counter=bindparam("new_counter"))
    .returning(DEVICES)
)
_COUNT_ALARM: Final = update(DEVICES).where(_OF_DEVICE).values(alarms=DEVICES.c.alarms + 1).returning(DEVICES)
_NOTE_USE: Final = update(DEVICES).where(_OF_DEVICE).values(last_used_ms=bindparam("now_ms"))


def insert_device(connection: "Connection", device: "Device") -> None:
    """Insert; a unique index refuses a second one of a user who has one that is active or suspended."""
    connection.execute(_INSERT, format_device(device))


def note_use(connection: "Connection", device_id: "DeviceId", *, now_ms: int) -> None:
    """Note that a device answered rightly."""
    connection.execute(_NOTE_USE, {"of_device": device_id, "now_ms": now_ms})


def raise_counter(connection: "Connection", device_id: "DeviceId", counter: int) -> "Device":
    """Keep a signature's counter. `StoreConflictError` unless the device is active and the counter is new."""
    values = {"of_device": device_id, "new_counter": counter}
    row = connection.execute(_COUNT_SIGNATURE, values).one_or_none()
    if row is None:
        raise StoreConflictError("the device is not active, or its counter is not above the kept one")
    return parse_device(row)


def give_way(
    connection: "Connection", user_id: "UserId", device_id: "DeviceId", *, now_ms: int
) -> "tuple[list[Device], list[Event]]":
    """Close what ends when this device becomes active; return the devices that it replaces, and the rows of it all."""
    rows = connection.execute(_REPLACE_ALL, {"of_user": user_id, "kept": device_id, "now_ms": now_ms}).all()
    replaced = [parse_device(row) for row in sorted(rows, key=lambda row: row.serial)]
    facts = compose_replaced(replaced, now_ms=now_ms)
    if replaced:
        ended = end_held(connection, user_id, now_ms=now_ms)
        facts += compose_sessions_ended(facts[0], user_id, ended)
    supersede(connection, ACTIVATIONS, user_id, now_ms=now_ms)
    facts += replace_factors(connection, user_id, ENDED_BY_PHONE, now_ms=now_ms)
    return replaced, facts


@final
class SqlDevices:
    """The users' keys, as the portal knows them."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def get(self, device_id: "DeviceId") -> "Device | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_device": device_id}).one_or_none())
        return None if row is None else parse_device(row)

    def active_of(self, user_id: "UserId") -> "Device | None":
        """Return the one active device of a user."""
        row = self._database.read(lambda connection: connection.execute(_ACTIVE_OF, {"of_user": user_id}).one_or_none())
        return None if row is None else parse_device(row)

    def current_of(self, user_id: "UserId") -> "Device | None":
        """Return the one device of a user that is active or suspended."""
        values = {"of_user": user_id}
        row = self._database.read(lambda connection: connection.execute(_CURRENT_OF, values).one_or_none())
        return None if row is None else parse_device(row)

    def list_of(self, user_id: "UserId") -> "Sequence[Device]":
        """Return all devices of a user, newest first."""
        rows = self._database.read(lambda connection: connection.execute(_LIST_OF, {"of_user": user_id}).all())
        return [parse_device(row) for row in rows]

    def pending_of(self, user_id: "UserId", *, now_ms: int) -> "Device | None":
        """Return the newest device that waits for its confirmation and is fresh."""
        values = {"of_user": user_id, "now_ms": now_ms}
        row = self._database.read(lambda connection: connection.execute(_PENDING_OF, values).one_or_none())
        return None if row is None else parse_device(row)

    def count_confirmation(self, device_id: "DeviceId", *, now_ms: int, event: "Event") -> "Device":
        """Count a try at the confirmation, before anyone compares."""
        values = {"of_device": device_id, "now_ms": now_ms}

        def work(connection: "Connection") -> "Device":
            row = connection.execute(_COUNT_CONFIRMATION, values).one_or_none()
            if row is None:
                raise StoreConflictError("the device takes no confirmation")
            record(connection, [event])
            return parse_device(row)

        return self._database.write(work)

    def confirm(
        self, device_id: "DeviceId", *, approved_by: "LoginId | None", now_ms: int, events: "Sequence[Event]"
    ) -> None:
        """Move pending to active, and end what ends with it."""
        values = {"of_device": device_id, "now_ms": now_ms}

        def work(connection: "Connection") -> None:
            user_id = lock_owner(connection, _LOCK_OWNER, device_id)
            if approved_by is not None:
                complete_confirming(connection, approved_by, device_id, user_id, now_ms=now_ms)
                close_questions_of(connection, approved_by, states.OneShotEvent.CANCEL, now_ms=now_ms)
            _, facts = give_way(connection, user_id, device_id, now_ms=now_ms)
            if connection.execute(_CONFIRM, values).one_or_none() is None:
                raise StoreConflictError("the device does not wait for its confirmation")
            record(connection, [*events, *facts])

        self._database.write(work)

    def change(self, device_id: "DeviceId", change: "states.DeviceEvent", *, now_ms: int, event: "Event") -> None:
        """Move on, and end what the device holds when it is not active any more."""

        def work(connection: "Connection") -> None:
            user_id = lock_owner(connection, _LOCK_OWNER, device_id)
            before = connection.execute(_GET, {"of_device": device_id}).one()
            moved = connection.execute(_CHANGE[change], {"of_device": device_id, "now_ms": now_ms}).one_or_none()
            if moved is None:
                raise StoreConflictError("the device is in another state by now")
            ended = 0
            if moved.state != states.Device.ACTIVE.value:
                cancel_held(connection, user_id, now_ms=now_ms)
                if before.state != states.Device.PENDING.value:
                    ended = end_two_factor_sessions(connection, user_id, now_ms=now_ms)
            record(connection, [event, *compose_sessions_ended(event, user_id, ended)])

        self._database.write(work)

    def count_signature(self, device_id: "DeviceId", *, counter: int) -> "Device":
        """Keep the counter of a good signature."""
        return self._database.write(lambda connection: raise_counter(connection, device_id, counter))

    def count_alarm(self, device_id: "DeviceId", *, alarms_allowed: int, now_ms: int, event: "Event") -> "Device":
        """Count a repeated counter, and suspend the device by the alarm after the last."""
        values = {"of_device": device_id, "now_ms": now_ms}

        def work(connection: "Connection") -> "Device":
            user_id = lock_owner(connection, _LOCK_OWNER, device_id)
            device = parse_device(connection.execute(_COUNT_ALARM, {"of_device": device_id}).one())
            facts = [event]
            if device.state is states.Device.ACTIVE and device.alarms > alarms_allowed:
                device = parse_device(connection.execute(_CHANGE[states.DeviceEvent.SUSPEND], values).one())
                suspended = compose_suspended(event, device)
                ended = end_held(connection, user_id, now_ms=now_ms)
                facts += [suspended, *compose_sessions_ended(suspended, user_id, ended)]
            record(connection, facts)
            return device

        return self._database.write(work)
