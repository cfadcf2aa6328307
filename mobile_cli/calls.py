"""The system calls that change what is on disk, or wait, as a port: a test can stop the world before any of them."""

from typing import Protocol


class Calls(Protocol):
    """What `files` asks of the operating system."""

    def open(self, name: str, flags: int, *, folder: int) -> int:
        """Open a file in the folder of that descriptor, never through a link; new ones are private."""

    def write(self, descriptor: int, content: bytes) -> int:
        """Write some of `content`; return how many bytes."""

    def overwrite(self, descriptor: int, content: bytes) -> int:
        """Write over the beginning of the file, at once; return how many bytes."""

    def fsync(self, descriptor: int) -> None:
        """Wait until it is on disk."""

    def replace(self, source: str, target: str, *, folder: int) -> None:
        """Rename over the target."""

    def unlink(self, name: str, *, folder: int) -> None:
        """Remove the name."""

    def flock(self, descriptor: int) -> None:
        """Wait for the exclusive lock."""
