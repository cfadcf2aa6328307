"""`ports.Tallies` in SQL: one row for each key, with the instants of its tries."""

import json
from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, delete, select, text, update

from authsim.adapters.sliding_spans import add_try, compute_wait_ms, keep_since, remove_try
from authsim.adapters.sql.tables import TALLIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database

_OF_KEY: Final = TALLIES.c.tally == bindparam("of_key")

#: Makes the row, or changes nothing: either way nobody else has it before this transaction ends.
_HOLD: Final = text(
    "INSERT INTO tallies (tally, tries_ms, newest_ms) VALUES (:of_key, '[]', 0)"
    " ON CONFLICT (tally) DO UPDATE SET newest_ms = tallies.newest_ms RETURNING tries_ms"
)
_GET: Final = select(TALLIES.c.tries_ms).where(_OF_KEY)
_SET: Final = update(TALLIES).where(_OF_KEY).values(tries_ms=bindparam("new_tries"), newest_ms=bindparam("new_newest"))
_CLEAR: Final = delete(TALLIES).where(_OF_KEY)


@final
class SqlTallies:
    """How often something was tried under a key, inside sliding spans."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def take(self, key: bytes, *, now_ms: int, spans: "Sequence[tuple[int, int]]") -> int:
        """Count one try unless a span is full; return how long to wait."""

        def work(connection: "Connection") -> int:
            tries_ms = _parse(connection.execute(_HOLD, {"of_key": key}).scalar_one())
            wait_ms = compute_wait_ms(tries_ms, spans, now_ms=now_ms)
            if not wait_ms:
                _keep(connection, key, add_try(tries_ms, spans, now_ms=now_ms))
            return wait_ms

        return self._database.write(work)

    def count(self, key: bytes, *, since_ms: int) -> int:
        """Return how many tries were counted since an instant."""
        found = self._database.read(lambda connection: connection.execute(_GET, {"of_key": key}).scalar())
        return 0 if found is None else len(keep_since(_parse(found), since_ms=since_ms))

    def give_back(self, key: bytes, *, at_ms: int) -> None:
        """Forget one try of that instant."""

        def work(connection: "Connection") -> None:
            tries_ms = _parse(connection.execute(_HOLD, {"of_key": key}).scalar_one())
            _keep(connection, key, remove_try(tries_ms, at_ms=at_ms))

        self._database.write(work)

    def clear(self, key: bytes) -> None:
        """Forget what was counted under a key."""
        self._database.write(lambda connection: connection.execute(_CLEAR, {"of_key": key}))


def _parse(kept: str) -> tuple[int, ...]:
    return tuple(json.loads(kept))


def _keep(connection: "Connection", key: bytes, tries_ms: "Sequence[int]") -> None:
    values = {"of_key": key, "new_tries": json.dumps(tries_ms, separators=(",", ":"))}
    connection.execute(_SET, {**values, "new_newest": max(tries_ms, default=0)})
