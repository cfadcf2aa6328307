"""`ports.Decoys` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, case, insert, select, update

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.rows import format_decoy, parse_decoy
from authsim.adapters.sql.tables import DECOYS
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Update

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Decoy, DecoyId

_IS_OPEN: Final = (DECOYS.c.decoy_id == bindparam("of_decoy"), DECOYS.c.is_open == 1)

_INSERT: Final = insert(DECOYS)
_FIND: Final = select(DECOYS).where(DECOYS.c.token_hash == bindparam("of_token"))
_COUNT: Final = (
    update(DECOYS)
    .where(*_IS_OPEN, DECOYS.c.attempts < DECOYS.c.attempts_allowed, DECOYS.c.expires_ms > bindparam("now_ms"))
    .values(
        attempts=DECOYS.c.attempts + 1,
        is_open=case((DECOYS.c.attempts + 1 < DECOYS.c.attempts_allowed, 1), else_=0),
    )
    .returning(DECOYS)
)
_RENEW: Final = (
    update(DECOYS)
    .where(*_IS_OPEN)
    .values(number=bindparam("new_number"), request_id=bindparam("new_request"), expires_ms=bindparam("new_expires"))
    .returning(DECOYS)
)


@final
class SqlDecoys:
    """Logins that nobody can complete."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def begin(self, decoy: "Decoy", *, events: "Sequence[Event]") -> None:
        """Insert."""

        def work(connection: "Connection") -> None:
            connection.execute(_INSERT, format_decoy(decoy))
            record(connection, events)

        self._database.write(work)

    def find(self, token_hash: bytes) -> "Decoy | None":
        """Return by the hash of the browser's token."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"of_token": token_hash}).one_or_none())
        return None if row is None else parse_decoy(row)

    def count(self, decoy_id: "DecoyId", *, now_ms: int, event: "Event") -> "Decoy":
        """Count a try; the last one closes it."""
        return self._change(_COUNT, {"of_decoy": decoy_id, "now_ms": now_ms}, event=event)

    def renew(self, decoy_id: "DecoyId", *, number: str, request_id: str, expires_ms: int, event: "Event") -> "Decoy":
        """Draw what a new request would show."""
        values: Mapping[str, str | int] = {
            "of_decoy": decoy_id,
            "new_number": number,
            "new_request": request_id,
            "new_expires": expires_ms,
        }
        return self._change(_RENEW, values, event=event)

    def _change(self, statement: "Update", values: "Mapping[str, str | int]", *, event: "Event") -> "Decoy":
        def work(connection: "Connection") -> "Decoy":
            row = connection.execute(statement, values).one_or_none()
            if row is None:
                raise StoreConflictError("the decoy is closed already")
            record(connection, [event])
            return parse_decoy(row)

        return self._database.write(work)
