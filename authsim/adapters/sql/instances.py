"""`ports.Instances` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, select, update

from authsim.adapters.sql.tables import INSTANCE
from authsim.errors import StoreConflictError
from authsim.model import Instance

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.adapters.sql.rows import AnyRow, Values

_INSERT: Final = insert(INSTANCE)
_GET: Final = select(INSTANCE)
_SET_ORIGIN: Final = update(INSTANCE).values(origin=bindparam("new_origin"))


@final
class SqlInstances:
    """The single row that says which portal this is."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def create(self, instance: Instance) -> None:
        """Write it once."""

        def work(connection: "Connection") -> None:
            connection.execute(_INSERT, _format(instance))

        self._database.write(work)

    def get(self) -> Instance | None:
        """Return it, or None in an empty store."""
        row = self._database.read(lambda connection: connection.execute(_GET).one_or_none())
        return None if row is None else _parse(row)

    def set_origin(self, origin: str) -> None:
        """Keep the address. `StoreConflictError` in an empty store."""

        def work(connection: "Connection") -> None:
            if not connection.execute(_SET_ORIGIN, {"new_origin": origin}).rowcount:
                raise StoreConflictError("this store holds no portal yet")

        self._database.write(work)


def _format(instance: Instance) -> "Values":
    return {
        "single": 1,
        "instance_id": instance.instance_id,
        "profile": instance.profile,
        "suite": instance.suite,
        "policy": instance.policy,
        "origin": instance.origin,
        "created_ms": instance.created_ms,
        "is_demo": int(instance.is_demo),
    }


def _parse(row: "AnyRow") -> Instance:
    return Instance(
        instance_id=row.instance_id,
        profile=row.profile,
        suite=row.suite,
        policy=row.policy,
        origin=row.origin,
        created_ms=row.created_ms,
        is_demo=bool(row.is_demo),
    )
