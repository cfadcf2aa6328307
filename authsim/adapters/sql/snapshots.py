"""The whole store kept under a name and brought back, with what the lab keeps beside it.

A page-wise copy, so the record goes back too: the triggers that keep it append-only guard rows, not the file. Only a
lab does this.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, final

from sqlalchemy import PoolProxiedConnection

from authsim.adapters.lab_file import LabFile
from authsim.adapters.sql.database import Database
from authsim.errors import StoreError

_STORE: Final = ".store"
_LAB: Final = ".lab"


def _file_of(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """Return the driver's own connection."""
    driver = connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise StoreError("this store is no SQLite file")
    return driver


@final
class SqliteSnapshots:
    """Snapshots of a store in one SQLite file, each as two files in a folder of its own."""

    __slots__ = ("_database", "_folder", "_lab")

    def __init__(self, database: Database, lab: LabFile, folder: Path) -> None:
        self._database = database
        self._lab = lab
        self._folder = folder

    def take(self, name: str) -> None:
        """Keep the world as it is now; one of that name is replaced."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._lab.copy_to(self._path(name, _LAB))
        path = self._path(name, _STORE)
        with suppress(FileNotFoundError):
            path.unlink()
        with closing(self._database.engine.raw_connection()) as live, closing(sqlite3.connect(path)) as copy:
            _file_of(live).backup(copy)

    def restore(self, name: str) -> None:
        """Bring the world back, in every worker. Raises `StoreError` when there is none of that name."""
        path = self._path(name, _STORE)
        if not path.exists():
            raise StoreError("there is no snapshot of that name")
        with closing(self._database.engine.raw_connection()) as live, closing(sqlite3.connect(path)) as copy:
            copy.backup(_file_of(live))
        self._lab.copy_from(self._path(name, _LAB))

    def list_names(self) -> Sequence[str]:
        """Return the names of what is kept, ascending."""
        return sorted(path.stem for path in self._folder.glob(f"*{_STORE}"))

    def drop(self, name: str) -> None:
        """Forget one. Raises `StoreError` when there is none of that name."""
        if name not in self.list_names():
            raise StoreError("there is no snapshot of that name")
        for ending in (_STORE, _LAB):
            self._path(name, ending).unlink()

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{name}{ending}"
