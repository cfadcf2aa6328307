"""What goes wrong with a typed challenge and response, in the browser and on a trading device: the rows E and F."""

import pytest

from tests.support.failing import KINDS, Victim, Ward
from tests.support.phone import Phone

MALFORMED, USAGE = 65, 64
kinds = pytest.mark.parametrize(("platform", "language"), KINDS)


def with_two(ward: Ward, platform: str, language: str) -> tuple[Victim, Victim, Phone]:
    """Two users on one phone."""
    victim, other = ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)
    phone.activates(other.uri)
    return victim, other, phone


@kinds
@pytest.mark.parametrize("typed", ["12345", "1234567", "12345O"])
def test_a_mistyped_challenge(ward: Ward, platform: str, language: str, typed: str) -> None:
    """Noticed before the element is asked: no try is counted, even with a wrong one."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    phone.pin_file.write_text("1111\n")

    victim.refused(phone, "E2", "respond", typed, status=MALFORMED)

    phone.pin_file.write_text("2468\n")
    assert victim.answers(phone)


@kinds
def test_a_wrong_response_in_the_browser(ward: Ward, platform: str, language: str) -> None:
    """One wrong response ends the attempt; what is no response at all costs nothing."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in(platform), victim.begins()
    browser.get("/sso/SecondFactor?with=challenge")

    browser.types_response("1234567")
    victim.reads(browser, "E5")
    assert browser.page is not None
    challenge = browser.page.challenge
    right = phone.responds(challenge)
    wrong = f"{(int(right) + 1) % 10**8:08}"
    browser.types_response(wrong)
    victim.reads(browser, "E4")

    assert victim.answers(phone)


@kinds
def test_the_wrong_user_of_a_phone(ward: Ward, platform: str, language: str) -> None:
    """The response of another user on the same phone is wrong, in the browser and on the trading device alike."""
    victim, other, phone = with_two(ward, platform, language)
    victim.refused(phone, "F5", "respond", "123456", status=USAGE)
    browser = victim.begins()
    page = browser.get("/sso/SecondFactor?with=challenge")

    browser.types_response(phone.responds(page.challenge, "--user", other.name))
    victim.reads(browser, "E4")
    victim.told(victim.trades(lambda challenge: phone.responds(challenge, "--user", other.name)), "F1")

    done = victim.trades(lambda challenge: phone.responds(challenge, "--user", victim.name))
    assert done.returncode == 0, done.stderr


@kinds
def test_a_phone_that_does_not_know_the_user(ward: Ward, platform: str, language: str) -> None:
    """A phone answers for nobody else, and a new one for nobody at all."""
    victim, other = ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)

    victim.refused(phone, "F4", "respond", "123456", "--user", other.name, user=other.name)
    victim.refused(victim.buys(platform, name="new"), "F4", "respond", "123456", place=1)


@kinds
def test_a_response_on_the_wrong_device(ward: Ward, platform: str, language: str) -> None:
    """Typed where another login waits: that one is over, the one that was meant is not."""
    victim = ward.takes(language)
    phone = victim.moves_in(platform)
    meant, wrong = victim.begins(), victim.begins()
    challenge = meant.get("/sso/SecondFactor?with=challenge").challenge
    wrong.get("/sso/SecondFactor?with=challenge")
    response = phone.responds(challenge)

    wrong.types_response(response)
    victim.reads(wrong, "E4")
    victim.told(victim.trades(lambda _: response), "F1")

    assert meant.types_response(response).has_succeeded


@kinds
def test_a_login_that_is_over(ward: Ward, platform: str, language: str) -> None:
    """The right response a second time: the attempt is over, and nobody is let in by it."""
    victim = ward.takes(language)
    phone, browser = victim.moves_in(platform), victim.begins()
    page = browser.get("/sso/SecondFactor?with=challenge")
    response = phone.responds(page.challenge)
    thief = victim.portal.visitor(Accept_Language=language)
    thief.cookies = dict(browser.cookies)
    thief.get("/sso/SecondFactor?with=challenge")
    assert browser.types_response(response).has_succeeded

    thief.types_response(response)
    victim.reads(thief, "E6")


@kinds
def test_the_trading_device(ward: Ward, platform: str, language: str) -> None:
    """Wrong credentials, too short a response, a wrong one, and a user without a phone: each with its remedy."""
    victim, lonely = ward.takes(language), ward.takes(language)
    phone = victim.moves_in(platform)

    victim.told(victim.trades(lambda _: "1234567"), "F2")
    victim.told(victim.trades(lambda _: "00000000"), "F1")
    lonely.told(lonely.trades(lambda _: ""), "F3")

    done = victim.trades(phone.responds)
    assert done.returncode == 0, done.stderr
