"""Notifications at login, on and off."""

import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.verifier.secure_login import set_seamless
from authsim.verifier.sessions import SignedIn, require_session
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def signed_in(town: Town, alice: Person, phone: TestPhone) -> SignedIn:
    """alice's browser, signed in with both factors."""
    alice.activates(phone)
    return require_session(town.verifier, alice.logs_in(with_=phone).token)


def test_off_means_that_logins_are_silent(town: Town, alice: Person, phone: TestPhone, signed_in: SignedIn) -> None:
    """The request is there for the QR code, and on brings the notification back."""
    off = set_seamless(town.verifier, signed_in, False)

    assert not off.user.is_seamless
    assert not alice.is_asked()[1].is_notified
    assert set_seamless(town.verifier, off, True).user.is_seamless
    assert alice.is_asked()[1].is_notified
    assert alice.events().count((EventKind.SEAMLESS_SET, None)) == 2


def test_what_is_set_already_leaves_no_row(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Nothing changed, so nothing is recorded."""
    set_seamless(town.verifier, signed_in, True)

    assert (EventKind.SEAMLESS_SET, None) not in alice.events()


def test_it_takes_two_factors(town: Town, alice: Person) -> None:
    """A limited session changes nothing."""
    limited = require_session(town.verifier, alice.enters().token)

    with refused(Reason.SECOND_FACTOR_REQUIRED):
        set_seamless(town.verifier, limited, False)
    assert alice.is_seamless
