"""The phone's side of activation: consumed once, answered again while it counts, burnt by anything else."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import MessageError, Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import CodeId
from authsim.policy import SECOND
from authsim.protocol.messages import format_activate_request, parse_activate_reply, parse_activate_request
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.verifier import activation, operators
from authsim.verifier.redemption import redeem
from tests.support.device import Attempt, TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def attempt(alice: Person, phone: TestPhone) -> Attempt:
    """The phone of alice, that has scanned the code on her page and not yet sent anything."""
    return phone.scan(alice.sees_code(alice.enters()))


def state_of(town: Town, attempt: Attempt) -> states.OneShot:
    """Return what became of the code."""
    code = town.verifier.store.activations.get(CodeId(attempt.request.code_id))
    assert code is not None
    return code.state


@pytest.mark.parametrize("suite", [CLASSIC6, STRICT10])
def test_a_genuine_request_enrols_an_active_device(suite: str) -> None:
    """The reply names device, user, instant and expiry, and both ends hold the same seed."""
    town = Town(suite=suite)
    alice, phone = town.adds("alice"), town.sells_phone()
    attempt = phone.scan(alice.sees_code(alice.enters()))
    town.clock.advance(seconds=5)

    text = redeem(town.verifier, attempt.request)
    phone.accept(attempt, text)

    reply = parse_activate_reply(text.encode())
    device = alice.device
    assert device is not None
    assert (reply.device_id, reply.user_id, reply.user_label) == (device.device_id, alice.user.user_id, "alice")
    assert (reply.iat, reply.exp) == (town.clock.now_ms(), town.clock.now_ms() + 595 * SECOND)
    assert (device.label, device.suite, device.sign_pk) == (phone.label, suite, attempt.request.dsk)
    assert device.activated_ms == town.clock.now_ms()
    assert alice.events()[-1] == (EventKind.ACTIVATION_CONSUMED, None)
    alice.logs_in(with_=phone)


def test_the_same_request_gets_the_same_reply_until_the_code_expires(
    town: Town, alice: Person, attempt: Attempt
) -> None:
    """A lost reply is sent again byte for byte, without a second device and without a row; then it is used."""
    text = redeem(town.verifier, attempt.request)
    before = town.events()
    sent_again = parse_activate_request(format_activate_request(attempt.request).encode())
    town.clock.advance(ms=600 * SECOND - 1)

    assert redeem(town.verifier, sent_again) == text
    assert town.events() == before
    assert len(town.verifier.store.devices.list_of(alice.user.user_id)) == 1
    town.clock.advance(ms=1)
    with refused(Reason.ACTIVATION_USED):
        redeem(town.verifier, sent_again)


def test_a_resend_after_a_revocation_still_tells_what_was_answered(
    town: Town, alice: Person, phone: TestPhone, attempt: Attempt
) -> None:
    """The stored reply is history: it makes no revoked device active again."""
    text = redeem(town.verifier, attempt.request)
    operators.revoke_device(town.verifier, alice.user)

    assert redeem(town.verifier, attempt.request) == text
    assert alice.device is None


def test_another_request_for_a_used_code_is_refused(town: Town, alice: Person, attempt: Attempt) -> None:
    """A second phone with the same code comes too late, genuine as its request is."""
    redeem(town.verifier, attempt.request)
    late = town.sells_phone()
    other = Attempt(uri=attempt.uri, dsk=attempt.dsk, dkx=attempt.dkx, cn=bytes(16))
    other.request = late.ask(other)

    with refused(Reason.ACTIVATION_USED):
        redeem(town.verifier, other.request)

    assert alice.events()[-1] == (EventKind.ACTIVATION_REFUSED, Reason.ACTIVATION_USED)


@pytest.mark.parametrize("member", ["mac", "sig"])
def test_a_resend_without_a_genuine_mac_and_signature_is_no_resend(town: Town, attempt: Attempt, member: str) -> None:
    """Who overheard the request but not the code does not get the reply."""
    redeem(town.verifier, attempt.request)
    length = len(getattr(attempt.request, member))

    with refused(Reason.ACTIVATION_USED):
        redeem(town.verifier, replace(attempt.request, **{member: bytes(length)}))


def test_an_unknown_code_is_refused_and_recorded(town: Town, attempt: Attempt) -> None:
    """Nobody's code: the record names no user."""
    with refused(Reason.ACTIVATION_UNKNOWN):
        redeem(town.verifier, replace(attempt.request, code_id="0" * 32))

    assert town.events()[-1] == (EventKind.ACTIVATION_REFUSED, Reason.ACTIVATION_UNKNOWN)
    assert state_of(town, attempt) is states.OneShot.ISSUED


def test_a_code_expires_to_the_millisecond(town: Town, alice: Person, attempt: Attempt) -> None:
    """At its end the code is written as expired, by the request itself, and says so again."""
    town.clock.advance(seconds=600)

    for _ in range(2):
        with refused(Reason.ACTIVATION_EXPIRED):
            redeem(town.verifier, attempt.request)

    assert state_of(town, attempt) is states.OneShot.EXPIRED
    assert alice.device is None


def test_a_millisecond_before_its_end_it_still_works(town: Town, alice: Person, attempt: Attempt) -> None:
    """The last millisecond belongs to the phone."""
    town.clock.advance(ms=600 * SECOND - 1)

    redeem(town.verifier, attempt.request)

    assert alice.device is not None


def test_a_superseded_code_has_expired(town: Town, alice: Person, attempt: Attempt) -> None:
    """A newer code took its place; the operator's record has its own word for the state."""
    alice.enters()

    with refused(Reason.ACTIVATION_EXPIRED):
        redeem(town.verifier, attempt.request)
    assert state_of(town, attempt) is states.OneShot.SUPERSEDED


@pytest.mark.parametrize("member", ["mac", "sig"])
def test_a_wrong_mac_or_signature_burns_the_code(town: Town, alice: Person, attempt: Attempt, member: str) -> None:
    """Any attempt burns it: afterwards the genuine request is too late as well."""
    length = len(getattr(attempt.request, member))

    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, replace(attempt.request, **{member: bytes(length)}))

    assert state_of(town, attempt) is states.OneShot.FAILED
    with refused(Reason.ACTIVATION_USED):
        redeem(town.verifier, attempt.request)
    assert alice.device is None
    assert (EventKind.ACTIVATION_REFUSED, Reason.ACTIVATION_MISMATCH) in alice.events()


def test_another_suite_burns_the_code(town: Town, alice: Person, phone: TestPhone, attempt: Attempt) -> None:
    """A phone that believes in another suite is refused although its request is genuinely signed."""
    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, phone.ask(attempt, suite=STRICT10))

    assert state_of(town, attempt) is states.OneShot.FAILED


@pytest.mark.parametrize("member", ["dsk", "dkx"])
def test_a_key_that_the_protocol_refuses_burns_nothing(
    town: Town, alice: Person, attempt: Attempt, member: str
) -> None:
    """Bytes that are no key are malformed, not an attempt: the genuine request still works."""
    before = town.events()

    with pytest.raises(MessageError):
        redeem(town.verifier, replace(attempt.request, **{member: bytes(32)}))

    assert town.events() == before
    redeem(town.verifier, attempt.request)
    assert alice.device is not None


def test_a_user_who_became_active_meanwhile_burns_the_code(
    town: Town, alice: Person, attempt: Attempt, phone: TestPhone
) -> None:
    """The operator's code was faster: the second phone does not come in."""
    code = town.verifier.store.activations.get(CodeId(attempt.request.code_id))
    assert code is not None
    offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
    town.sells_phone().activate(town.verifier, offer.uri)
    town.between.replace("activations.get", lambda _: code)
    town.between.replace("activations.close", lambda *_, **__: None)

    with refused(Reason.DEVICE_ALREADY_ACTIVE):
        redeem(town.verifier, attempt.request)


def test_two_identical_requests_at_once_get_one_device_and_one_reply(
    town: Town, alice: Person, attempt: Attempt
) -> None:
    """The loser of the race finds the stored reply of the winner."""
    replies: list[str] = []
    town.between.before("activations.redeem", lambda: replies.append(redeem(town.verifier, attempt.request)))

    replies.append(redeem(town.verifier, attempt.request))

    assert len(set(replies)) == 1
    assert len(town.verifier.store.devices.list_of(alice.user.user_id)) == 1


def test_two_phones_at_once_get_one_winner(town: Town, alice: Person, attempt: Attempt) -> None:
    """Both are genuine; one of them is refused."""
    other = Attempt(uri=attempt.uri, dsk=attempt.dkx, dkx=attempt.dsk, cn=bytes(16))
    other.request = town.sells_phone().ask(other)
    town.between.before("activations.redeem", lambda: redeem(town.verifier, other.request))

    with refused(Reason.ACTIVATION_USED):
        redeem(town.verifier, attempt.request)
    assert alice.device is not None
    assert alice.device.sign_pk == other.request.dsk


def test_a_race_that_is_lost_twice_is_busy(town: Town, attempt: Attempt) -> None:
    """Whoever loses again without seeing why is told that the store is busy, not that the code is bad."""

    def conflict(*_: object, **__: object) -> None:
        raise StoreConflictError("lost")

    town.between.replace("activations.redeem", conflict)

    with pytest.raises(StoreConflictError):
        redeem(town.verifier, attempt.request)
    assert state_of(town, attempt) is states.OneShot.ISSUED


def test_a_user_who_is_removed_meanwhile_is_enrolled_nowhere(town: Town, alice: Person, attempt: Attempt) -> None:
    """The second judgement finds that nothing is left, and says unknown."""
    town.between.before("users.get", lambda: operators.remove_user(town.verifier, alice.user))

    with refused(Reason.ACTIVATION_UNKNOWN):
        redeem(town.verifier, attempt.request)
