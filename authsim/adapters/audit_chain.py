"""The audit chain: canonical bytes of a row, and the hash that ties each row to all before it.

Pure, and shared by every store, so that a row means the same bytes wherever it is kept.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from authsim.errors import BrokenRecordError
from authsim.events import AuditRow

if TYPE_CHECKING:
    from authsim.events import Event

#: What the first row follows.
GENESIS: Final = bytes(32)
_BATCH: Final = 500


def format_row(sequence: int, event: "Event") -> bytes:
    """Return the canonical bytes of a row: compact JSON in ASCII with sorted keys."""
    members = {
        "at_ms": event.at_ms,
        "facts": dict(event.facts),
        "kind": event.kind.value,
        "reason": None if event.reason is None else event.reason.value,
        "sequence": sequence,
        "user_id": event.user_id,
    }
    return json.dumps(members, separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode()


def compute_chain(previous: bytes, sequence: int, event: "Event") -> bytes:
    """Return h_n = SHA-256(h_{n-1} || row), 32 bytes."""
    return hashlib.sha256(previous + format_row(sequence, event)).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """Where the chain stands: its last row's number (0: none yet) and hash."""

    sequence: int = 0
    chain: bytes = GENESIS


def append_rows(head: ChainHead, events: "Iterable[Event]") -> list[AuditRow]:
    """Return the rows that record `events`, in order, after `head`."""
    rows = []
    sequence, chain = head.sequence, head.chain
    for event in events:
        sequence += 1
        chain = compute_chain(chain, sequence, event)
        rows.append(AuditRow(sequence=sequence, event=event, chain=chain))
    return rows


def require_unbroken(rows: Iterable[AuditRow], *, head: ChainHead | None = None) -> ChainHead:
    """Return the head after `rows`. `BrokenRecordError` names the first that does not follow from those before it.

    `rows` come in order and follow `head` (None: from the first). A record whose end was cut off is unbroken but
    shorter: compare the returned head with the one that the store keeps.
    """
    last = ChainHead() if head is None else head
    for row in rows:
        expected = append_rows(last, [row.event])[0]
        if row.sequence != expected.sequence or not hmac.compare_digest(row.chain, expected.chain):
            raise BrokenRecordError(expected.sequence, "it does not follow from those before it")
        last = ChainHead(sequence=row.sequence, chain=row.chain)
    return last


class Record(Protocol):
    """A kept record, as stores in a database offer it."""

    def read(self, *, after: int, most: int) -> Sequence[AuditRow]:
        """Return rows with `sequence > after`, oldest first."""

    def head(self) -> ChainHead:
        """Return where the chain stands."""


def read_rows(record: Record) -> Iterator[AuditRow]:
    """Yield the rows up to the head as it is now. `BrokenRecordError` at the first that cannot be read."""
    last, after = record.head().sequence, 0
    while after < last:
        rows = _read_some(record, after=after, most=min(_BATCH, last - after))
        if not rows:
            return
        yield from rows
        after = rows[-1].sequence


def require_whole(record: Record) -> ChainHead:
    """Return the head, if every row follows from those before it and the last is the one that the store keeps.

    Raises `BrokenRecordError`.
    """
    kept = record.head()
    found = require_unbroken(row for row in read_rows(record) if row.sequence <= kept.sequence)
    if found.sequence < kept.sequence:
        raise BrokenRecordError(found.sequence + 1, "it is missing, and all after it")
    if not hmac.compare_digest(found.chain, kept.chain):
        raise BrokenRecordError(kept.sequence, "it is not the one that was written last")
    return kept


def _read_some(record: Record, *, after: int, most: int) -> Sequence[AuditRow]:
    """Return rows; where one of them cannot be read, those before it, and then `BrokenRecordError`."""
    try:
        return record.read(after=after, most=most)
    except (ValueError, TypeError):
        if most == 1:
            raise BrokenRecordError(after + 1, "it cannot be read", is_damaged=True) from None
        return _read_some(record, after=after, most=most // 2)
