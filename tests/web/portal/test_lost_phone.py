"""*Lost your phone?*: the password suspends the phone, and what is left then is a page that names the remedies."""

import pytest

from authsim.model import User
from authsim.states import Device
from authsim.verifier import operators
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site


def suspends(browser: Browser, name: str = "alice", password: str = PASSWORD) -> None:
    """Fill the form in and send it."""
    form = next(
        form for form in browser.opens("/lost-phone").all(tag="form") if form.attributes["action"] == "/lost-phone"
    )
    browser.sends(form, {"username": name, "password": password})


@pytest.mark.parametrize("path", ["/sso/Login", "/sso/SecondFactor"])
def test_is_linked_where_it_is_needed(site: Site, alice: User, phone: TestPhone, path: str) -> None:
    """Login page and second-factor page both lead to it."""
    site.browser().logs_in("alice", phone)
    browser = site.browser(is_patient=True)
    browser.types_password("alice")
    links = [link.attributes["href"] for link in browser.opens(path).all(tag="a")]
    assert "/lost-phone" in links


def test_suspends_and_says_what_comes_next(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """The phone is suspended, the sessions that it opened end, and the page tells the remedies once."""
    owner = site.browser()
    owner.logs_in("alice", phone)
    suspends(browser)
    assert browser.page is not None
    assert browser.page.one(cls="proof-panel").text.startswith("Your phone is suspended.")
    assert "migrate NAME --portal http://127.0.0.1:8765" in browser.page.text
    device = site.verifier.store.devices.get(phone.device_id)
    assert device is not None
    assert device.state is Device.SUSPENDED
    assert owner.opens("/sso/Dispatcher").path == "/sso/Login"
    assert browser.opens("/lost-phone").all(name="password"), "a reload shows the form again"


def test_wrong_password_suspends_nothing(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """A wrong password counts as at any login, and the phone goes on answering."""
    site.browser().logs_in("alice", phone)
    suspends(browser, password="wrong")
    assert browser.page is not None
    assert browser.page.error == "Invalid username password combination"
    assert site.verifier.store.devices.active_of(alice.user_id) is not None
    user = site.verifier.store.users.get(alice.user_id)
    assert user is not None
    assert len(user.lockout.failures_ms) == 1


def test_user_without_a_phone(browser: Browser, alice: User) -> None:
    """There is nothing to suspend, and the page says so."""
    suspends(browser)
    assert browser.page is not None
    assert browser.page.error == "Authentication failed"


def test_suspended_phone_brings_no_code(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """The password opens a limited session without a QR code, with the two remedies and the phone's state."""
    site.browser().logs_in("alice", phone)
    suspends(browser)
    page = browser.types_password("alice")
    assert page.path == "/portal/activation"
    assert page.one(tag="h1").text == "Your phone is suspended"
    assert not page.all(cls="qr-plate")
    assert not page.all(cls="xyz-sessionid")
    assert page.one(cls="badge").text == "suspended"
    assert "authsim users resume alice" in page.text
    assert "migrate alice --portal http://127.0.0.1:8765" in page.text


def test_resumed_while_the_page_is_open(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """When the help desk resumes the phone, the same page offers to sign in with it."""
    site.browser().logs_in("alice", phone)
    suspends(browser)
    browser.types_password("alice")
    operators.resume(site.verifier, alice)
    page = browser.opens("/portal/activation")
    assert page.one(cls="proof-panel").text == "IB Key is active for alice."
    page = browser.presses("/portal/activation/sign-in")
    assert browser.types_response(phone.respond(page.challenge)).has_succeeded


def test_sign_in_with_a_suspended_phone(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """A form of before is refused on the page that says that the phone is suspended."""
    site.browser().logs_in("alice", phone)
    suspends(browser)
    page = browser.types_password("alice")
    token = page.one(name="csrf_token").attributes["value"]
    browser.asks("POST", "/portal/activation/sign-in", body={"csrf_token": token})
    page = browser.opens("/portal/activation")
    assert page.error == "Authentication failed"
    assert page.one(tag="h1").text == "Your phone is suspended"


def test_revoked_while_the_page_is_open(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """When the phone is revoked meanwhile, the page leads to a fresh code by a new login."""
    site.browser().logs_in("alice", phone)
    suspends(browser)
    browser.types_password("alice")
    operators.revoke_device(site.verifier, alice)
    page = browser.opens("/portal/activation")
    assert "shows a fresh QR code" in page.text
    browser.presses("/portal/sign-out")
    assert browser.types_password("alice").all(cls="qr-plate")


def test_activity_tells_of_it(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """Suspended and resumed stand in the user's own timeline, with the phone's name."""
    site.browser().logs_in("alice", phone)
    suspends(browser)
    operators.resume(site.verifier, alice)
    owner = site.browser()
    owner.logs_in("alice", phone)
    rows = [row.text for row in owner.opens("/portal/activity").one(cls="timeline").elements]
    assert any("Phone suspended" in row and "practice phone" in row for row in rows)
    assert any("Phone in use again" in row for row in rows)


def test_suspending_twice(site: Site, alice: User, phone: TestPhone) -> None:
    """Suspending twice is no error: the second time it says the same."""
    site.browser().logs_in("alice", phone)
    for _ in range(2):
        browser = site.browser()
        suspends(browser)
        assert browser.page is not None
        assert browser.page.all(cls="proof-panel")
