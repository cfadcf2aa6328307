"""A phone asks what it can answer: the newest challenge of its own user's logins, and nothing else."""

import pytest

from authsim.model import FactorKind
from authsim.protocol.challenges import ChallengeInfo
from authsim.protocol.codes import Purpose
from authsim.protocol.device_session import SessionReply, parse_session_reply
from authsim.verifier import identity_proof
from authsim.verifier.device_sessions import DeviceSignedIn, open_device_session, require_device_session
from authsim.verifier.pending_challenge import list_challenges
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, question_of
from tests.support.wallet import Wallet


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def opens(town: Town, phone: TestPhone) -> DeviceSignedIn:
    """Open a device session."""
    answer = parse_session_reply(open_device_session(town.verifier, phone.asks_for_session(town.verifier)).encode())
    assert isinstance(answer, SessionReply)
    return require_device_session(town.verifier, answer.token)


def asks(town: Town, phone: TestPhone) -> tuple[ChallengeInfo, ...]:
    """Open a session, and ask what can be answered."""
    return list_challenges(town.verifier, opens(town, phone))


def test_what_the_page_asks_is_told(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The same digits, with their times, whether or not the login was announced; they complete it."""
    assert asks(town, phone) == ()
    pending = enrolled.begins(notify=False)
    (told,) = asks(town, phone)
    assert pending.challenge is not None
    assert told == ChallengeInfo(
        question=pending.challenge.question,
        suite=town.suite,
        purpose=Purpose.LOG_IN,
        iat=town.clock.now_ms(),
        exp=town.clock.now_ms() + town.policy.challenge_ms,
    )
    enrolled.answers(pending, phone.respond(told.question))
    assert asks(town, phone) == ()


def test_the_newest_of_several_is_told(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Of two logins that wait the one that began last; the other comes to the front when that one is over."""
    first, second = enrolled.begins(), enrolled.begins()
    (told,) = asks(town, phone)
    assert told.question == question_of(second)
    enrolled.fails_response(second)
    (told,) = asks(town, phone)
    assert told.question == question_of(first)


def test_it_ends_with_its_time_and_nothing_is_written(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Asking is no event, and writes no expiry."""
    enrolled.begins()
    town.clock.advance(ms=town.policy.challenge_ms - 1)
    signed_in = opens(town, phone)
    assert len(list_challenges(town.verifier, signed_in)) == 1
    recorded = town.events()
    town.clock.advance(ms=1)
    assert list_challenges(town.verifier, signed_in) == ()
    assert town.events() == recorded


def test_the_purpose_travels(town: Town, alice: Person, phone: TestPhone) -> None:
    """What a person who is signed in proves to be there for is told as that."""
    wallet = Wallet(alice)
    wallet.gets_phone(phone)
    pending = identity_proof.begin_verification(
        town.verifier,
        wallet.logs_in(FactorKind.IB_KEY),
        name=alice.user.name,
        password=alice.password,
        purpose=Purpose.CHANGE_CONTACT,
        client=BROWSER,
    )
    (told,) = asks(town, phone)
    assert (told.question, told.purpose) == (question_of(pending), Purpose.CHANGE_CONTACT)


def test_another_users_challenge_is_not_told(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Two phones, two users: each hears its own."""
    bob, other = town.adds("bob"), town.sells_phone()
    bob.activates(other)
    asked = enrolled.begins()
    assert asks(town, other) == ()
    (told,) = asks(town, phone)
    assert told.question == question_of(asked)
