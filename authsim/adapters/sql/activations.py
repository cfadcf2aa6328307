"""`ports.Activations` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, exists, insert, literal, select, update

from authsim import states
from authsim.adapters.consequences import ENDED_BY_PHONE
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import is_one_of, one_shot_allows
from authsim.adapters.sql.devices import insert_device
from authsim.adapters.sql.endings import close_by, close_one_shot, supersede
from authsim.adapters.sql.factor_endings import replace_factors
from authsim.adapters.sql.locks import lock_user
from authsim.adapters.sql.rows import format_activation, parse_activation
from authsim.adapters.sql.tables import ACTIVATIONS, DEVICES
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import ActivationCode, CodeId, Device, SessionId

_INSERT: Final = insert(ACTIVATIONS)
_GET: Final = select(ACTIVATIONS).where(ACTIVATIONS.c.code_id == bindparam("of_code"))
_LATEST_OF_SESSION: Final = (
    select(ACTIVATIONS)
    .where(ACTIVATIONS.c.session_id == bindparam("of_session"))
    .order_by(ACTIVATIONS.c.issued_ms.desc(), ACTIVATIONS.c.serial.desc())
    .limit(1)
)
_CONSUME: Final = (
    update(ACTIVATIONS)
    .where(
        ACTIVATIONS.c.code_id == bindparam("of_code"),
        ACTIVATIONS.c.user_id == bindparam("of_user"),
        one_shot_allows(ACTIVATIONS.c.state, states.OneShotEvent.CONSUME),
        ACTIVATIONS.c.expires_ms > bindparam("now_ms"),
        ~exists(
            select(literal(1)).where(
                DEVICES.c.user_id == ACTIVATIONS.c.user_id,
                is_one_of(DEVICES.c.state, (states.Device.ACTIVE, states.Device.SUSPENDED)),
            )
        ),
    )
    .values(
        state=states.OneShot.CONSUMED.value,
        closed_ms=bindparam("now_ms"),
        device_id=bindparam("new_device"),
        request_digest=bindparam("new_digest"),
        reply=bindparam("new_reply"),
    )
    .returning(ACTIVATIONS.c.serial)
)
_CLOSE: Final = close_by(ACTIVATIONS.c.code_id)


@final
class SqlActivations:
    """One-time activation codes."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def issue(self, code: "ActivationCode", *, event: "Event") -> None:
        """Insert, and supersede any other issued code of that user."""

        def work(connection: "Connection") -> None:
            lock_user(connection, code.user_id)
            supersede(connection, ACTIVATIONS, code.user_id, now_ms=code.issued_ms)
            connection.execute(_INSERT, format_activation(code))
            record(connection, [event])

        self._database.write(work)

    def get(self, code_id: "CodeId") -> "ActivationCode | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_code": code_id}).one_or_none())
        return None if row is None else parse_activation(row)

    def latest_of_session(self, session_id: "SessionId") -> "ActivationCode | None":
        """Return the newest code shown in a session."""
        values = {"of_session": session_id}
        row = self._database.read(lambda connection: connection.execute(_LATEST_OF_SESSION, values).one_or_none())
        return None if row is None else parse_activation(row)

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
        values = {
            "of_code": code_id,
            "of_user": device.user_id,
            "now_ms": now_ms,
            "new_device": device.device_id,
            "new_digest": request_digest,
            "new_reply": reply,
        }

        def work(connection: "Connection") -> None:
            lock_user(connection, device.user_id)
            if connection.execute(_CONSUME, values).one_or_none() is None:
                raise StoreConflictError("the activation is closed already, or its user has a device")
            insert_device(connection, device)
            facts = []
            if device.state is states.Device.ACTIVE:
                facts = replace_factors(connection, device.user_id, ENDED_BY_PHONE, now_ms=now_ms)
            record(connection, [event, *facts])

        self._database.write(work)

    def close(self, code_id: "CodeId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued code to a terminal state."""

        def work(connection: "Connection") -> None:
            close_one_shot(connection, _CLOSE, code_id, state, now_ms=now_ms)
            record(connection, [event])

        self._database.write(work)
