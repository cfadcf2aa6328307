"""What the lab keeps beside the store, shared by all workers of a portal, as Protocols."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from authsim import ports


class Shelf(Protocol):
    """Small documents by name. What one process puts there, every other one reads at its next look."""

    def read(self, name: str) -> str | None:
        """Return a document, or None when there is none."""

    def change(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        """Replace a document by a pure function of it, as one serialised step; return what stands there now.

        None is no document. `change` may run while others wait: it must be quick, and touch nothing else.
        """

    def list_names(self, prefix: str) -> Sequence[str]:
        """Return the names that begin so, ascending."""

    def turns(self) -> int:
        """Return how often all of it was turned back to what it was: what one read before another turn is over."""


class Journal(Protocol):
    """What the lab saw, line by line, in one order for all workers."""

    def append(self, line: str) -> int:
        """Keep a line; return its number, which is above all before it."""

    def read_lines(self, *, after: int, most: int) -> Sequence[tuple[int, str]]:
        """Return lines with a number above `after`, oldest first, each with its number. No number is left out."""

    def newest(self) -> int:
        """Return the number of the newest line; 0 when there is none."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep everybody else, in every process, from writing lines meanwhile. What is done inside must be quick."""


#: The snapshot that is taken when a lab is opened: what a reset goes back to.
BEGINNING: Final = "beginning"


class Snapshots(Protocol):
    """The whole simulated world, kept under a name and brought back: the store, and all that the lab keeps."""

    def take(self, name: str) -> None:
        """Keep the world as it is now; one of that name is replaced."""

    def restore(self, name: str) -> None:
        """Bring the world back, in every worker. Raises `StoreError` when there is none of that name."""

    def list_names(self) -> Sequence[str]:
        """Return the names of what is kept, ascending."""

    def drop(self, name: str) -> None:
        """Forget one. Raises `StoreError` when there is none of that name."""


class Head(Protocol):
    """Where the chain of the record stands."""

    @property
    def sequence(self) -> int:
        """The number of its newest row; 0 when there is none."""


class Record(ports.Audit, Protocol):
    """The audit record, which also says how far it reaches."""

    def head(self) -> Head:
        """Return where the chain stands."""
