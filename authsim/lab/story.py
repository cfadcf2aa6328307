"""The story of a run, from both ends in one order: what the portal recorded, and what browsers, phones and the lab saw.

The record's rows have an order, the journal's lines have one, and each line notes how far the record reached when it
was written (`telling`): it stands behind those rows and before all later ones. So the number of an entry never changes,
for whoever reads and however often. Only a snapshot that is restored takes the story back to where it stood.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, final

from authsim import ports
from authsim.errors import MessageError
from authsim.events import AuditRow, EventKind
from authsim.lab.ports import Journal, Record
from authsim.model import UserId

#: What the portal itself recorded; the other ends are those of `telling`.
PORTAL: Final = "portal"
#: How many rows and lines are read at once.
_CHUNK: Final = 256
#: How many of a removed user's newest rows are looked at for the name.
_LOOKED_BACK: Final = 100
_NAMED: Final = frozenset({EventKind.USER_REMOVED, EventKind.USER_ADDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, at `at_ms` (milliseconds since the epoch, the portal's clock).

    `number` ascends from 1 without gaps. `end`: who saw it. `what`: an `EventKind`, a request with the template of its
    path, or what a phone or the lab did. `user` is a name, `why` a `Reason`. `label`: what the client called it.
    """

    number: int
    at_ms: int
    end: str
    what: str
    user: str | None = None
    why: str | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    label: str | None = None

    def describe(self) -> dict[str, Any]:
        """Return it as JSON has it: always in the same order, `label` only where there is one."""
        told: dict[str, Any] = {
            "number": self.number,
            "at_ms": self.at_ms,
            "end": self.end,
            "what": self.what,
            "user": self.user,
            "why": self.why,
            "facts": dict(sorted(self.facts.items())),
        }
        return told if self.label is None else told | {"label": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are asked for. Members that are None narrow nothing; the others have to be the same."""

    end: str | None = None
    what: str | None = None
    user: str | None = None
    why: str | None = None
    label: str | None = None

    def fits(self, entry: Entry) -> bool:
        """Say whether an entry is one of them."""
        return (
            self.end in (None, entry.end)
            and self.what in (None, entry.what)
            and self.user in (None, entry.user)
            and self.why in (None, entry.why)
            and self.label in (None, entry.label)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the story. Whoever reads on after `next` misses nothing and meets nothing twice."""

    entries: tuple[Entry, ...]
    next: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the story: so many rows of the record and lines of the journal stand before it."""

    rows: int
    lines: int

    @property
    def number(self) -> int:
        """Return the number of the entry just before it."""
        return self.rows + self.lines


@final
class Story:
    """Reads the story. `users`: whose names stand for their ids."""

    __slots__ = ("_journal", "_record", "_users")

    def __init__(self, journal: Journal, record: Record, users: ports.Users) -> None:
        self._journal = journal
        self._record = record
        self._users = users

    def read(self, *, after: int = 0, most: int, wanted: Wanted | None = None) -> Page:
        """Return at most so many entries with a number above `after`, oldest first.

        Raises `MessageError` when the story ends before `after`.
        """
        wanted = wanted or Wanted()
        end = self.find_end()
        entries: list[Entry] = []
        seen = after
        for entry in self.walk(after=after, end=end):
            seen = entry.number
            if wanted.fits(entry):
                entries.append(entry)
            if len(entries) >= most:
                break
        return Page(entries=tuple(entries), next=seen)

    def find_end(self) -> Place:
        """Return how far the story reaches. Whatever is told from now on stands behind it."""
        with self._journal.alone():
            return Place(rows=self._record.head().sequence, lines=self._journal.newest())

    def walk(self, *, after: int = 0, end: Place | None = None) -> Iterator[Entry]:
        """Yield the entries with a number above `after`, as far as `end`. Raises `MessageError` as `read`."""
        end = end or self.find_end()
        place = self.find_place(after, end)
        names = _Names(self._record, self._users)
        rows, lines = self._rows(place, end), self._lines(place, end)
        row, line = next(rows, None), next(lines, None)
        number = after
        while True:
            number += 1
            if row is not None and (line is None or row.sequence <= line[1]["after"]):
                yield _describe_row(row, number, names)
                row = next(rows, None)
            elif line is not None:
                yield _describe_line(line[1], number)
                line = next(lines, None)
            else:
                return

    def find_place(self, number: int, end: Place | None = None) -> Place:
        """Return the place behind the entry of that number. Raises `MessageError` as `read`."""
        end = end or self.find_end()
        if number > end.number:
            raise MessageError("the story ends before that number: a snapshot was restored since. Read on after 0")
        low, high = 0, end.lines  # lines stand at ascending places, so halving finds it
        while low < high:
            middle = (low + high + 1) // 2
            if self._number_of_line(middle) <= number:
                low = middle
            else:
                high = middle - 1
        return Place(rows=number - low, lines=low)

    def _number_of_line(self, line: int) -> int:
        found = self._journal.read_lines(after=line - 1, most=1)
        return line + (int(json.loads(found[0][1])["after"]) if found else 0)

    def _rows(self, place: Place, end: Place) -> Iterator[AuditRow]:
        at = place.rows
        while at < end.rows:
            rows = self._record.read(after=at, most=min(_CHUNK, end.rows - at))
            if not rows:  # a snapshot was restored this moment
                return
            yield from rows
            at = rows[-1].sequence

    def _lines(self, place: Place, end: Place) -> Iterator[tuple[int, dict[str, Any]]]:
        at = place.lines
        while at < end.lines:
            lines: Sequence[tuple[int, str]] = self._journal.read_lines(after=at, most=min(_CHUNK, end.lines - at))
            if not lines:
                return
            yield from ((number, json.loads(text)) for number, text in lines)
            at = lines[-1][0]


@final
class _Names:
    """The names behind ids, of removed users too: their record tells how they were called."""

    __slots__ = ("_found", "_record", "_users")

    def __init__(self, record: Record, users: ports.Users) -> None:
        self._record = record
        self._users = users
        self._found: dict[UserId, str | None] = {}

    def find(self, user_id: UserId | None) -> str | None:
        """Return the name of a user, or None."""
        if user_id is None:
            return None
        if user_id not in self._found:
            user = self._users.get(user_id)
            self._found[user_id] = self._recall(user_id) if user is None else user.name
        return self._found[user_id]

    def _recall(self, user_id: UserId) -> str | None:
        rows = self._record.list_of(user_id, most=_LOOKED_BACK)
        return next((row.event.facts["name"] for row in rows if row.event.kind in _NAMED), None)


def _describe_row(row: AuditRow, number: int, names: _Names) -> Entry:
    event = row.event
    return Entry(
        number=number,
        at_ms=event.at_ms,
        end=PORTAL,
        what=event.kind.value,
        user=names.find(event.user_id),
        why=None if event.reason is None else event.reason.value,
        facts=event.facts,
    )


def _describe_line(line: Mapping[str, Any], number: int) -> Entry:
    return Entry(
        number=number,
        at_ms=line["at_ms"],
        end=line["end"],
        what=line["what"],
        user=line["user"],
        why=line["why"],
        facts=line["facts"],
        label=line["label"],
    )
