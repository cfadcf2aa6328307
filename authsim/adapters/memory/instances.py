"""`ports.Instances` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.model import Instance


@final
class MemoryInstances:
    """The single row that says which portal this is."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def create(self, instance: "Instance") -> None:
        """Write it once."""
        with self._tables.lock:
            if self._tables.instance is not None:
                raise StoreConflictError("this store holds a portal already")
            self._tables.instance = instance

    def get(self) -> "Instance | None":
        """Return it, or None in an empty store."""
        with self._tables.lock:
            return self._tables.instance

    def set_origin(self, origin: str) -> None:
        """Keep the address. `StoreConflictError` in an empty store."""
        with self._tables.lock:
            if self._tables.instance is None:
                raise StoreConflictError("this store holds no portal yet")
            self._tables.instance = replace(self._tables.instance, origin=origin)
