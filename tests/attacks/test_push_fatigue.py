"""Attack: somebody with the password asks the phone again and again, until its owner taps (A20).

The classic profile has no limits, as the service that it reproduces; what it has is *It wasn't me*. The numbers of the
hardened profile answer the rest.
"""

from contextlib import suppress
from dataclasses import replace

import pytest

from authsim.errors import Reason, RefusalError
from authsim.policy import HARDENED, SECOND
from authsim.profiles import PROFILES
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def town() -> Town:
    """A portal with the hardened numbers; those on challenges, which would come first, are off."""
    policy = replace(PROFILES[HARDENED], challenges_open=0, challenges_per_hour=0, challenges_per_day=0)
    return Town(policy=policy)


@pytest.fixture
def victim(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active, and whose password is known."""
    alice.activates(phone)
    return alice


def test_a_hundred_requests_reach_the_phone_three_times(town: Town, victim: Person, phone: TestPhone) -> None:
    """In ten minutes, by logging in or by resending: of a hundred requests three are announced."""
    announced = 0
    for number in range(100):
        pending, asked = victim.is_asked()
        announced += asked.is_notified
        if number % 2:
            with suppress(RefusalError):
                announced += victim.resends(pending).is_notified
        town.clock.advance(seconds=3)

    assert announced == 3
    assert len(phone.sees(town.verifier)) == 0


def test_however_patient_ten_are_all(town: Town, victim: Person) -> None:
    """Three days of requests, one every half hour: ten are announced, and then none until a login was completed."""
    announced = 0
    for _ in range(144):
        announced += victim.is_asked()[1].is_notified
        town.clock.advance(seconds=1_800)

    assert announced == 10


@pytest.mark.parametrize("number", ["", "000000", "999999"])
def test_a_tap_without_the_page_opens_nothing(town: Town, victim: Person, phone: TestPhone, number: str) -> None:
    """Whoever does not see the page that shows the number can tap as often as they like."""
    for _ in range(10):
        pending, asked = victim.is_asked()
        for reason in (*[Reason.WRONG_NUMBER] * 3, Reason.PUSH_CLOSED):
            with refused(reason):
                phone.approves(town.verifier, asked, number=number)
        with refused(Reason.PUSH_NOT_APPROVED):
            victim.collects(pending)
        town.clock.advance(seconds=600)
    assert victim.full_sessions == []


def test_a_report_ends_it(town: Town, victim: Person, phone: TestPhone) -> None:
    """*It wasn't me*, once: a week of requests reaches nobody; the owner logs in by typing, and is asked again."""
    _, asked = victim.is_asked()
    phone.reports(town.verifier, asked)
    for _ in range(6 * 24):
        assert not victim.is_asked()[1].is_notified
        town.clock.advance(seconds=3_600)

    victim.logs_in(with_=phone)

    town.clock.advance(seconds=1)
    assert victim.is_asked()[1].is_notified


def test_denying_costs_nothing(town: Town, victim: Person, phone: TestPhone) -> None:
    """Ten denials are no failed logins: the attacker does not lock the owner out by being denied."""
    for _ in range(10):
        _, asked = victim.is_asked()
        phone.denies(town.verifier, asked)
        town.clock.advance(seconds=600)

    assert victim.lockout.failures_ms == ()
    victim.logs_in(with_=phone)


def test_the_classic_profile_announces_them_all_and_reports_are_recorded() -> None:
    """The weakness that it teaches: nothing limits the requests, and each report stands in the record."""
    town = Town()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)

    asked = [alice.is_asked()[1] for _ in range(100)]
    phone.reports(town.verifier, asked[-1])

    assert all(one.is_notified for one in asked)
    assert alice.events()[-1][1] is Reason.PUSH_REPORTED
    assert asked[0].expires_ms == town.clock.now_ms() + 180 * SECOND
