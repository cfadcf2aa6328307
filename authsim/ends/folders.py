"""Temporary folders of our own: private, gone when their process ends, and swept away when it was killed.

Beside each folder lies a file of the same name and `.lock`, which its process keeps locked: no lock, no process.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_ENDING: Final = ".lock"
_PREFIXES: Final = ("authsim-demo-", "authsim-tour-", "authsim-test-")


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """Hold a new, empty folder of mode 0700, and sweep away what is left over. `purpose`: demo, tour or test."""
    sweep(Path(tempfile.gettempdir()))
    descriptor, lock = _make_lock(f"authsim-{purpose}-")
    folder = lock.with_suffix("")
    try:
        folder.mkdir(mode=stat.S_IRWXU)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():  # else the next sweep tries again
            with suppress(OSError):
                lock.unlink()
        os.close(descriptor)


def sweep(place: Path) -> None:
    """Remove the folders below `place` that are ours and whose process is gone. What cannot be removed stays."""
    for prefix in _PREFIXES:
        for lock in place.glob(f"{prefix}*{_ENDING}"):
            with suppress(OSError):
                _sweep_one(lock)


def _sweep_one(lock: Path) -> None:
    descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # `BlockingIOError` while its process lives
        folder = lock.with_suffix("")
        with suppress(FileNotFoundError):
            while folder.lstat().st_uid == os.geteuid():
                with suppress(FileNotFoundError):  # a portal that is still ending takes away files itself
                    shutil.rmtree(folder)  # refuses links
        lock.unlink()
    finally:
        os.close(descriptor)


def _make_lock(prefix: str) -> tuple[int, Path]:
    """Return a locked file with a name that nobody had; anew when a sweep was faster than our lock."""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=_ENDING)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        if Path(name).exists():
            return descriptor, Path(name)
        os.close(descriptor)
