"""The whole world kept under a name and brought back: the store, and what the lab keeps beside it. Only a lab does it.

The record goes back too: what keeps it append-only guards its rows from the portal, not the world from its lab. How a
store is copied is told by `copies_sqlite` and `copies_postgres`.
"""

import fcntl
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol, final

from authsim.adapters.lab_file import LabFile
from authsim.errors import MessageError, StoreError

_NAME: Final = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_LAB: Final = ".lab"
_PART: Final = ".lab.part"
_LOCK: Final = "lock"
LONGEST_WAIT_S: Final = 10.0
_LOOK_S: Final = 0.005


class Copies(Protocol):
    """Copies of a store by name, of which somebody else keeps the list. All methods raise `StoreError`."""

    def keep(self, name: str, meanwhile: Callable[[], None]) -> None:
        """Copy the store, in place of an older copy of that name.

        `meanwhile` runs while nobody can write to the store, maybe more than once.
        """

    def bring_back(self, name: str) -> None:
        """Make the store what it was, wholly or not at all."""

    def forget(self, name: str) -> None:
        """Take a copy away; one that is not there is no error."""

    def forget_all(self) -> None:
        """Take all copies away, also those that an earlier server left."""


@final
class WorldSnapshots:
    """Snapshots of a store and its lab, for all workers: the lab's part of each lies in `folder`, and makes it whole.

    `brought_back` is called after a world was: everybody has to look again. `longest_wait_s`: for other snapshots.
    """

    __slots__ = ("_brought_back", "_copies", "_folder", "_lab", "_longest_wait_s")

    def __init__(
        self,
        copies: Copies,
        lab: LabFile,
        folder: Path,
        *,
        brought_back: Callable[[], None],
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._copies = copies
        self._lab = lab
        self._folder = folder
        self._brought_back = brought_back
        self._longest_wait_s = longest_wait_s

    def take(self, name: str) -> None:
        """Keep the world as it is now; one of that name is replaced. Raises `MessageError` for a name that is none."""
        whole, part = self._path(name, _LAB), self._path(name, _PART)

        def keep_lab() -> None:
            self._lab.copy_to(part)
            whole.unlink(missing_ok=True)  # what is there is no longer one world

        with self._alone():
            self._copies.keep(name, keep_lab)
            part.replace(whole)

    def restore(self, name: str) -> None:
        """Bring the world back, in every worker. Raises `StoreError` when there is none of that name."""
        with self._alone(), self._lab.turned_back(self._require(name)):
            self._copies.bring_back(name)
        self._brought_back()

    def list_names(self) -> Sequence[str]:
        """Return the names of what is kept, ascending."""
        return sorted(path.name.removesuffix(_LAB) for path in self._folder.glob(f"*{_LAB}"))

    def drop(self, name: str) -> None:
        """Forget one. Raises `StoreError` when there is none of that name."""
        with self._alone():
            self._require(name).unlink()
            self._copies.forget(name)

    def drop_all(self) -> None:
        """Forget all, also what an earlier server left."""
        with self._alone():
            for path in (*self._folder.glob(f"*{_LAB}"), *self._folder.glob(f"*{_PART}")):
                path.unlink()
            self._copies.forget_all()

    def _require(self, name: str) -> Path:
        path = self._path(name, _LAB)
        if not path.exists():
            raise StoreError("there is no snapshot of that name")
        return path

    def _path(self, name: str, ending: str) -> Path:
        if not _NAME.fullmatch(name):
            raise MessageError("a snapshot's name is 1 to 64 of a-z, 0-9 and '-'")
        return self._folder / f"{name}{ending}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time deal with snapshots. It looks and waits, so that other threads go on meanwhile."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self._folder / _LOCK, flags, 0o600)
        except OSError as error:
            raise StoreError(f"cannot keep snapshots in {self._folder}: {error.strerror}") from None
        try:
            pause, deadline = threading.Event(), time.monotonic() + self._longest_wait_s
            while not _is_locked(descriptor):
                if time.monotonic() > deadline:
                    raise StoreError("other snapshots are being taken or restored: try again in a moment")
                pause.wait(_LOOK_S)
            yield
        finally:
            os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
