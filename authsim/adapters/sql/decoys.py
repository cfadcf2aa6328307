"""`ports.Decoys` in SQL.

Each change runs as many statements as the same change of a real login does, on the same tables, so that nobody tells
them apart by the work: `_BEGIN_LIKE` and its like read what a login writes, and find nothing.
"""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, case, insert, select, update

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.rows import format_decoy, parse_decoy
from authsim.adapters.sql.tables import CHALLENGES, DECOYS, LOGINS, PUSHES, USERS
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Select, Update

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
_OWNER: Final = select(USERS.c.serial).where(USERS.c.user_id == bindparam("of_decoy"))
_LOGIN: Final = select(LOGINS.c.serial).where(LOGINS.c.login_id == bindparam("of_decoy"))
_CHALLENGE: Final = select(CHALLENGES.c.serial).where(CHALLENGES.c.challenge_id == bindparam("of_decoy"))
_REQUEST: Final = select(PUSHES.c.serial).where(PUSHES.c.request_id == bindparam("of_decoy"))

#: A login's owner, itself, its challenge, and the request that it supersedes.
_BEGIN_LIKE: Final = (_OWNER, _LOGIN, _CHALLENGE, _REQUEST)
#: An answer's owner, and the failure that is counted on them.
_COUNT_LIKE: Final = (_OWNER, _OWNER)
#: A request's owner, its login, and the request that it supersedes.
_RENEW_LIKE: Final = (_OWNER, _LOGIN, _REQUEST)


@final
class SqlDecoys:
    """Logins that nobody can complete."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def begin(self, decoy: "Decoy", *, events: "Sequence[Event]") -> None:
        """Insert."""

        def work(connection: "Connection") -> None:
            _work_alike(connection, _BEGIN_LIKE, decoy.decoy_id)
            connection.execute(_INSERT, format_decoy(decoy))
            record(connection, events)

        self._database.write(work)

    def find(self, token_hash: bytes) -> "Decoy | None":
        """Return by the hash of the browser's token."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"of_token": token_hash}).one_or_none())
        return None if row is None else parse_decoy(row)

    def count(self, decoy_id: "DecoyId", *, now_ms: int, event: "Event") -> "Decoy":
        """Count a try; the last one closes it."""
        values: Mapping[str, str | int] = {"of_decoy": decoy_id, "now_ms": now_ms}
        return self._change(_COUNT, values, like=_COUNT_LIKE, event=event)

    def renew(self, decoy_id: "DecoyId", *, number: str, request_id: str, expires_ms: int, event: "Event") -> "Decoy":
        """Draw what a new request would show."""
        values: Mapping[str, str | int] = {
            "of_decoy": decoy_id,
            "new_number": number,
            "new_request": request_id,
            "new_expires": expires_ms,
        }
        return self._change(_RENEW, values, like=_RENEW_LIKE, event=event)

    def _change(
        self,
        statement: "Update",
        values: "Mapping[str, str | int]",
        *,
        like: "Sequence[Select[tuple[int]]]",
        event: "Event",
    ) -> "Decoy":
        def work(connection: "Connection") -> "Decoy":
            _work_alike(connection, like, values["of_decoy"])
            row = connection.execute(statement, values).one_or_none()
            if row is None:
                raise StoreConflictError("the decoy is closed already")
            record(connection, [event])
            return parse_decoy(row)

        return self._database.write(work)


def _work_alike(connection: "Connection", statements: "Sequence[Select[tuple[int]]]", decoy_id: str | int) -> None:
    for statement in statements:
        connection.execute(statement, {"of_decoy": decoy_id}).all()
