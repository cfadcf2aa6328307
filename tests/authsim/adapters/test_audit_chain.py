"""The hash chain of the audit record, without any store."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import pytest

from authsim.adapters.audit_chain import (
    GENESIS,
    ChainHead,
    append_rows,
    compute_chain,
    format_row,
    read_rows,
    require_unbroken,
    require_whole,
)
from authsim.errors import BrokenRecordError, Reason, StoreError
from authsim.events import AuditRow, EventKind
from tests.support.nouns import event

EVENTS = [event(at_ms=number) for number in range(4)]


def test_a_row_has_one_encoding() -> None:
    """Compact JSON in ASCII with sorted keys: the order in which facts were given makes no difference."""
    one = event(EventKind.USER_LOCKED, at_ms=1, user_id="ab", reason=Reason.WRONG_PASSWORD, facts={"b": "é", "a": '"'})
    other = event(
        EventKind.USER_LOCKED, at_ms=1, user_id="ab", reason=Reason.WRONG_PASSWORD, facts={"a": '"', "b": "é"}
    )

    assert format_row(3, one) == format_row(3, other)
    assert format_row(3, one) == (
        rb'{"at_ms":1,"facts":{"a":"\"","b":"\u00e9"},"kind":"user:locked","reason":"wrong_password",'
        rb'"sequence":3,"user_id":"ab"}'
    )


def test_each_row_hashes_all_before_it() -> None:
    """h_n is SHA-256 of h_(n-1) and the row; the first one follows thirty-two zero bytes."""
    rows = append_rows(ChainHead(), EVENTS)

    assert bytes(32) == GENESIS
    assert rows[0].chain == hashlib.sha256(GENESIS + format_row(1, EVENTS[0])).digest()
    assert rows[1].chain == compute_chain(rows[0].chain, 2, EVENTS[1])
    assert append_rows(ChainHead(sequence=1, chain=rows[0].chain), EVENTS[1:]) == rows[1:]


def test_an_unbroken_chain_gives_its_head() -> None:
    """A chain may be read in pieces; nothing at all is unbroken too."""
    rows = append_rows(ChainHead(), EVENTS)

    first = require_unbroken(rows[:2])

    assert require_unbroken(rows[2:], head=first) == ChainHead(sequence=4, chain=rows[3].chain)
    assert require_unbroken([]) == ChainHead()


def test_a_piece_that_does_not_follow_is_refused() -> None:
    """Rows in another order, or after a gap, break the chain at the first that does not follow."""
    rows = append_rows(ChainHead(), EVENTS)

    for forged, number in ((rows[1:], 1), ([rows[0], *rows[2:]], 2), ([rows[0], rows[2], rows[1]], 2)):
        with pytest.raises(StoreError, match=f"row {number}:"):
            require_unbroken(forged)


def test_a_cut_off_end_shows_in_the_head() -> None:
    """A record without its last rows is unbroken, but does not reach the head that is kept beside it."""
    rows = append_rows(ChainHead(), EVENTS)

    assert require_unbroken(rows[:-1]) != require_unbroken(rows)


class KeptRecord:
    """A record that says what it was told to say; the row of number `damaged` cannot be read."""

    def __init__(self, rows: Sequence[AuditRow], head: ChainHead, *, damaged: int = 0) -> None:
        self.rows = rows
        self.kept_head = head
        self.damaged = damaged

    def read(self, *, after: int, most: int) -> Sequence[AuditRow]:
        """Return rows, as a store does."""
        found = [row for row in self.rows if row.sequence > after][:most]
        if any(row.sequence == self.damaged for row in found):
            raise ValueError("no such kind")
        return found

    def head(self) -> ChainHead:
        """Return the head."""
        return self.kept_head


ROWS = append_rows(ChainHead(), [event(at_ms=number) for number in range(1203)])
HEAD = ChainHead(sequence=1203, chain=ROWS[-1].chain)


def test_a_whole_record_reaches_its_head() -> None:
    """Every row is followed; what was appended meanwhile is left for the next time; an empty record is whole."""
    assert require_whole(KeptRecord(ROWS, HEAD)) == HEAD
    assert list(read_rows(KeptRecord(ROWS, HEAD))) == ROWS
    early = ChainHead(sequence=700, chain=ROWS[699].chain)
    assert require_whole(KeptRecord(ROWS, early)) == early
    assert require_whole(KeptRecord([], ChainHead())) == ChainHead()


@pytest.mark.parametrize(
    ("record", "number"),
    [
        (KeptRecord(ROWS[:1000], HEAD), 1001),
        (KeptRecord([], HEAD), 1),
        (KeptRecord([*ROWS[:600], *ROWS[601:]], HEAD), 601),
        (KeptRecord([*ROWS[:9], replace(ROWS[9], event=event(at_ms=77)), *ROWS[10:]], HEAD), 10),
        (KeptRecord(ROWS, replace(HEAD, chain=bytes(32))), 1203),
        (KeptRecord(append_rows(ChainHead(), [event(at_ms=5)] * 1203), HEAD), 1203),
    ],
    ids=["cut off", "emptied", "one missing", "one changed", "another head", "all forged anew"],
)
def test_a_record_that_is_not_whole_names_its_first_wrong_row(record: KeptRecord, number: int) -> None:
    """Whatever was done to it, the first row that is not as it was written is named."""
    with pytest.raises(BrokenRecordError) as caught:
        require_whole(record)

    assert caught.value.sequence == number
    assert not caught.value.is_damaged


@pytest.mark.parametrize("number", [1, 2, 499, 500, 501, 1000, 1203])
def test_a_row_that_cannot_be_read_is_named(number: int) -> None:
    """The rows before a damaged one are read, and then its number is told."""
    rows = read_rows(KeptRecord(ROWS, HEAD, damaged=number))

    assert list(islice(rows, number - 1)) == ROWS[: number - 1]
    with pytest.raises(BrokenRecordError) as caught:
        next(rows)
    assert caught.value.sequence == number
    assert caught.value.is_damaged
