"""Identity verification before a sensitive task, and what a session reaches that a passcode opened."""

import pytest

from authsim.model import FactorKind, Reach, User
from authsim.policy import Policy
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.holding import Held, give
from tests.support.proving import form_of, sends
from tests.support.site import PASSWORD, Browser, Site

SYSTEM = "/portal/settings/secure-login-system"
FACTORS = "/portal/settings/factors"
NUMBER = "+12025550142"


@pytest.fixture
def bob(site: Site) -> User:
    """A user with a number."""
    return site.adds("bob", phone=NUMBER)


@pytest.fixture
def inside(browser: Browser, bob: User, phone: TestPhone) -> Browser:
    """Bob's browser, signed in with his phone."""
    browser.logs_in("bob", phone)
    return browser


def test_verification_is_for_its_task(inside: Browser, phone: TestPhone) -> None:
    """An answer made for logging in does not prove anything here; the page leads back to where it was asked."""
    inside.opens("/portal/verify?for=number")
    page = sends(inside, "/portal/verify", username="bob", password=PASSWORD)
    page = inside.types_response(phone.respond(page.challenge))
    assert (page.path, page.error) == ("/portal/verify", "Authentication failed")
    assert "change the mobile number" in page.text


def test_verification_of_somebody_else(site: Site, inside: Browser, phone: TestPhone) -> None:
    """Another name than that of the session is a wrong combination; so is a wrong password."""
    site.adds("carol")
    for name, password in (("carol", PASSWORD), ("bob", "wrong")):
        inside.opens("/portal/verify?for=app")
        page = sends(inside, "/portal/verify", username=name, password=password)
        assert (page.path, page.error) == ("/portal/verify", "Invalid username password combination")


@pytest.mark.parametrize(
    "query", ["", "?for=nothing", "?for=remove", "?for=number&about=" + "0" * 32, "?for=opt-out&about=A"]
)
def test_unknown_tasks(inside: Browser, query: str) -> None:
    """A task that does not exist, or that lacks its device, is no page."""
    assert inside.opens(f"/portal/verify{query}").status == 404


def enters(browser: Browser, held: Held) -> Page:
    """Log in with a passcode."""
    page = browser.types_password("bob")
    return browser.sends(form_of(page, "/code"), {"temp-response": held.answer()})


def test_a_passcode_past_its_full_access(site: Site, browser: Browser, bob: User) -> None:
    """It opens the online card's page, the activity and the way out; with the card everything opens again."""
    held = give(site.verifier, bob, FactorKind.TEMPORARY_PASSCODE)
    site.clock.advance(seconds=site.verifier.policy.passcode_full_seconds)
    page = enters(browser, held)
    assert page.path == f"{FACTORS}/online-card"
    assert "The full access of your temporary passcode is over." in page.text
    labels = [part.text for part in page.one(cls="rail").walk() if part.tag == "span"]
    assert labels == ["Online card", "Activity", "Sign out"]
    for path in ("/portal/settings", "/portal/sessions", SYSTEM, f"{FACTORS}/authenticator-app", "/portal/messages"):
        refused = browser.opens(path)
        assert refused.status == 403
        assert "Activate IB Key or another lasting device" in refused.text
    assert browser.opens("/portal/activity").status == 200
    browser.opens(f"{FACTORS}/online-card")
    page = sends(browser, "/online-card")
    values = {row.elements[0].text: row.elements[1].text for row in page.one(cls="values").elements}
    first, second = (part.text for part in page.one(cls="indices").walk() if "code-digits" in part.classes)
    page = sends(browser, "/confirm", bronze_response=values[first] + values[second])
    assert "It serves until:" in page.text
    other = site.browser()
    page = other.types_password("bob")
    page = other.sends(form_of(page, "/choose"), {"factor": "2"})
    question = [part.text for part in page.all(cls="code-digits")]
    page = other.sends(form_of(page, "/code"), {"bronze-response": "".join(values[index] for index in question)})
    assert page.has_succeeded
    session = site.verifier.store.sessions.list_open(bob.user_id, now_ms=site.clock.now_ms())[0]
    assert session.reach is Reach.FULL


def test_a_passcode_that_restricts(opens_site) -> None:  # type: ignore[no-untyped-def]
    """Where the profile says so, its session reads everything and changes nothing that matters."""
    site = opens_site(policy=Policy(passcode_restricts=1))
    bob = site.adds("bob", phone=NUMBER)
    browser = site.browser()
    page = enters(browser, give(site.verifier, bob, FactorKind.TEMPORARY_PASSCODE))
    assert "You logged in with a temporary passcode" in page.text
    assert "You logged in with a temporary passcode" in browser.opens(SYSTEM).text
    assert browser.opens("/portal/settings/secure-login").status == 200
    for path in (f"{FACTORS}/authenticator-app", f"{FACTORS}/share", "/portal/verify?for=app"):
        assert browser.opens(path).status == 403
    body = {"csrf_token": browser.token(), "agreed": "yes", "seamless": "disabled"}
    for path in ("/portal/settings/opt-out", "/portal/settings/secure-login", "/portal/settings/number/verify"):
        assert browser.asks("POST", path, body=body).status_code == 403
