"""`ports.FactorStore` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, literal, select, update

from authsim import states
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import factor_allows
from authsim.adapters.sql.factor_endings import end_factor, replace_factors
from authsim.adapters.sql.locks import lock_owner, lock_owner_by, lock_user
from authsim.adapters.sql.rows import format_factor, parse_factor
from authsim.adapters.sql.tables import FACTORS
from authsim.adapters.sql.texts import deliver
from authsim.adapters.transitions import require_end
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Factor, FactorId, FactorKind, TextMessage, UserId

_OF_FACTOR: Final = FACTORS.c.factor_id == bindparam("of_factor")

_INSERT: Final = insert(FACTORS)
_LOCK_OWNER: Final = lock_owner_by(FACTORS, FACTORS.c.factor_id)
_GET: Final = select(FACTORS).where(_OF_FACTOR)
_LIST_OF: Final = (
    select(FACTORS)
    .where(FACTORS.c.user_id == bindparam("of_user"))
    .order_by(FACTORS.c.made_ms.desc(), FACTORS.c.serial.desc())
)
#: Who ends it meanwhile waits, and then finds the one that shares it.
_HOLD_SHARED: Final = (
    select(literal(1)).where(_OF_FACTOR, FACTORS.c.state == states.Factor.ACTIVE.value).with_for_update(read=True)
)
_ACTIVATE: Final = (
    update(FACTORS)
    .where(_OF_FACTOR, factor_allows(states.FactorEvent.ACTIVATE))
    .values(state=states.Factor.ACTIVE.value, last_step=bindparam("new_step"), activated_ms=bindparam("now_ms"))
    .returning(FACTORS)
)


@final
class SqlFactors:
    """Second factors other than phones."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def add(
        self,
        factor: "Factor",
        *,
        closes: "frozenset[FactorKind]",
        text: "TextMessage | None" = None,
        event: "Event",
    ) -> None:
        """Insert, replace what it closes, deliver the text. A unique index refuses a second active one of a kind."""

        def work(connection: "Connection") -> None:
            lock_user(connection, factor.user_id)
            _hold_shared(connection, factor.shared_factor_id)
            facts = replace_factors(connection, factor.user_id, closes, now_ms=factor.made_ms)
            connection.execute(_INSERT, format_factor(factor))
            record(connection, [event, *facts])
            if text is not None:
                deliver(connection, text, user_id=factor.user_id)

        self._database.write(work)

    def get(self, factor_id: "FactorId") -> "Factor | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_factor": factor_id}).one_or_none())
        return None if row is None else parse_factor(row)

    def list_of(self, user_id: "UserId") -> "Sequence[Factor]":
        """Return all of a user's factors in whatever state, newest first."""
        rows = self._database.read(lambda connection: connection.execute(_LIST_OF, {"of_user": user_id}).all())
        return [parse_factor(row) for row in rows]

    def activate(
        self, factor_id: "FactorId", *, step: int, closes: "frozenset[FactorKind]", now_ms: int, event: "Event"
    ) -> None:
        """Move pending to active, and replace what it closes."""
        values = {"of_factor": factor_id, "new_step": step, "now_ms": now_ms}

        def work(connection: "Connection") -> None:
            user_id = lock_owner(connection, _LOCK_OWNER, factor_id)
            _hold_shared(connection, connection.execute(_GET, {"of_factor": factor_id}).one().shared_factor_id)
            facts = replace_factors(connection, user_id, closes, now_ms=now_ms, but=factor_id)
            if connection.execute(_ACTIVATE, values).one_or_none() is None:
                raise StoreConflictError("the factor is not pending any more")
            record(connection, [event, *facts])

        self._database.write(work)

    def change(self, factor_id: "FactorId", change: "states.FactorEvent", *, now_ms: int, event: "Event") -> None:
        """Move on, with those that share it."""
        require_end(states.FACTOR, change)

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER, factor_id)
            sharing = end_factor(connection, factor_id, change, now_ms=now_ms, by=event.facts.get("by"))
            if sharing is None:
                raise StoreConflictError("the factor is in another state by now")
            record(connection, [event, *sharing])

        self._database.write(work)


def _hold_shared(connection: "Connection", shared_id: "FactorId | None") -> None:
    """Let what is shared not end before this transaction does. `StoreConflictError` unless it is active."""
    if shared_id is not None and connection.execute(_HOLD_SHARED, {"of_factor": shared_id}).one_or_none() is None:
        raise StoreConflictError("what is shared is not active")
