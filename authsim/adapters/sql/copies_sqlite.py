"""Copies of a store in one SQLite file: page by page, each a private file of its own."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, final

from sqlalchemy.exc import SQLAlchemyError

from authsim.adapters.lab_file import copy_pages, open_copy
from authsim.adapters.private_files import create_private_file, require_private_file
from authsim.adapters.sql.database import Database
from authsim.adapters.sql.failures import compose_failure
from authsim.errors import StoreError

_STORE: Final = ".store"
_PART: Final = ".store.part"


@final
class SqliteCopies:
    """`Copies` of a SQLite store, in `folder`. Who reads the store meanwhile sees it before or after, never between."""

    __slots__ = ("_database", "_folder")

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def keep(self, name: str, meanwhile: Callable[[], None]) -> None:
        """Copy the store. Two connections: SQLite copies nothing from one that is writing itself."""
        path, part = self._folder / f"{name}{_STORE}", self._folder / f"{name}{_PART}"
        part.unlink(missing_ok=True)
        create_private_file(part)
        with self._database.my_turn(), self._lent() as holding, self._lent() as reading:
            holding.execute("BEGIN IMMEDIATE")
            try:
                with closing(sqlite3.connect(part)) as copy:
                    copy.execute("PRAGMA synchronous = OFF")
                    copy_pages(reading, copy, longest_wait_s=self._database.longest_wait_s)
                meanwhile()
                part.replace(path)
            finally:
                holding.execute("ROLLBACK")

    def bring_back(self, name: str) -> None:
        """Copy the pages back, as one transaction of SQLite's own."""
        path = self._folder / f"{name}{_STORE}"
        require_private_file(path)
        with self._database.my_turn(), self._lent() as live, closing(open_copy(path)) as copy:
            # a power cut may undo a restore, not damage the store: nothing real waits for the disk
            live.execute("PRAGMA synchronous = NORMAL")
            try:
                copy_pages(copy, live, longest_wait_s=self._database.longest_wait_s)
            finally:
                live.execute("PRAGMA synchronous = FULL")

    def forget(self, name: str) -> None:
        """Delete a copy."""
        (self._folder / f"{name}{_STORE}").unlink(missing_ok=True)

    def forget_all(self) -> None:
        """Delete all copies in the folder."""
        for ending in (_STORE, _PART):
            for path in self._folder.glob(f"*{ending}"):
                path.unlink()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        """Lend one of the store's connections, as the driver has it."""
        try:
            with closing(self._database.engine.raw_connection()) as lent:
                driver = lent.driver_connection
                if not isinstance(driver, sqlite3.Connection):
                    raise StoreError("this store is no SQLite file")
                yield driver
        except SQLAlchemyError as error:
            raise compose_failure(error) from None
        except sqlite3.Error as error:
            raise StoreError(f"the store cannot be copied ({error.sqlite_errorname})") from None
