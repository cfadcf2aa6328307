"""`ports.Enrolments` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, exists, func, insert, literal, select, update

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import one_shot_allows
from authsim.adapters.sql.devices import give_way, insert_device
from authsim.adapters.sql.endings import close_by, close_one_shot, supersede
from authsim.adapters.sql.locks import lock_judged, lock_owner, lock_owner_by, lock_user
from authsim.adapters.sql.rows import format_enrolment, parse_enrolment
from authsim.adapters.sql.tables import ENROLMENTS
from authsim.adapters.sql.texts import deliver
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Device, Enrolment, FlowId, TextMessage, UserId

_OTHER: Final = ENROLMENTS.alias("other")
_OF_FLOW: Final = ENROLMENTS.c.flow_id == bindparam("of_flow")
_IS_OPEN: Final = one_shot_allows(ENROLMENTS.c.state, states.OneShotEvent.CONSUME)
_IS_FRESH: Final = ENROLMENTS.c.expires_ms > bindparam("now_ms")

_LOCK_OWNER: Final = lock_owner_by(ENROLMENTS, ENROLMENTS.c.flow_id)
_INSERT: Final = insert(ENROLMENTS)
_GET: Final = select(ENROLMENTS).where(_OF_FLOW)
_CLOSE: Final = close_by(ENROLMENTS.c.flow_id)
_LAST_SENT: Final = select(func.max(ENROLMENTS.c.sent_ms)).where(ENROLMENTS.c.user_id == bindparam("of_user"))
_RESEND: Final = (
    update(ENROLMENTS)
    .where(
        _OF_FLOW,
        _IS_OPEN,
        _IS_FRESH,
        ENROLMENTS.c.sends < bindparam("sends_allowed"),
        ~exists(
            select(literal(1)).where(
                _OTHER.c.user_id == ENROLMENTS.c.user_id, _OTHER.c.sent_ms > bindparam("not_since_ms")
            )
        ),
    )
    .values(code_mac=bindparam("new_mac"), sends=ENROLMENTS.c.sends + 1, sent_ms=bindparam("now_ms"))
    .returning(ENROLMENTS)
)
_COUNT_TRY: Final = (
    update(ENROLMENTS)
    .where(_OF_FLOW, _IS_OPEN, _IS_FRESH, ENROLMENTS.c.attempts < ENROLMENTS.c.attempts_allowed)
    .values(attempts=ENROLMENTS.c.attempts + 1)
    .returning(ENROLMENTS)
)
_CONSUME: Final = (
    update(ENROLMENTS)
    .where(_OF_FLOW, ENROLMENTS.c.user_id == bindparam("of_user"), _IS_OPEN, _IS_FRESH)
    .values(
        state=states.OneShot.CONSUMED.value,
        closed_ms=bindparam("now_ms"),
        device_id=bindparam("new_device"),
        request_digest=bindparam("new_digest"),
        reply=bindparam("new_reply"),
    )
    .returning(ENROLMENTS.c.serial)
)


@final
class SqlEnrolments:
    """Enrolments by credentials and a texted code."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def begin(
        self, enrolment: "Enrolment", *, text: "TextMessage", judged: str, not_since_ms: int, event: "Event"
    ) -> None:
        """Insert, supersede the user's other issued one, deliver the text."""

        def work(connection: "Connection") -> None:
            lock_judged(connection, enrolment.user_id, judged)
            last_ms = connection.execute(_LAST_SENT, {"of_user": enrolment.user_id}).scalar()
            if last_ms is not None and last_ms > not_since_ms:
                raise StoreConflictError("a text was sent a moment ago")
            supersede(connection, ENROLMENTS, enrolment.user_id, now_ms=enrolment.issued_ms)
            connection.execute(_INSERT, format_enrolment(enrolment))
            record(connection, [event])
            deliver(connection, text, user_id=enrolment.user_id)

        self._database.write(work)

    def get(self, flow_id: "FlowId") -> "Enrolment | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_flow": flow_id}).one_or_none())
        return None if row is None else parse_enrolment(row)

    def last_sent_ms(self, user_id: "UserId") -> int | None:
        """Return when the newest text of any enrolment of this user was sent."""
        return self._database.read(lambda connection: connection.execute(_LAST_SENT, {"of_user": user_id}).scalar())

    def resend(
        self,
        flow_id: "FlowId",
        *,
        code_mac: bytes,
        text: "TextMessage",
        sends_allowed: int,
        not_since_ms: int,
        now_ms: int,
        event: "Event",
    ) -> "Enrolment":
        """Replace the code, count the send, deliver the text."""
        values = {
            "of_flow": flow_id,
            "new_mac": code_mac,
            "sends_allowed": sends_allowed,
            "not_since_ms": not_since_ms,
            "now_ms": now_ms,
        }

        def work(connection: "Connection") -> "Enrolment":
            user_id = lock_owner(connection, _LOCK_OWNER, flow_id)
            row = connection.execute(_RESEND, values).one_or_none()
            if row is None:
                raise StoreConflictError("the enrolment is closed already, or takes no text now")
            record(connection, [event])
            deliver(connection, text, user_id=user_id)
            return parse_enrolment(row)

        return self._database.write(work)

    def count_try(self, flow_id: "FlowId", *, now_ms: int, event: "Event") -> "Enrolment":
        """Count a try, before anyone compares."""

        def work(connection: "Connection") -> "Enrolment":
            row = connection.execute(_COUNT_TRY, {"of_flow": flow_id, "now_ms": now_ms}).one_or_none()
            if row is None:
                raise StoreConflictError("the enrolment is closed already, or has no tries left")
            record(connection, [event])
            return parse_enrolment(row)

        return self._database.write(work)

    def complete(
        self,
        flow_id: "FlowId",
        *,
        device: "Device",
        request_digest: bytes,
        reply: str,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> "Sequence[Device]":
        """Consume it and insert the device; an active one replaces the user's others."""
        values = {
            "of_flow": flow_id,
            "of_user": device.user_id,
            "now_ms": now_ms,
            "new_device": device.device_id,
            "new_digest": request_digest,
            "new_reply": reply,
        }

        def work(connection: "Connection") -> "Sequence[Device]":
            lock_user(connection, device.user_id)
            if connection.execute(_CONSUME, values).one_or_none() is None:
                raise StoreConflictError("the enrolment is closed already")
            replaced: list[Device] = []
            facts: list[Event] = []
            if device.state is states.Device.ACTIVE:
                replaced, facts = give_way(connection, device.user_id, device.device_id, now_ms=now_ms)
            insert_device(connection, device)
            record(connection, [*events, *facts])
            return replaced

        return self._database.write(work)

    def close(self, flow_id: "FlowId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued enrolment to a terminal state."""

        def work(connection: "Connection") -> None:
            close_one_shot(connection, _CLOSE, flow_id, state, now_ms=now_ms)
            record(connection, [event])

        self._database.write(work)
