"""A lost phone: its user stops it with the password alone."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Device
from authsim.secret import Secret
from authsim.verifier import operators, sessions
from authsim.verifier.suspension import suspend_with_password
from authsim.verifier.topics import device_topic, login_topic, session_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, WRONG, Person, Town, refused


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def suspend(town: Town, password: Secret = PASSWORD) -> Device:
    """Say that alice's phone is lost."""
    return suspend_with_password(town.verifier, name="alice", password=password, client=BROWSER)


def test_the_password_suspends_the_phone(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """It answers nothing any more, and what it opened or held open ends."""
    proof = enrolled.logs_in(with_=phone)
    pending, asked = enrolled.is_asked()

    device = suspend(town)

    assert (device.state, device.device_id) == (states.Device.SUSPENDED, phone.device_id)
    assert enrolled.device is None
    assert (EventKind.DEVICE_SUSPENDED, None) in enrolled.events()
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
    with refused(Reason.DEVICE_SUSPENDED):
        phone.approves(town.verifier, asked)
    with refused(Reason.NO_ACTIVE_DEVICE):
        enrolled.answers(pending, phone.respond(pending.challenge.question))


def test_the_record_says_who_and_from_where(town: Town, enrolled: Person) -> None:
    """The user's own page can tell."""
    suspend(town)

    (event,) = [event for event in town.record() if event.kind is EventKind.DEVICE_SUSPENDED]
    assert event.user_id == enrolled.user.user_id
    assert (event.facts["by"], event.facts["address"]) == ("user", BROWSER.address)


def test_whoever_waits_is_told(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The phone, the page of an open login, and the sessions that end."""
    proof = enrolled.logs_in(with_=phone)
    pending = enrolled.begins()
    topics = (
        device_topic(phone.device_id),
        login_topic(pending.login.login_id),
        session_topic(proof.session.session_id),
    )
    listeners = [town.verifier.bus.subscribe(topic) for topic in topics]

    suspend(town)

    assert [listener.wait(0) for listener in listeners] == [True, True, True]


def test_twice_is_no_error(town: Town, enrolled: Person) -> None:
    """The second time changes nothing and leaves no row of its own."""
    suspend(town)

    assert suspend(town).state is states.Device.SUSPENDED
    assert enrolled.events().count((EventKind.DEVICE_SUSPENDED, None)) == 1


def test_two_at_once_are_one(town: Town, enrolled: Person) -> None:
    """The loser of the race finds what it wanted."""
    town.between.before("devices.change", lambda: suspend(town))

    assert suspend(town).state is states.Device.SUSPENDED
    assert enrolled.events().count((EventKind.DEVICE_SUSPENDED, None)) == 1


@pytest.mark.usefixtures("alice")
def test_without_a_phone_there_is_nothing_to_suspend(town: Town) -> None:
    """And it says so."""
    with refused(Reason.NO_ACTIVE_DEVICE):
        suspend(town)


def test_a_wrong_password_suspends_nothing_and_counts(town: Town, enrolled: Person) -> None:
    """It is a password attempt like any other."""
    with refused(Reason.WRONG_PASSWORD):
        suspend(town, WRONG)

    assert enrolled.device is not None
    assert len(enrolled.lockout.failures_ms) == 1


def test_an_operator_resumes_it(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The same key answers again; what ended stays ended."""
    proof = enrolled.logs_in(with_=phone)
    suspend(town)

    resumed = operators.resume(town.verifier, enrolled.user)

    assert resumed.state is states.Device.ACTIVE
    assert (EventKind.DEVICE_RESUMED, None) in enrolled.events()
    enrolled.logs_in(with_=phone)
    enrolled.logs_in_by_push(with_=phone)
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
