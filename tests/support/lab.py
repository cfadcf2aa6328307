"""A lab for tests: a whole one in memory around a portal in memory, or one in a file around a store in SQLite.

`LabTown` is a `Town` whose portal lives in a lab; its people, phones and clock are the ones that the tests of the
ceremonies know. `told` reads the journal.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from authsim import ports
from authsim.adapters.lab_file import LabFile
from authsim.adapters.sql import SqlStore
from authsim.adapters.sql.copies_sqlite import SqliteCopies
from authsim.adapters.sql.snapshots import WorldSnapshots
from authsim.errors import StoreError
from authsim.events import AuditRow, Event
from authsim.lab.laboratory import Lab, compose_lab
from authsim.lab.worlds import surround
from authsim.model import UserId
from authsim.verifier import Verifier
from tests.support.people import Town
from tests.support.ports import CheapPasswords, CountedEntropy, FakeClock


class MemoryShelf:
    """`Shelf` and `Journal` in memory, for one thread. `reads` counts how often a document was looked at."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.lines: list[str] = []
        self.reads = 0

    def read(self, name: str) -> str | None:
        self.reads += 1
        return self.documents.get(name)

    def change(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        value = change(self.documents.get(name))
        if value is None:
            self.documents.pop(name, None)
        else:
            self.documents[name] = value
        return value

    def list_names(self, prefix: str) -> Sequence[str]:
        return sorted(name for name in self.documents if name.startswith(prefix))

    def turns(self) -> int:
        return 0

    def append(self, line: str) -> int:
        self.lines.append(line)
        return len(self.lines)

    def read_lines(self, *, after: int, most: int) -> Sequence[tuple[int, str]]:
        return list(enumerate(self.lines, start=1))[after : after + most]

    def newest(self) -> int:
        return len(self.lines)

    def alone(self) -> AbstractContextManager[None]:
        return nullcontext()


@dataclass(frozen=True, slots=True)
class CountedHead:
    """Where a record stands."""

    sequence: int


class CountedRecord:
    """`Record` over any `ports.Audit`: its head is counted."""

    def __init__(self, audit: ports.Audit) -> None:
        self._audit = audit
        self._counted = 0

    def append(self, event: Event) -> None:
        self._audit.append(event)

    def list_of(self, user_id: UserId, *, most: int) -> Sequence[AuditRow]:
        return self._audit.list_of(user_id, most=most)

    def read(self, *, after: int, most: int) -> Sequence[AuditRow]:
        return self._audit.read(after=after, most=most)

    def head(self) -> CountedHead:
        for row in self._audit.read(after=self._counted, most=1_000_000):
            self._counted = row.sequence
        return CountedHead(self._counted)


class NoSnapshots:
    """`Snapshots` of a test that takes none."""

    def take(self, name: str) -> None:
        raise StoreError(f"this lab takes no snapshots: {name}")

    def restore(self, name: str) -> None:
        raise StoreError(f"there is no snapshot of that name: {name}")

    def list_names(self) -> Sequence[str]:
        return []

    def drop(self, name: str) -> None:
        raise StoreError(f"there is no snapshot of that name: {name}")


def memory_lab(verifier: Verifier, shelf: MemoryShelf | None = None) -> Lab:
    """Return a lab in memory around a portal that is not in it yet; `surround` brings it there."""
    shelf = shelf or MemoryShelf()
    return compose_lab(
        shelf=shelf,
        journal=shelf,
        record=CountedRecord(verifier.store.audit),
        snapshots=NoSnapshots(),
        clock=verifier.clock,
        entropy=verifier.entropy,
    )


def file_lab(store: SqlStore, folder: Path, *, clock: ports.Clock, entropy: ports.Entropy) -> tuple[Lab, LabFile]:
    """Return a lab in a real file in a folder, around a store in SQLite; its file is the caller's to close."""
    file, kept = LabFile.create(folder / "lab.sqlite3"), folder / "snapshots"
    lab = compose_lab(
        shelf=file,
        journal=file,
        record=store.audit,
        snapshots=WorldSnapshots(SqliteCopies(store.database, kept), file, kept, brought_back=lambda: None),
        clock=clock,
        entropy=entropy,
    )
    return lab, file


def told(lab: Lab, what: str | None = None) -> list[dict[str, Any]]:
    """Return the lines of the journal, oldest first; with `what`, only those."""
    lines = [json.loads(line) for _, line in lab.journal.read_lines(after=0, most=100_000)]
    return [line for line in lines if what in (None, line["what"])]


def struck(lab: Lab) -> list[tuple[str, str | None]]:
    """Return which faults struck whom, in order, as the journal tells it."""
    return [(line["facts"]["fault"], line["user"]) for line in told(lab, "fault:struck")]


@dataclass(slots=True)
class LabTown(Town):
    """A town whose portal lives in a lab. `clock.advance(…)` moves the machine's clock, which the lab's follows."""

    lab: Lab = field(init=False)
    shelf: MemoryShelf = field(default_factory=MemoryShelf)
    outside: Verifier = field(init=False)

    def __post_init__(self) -> None:
        Town.__post_init__(self)
        self.outside = self.verifier
        self.lab = memory_lab(self.outside, self.shelf)
        self.verifier = surround(self.outside, self.lab)

    @property
    def clock(self) -> FakeClock:
        """The machine's clock."""
        return cast(FakeClock, self.outside.clock)

    @property
    def entropy(self) -> CountedEntropy:
        """The machine's entropy."""
        return cast(CountedEntropy, self.outside.entropy)

    @property
    def passwords(self) -> CheapPasswords:
        """The hashing behind the lab's."""
        return cast(CheapPasswords, self.outside.passwords)
