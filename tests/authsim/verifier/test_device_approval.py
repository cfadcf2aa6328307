"""A phone that asks for a user who has another one: the other one approves, with the digits that the new one shows."""

import pytest

from authsim import states
from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Decision, PushRequest
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.codes import Purpose
from authsim.protocol.suite import STRICT10
from authsim.verifier import device_approval, operators, push
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def town() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED], suite=STRICT10)


@pytest.fixture
def old(town: Town, alice: Person) -> TestPhone:
    """Alice's phone, active."""
    phone = town.sells_phone()
    alice.activates(phone)
    return phone


@pytest.fixture
def new(town: Town, alice: Person, old: TestPhone) -> TestPhone:
    """A phone that brought the texted code, and waits."""
    town.clock.advance(seconds=1)
    phone = town.sells_phone()
    alice.adds_herself(phone)
    return phone


def asked_of(town: Town, alice: Person) -> PushRequest:
    """The newest request to alice."""
    return town.verifier.store.pushes.list_decided(alice.user.user_id, most=1)[0]


def state_of(town: Town, phone: TestPhone) -> states.Device:
    """What the portal thinks of a phone."""
    device = town.verifier.store.devices.get(phone.device_id)
    assert device is not None
    return device.state


def test_the_new_phone_waits_and_the_old_one_is_asked(
    town: Town, alice: Person, old: TestPhone, new: TestPhone
) -> None:
    """The request is announced, says its purpose and what it is about, and asks for six digits."""
    [info] = old.sees(town.verifier)

    assert state_of(town, new) is states.Device.PENDING
    assert state_of(town, old) is states.Device.ACTIVE
    assert (info.purpose, info.digits) == (Purpose.ADD_DEVICE, 6)
    device = town.verifier.store.devices.get(new.device_id)
    assert device is not None
    assert info.op == device_approval.compute_operation(town.verifier, device)


def test_approved_with_the_new_phones_digits_it_takes_over(
    town: Town, alice: Person, old: TestPhone, new: TestPhone
) -> None:
    """The new one is active and the old one replaced, in one change; the login of that request is done."""
    asked = asked_of(town, alice)

    old.approves(town.verifier, asked, number=new.confirmation[:6])

    assert state_of(town, new) is states.Device.ACTIVE
    assert state_of(town, old) is states.Device.REPLACED
    login = town.verifier.store.logins.get(asked.login_id)
    assert login is not None
    assert login.state is states.Login.DONE
    assert (EventKind.DEVICE_CONFIRMED, None) in alice.events()
    town.clock.advance(seconds=200)
    assert alice.logs_in_by_push(with_=new)


def test_a_wrong_number_approves_nothing(town: Town, alice: Person, old: TestPhone, new: TestPhone) -> None:
    """Three wrong ones end the request; the new phone waits for nothing any more and the old one stays."""
    asked = asked_of(town, alice)
    for _ in range(3):
        with refused(Reason.WRONG_NUMBER):
            old.approves(town.verifier, asked, number=f"{(int(new.confirmation[:6]) + 1) % 10**6:06d}")

    assert state_of(town, old) is states.Device.ACTIVE
    assert state_of(town, new) is states.Device.PENDING
    assert alice.device is not None
    assert alice.device.device_id == old.device_id


@pytest.mark.parametrize("decision", [Decision.DENY, Decision.REPORT])
def test_declined_the_new_phone_is_given_up(
    town: Town, alice: Person, old: TestPhone, new: TestPhone, decision: Decision
) -> None:
    """Deny and *It wasn't me* end the new phone's waiting at once."""
    old.decides(town.verifier, asked_of(town, alice), decision)

    assert state_of(town, new) is states.Device.EXPIRED
    assert state_of(town, old) is states.Device.ACTIVE


def test_an_approval_that_was_cut_off_is_finished_by_its_repetition(
    town: Town, alice: Person, old: TestPhone, new: TestPhone
) -> None:
    """The process died between the approval and its effect: the same decision, sent again, brings it about, once."""
    asked = asked_of(town, alice)
    signed = old.signs_decision(
        town.verifier, push.request_info(town.verifier, asked), Decision.APPROVE, number=asked.number
    )

    def die() -> None:
        raise StoreConflictError("the process died here")

    town.between.before("logins.get", die)
    with pytest.raises(StoreConflictError):
        push.decide(town.verifier, asked.request_id, signed)
    assert state_of(town, new) is states.Device.PENDING

    for _ in range(2):
        assert push.decide(town.verifier, asked.request_id, signed) is Decision.APPROVE
    assert state_of(town, new) is states.Device.ACTIVE
    assert alice.events().count((EventKind.DEVICE_CONFIRMED, None)) == 2  # the old phone's, and the new one's


def test_approved_too_late(town: Town, alice: Person, old: TestPhone, new: TestPhone) -> None:
    """The new phone was given up in that moment: nothing changes but the word."""
    asked = asked_of(town, alice)

    def give_up() -> None:
        device = town.verifier.store.devices.get(new.device_id)
        assert device is not None
        event = town.record()[-1]
        town.verifier.store.devices.change(
            new.device_id, states.DeviceEvent.EXPIRE, now_ms=town.clock.now_ms(), event=event
        )

    town.between.before("devices.confirm", give_up)
    with refused(Reason.ACTIVATION_EXPIRED):
        old.approves(town.verifier, asked, number=asked.number)
    assert state_of(town, old) is states.Device.ACTIVE


def test_also_without_notifications_it_is_announced(town: Town, alice: Person, old: TestPhone) -> None:
    """Notifications at login are off: this is no login, and there is no page to scan."""
    alice.switches_notifications(False)
    alice.adds_herself(town.sells_phone())

    assert [info.purpose for info in old.sees(town.verifier)] == [Purpose.ADD_DEVICE]


def test_a_phone_that_may_not_be_asked_brings_in_no_other(town: Town, alice: Person, old: TestPhone) -> None:
    """After a report nothing is announced, so nothing can be approved: the new phone does not even wait."""
    _, asked = alice.is_asked()
    old.reports(town.verifier, asked)
    attempt = town.sells_phone().starts_adding(town.verifier, "alice", alice.password)

    with refused(Reason.PUSHES_BLOCKED):
        town.sells_phone().finishes_adding(attempt, alice.reads_code())
    assert town.verifier.store.devices.pending_of(alice.user.user_id, now_ms=town.clock.now_ms()) is None


def test_a_suspended_phone_keeps_the_door_shut(town: Town, alice: Person, old: TestPhone) -> None:
    """Whoever has the password stops the phone with it; that must not let a text take its place."""
    attempt = town.sells_phone().starts_adding(town.verifier, "alice", alice.password)
    operators.suspend(town.verifier, alice.user)

    with refused(Reason.DEVICE_SUSPENDED):
        town.sells_phone().finishes_adding(attempt, alice.reads_code())
    town.clock.advance(seconds=60)
    texts = len(alice.texts())
    town.sells_phone().starts_adding(town.verifier, "alice", alice.password)
    assert len(alice.texts()) == texts


def test_a_login_of_its_own_is_not_touched(town: Town, alice: Person, old: TestPhone) -> None:
    """A decision about a login settles no other phone."""
    _, asked = alice.is_asked()

    device_approval.settle_device_approval(town.verifier, asked, is_approved=True, now_ms=town.clock.now_ms())

    assert alice.device is not None
