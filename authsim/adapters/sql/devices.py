"""`ports.Devices` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, select, update

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import one_shot_allows, values_of
from authsim.adapters.sql.rows import format_device, parse_device
from authsim.adapters.sql.tables import CHALLENGES, DEVICES
from authsim.adapters.transitions import states_before
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Device, DeviceId, UserId

_INSERT: Final = insert(DEVICES)
_GET: Final = select(DEVICES).where(DEVICES.c.device_id == bindparam("of_device"))
_ACTIVE_OF: Final = select(DEVICES).where(
    DEVICES.c.user_id == bindparam("of_user"), DEVICES.c.state == states.Device.ACTIVE.value
)
_LIST_OF: Final = (
    select(DEVICES)
    .where(DEVICES.c.user_id == bindparam("of_user"))
    .order_by(DEVICES.c.activated_ms.desc(), DEVICES.c.serial.desc())
)
_CANCEL_CHALLENGES: Final = (
    update(CHALLENGES)
    .where(
        CHALLENGES.c.device_id == bindparam("of_device"),
        one_shot_allows(CHALLENGES.c.state, states.OneShotEvent.CANCEL),
    )
    .values(
        state=states.next_state(states.ONE_SHOT, states.OneShot.ISSUED, states.OneShotEvent.CANCEL).value,
        closed_ms=bindparam("now_ms"),
    )
)
_CLOSE: Final = (
    update(DEVICES)
    .where(
        DEVICES.c.device_id == bindparam("of_device"),
        DEVICES.c.state.in_(bindparam("from_states", expanding=True)),
    )
    .values(state=bindparam("to_state"), closed_ms=bindparam("now_ms"))
)
_NOTE_USE: Final = (
    update(DEVICES).where(DEVICES.c.device_id == bindparam("of_device")).values(last_used_ms=bindparam("now_ms"))
)


def insert_device(connection: "Connection", device: "Device") -> None:
    """Insert; a unique index refuses a second active device of one user."""
    connection.execute(_INSERT, format_device(device))


def note_use(connection: "Connection", device_id: "DeviceId", *, now_ms: int) -> None:
    """Note that a device answered rightly."""
    connection.execute(_NOTE_USE, {"of_device": device_id, "now_ms": now_ms})


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

    def list_of(self, user_id: "UserId") -> "Sequence[Device]":
        """Return all devices of a user, newest first."""
        rows = self._database.read(lambda connection: connection.execute(_LIST_OF, {"of_user": user_id}).all())
        return [parse_device(row) for row in rows]

    def close(self, device_id: "DeviceId", state: "states.Device", *, now_ms: int, event: "Event") -> None:
        """Move to a terminal state and cancel what the device was asked."""
        values = {
            "of_device": device_id,
            "from_states": values_of(states_before(states.DEVICE, state)),
            "to_state": state.value,
            "now_ms": now_ms,
        }

        def work(connection: "Connection") -> None:
            # Challenges before devices, as in every other transaction: two that wait for each other are undone.
            connection.execute(_CANCEL_CHALLENGES, {"of_device": device_id, "now_ms": now_ms})
            if not connection.execute(_CLOSE, values).rowcount:
                raise StoreConflictError("the device is closed already")
            record(connection, [event])

        self._database.write(work)
