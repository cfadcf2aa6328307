"""Attack: a response string that was right once is used again, elsewhere, or for something else."""

from dataclasses import replace
from itertools import product

import pytest

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Lockout
from authsim.protocol.codes import Purpose
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.verifier import Verifier
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused
from tests.support.ports import FakeClock


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def restarted(town: Town) -> Verifier:
    """Return the portal after a restart: the same store and keys, everything else new."""
    return replace(town.verifier, clock=FakeClock(town.clock.now_ms()))


def test_the_same_login_is_not_completed_twice(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The response that opened a session opens no second one, before and after a restart."""
    pending = enrolled.begins()
    response = phone.respond(pending.challenge.question)
    enrolled.answers(pending, response)

    for _ in range(3):
        with refused(Reason.CHALLENGE_CONSUMED):
            enrolled.answers(pending, response)
        town.verifier = restarted(town)

    assert len(enrolled.full_sessions) == 1
    assert enrolled.lockout == Lockout()


def test_a_response_opens_no_later_login(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Overheard, it is a wrong response to every challenge that follows."""
    town.under(throttle_seconds=0, lockout_failures=1000)
    pending = enrolled.begins()
    overheard = phone.respond(pending.challenge.question)
    enrolled.answers(pending, overheard)

    for _ in range(50):
        with refused(Reason.WRONG_RESPONSE):
            enrolled.answers(enrolled.begins(), overheard)
    assert len(enrolled.full_sessions) == 1


def test_a_device_is_never_asked_twice(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Five hundred logins, five hundred questions, although the draws repeat."""
    town.entropy.queue = [draw for number in range(500) for draw in (number // 2, number)]
    asked = []
    for _ in range(250):
        pending = enrolled.begins()
        asked.append(pending.challenge.question)
        enrolled.answers(pending, phone.respond(pending.challenge.question))

    assert len(set(asked)) == len(asked)


def test_five_logins_of_one_user(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Each of five open logins takes its own response and no other's."""
    town.under(throttle_seconds=0, lockout_failures=1000, responses_per_challenge=10)

    pending = [enrolled.begins() for _ in range(5)]
    responses = [phone.respond(one.challenge.question) for one in pending]
    for mine, theirs in product(range(5), repeat=2):
        if mine != theirs:
            with refused(Reason.WRONG_RESPONSE):
                enrolled.answers(pending[mine], responses[theirs])

    for one, response in zip(pending, responses, strict=True):
        enrolled.answers(one, response)


@pytest.mark.parametrize("suite", [CLASSIC6, STRICT10])
def test_five_users_and_their_five_logins(suite: str) -> None:
    """The same question to five phones has five answers: only a user's own phone answers the user's own login."""
    town = Town(suite=suite).under(throttle_seconds=0, lockout_failures=1000, responses_per_challenge=10)
    people, phones, logins = [], [], []
    for name in ("ann", "bea", "cat", "dan", "eve"):
        person, phone = town.adds(name), town.sells_phone()
        person.activates(phone)
        town.entropy.queue = [4_711]
        people.append(person)
        phones.append(phone)
        logins.append(person.begins())
    assert len({one.challenge.question for one in logins}) == 1

    for mine, theirs in product(range(5), repeat=2):
        if mine != theirs:
            with refused(Reason.WRONG_RESPONSE):
                people[mine].answers(logins[mine], phones[theirs].respond(logins[mine].challenge.question))

    for person, phone, one in zip(people, phones, logins, strict=True):
        assert person.answers(one, phone.respond(one.challenge.question)).user.name == person.user.name


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.LOG_IN])
def test_a_response_for_another_purpose(town: Town, enrolled: Person, phone: TestPhone, purpose: Purpose) -> None:
    """What was approved on the phone as something else does not log in (classic6: the purpose is in the answer)."""
    pending = enrolled.begins()

    with refused(Reason.WRONG_RESPONSE):
        enrolled.answers(pending, phone.respond(pending.challenge.question, purpose=purpose))


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.LOG_IN])
def test_a_challenge_that_names_its_purpose(purpose: Purpose) -> None:
    """In strict10 the phone itself refuses: the challenge says what it is for."""
    town = Town(suite=STRICT10)
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    pending = alice.begins()

    with pytest.raises(MessageError):
        phone.respond(pending.challenge.question, purpose=purpose)


def test_a_relay_is_possible_and_documented(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Honest: who phishes the password and relays challenge and response in time is in; for another purpose is not.

    Nothing that a person types can tell two portals apart. docs/THREATS.md says so.
    """
    phisher = enrolled.begins()
    typed_by_the_victim = phone.respond(phisher.challenge.question)

    enrolled.answers(phisher, typed_by_the_victim)

    assert len(enrolled.full_sessions) == 1


def test_guessing_is_stopped_by_the_lock(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Who knows the password and guesses responses gets ten guesses, then none for a day after the last attempt."""
    town.under(throttle_seconds=0)
    judged = 0
    for number in range(200):
        try:
            enrolled.answers(enrolled.begins(), f"{number:08d}")
        except RefusalError as refusal:
            judged += refusal.reason is Reason.WRONG_RESPONSE
        town.clock.advance(seconds=60)

    assert judged == 10
    enrolled.is_refused(Reason.USER_LOCKED)
