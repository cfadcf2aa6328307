"""Whether a request may be announced: the limits against push fatigue."""

from dataclasses import replace

import pytest

from authsim.errors import Reason
from authsim.policy import CLASSIC, HARDENED, MINUTE
from authsim.profiles import PROFILES
from authsim.verifier.requests import find_limit
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def town() -> Town:
    """A portal with the numbers of the hardened profile."""
    return Town(policy=replace(PROFILES[HARDENED], password_least_characters=8))


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def limit(town: Town, alice: Person) -> Reason | None:
    """Return why nothing would be announced to alice now."""
    assert alice.device is not None
    found = find_limit(town.verifier, alice.device, now_ms=town.clock.now_ms())
    return None if found is None else found.reason


def test_the_classic_profile_has_no_limits() -> None:
    """A hundred requests in a row, unanswered and reported, are all announced."""
    town = Town(policy=PROFILES[CLASSIC])
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)

    for number in range(100):
        _, asked = alice.is_asked()
        assert asked.is_notified
        if number % 10 == 0:
            phone.reports(town.verifier, asked)


def test_three_in_ten_minutes(town: Town, enrolled: Person) -> None:
    """The fourth login is not announced, until the first of the three is ten minutes old; it can still be scanned."""
    for _ in range(3):
        assert enrolled.is_asked()[1].is_notified
        town.clock.advance(seconds=60)

    assert not enrolled.is_asked()[1].is_notified
    assert limit(town, enrolled) is Reason.PUSHES_SPENT
    town.clock.advance(ms=7 * MINUTE - 1)
    assert not enrolled.is_asked()[1].is_notified
    town.clock.advance(ms=1)
    assert enrolled.is_asked()[1].is_notified


def test_silent_requests_do_not_count(town: Town, enrolled: Person) -> None:
    """What nobody is disturbed by is no fatigue."""
    for _ in range(5):
        enrolled.is_asked(notify=False)
        town.clock.advance(seconds=180)

    assert enrolled.is_asked()[1].is_notified


def test_ten_in_a_row_that_led_nowhere(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Then only a completed login lets them begin again, and waiting does not help."""
    for _ in range(10):
        pending, asked = enrolled.is_asked()
        assert asked.is_notified
        town.clock.advance(seconds=600)

    town.clock.advance(days=1)
    pending, asked = enrolled.is_asked()
    assert not asked.is_notified
    with refused(Reason.PUSHES_SPENT) as caught:
        enrolled.resends(pending)
    assert caught.value.retry_after_ms is None

    town.clock.advance(ms=1)
    enrolled.answers(pending, phone.respond(pending.challenge.question))
    assert enrolled.is_asked()[1].is_notified


def test_a_completed_login_begins_the_count_anew(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Nine that led nowhere and one that was approved are no row of ten."""
    for _ in range(9):
        enrolled.is_asked()
        town.clock.advance(seconds=600)
    enrolled.logs_in_by_push(with_=phone)
    town.clock.advance(seconds=600)

    assert enrolled.is_asked()[1].is_notified


def test_a_report_stops_them_until_a_typed_login(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """*It wasn't me*: nothing is announced any more, in no login, until a response was typed."""
    _, asked = enrolled.is_asked()
    phone.reports(town.verifier, asked)
    town.clock.advance(days=1)

    pending, asked = enrolled.is_asked()
    assert not asked.is_notified
    with refused(Reason.PUSHES_BLOCKED):
        enrolled.resends(pending)

    enrolled.answers(pending, phone.respond(pending.challenge.question))
    town.clock.advance(ms=1)
    assert enrolled.is_asked()[1].is_notified


def test_a_scanned_login_with_its_number_is_typed_too(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Whoever scans the page and types its number sits before it: that lifts the stop as well."""
    _, asked = enrolled.is_asked()
    phone.reports(town.verifier, asked)
    town.clock.advance(seconds=1)
    pending, asked = enrolled.is_asked()
    phone.approves(town.verifier, asked, number=asked.number)

    enrolled.collects(pending)

    assert limit(town, enrolled) is None


def test_three_wrong_numbers_stop_them_too(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Somebody taps without seeing the page."""
    _, asked = enrolled.is_asked()
    for _ in range(3):
        with refused(Reason.WRONG_NUMBER):
            phone.approves(town.verifier, asked, number="")

    assert limit(town, enrolled) is Reason.PUSHES_BLOCKED


def test_two_wrong_numbers_and_a_denial_do_not(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Neither does a login that ended for another reason."""
    _, asked = enrolled.is_asked()
    for _ in range(2):
        with refused(Reason.WRONG_NUMBER):
            phone.approves(town.verifier, asked, number="")
    phone.denies(town.verifier, asked)

    assert limit(town, enrolled) is None


def test_a_report_overtaken_by_a_request_under_way_still_counts(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """A login that was judged before the report and kept after it does not hide it."""
    _, asked = enrolled.is_asked()
    town.between.before("logins.begin", lambda: phone.reports(town.verifier, asked))
    assert enrolled.is_asked()[1].is_notified

    assert limit(town, enrolled) is Reason.PUSHES_BLOCKED


def test_a_new_phone_begins_without_a_past(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """What the old phone's user reported does not silence the new one."""
    town.under(add_user_by_device=0, confirm_activation=0)
    _, asked = enrolled.is_asked()
    phone.reports(town.verifier, asked)
    town.clock.advance(seconds=1)

    enrolled.adds_herself(town.sells_phone())

    assert enrolled.is_asked()[1].is_notified
