"""`ports.Audit` in SQL, and how every other port records its events in its own transaction."""

import json
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, select

from authsim.adapters.audit_chain import ChainHead, append_rows
from authsim.adapters.sql.tables import AUDIT, AUDIT_HEAD
from authsim.errors import Reason
from authsim.events import AuditRow, Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.adapters.sql.rows import AnyRow, Values
    from authsim.model import UserId

_LOCK_HEAD: Final = select(AUDIT_HEAD.c.sequence, AUDIT_HEAD.c.chain).with_for_update()
_GET_HEAD: Final = select(AUDIT_HEAD.c.sequence, AUDIT_HEAD.c.chain)
_APPEND: Final = insert(AUDIT)  # a trigger moves the head along
_READ: Final = (
    select(AUDIT).where(AUDIT.c.sequence > bindparam("after")).order_by(AUDIT.c.sequence).limit(bindparam("most"))
)
_LIST_OF: Final = (
    select(AUDIT)
    .where(AUDIT.c.user_id == bindparam("of_user"))
    .order_by(AUDIT.c.sequence.desc())
    .limit(bindparam("most"))
)

_NEWEST: Final = select(AUDIT.c.at_ms).order_by(AUDIT.c.sequence.desc()).limit(1)


def record(connection: "Connection", events: Iterable[Event]) -> None:
    """Append to the chain. Call it last in a transaction: from here on, all others on PostgreSQL wait for its end."""
    present = list(events)
    if not present:
        return
    sequence, chain = connection.execute(_LOCK_HEAD).one()
    rows = append_rows(ChainHead(sequence=sequence, chain=chain), present)
    connection.execute(_APPEND, [_format(row) for row in rows])


@final
class SqlAudit:
    """The append-only, hash-chained record."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def append(self, event: Event) -> None:
        """Append one event on its own."""
        self._database.write(lambda connection: record(connection, [event]))

    def list_of(self, user_id: "UserId", *, most: int) -> "Sequence[AuditRow]":
        """Return the newest rows about a user, newest first."""
        values = {"of_user": user_id, "most": most}
        rows = self._database.read(lambda connection: connection.execute(_LIST_OF, values).all())
        return [_parse(row) for row in rows]

    def read(self, *, after: int, most: int) -> "Sequence[AuditRow]":
        """Return rows with `sequence > after`, oldest first."""
        values = {"after": after, "most": most}
        rows = self._database.read(lambda connection: connection.execute(_READ, values).all())
        return [_parse(row) for row in rows]

    def newest_ms(self) -> int:
        """Return when the newest row was written, or 0: whoever opens this store lives no earlier than that."""
        return self._database.read(lambda connection: connection.execute(_NEWEST).scalar()) or 0

    def head(self) -> ChainHead:
        """Return where the chain stands: a record that was cut off at its end does not reach it."""
        sequence, chain = self._database.read(lambda connection: connection.execute(_GET_HEAD).one())
        return ChainHead(sequence=sequence, chain=chain)


def _format(row: AuditRow) -> "Values":
    event = row.event
    return {
        "sequence": row.sequence,
        "at_ms": event.at_ms,
        "kind": event.kind.value,
        "user_id": event.user_id,
        "reason": None if event.reason is None else event.reason.value,
        "facts": json.dumps(dict(event.facts), separators=(",", ":"), sort_keys=True),
        "chain": row.chain,
    }


def _parse(row: "AnyRow") -> AuditRow:
    event = Event(
        kind=EventKind(row.kind),
        at_ms=row.at_ms,
        user_id=row.user_id,
        reason=None if row.reason is None else Reason(row.reason),
        facts=MappingProxyType(json.loads(row.facts)),
    )
    return AuditRow(sequence=row.sequence, event=event, chain=row.chain)
