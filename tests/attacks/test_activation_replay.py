"""Attack: a photographed or overheard activation is used again, late, or for somebody else."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.model import CodeId
from authsim.policy import SECOND
from authsim.verifier import activation, operators
from authsim.verifier.redemption import redeem
from tests.support.device import Attempt, TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def attempt(alice: Person, phone: TestPhone) -> Attempt:
    """The phone of alice, about to send what it scanned."""
    return phone.scan(alice.sees_code(alice.enters()))


def test_a_used_code_serves_no_second_phone(town: Town, alice: Person, attempt: Attempt) -> None:
    """A thousand phones with a photograph of the used code enrol nothing."""
    redeem(town.verifier, attempt.request)
    enrolled = alice.device
    thief = TestPhone(entropy=town.entropy, label="thief")

    for _ in range(1_000):
        copy = Attempt(uri=attempt.uri, dsk=attempt.dsk, dkx=attempt.dkx, cn=town.entropy.token_bytes(16))
        copy.request = thief.ask(copy)
        with refused(Reason.ACTIVATION_USED):
            redeem(town.verifier, copy.request)

    assert alice.device == enrolled
    assert len(town.verifier.store.devices.list_of(alice.user.user_id)) == 1


@pytest.mark.parametrize("early_ms", [1, 0, -1])
def test_a_code_is_over_at_its_exact_millisecond(town: Town, alice: Person, attempt: Attempt, early_ms: int) -> None:
    """One millisecond before its end it works, at its end it does not, however genuine."""
    town.clock.advance(ms=600 * SECOND - early_ms)

    if early_ms > 0:
        redeem(town.verifier, attempt.request)
        assert alice.device is not None
    else:
        with refused(Reason.ACTIVATION_EXPIRED):
            redeem(town.verifier, attempt.request)
        assert alice.device is None


def test_a_code_enrols_for_its_own_user_only(town: Town, alice: Person, attempt: Attempt) -> None:
    """The request of alice's phone never becomes a device of bob, whose own code is another."""
    bob = town.adds("bob")
    other = town.sells_phone().scan(bob.sees_code(bob.enters()))

    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, replace(attempt.request, code_id=other.request.code_id))

    assert bob.device is None
    redeem(town.verifier, attempt.request)
    assert alice.device is not None


def test_a_code_of_another_portal_is_unknown_here(town: Town, alice: Person, attempt: Attempt) -> None:
    """A request that was made for one portal activates nothing at another."""
    elsewhere = Town()
    elsewhere.adds("alice")

    with refused(Reason.ACTIVATION_UNKNOWN):
        redeem(elsewhere.verifier, attempt.request)

    redeem(town.verifier, attempt.request)
    assert alice.device is not None


def test_a_portal_in_the_middle_relays_into_nothing(town: Town, alice: Person, attempt: Attempt) -> None:
    """A phone that scanned a QR code with another address, key or identity is refused by the real portal."""
    for changed in (
        replace(attempt.uri, origin="http://127.0.0.1:9999"),
        replace(attempt.uri, psk=town.entropy.token_bytes(32)),
        replace(attempt.uri, instance_id="0" * 32),
    ):
        entry = alice.enters()
        fresh = town.sells_phone().scan(alice.sees_code(entry))
        fresh.uri = replace(changed, code=fresh.uri.code)
        with refused(Reason.ACTIVATION_MISMATCH):
            redeem(town.verifier, town.sells_phone().ask(fresh))
    assert alice.device is None


def test_an_attempt_that_failed_burns_the_code(town: Town, alice: Person, attempt: Attempt) -> None:
    """After one bad attempt the genuine phone is refused as well, and its person sees it."""
    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, replace(attempt.request, mac=bytes(32)))

    with refused(Reason.ACTIVATION_USED):
        redeem(town.verifier, attempt.request)
    assert alice.device is None


@pytest.mark.parametrize("is_thief_first", [True, False])
def test_who_steals_the_qr_code_is_seen_and_thrown_out(
    town: Town, alice: Person, phone: TestPhone, *, is_thief_first: bool
) -> None:
    """In classic the faster phone wins; the page names it, and *This was not me* ends it for good."""
    entry = alice.enters()
    uri = alice.sees_code(entry)
    thief = TestPhone(entropy=town.entropy, label="thief")
    first, second = (thief, phone) if is_thief_first else (phone, thief)
    first.activate(town.verifier, uri)
    with refused(Reason.ACTIVATION_USED):
        second.activate(town.verifier, uri)

    view = activation.show_activation(town.verifier, session=entry.session, token=entry.token)
    assert view.device is not None
    assert view.device.label == first.label
    if not is_thief_first:
        return

    offer = activation.disown(town.verifier, session=entry.session, token=entry.token)
    phone.activate(town.verifier, offer.uri)

    pending = alice.begins()
    with refused(Reason.WRONG_RESPONSE):
        alice.answers(pending, thief.respond(pending.challenge.question))
    alice.logs_in(with_=phone)


def test_a_lost_reply_makes_no_second_device(town: Town, alice: Person, phone: TestPhone, attempt: Attempt) -> None:
    """Two hundred resends of the same request, and the phone that got the last reply logs in."""
    texts = {redeem(town.verifier, attempt.request) for _ in range(200)}

    (text,) = texts
    phone.accept(attempt, text)
    assert len(town.verifier.store.devices.list_of(alice.user.user_id)) == 1
    alice.logs_in(with_=phone)


def test_a_terminal_code_never_leaves_its_state(town: Town, alice: Person) -> None:
    """Whatever is tried on a closed code, its state stays what it became."""
    entry = alice.enters()
    superseded = town.sells_phone().scan(alice.sees_code(entry))
    failed = town.sells_phone().scan(alice.sees_code(alice.enters()))
    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, replace(failed.request, mac=bytes(32)))
    expired = town.sells_phone().scan(alice.sees_code(alice.enters()))
    town.clock.advance(seconds=600)
    with refused(Reason.ACTIVATION_EXPIRED):
        redeem(town.verifier, expired.request)
    consumed = town.sells_phone().scan(alice.sees_code(alice.enters()))
    redeem(town.verifier, consumed.request)
    operators.revoke_device(town.verifier, alice.user)
    closed = [
        (superseded, states.OneShot.SUPERSEDED),
        (failed, states.OneShot.FAILED),
        (expired, states.OneShot.EXPIRED),
        (consumed, states.OneShot.CONSUMED),
    ]

    for attempt, state in closed:
        for request in (replace(attempt.request, mac=bytes(32)), replace(attempt.request, cn=bytes(16))):
            with pytest.raises(RefusalError, match="activation_"):
                redeem(town.verifier, request)
        code = town.verifier.store.activations.get(CodeId(attempt.request.code_id))
        assert code is not None
        assert code.state is state
    assert alice.device is None
