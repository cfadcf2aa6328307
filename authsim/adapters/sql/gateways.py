"""`ports.Gateways` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, exists, or_, select, text, update

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.tables import GATEWAY, SESSIONS
from authsim.errors import StoreConflictError
from authsim.model import GatewaySession
from authsim.states import BROKERAGE, Brokerage, BrokerageEvent, next_state

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.adapters.sql.rows import AnyRow
    from authsim.events import Event

_ONLY: Final = GATEWAY.c.single == 1
_GET: Final = select(GATEWAY).where(_ONLY)
#: Makes the row, or holds it as it is: of two logins that end at one moment neither fails. Both databases speak it.
_HOLD: Final = text(
    "INSERT INTO gateway (single, handle, session_id, brokerage, began_ms, called_ms)"
    " VALUES (1, :handle, :session_id, :brokerage, :began_ms, :called_ms)"
    " ON CONFLICT (single) DO UPDATE SET single = excluded.single"
)
_KEPT: Final = SESSIONS.alias("kept")
_NEW: Final = SESSIONS.alias("new")
_IS_NEWER_KEPT: Final = exists().where(
    _KEPT.c.session_id == GATEWAY.c.session_id,
    _KEPT.c.ended_ms.is_(None),
    _NEW.c.session_id == bindparam("new_session_id"),
    or_(
        _KEPT.c.opened_ms > _NEW.c.opened_ms,
        (_KEPT.c.opened_ms == _NEW.c.opened_ms) & (_KEPT.c.serial > _NEW.c.serial),
    ),
)
#: A statement of its own, while the row is held: PostgreSQL sees sessions as they were when a statement began.
_TAKE_PLACE: Final = (
    update(GATEWAY)
    .where(_ONLY, ~_IS_NEWER_KEPT)
    .values(
        handle=bindparam("new_handle"),
        session_id=bindparam("new_session_id"),
        brokerage=bindparam("new_brokerage"),
        began_ms=bindparam("new_began_ms"),
        called_ms=bindparam("new_called_ms"),
    )
)
_TOUCH: Final = (
    update(GATEWAY)
    .where(_ONLY, GATEWAY.c.handle == bindparam("of_handle"), GATEWAY.c.called_ms < bindparam("now_ms"))
    .values(called_ms=bindparam("now_ms"))
)
_MOVE: Final = (
    update(GATEWAY)
    .where(
        _ONLY,
        GATEWAY.c.handle == bindparam("of_handle"),
        GATEWAY.c.brokerage == bindparam("seen"),
        GATEWAY.c.began_ms == bindparam("seen_began_ms"),
    )
    .values(brokerage=bindparam("after"), began_ms=bindparam("after_began_ms"), called_ms=bindparam("now_ms"))
)
_FALL_ASLEEP: Final = _MOVE.where(GATEWAY.c.called_ms == bindparam("seen_called_ms"))


@final
class SqlGateways:
    """The one session that a gateway-compatible front answers for."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def open(self, gateway: GatewaySession, *, event: "Event") -> bool:
        """Put it in the place of whatever was there, unless that rests on a newer login."""
        values = {
            "handle": gateway.handle,
            "session_id": gateway.session_id,
            "brokerage": gateway.brokerage.value,
            "began_ms": gateway.began_ms,
            "called_ms": gateway.called_ms,
        }

        def work(connection: "Connection") -> bool:
            connection.execute(_HOLD, values)
            new = {f"new_{name}": value for name, value in values.items()}
            if not connection.execute(_TAKE_PLACE, new).rowcount:
                return False
            record(connection, [event])
            return True

        return self._database.write(work)

    def get(self) -> GatewaySession | None:
        """Return it as it was left, or None."""
        row = self._database.read(lambda connection: connection.execute(_GET).one_or_none())
        return None if row is None else _parse(row)

    def touch(self, handle: str, *, now_ms: int) -> None:
        """Note that a program called."""

        def work(connection: "Connection") -> None:
            connection.execute(_TOUCH, {"of_handle": handle, "now_ms": now_ms})

        self._database.write(work)

    def move(self, seen: GatewaySession, what: BrokerageEvent, *, now_ms: int, event: "Event") -> GatewaySession:
        """Let something happen to the brokerage session, if it still is as it was seen."""
        after = next_state(BROKERAGE, seen.brokerage, what)
        values = {
            "of_handle": seen.handle,
            "seen": seen.brokerage.value,
            "seen_began_ms": seen.began_ms,
            "after": after.value,
            "after_began_ms": now_ms if what is BrokerageEvent.BEGIN else seen.began_ms,
            "now_ms": now_ms,
        }
        statement = _MOVE
        if what is BrokerageEvent.FALL_ASLEEP:
            statement, values = _FALL_ASLEEP, {**values, "seen_called_ms": seen.called_ms}

        def work(connection: "Connection") -> GatewaySession:
            if not connection.execute(statement, values).rowcount:
                raise StoreConflictError("the brokerage session is not as it was seen any more")
            record(connection, [event])
            return _parse(connection.execute(_GET).one())

        return self._database.write(work)


def _parse(row: "AnyRow") -> GatewaySession:
    return GatewaySession(
        handle=row.handle,
        session_id=row.session_id,
        brokerage=Brokerage(row.brokerage),
        began_ms=row.began_ms,
        called_ms=row.called_ms,
    )
