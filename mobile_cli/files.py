"""Small private files in one private folder: read, replaced as a whole, erased. What they say is not known here.

Every step that touches the disk goes through `calls`. A folder or file that is a symbolic link, belongs to somebody
else, or is open to group or others is refused on its descriptor, not on its name.
"""

import contextlib
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, final

from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    from mobile_cli.calls import Calls

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS: Final = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_LOCK: Final = "lock"


@final
class SystemCalls:
    """The real ones."""

    __slots__ = ()

    def open(self, name: str, flags: int, *, folder: int) -> int:
        """Open a file in the folder of that descriptor; new ones are private."""
        return os.open(name, flags | _FILE_FLAGS, FILE_MODE, dir_fd=folder)

    def write(self, descriptor: int, content: bytes) -> int:
        """Write some of `content`; return how many bytes."""
        return os.write(descriptor, content)

    def overwrite(self, descriptor: int, content: bytes) -> int:
        """Write over the beginning of the file, at once; return how many bytes."""
        return os.pwrite(descriptor, content, 0)

    def fsync(self, descriptor: int) -> None:
        """Wait until it is on disk."""
        os.fsync(descriptor)

    def replace(self, source: str, target: str, *, folder: int) -> None:
        """Rename over the target."""
        os.replace(source, target, src_dir_fd=folder, dst_dir_fd=folder)

    def unlink(self, name: str, *, folder: int) -> None:
        """Remove the name."""
        os.unlink(name, dir_fd=folder)

    def flock(self, descriptor: int) -> None:
        """Wait for the exclusive lock."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@final
class Folder:
    """An open, private folder."""

    __slots__ = ("_calls", "_descriptor", "path")

    def __init__(self, path: str, descriptor: int, calls: "Calls") -> None:
        self.path = path
        self._descriptor = descriptor
        self._calls = calls

    @contextlib.contextmanager
    def locked(self, name: str = _LOCK) -> Iterator[None]:
        """Hold an exclusive lock of the folder, by its name; wait for whoever has it."""
        descriptor = self._calls.open(name, os.O_RDWR | os.O_CREAT, folder=self._descriptor)
        try:
            self._require_private_file(descriptor, name)
            self._calls.flock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def read(self, name: str, *, most_bytes: int) -> bytes | None:
        """Return the content, or None when there is no such file. One byte more than `most_bytes` tells too many."""
        try:
            descriptor = self._calls.open(name, os.O_RDONLY, folder=self._descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._translate(error, name) from None
        try:
            self._require_private_file(descriptor, name)
            return _read_all(descriptor, most_bytes + 1)
        finally:
            os.close(descriptor)

    def replace(self, name: str, content: bytes) -> None:
        """Write the whole file so that a crash leaves either the old or the new one. Needs the lock."""
        temporary = f".{name}.new"
        self.remove(temporary)  # what a crash left behind; nobody else writes here while we hold the lock
        descriptor = self._calls.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, folder=self._descriptor)
        try:
            self._write_all(descriptor, content)
            self._calls.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._calls.replace(temporary, name, folder=self._descriptor)
        self._calls.fsync(self._descriptor)

    def rewrite(self, name: str, content: bytes, *, durable: bool) -> None:
        """Write over a small file in place: one sector, so a crash leaves the old content, the new, or one to refuse.

        Cheaper than `replace` by three waits for the disk. Needs the lock.
        """
        try:
            descriptor = self._calls.open(name, os.O_WRONLY, folder=self._descriptor)
        except FileNotFoundError:
            self.replace(name, content)
            return
        try:
            is_same_size = os.fstat(descriptor).st_size == len(content)
            if is_same_size and self._calls.overwrite(descriptor, content) == len(content):
                if durable:
                    self._calls.fsync(descriptor)
                return
        finally:
            os.close(descriptor)
        self.replace(name, content)

    def remove(self, name: str) -> None:
        """Remove a file, durably; nothing happens when there is none."""
        try:
            self._calls.unlink(name, folder=self._descriptor)
        except FileNotFoundError:
            return
        self._calls.fsync(self._descriptor)

    def overwrite(self, name: str) -> None:
        """Fill a file with zeros where it lies; best effort, file systems may keep copies."""
        try:
            descriptor = self._calls.open(name, os.O_WRONLY, folder=self._descriptor)
        except OSError:
            return
        try:
            self._write_all(descriptor, bytes(os.fstat(descriptor).st_size))
            self._calls.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write_all(self, descriptor: int, content: bytes) -> None:
        while content:
            content = content[self._calls.write(descriptor, content) :]

    def _require_private_file(self, descriptor: int, name: str) -> None:
        require_private(os.fstat(descriptor), os.path.join(self.path, name), is_kind=stat.S_ISREG, mode="600")

    def _translate(self, error: OSError, name: str) -> Exception:
        # O_NOFOLLOW meets a symbolic link: ELOOP.
        if os.path.islink(os.path.join(self.path, name)):
            return PhoneError(Exit.REFUSED, "unsafe_link", path=os.path.join(self.path, name))
        return error


@contextlib.contextmanager
def open_folder(path: str, *, calls: "Calls") -> Iterator[Folder]:
    """Open an existing private folder. `FileNotFoundError` when there is none."""
    if os.path.islink(path):
        raise PhoneError(Exit.REFUSED, "unsafe_link", path=path)
    descriptor = os.open(path, _FOLDER_FLAGS)
    try:
        require_private(os.fstat(descriptor), path, is_kind=stat.S_ISDIR, mode="700")
        yield Folder(path, descriptor, calls)
    finally:
        os.close(descriptor)


def make_folder(path: str) -> None:
    """Make the folder and its parents, private; an empty one that is ours is made private."""
    os.makedirs(path, mode=FOLDER_MODE, exist_ok=True)
    if os.path.islink(path):
        return  # `open_folder` refuses it
    descriptor = os.open(path, _FOLDER_FLAGS)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid() and not os.listdir(descriptor):
            os.fchmod(descriptor, FOLDER_MODE)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, most_bytes: int) -> bytes:
    parts, left = [], most_bytes
    while left and (part := os.read(descriptor, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def require_private(status: os.stat_result, path: str, *, is_kind: Callable[[int], bool], mode: str) -> None:
    """Raise unless what was opened is of that kind, ours, and closed to group and others; `mode` is the remedy's."""
    if not is_kind(status.st_mode):
        raise PhoneError(Exit.REFUSED, "unsafe_kind", path=path)
    if status.st_uid != os.geteuid():
        raise PhoneError(Exit.REFUSED, "unsafe_owner", path=path)
    if status.st_mode & 0o077:
        raise PhoneError(Exit.REFUSED, "unsafe_mode", path=path, mode=mode)
