"""The challenge page: reloads, expiry, responses of every kind, and double sending."""

import pytest

from authsim.model import User
from authsim.policy import Policy
from tests.support.device import TestPhone
from tests.support.site import Browser, Site


@pytest.fixture
def enrolled(site: Site, alice: User, phone: TestPhone) -> TestPhone:
    """A phone that is active for alice; she is signed out again."""
    visitor = site.browser()
    visitor.logs_in("alice", phone)
    visitor.presses("/portal/sign-out")
    return phone


def wrong(phone: TestPhone, challenge: str) -> str:
    """A response of the right form that is not the right one."""
    return f"{(int(phone.respond(challenge)) + 1) % 10**8:08}"


def test_reload_shows_the_same_challenge(browser: Browser, enrolled: TestPhone) -> None:
    """The challenge belongs to the login, not to the page view."""
    challenge = browser.types_password("alice").challenge
    assert browser.opens("/sso/SecondFactor?with=challenge").challenge == challenge


@pytest.mark.parametrize("separator", [" ", "-"])
def test_blanks_in_the_response_are_ignored(browser: Browser, enrolled: TestPhone, separator: str) -> None:
    """People type 1234 5678; the eight digits count."""
    response = enrolled.respond(browser.types_password("alice").challenge)
    assert browser.types_response(f" {response[:4]}{separator}{response[4:]} ").path == "/sso/Dispatcher"


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh", "１２３４５６７８", "1234567\n8"])
def test_malformed_response_keeps_the_challenge(browser: Browser, enrolled: TestPhone, typed: str) -> None:
    """What is no response at all stays on the page, costs nothing, and the right response still signs in."""
    challenge = browser.types_password("alice").challenge
    page = browser.types_response(typed)
    assert (page.path, page.error, page.challenge) == ("/sso/SecondFactor", "A response code has 8 digits.", challenge)
    assert page.one(id="xyz-field-gold-response").attributes.get("value", "") == ""
    assert browser.types_response(enrolled.respond(challenge)).path == "/sso/Dispatcher"


def test_wrong_response_ends_the_attempt(browser: Browser, enrolled: TestPhone) -> None:
    """One wrong response is enough; the right one comes too late."""
    challenge = browser.types_password("alice").challenge
    browser.types_response(wrong(enrolled, challenge))
    page = browser.opens("/sso/SecondFactor")
    assert page.path == "/sso/Login"


def test_policy_may_allow_a_second_try(opens_site, phone: TestPhone) -> None:  # type: ignore[no-untyped-def]
    """Where the policy allows more responses for a challenge, the page stays until they are used up."""
    site = opens_site(policy=Policy(responses_per_challenge=2))
    site.adds("alice")
    browser = site.browser()
    browser.logs_in("alice", phone)
    challenge = browser.types_password("alice").challenge
    page = browser.types_response(wrong(phone, challenge))
    assert (page.path, page.error, page.challenge) == ("/sso/SecondFactor", "Authentication failed", challenge)
    assert browser.types_response(phone.respond(challenge)).path == "/sso/Dispatcher"


def test_expired_challenge(site: Site, browser: Browser, enrolled: TestPhone) -> None:
    """At 180 s the page leads back to the login page and says why: the code is late, or nobody answered the phone."""
    response = enrolled.respond(browser.types_password("alice").challenge)
    site.clock.advance(seconds=180)
    late = browser.types_response(response)
    assert (late.path, late.error) == ("/sso/Login", "The challenge code has expired.")
    browser.types_password("alice")
    site.clock.advance(seconds=180)
    assert browser.opens("/sso/SecondFactor").error == "The request is no longer valid."


def test_response_sent_twice(browser: Browser, enrolled: TestPhone) -> None:
    """A response counts once: what is sent again after success leads to no second session."""
    page = browser.types_password("alice")
    form, response = page.one(cls="xyzform-gold"), enrolled.respond(page.challenge)
    browser.types_response(response)
    again = browser.sends(form, {"gold-response": response})
    assert again.status == 403 or again.path == "/sso/Login"


def test_response_without_a_login(browser: Browser) -> None:
    """A response out of the blue is an expired login, not an error of the portal."""
    answer = browser.asks(
        "POST", "/sso/SecondFactor", body={"csrf_token": browser.token(), "gold-response": "12345678"}
    )
    assert answer.headers["Location"] == "/sso/Login"
    assert browser.opens("/sso/Login").error == "The login attempt has expired."


def test_page_without_a_login(browser: Browser) -> None:
    """Opening the challenge page without a login leads to the login page."""
    assert browser.opens("/sso/SecondFactor").path == "/sso/Login"


def test_challenge_belongs_to_its_browser(site: Site, browser: Browser, enrolled: TestPhone) -> None:
    """Another browser cannot answer, and cannot see, the challenge of this one."""
    browser.types_password("alice")
    assert site.browser().opens("/sso/SecondFactor").path == "/sso/Login"


def test_removed_user_leaves_a_page_that_answers(
    site: Site, browser: Browser, alice: User, enrolled: TestPhone
) -> None:
    """A user that the operator removes in the middle of a login is led back to the login page."""
    browser.types_password("alice")
    from authsim.verifier import operators

    operators.remove_user(site.verifier, alice)
    assert browser.opens("/sso/SecondFactor").path == "/sso/Login"


def test_step_up_failure_leads_back_to_activation(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """In a limited session a wrong response leads back to the page that offers *Sign in with your phone* again."""
    browser.types_password("alice")
    browser.activates(phone)
    browser.opens("/portal/activation")
    challenge = browser.presses("/portal/activation/sign-in").challenge
    page = browser.types_response(wrong(phone, challenge))
    assert (page.path, page.error) == ("/portal/activation", "Authentication failed")
    challenge = browser.presses("/portal/activation/sign-in").challenge
    assert browser.types_response(phone.respond(challenge)).path == "/sso/Dispatcher"
