"""The note that a portal is in the making: written before the first of its files, removed after the last.

A process that is killed on the way leaves the note, and the next one goes on where it stopped. Without a note a key
belongs to a portal, and nobody touches it.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from authsim.errors import StoreError

from .settings import Settings

ENDING: Final = ".unfinished"
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MOST_BYTES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A portal in the making: the identity that it will have, and whether somebody else began."""

    instance_id: str
    is_resumed: bool


def note_path(settings: Settings) -> Path:
    """Return where the note lies: beside the key."""
    return settings.key_path.with_name(settings.key_path.name + ENDING)


def is_unfinished(settings: Settings) -> bool:
    """Say whether a portal was begun here and not finished."""
    return note_path(settings).exists()


@contextmanager
def noted(settings: Settings, *, fresh_id: str) -> Iterator[Making]:
    """Hold the note while a portal is made, and remove it at the end.

    An error removes all that was begun here; whoever is killed leaves it, with the note. `fresh_id`: the identity,
    unless the note holds one already. `StoreError` when somebody else is at it.
    """
    path = note_path(settings)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, path)
        noted_id = os.read(descriptor, _MOST_BYTES).decode("ascii", "replace")
        is_resumed = _ID.fullmatch(noted_id) is not None
        if not is_resumed:  # a new note, or one that was killed before it was written: nothing else is there yet
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, fresh_id.encode(), 0)
            os.fsync(descriptor)
        with _cleaning_up(settings, keep=_files(settings) if is_resumed else _files(settings) - {path}):
            yield Making(instance_id=noted_id if is_resumed else fresh_id, is_resumed=is_resumed)
        path.unlink()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    """Raise `StoreError` while somebody else holds the note, or when they have just removed it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = path.stat().st_ino == os.fstat(descriptor).st_ino
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    if not is_there:
        raise StoreError("somebody else is making a portal here at this moment: wait for their end")


@contextmanager
def _cleaning_up(settings: Settings, *, keep: frozenset[Path]) -> Iterator[None]:
    try:
        yield
    except Exception:
        for file in _files(settings) - keep:
            file.unlink(missing_ok=True)
        raise


def _files(settings: Settings) -> frozenset[Path]:
    """Return what lies where the portal's own files will lie."""
    if settings.data_dir is not None:
        return frozenset(settings.data_dir.glob("portal.*"))
    return frozenset(file for file in (settings.key_path, note_path(settings)) if file.exists())
