"""What a ceremony writes down besides its own change."""

import pytest

from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Client
from authsim.verifier.records import client_facts, refuse_login, require_row
from tests.support.people import BROWSER, Person, Town


def test_a_refusal_is_recorded_before_it_is_raised(town: Town, alice: Person) -> None:
    """The row names reason and origin, the refusal carries what its reader needs."""
    refusal = refuse_login(
        town.verifier,
        Reason.THROTTLED,
        now_ms=7,
        user_id=alice.user.user_id,
        client=BROWSER,
        attempts_remaining=1,
        retry_after_ms=2,
    )

    (row, *_) = town.verifier.store.audit.list_of(alice.user.user_id, most=1)
    assert (row.event.kind, row.event.reason, row.event.at_ms) == (EventKind.LOGIN_REFUSED, Reason.THROTTLED, 7)
    assert dict(row.event.facts) == {"address": BROWSER.address, "agent": BROWSER.agent}
    assert (refusal.reason, refusal.attempts_remaining, refusal.retry_after_ms) == (Reason.THROTTLED, 1, 2)


def test_unknown_facts_are_left_out() -> None:
    """An empty address is not an address."""
    assert dict(client_facts(Client(agent="x"))) == {"agent": "x"}


def test_a_row_that_vanished_is_a_conflict() -> None:
    """A row is returned as it is, also when it is falsy; none at all is a lost race."""
    assert require_row("") == ""
    with pytest.raises(StoreConflictError):
        require_row(None)
