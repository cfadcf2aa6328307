"""The audit chain: canonical bytes of a row, and the hash that ties each row to all before it.

Pure, and shared by every store, so that a row means the same bytes wherever it is kept.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authsim.errors import StoreError
from authsim.events import AuditRow

if TYPE_CHECKING:
    from authsim.events import Event

#: What the first row follows.
GENESIS: Final = bytes(32)


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
    """Return the head after `rows`, or raise `StoreError` naming the first that does not follow from those before it.

    `rows` come in order and follow `head` (None: from the first). A record whose end was cut off is unbroken but
    shorter: compare the returned head with the one that the store keeps.
    """
    last = ChainHead() if head is None else head
    for row in rows:
        expected = append_rows(last, [row.event])[0]
        if row.sequence != expected.sequence or not hmac.compare_digest(row.chain, expected.chain):
            raise StoreError(f"the audit record is broken at row {expected.sequence}")
        last = ChainHead(sequence=row.sequence, chain=row.chain)
    return last
