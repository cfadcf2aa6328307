"""What was found in a HAR file and taken out of it: by kind, with how often and where, and never what it was."""

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.encodings import require_integer

#: A finding names this many of the entries in which it was made.
MOST_ENTRIES_NAMED: Final = 20
_NO_ENTRY: Final = -1


class Kind(enum.Enum):
    """What something is, as far as its name or its shape tells. Whatever the kind, it is taken out."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    CHALLENGE = "challenge"
    RESPONSE = "response"
    CODE = "code"
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    COOKIE = "cookie"
    KEY = "key"
    PERSONAL = "personal"
    ADDRESS = "address"
    BODY = "body"
    HEADER = "header"
    PARAMETER = "parameter"
    WEBSOCKET = "websocket"
    COMMENT = "comment"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of thing at one place of the format. `entries`: the numbers of the first entries that had it, from 0."""

    kind: Kind
    place: str
    count: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What sanitising did. `searched`: how many known secrets were looked for in the result, in every spelling.

    None of them was left, or there would be no report.
    """

    entries: int
    pages: int
    bytes_read: int
    findings: tuple[Finding, ...]
    searched: int

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many of each kind were taken out; only kinds that there were."""
        found: dict[Kind, int] = {}
        for finding in self.findings:
            found[finding.kind] = found.get(finding.kind, 0) + finding.count
        return MappingProxyType({kind: found[kind] for kind in Kind if kind in found})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A sanitised HAR 1.2 file, UTF-8 JSON, and what was taken out of it."""

    har: bytes
    report: Report


class Ledger:
    """Counts findings while a file is walked through."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Kind, str], int] = {}
        self._entries: dict[tuple[Kind, str], list[int]] = {}
        self.entry = _NO_ENTRY

    def begin_entry(self, number: int) -> None:
        """Let the findings that follow belong to an entry."""
        self.entry = number

    def note(self, kind: Kind, place: str, count: int = 1) -> None:
        """Count something of that kind at that place of the format."""
        key = (kind, place)
        self._counts[key] = self._counts.get(key, 0) + count
        named = self._entries.setdefault(key, [])
        if self.entry != _NO_ENTRY and len(named) < MOST_ENTRIES_NAMED and (not named or named[-1] != self.entry):
            named.append(self.entry)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was counted, in the order of the kinds and then of the places."""
        order = list(Kind)
        return tuple(
            Finding(kind=kind, place=place, count=self._counts[kind, place], entries=tuple(self._entries[kind, place]))
            for kind, place in sorted(self._counts, key=lambda key: (order.index(key[0]), key[1]))
        )


def format_report(report: Report) -> bytes:
    """Return a report as JSON, to be kept beside the file that it speaks of."""
    return json.dumps(
        {
            "v": 1,
            "entries": report.entries,
            "pages": report.pages,
            "bytes_read": report.bytes_read,
            "searched": report.searched,
            "left": 0,
            "counts": {kind.value: count for kind, count in report.counts.items()},
            "findings": [
                {"kind": one.kind.value, "place": one.place, "count": one.count, "entries": list(one.entries)}
                for one in report.findings
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def parse_report(data: bytes) -> Report:
    """Return the report that `format_report` wrote, or raise `MessageError`."""
    try:
        members = json.loads(data)
        return Report(
            entries=require_integer(members["entries"]),
            pages=require_integer(members["pages"]),
            bytes_read=require_integer(members["bytes_read"]),
            searched=require_integer(members["searched"]),
            findings=tuple(
                Finding(
                    kind=Kind(one["kind"]),
                    place=str(one["place"]),
                    count=require_integer(one["count"]),
                    entries=_read_entries(one["entries"]),
                )
                for one in members["findings"]
            ),
        )
    except (MessageError, ValueError, KeyError, TypeError):
        raise MessageError("this is no report of ours") from None


def _read_entries(numbers: Sequence[object]) -> tuple[int, ...]:
    return tuple(require_integer(number) for number in numbers)
