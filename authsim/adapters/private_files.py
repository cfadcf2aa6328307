"""Files that only their owner may touch: made whole or not at all, refused when somebody else could read them.

It knows nothing of what the files mean. Errors name the path and the remedy, never the content.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from authsim.errors import StoreConflictError, StoreError

PRIVATE: Final = stat.S_IRUSR | stat.S_IWUSR
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def create_private_file(path: Path, content: bytes = b"") -> None:
    """Make a new file of mode 0600 and have it on disk. `StoreConflictError` when something is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
    except FileExistsError:
        raise StoreConflictError(f"{path} exists already and is not overwritten") from None
    except OSError as error:
        raise StoreError(f"cannot make {path}: {error.strerror}") from None
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, PRIVATE)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        _sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise StoreError(f"cannot write {path}: {error.strerror}") from None


def read_private_file(path: Path, *, most_bytes: int) -> bytes:
    """Return the content of a private file. `StoreError` when it is missing, shared, foreign, a link, or too long."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            _require_private(path, os.fstat(descriptor))  # of the descriptor: the path may be swapped meanwhile
            content = os.read(descriptor, most_bytes + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise StoreError(f"{path} does not exist") from None
    except OSError as error:
        raise StoreError(f"cannot read {path} (a link is not followed): {error.strerror}") from None
    if len(content) > most_bytes:
        raise StoreError(f"{path} is longer than {most_bytes} bytes: it is not one of ours")
    return content


def require_private_file(path: Path) -> None:
    """Refuse a file that is missing, shared, foreign or a link, without opening it.

    SQLite's locks are lost when a process closes any descriptor of the database file, hence no `open` here.
    """
    try:
        _require_private(path, os.lstat(path))
    except FileNotFoundError:
        raise StoreError(f"{path} does not exist") from None
    except OSError as error:
        raise StoreError(f"cannot look at {path}: {error.strerror}") from None


def _require_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path} is not a plain file")
    if status.st_uid != os.geteuid():
        raise StoreError(f"{path} belongs to another user of this machine")
    if status.st_mode & _OTHERS:
        raise StoreError(f"{path} can be reached by other users of this machine: chmod 600 it")


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
