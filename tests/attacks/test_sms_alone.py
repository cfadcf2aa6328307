"""A8: the thief has the password, and reads the owner's texts."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.model import Decision
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.verifier import operators, suspension
from authsim.verifier.add_user import resend_code
from tests.support.device import NETWORK, TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def town() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED], suite=STRICT10)


@pytest.fixture
def victim(town: Town, alice: Person, phone: TestPhone) -> Person:
    """Alice, whose phone is active."""
    alice.activates(phone)
    town.clock.advance(seconds=1)
    return alice


def owns(town: Town, alice: Person, phone: TestPhone) -> bool:
    """Whether that phone is the one that answers for alice."""
    device = town.verifier.store.devices.active_of(alice.user.user_id)
    return device is not None and device.device_id == phone.device_id


def test_sms_alone_cannot_add_when_device_active(town: Town, victim: Person, phone: TestPhone) -> None:
    """The thief's phone waits; the owner's is asked, says no, and stays; the code on his own phone opens nothing."""
    thief = town.sells_phone()
    victim.adds_herself(thief)

    assert owns(town, victim, phone)
    assert thief.hears_its_state(town.verifier) == "pending"
    [asked] = town.verifier.store.pushes.list_decided(victim.user.user_id, most=1)
    phone.decides(town.verifier, asked, Decision.REPORT)

    device = town.verifier.store.devices.get(thief.device_id)
    assert device is not None
    assert device.state is states.Device.EXPIRED
    assert owns(town, victim, phone)


def test_what_is_not_answered_lapses(town: Town, victim: Person, phone: TestPhone) -> None:
    """The owner does not look: five minutes later the thief's phone is nothing, and can be approved no more."""
    thief = town.sells_phone()
    victim.adds_herself(thief)
    [asked] = town.verifier.store.pushes.list_decided(victim.user.user_id, most=1)

    town.clock.advance(seconds=300)
    with refused(Reason.PUSH_EXPIRED):
        phone.approves(town.verifier, asked, number=asked.number)
    assert owns(town, victim, phone)


def test_a_tap_without_the_new_phone_in_the_hand_approves_nothing(town: Town, victim: Person, phone: TestPhone) -> None:
    """The owner is talked into tapping *Approve*: the digits stand on the thief's phone only."""
    victim.adds_herself(town.sells_phone())
    [asked] = town.verifier.store.pushes.list_decided(victim.user.user_id, most=1)

    for number in ("", "000000", "999999"):
        with refused(Reason.WRONG_NUMBER):
            phone.approves(town.verifier, asked, number=number)
    assert owns(town, victim, phone)


def test_stopping_the_phone_first_does_not_help(town: Town, victim: Person, phone: TestPhone) -> None:
    """The password stops the phone; a text alone then brings in no other, however long the thief waits."""
    suspension.suspend_with_password(town.verifier, name="alice", password=victim.password, client=NETWORK)
    for _ in range(3):
        texts = len(victim.texts())
        town.sells_phone().starts_adding(town.verifier, "alice", victim.password)
        assert len(victim.texts()) == texts
        town.clock.advance(days=1)

    operators.resume(town.verifier, victim.user)
    assert owns(town, victim, phone)


def test_after_the_phone_was_revoked_a_text_waits_a_day(town: Town, victim: Person) -> None:
    """The thief has the help desk revoke the phone: the owner has a day to notice; then the new phone still waits."""
    operators.revoke_device(town.verifier, victim.user)
    town.sells_phone().starts_adding(town.verifier, "alice", victim.password)
    assert victim.texts() == []

    town.clock.advance(days=1)
    thief = town.sells_phone()
    victim.adds_herself(thief)
    assert thief.hears_its_state(town.verifier) == "pending"
    assert victim.device is None


def test_the_answer_is_the_same_whatever_is_wrong(town: Town, victim: Person) -> None:
    """A wrong password, an unknown user, no number on file and a right password: the same answer, and no word more."""
    town.adds("bob", number=None)
    answers = set()
    for name, password in (
        ("alice", victim.password),
        ("alice", type(victim.password)("wrong horse battery")),
        ("bob", victim.password),
        ("nobody", victim.password),
    ):
        attempt = town.sells_phone().starts_adding(town.verifier, name, password)
        assert len(attempt.flow_id) == 32
        with refused(Reason.WRONG_CODE) as caught:
            town.sells_phone().finishes_adding(attempt, "00000000")
        again = resend_code(town.verifier, attempt.flow_id)
        answers.add((caught.value.attempts_remaining, caught.value.retry_after_ms, again.expires_in))
    assert answers == {(None, None, PROFILES[HARDENED].sms_code_seconds)}
