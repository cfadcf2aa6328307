"""The hash chain of the audit record, without any store."""

import hashlib

import pytest

from authsim.adapters.audit_chain import GENESIS, ChainHead, append_rows, compute_chain, format_row, require_unbroken
from authsim.errors import Reason, StoreError
from authsim.events import EventKind
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
        with pytest.raises(StoreError, match=f"row {number}$"):
            require_unbroken(forged)


def test_a_cut_off_end_shows_in_the_head() -> None:
    """A record without its last rows is unbroken, but does not reach the head that is kept beside it."""
    rows = append_rows(ChainHead(), EVENTS)

    assert require_unbroken(rows[:-1]) != require_unbroken(rows)
