"""A1: the QR code is photographed, and the thief's phone is faster."""

import random

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.model import LimitedEntry
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.verifier import activation, confirmation
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused

SEED = 20_260_101
ORDERINGS = 1_000


@pytest.fixture
def town() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED], suite=STRICT10)


def state_of(town: Town, phone: TestPhone) -> states.Device | None:
    """What the portal thinks of a phone, None when it never heard of it."""
    if phone.reply is None:
        return None
    device = town.verifier.store.devices.get(phone.device_id)
    assert device is not None
    return device.state


def test_qr_stolen_first_use(town: Town, alice: Person) -> None:
    """The thief's phone waits for a code that alice never sees; hers hears that the code was used; she gives it up."""
    entry = alice.enters()
    seen = alice.sees_code(entry)
    thief, own = town.sells_phone(), town.sells_phone()
    thief.activate(town.verifier, seen)

    with refused(Reason.ACTIVATION_USED):
        own.activate(town.verifier, seen)
    view = activation.show_activation(town.verifier, session=entry.session, token=entry.token)
    assert view.device is not None
    assert (view.device.label, view.device.state) == (thief.label, states.Device.PENDING)
    assert thief.hears_its_state(town.verifier) == "pending"

    offer = activation.disown(town.verifier, session=entry.session, token=entry.token)
    own.activate(town.verifier, offer.uri)
    alice.confirms(entry, own.confirmation)
    assert (state_of(town, thief), state_of(town, own)) == (states.Device.EXPIRED, states.Device.ACTIVE)


def test_the_thiefs_own_session_does_not_confirm(town: Town, alice: Person) -> None:
    """Knowing the password too does not help: only the session that showed the code takes the confirmation of it."""
    entry = alice.enters()
    thief = town.sells_phone()
    thief.activate(town.verifier, alice.sees_code(entry))

    with refused(Reason.ACTIVATION_UNKNOWN):
        alice.confirms(alice.enters(), thief.confirmation)
    assert alice.device is None


def test_in_no_order_does_the_thief_win() -> None:
    """Alice and the thief act in a thousand orders on one code: his phone is never active, and hers can become so."""
    draw = random.Random(SEED)
    confirmed = 0
    for _ in range(ORDERINGS):
        town = Town(policy=PROFILES[HARDENED], suite=STRICT10)
        alice = town.adds("alice")
        entry = alice.enters()
        seen = alice.sees_code(entry)
        thief, own = town.sells_phone(), town.sells_phone()
        deeds = [
            lambda town=town, thief=thief, seen=seen: thief.activate(town.verifier, seen),
            lambda town=town, own=own, seen=seen: own.activate(town.verifier, seen),
            lambda alice=alice, entry=entry, own=own: alice.confirms(entry, own.confirmation),
            lambda alice=alice, entry=entry: guess(draw, alice, entry),
            lambda town=town, thief=thief: thief_asks(town, thief),
            lambda town=town, entry=entry: activation.disown(town.verifier, session=entry.session, token=entry.token),
        ]
        draw.shuffle(deeds)
        for deed in deeds:
            try:
                deed()
            except RefusalError:
                continue
        assert state_of(town, thief) is not states.Device.ACTIVE
        confirmed += state_of(town, own) is states.Device.ACTIVE
    assert confirmed > 0


def guess(draw: random.Random, alice: Person, entry: LimitedEntry) -> None:
    """Whoever sits before alice's browser types something."""
    alice.confirms(entry, f"{draw.randrange(10**8):08d}")


def thief_asks(town: Town, thief: TestPhone) -> None:
    """The thief's phone asks for a session with the key that waits, and hears that it has none."""
    if thief.reply is not None:
        assert thief.hears_its_state(town.verifier) in {"pending", "expired"}


def test_a_thief_who_guesses_has_three_tries_in_a_hundred_million(town: Town, alice: Person) -> None:
    """Each QR code gives three tries at eight digits, whoever types them."""
    entry = alice.enters()
    thief = town.sells_phone()
    thief.activate(town.verifier, alice.sees_code(entry))
    draw, tries = random.Random(SEED), 0
    for _ in range(50):
        try:
            guess(draw, alice, entry)
        except RefusalError as refusal:
            tries += refusal.reason in (Reason.WRONG_CONFIRMATION, Reason.CONFIRMATION_TRIES_SPENT)
    assert tries == PROFILES[HARDENED].confirmation_tries
    device = town.verifier.store.devices.get(thief.device_id)
    assert device is not None
    assert confirmation.find_unconfirmed(town.verifier, alice.user, now_ms=town.clock.now_ms()) is None
