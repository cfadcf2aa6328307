"""Proving inside a session who sits there."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import FactorKind, PendingLogin, Reach
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import push, sessions
from authsim.verifier.identity_proof import PURPOSES, begin_verification, is_verified, spend_verification
from authsim.verifier.sessions import SignedIn
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, WRONG, Person, Town, question_of, refused
from tests.support.wallet import KINDS, Wallet

PHONE = FactorKind.IB_KEY


@pytest.fixture
def wallet(alice: Person, phone: TestPhone) -> Wallet:
    """A wallet of somebody who logs in by phone."""
    carried = Wallet(alice)
    carried.gets_phone(phone)
    return carried


@pytest.fixture
def signed_in(wallet: Wallet) -> SignedIn:
    """A session of two factors."""
    return wallet.logs_in(PHONE)


def begins(
    town: Town, signed_in: SignedIn, *, name: str = "alice", password: Secret = PASSWORD, purpose: Purpose
) -> PendingLogin:
    """Type the credentials on the page that asks for a proof."""
    return begin_verification(town.verifier, signed_in, name=name, password=password, purpose=purpose, client=BROWSER)


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_the_phone_answers_for_that_purpose(town: Town, wallet: Wallet, signed_in: SignedIn, purpose: Purpose) -> None:
    """A response for a login is wrong; one for the purpose opens a new session that holds the proof, once."""
    phone = wallet.phone
    assert phone is not None
    asked = begins(town, signed_in, purpose=purpose)
    assert (asked.login.purpose, asked.challenge.purpose, asked.push.purpose) == (purpose, purpose, purpose)
    with refused(Reason.WRONG_RESPONSE):
        wallet.person.answers(asked, phone.respond(question_of(asked)))
    fresh = wallet.proves(signed_in, purpose, PHONE)
    assert fresh.session.session_id != signed_in.session.session_id
    assert (fresh.session.verified_purpose, fresh.session.verified_ms) == (purpose, wallet.now_ms)
    assert (EventKind.IDENTITY_VERIFIED, None) in wallet.person.events()
    kept = town.verifier.store.sessions.find(signed_in.session.token_hash)
    assert kept is not None
    assert kept.ended_ms is not None
    for other in PURPOSES - {purpose}:
        assert not is_verified(town.verifier, fresh, other)
        with refused(Reason.VERIFICATION_REQUIRED):
            spend_verification(town.verifier, fresh, other)
    assert is_verified(town.verifier, fresh, purpose)
    spend_verification(town.verifier, fresh, purpose)
    with refused(Reason.VERIFICATION_REQUIRED):
        spend_verification(town.verifier, fresh, purpose)


def test_five_minutes(town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
    """A proof is good for five minutes, to the millisecond."""
    fresh = wallet.proves(signed_in, Purpose.ADD_DEVICE, PHONE)
    town.clock.advance(seconds=300, ms=-1)
    assert is_verified(town.verifier, fresh, Purpose.ADD_DEVICE)
    town.clock.advance(ms=1)
    assert not is_verified(town.verifier, fresh, Purpose.ADD_DEVICE)
    with refused(Reason.VERIFICATION_REQUIRED):
        spend_verification(town.verifier, fresh, Purpose.ADD_DEVICE)


def test_a_login_is_no_proof(town: Town, signed_in: SignedIn) -> None:
    """A session that was only logged into proves nothing more."""
    assert not is_verified(town.verifier, signed_in, Purpose.ADD_DEVICE)
    with refused(Reason.VERIFICATION_REQUIRED):
        spend_verification(town.verifier, signed_in, Purpose.LOG_IN)


def test_the_request_carries_what_it_is_about(town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
    """The phone signs purpose and operation; a signature without them, or for another session, is none."""
    phone = wallet.phone
    assert phone is not None
    asked = begins(town, signed_in, purpose=Purpose.CHANGE_CONTACT)
    assert asked.push is not None
    info = push.request_info(town.verifier, asked.push)
    assert (info.purpose, len(info.op or b"")) == (Purpose.CHANGE_CONTACT, 32)
    other = begins(town, wallet.logs_in(PHONE), purpose=Purpose.CHANGE_CONTACT)
    assert other.push is not None
    assert other.push.operation not in (None, asked.push.operation)
    again = begins(town, signed_in, purpose=Purpose.CHANGE_CONTACT)
    assert again.push is not None
    phone.approves(town.verifier, again.push)
    assert wallet.person.collects(again).session.verified_purpose == Purpose.CHANGE_CONTACT


@pytest.mark.parametrize("kind", KINDS)
def test_every_factor_proves_it(town: Town, alice: Person, kind: FactorKind) -> None:
    """A card, a code or a passcode proves it as well as it logs in."""
    wallet = Wallet(alice)
    wallet.gets(kind)
    signed_in = wallet.logs_in(kind)
    wallet.waits()
    fresh = wallet.proves(signed_in, Purpose.TEMPORARY_PASSCODE, kind)
    assert (fresh.session.proof, fresh.session.reach) == (kind, Reach.FULL)
    spend_verification(town.verifier, fresh, Purpose.TEMPORARY_PASSCODE)


def test_the_credentials_are_judged_like_any_other(town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
    """A wrong password counts; another user's right one is refused unread."""
    with refused(Reason.WRONG_PASSWORD):
        begins(town, signed_in, password=WRONG, purpose=Purpose.ADD_DEVICE)
    assert len(wallet.person.lockout.failures_ms) == 1
    bob = town.adds("bob", number="+12125550188")
    with refused(Reason.WRONG_PASSWORD):
        begins(town, signed_in, name="bob", purpose=Purpose.ADD_DEVICE)
    assert bob.lockout.failures_ms == ()


def test_who_may_ask(town: Town, alice: Person) -> None:
    """A limited session and a narrow one prove nothing; a purpose that no session proves is a bug."""
    limited = sessions.require_session(town.verifier, alice.enters().token)
    with refused(Reason.SECOND_FACTOR_REQUIRED):
        begins(town, limited, purpose=Purpose.ADD_DEVICE)
    town.under(passcode_restricts=1)
    wallet = Wallet(alice)
    wallet.gets_passcode()
    narrow = wallet.logs_in(FactorKind.TEMPORARY_PASSCODE)
    with refused(Reason.OUT_OF_REACH):
        begins(town, narrow, purpose=Purpose.ADD_DEVICE)
    with pytest.raises(ValueError, match="inside a session"):
        begins(town, narrow, purpose=Purpose.LOG_IN)


def test_without_any_factor(town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
    """Where nothing is left to answer with, nothing is proved."""
    wallet.person.town.verifier.store.devices.change(
        wallet.person.device.device_id,
        states.DeviceEvent.SUSPEND,
        now_ms=wallet.now_ms,
        event=town.record()[-1],
    )
    with refused(Reason.NO_ACTIVE_DEVICE):
        begins(town, signed_in, purpose=Purpose.ADD_DEVICE)


def test_a_password_set_meanwhile(town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
    """It ended the session, and so what was begun in it."""
    town.between.before("logins.begin", lambda: wallet.person.takes_password(Secret("another horse battery")))
    with refused(Reason.SESSION_EXPIRED):
        begins(town, signed_in, purpose=Purpose.ADD_DEVICE)
