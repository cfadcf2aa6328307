"""The way to the settings, and the Seamless setting: whether a login announces itself on the phone."""

import pytest

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

PAGE = "/portal/settings/secure-login"


def choose(browser: Browser, value: str) -> int:
    """Send the form with a choice; return the status."""
    token = browser.opens(PAGE).one(name="csrf_token").attributes["value"]
    return browser.asks("POST", PAGE, body={"csrf_token": token, "seamless": value}).status_code


def chosen(browser: Browser) -> str:
    """Which choice the page shows."""
    (radio,) = [one for one in browser.opens(PAGE).all(name="seamless") if "checked" in one.attributes]
    return radio.attributes["value"]


def test_path_to_the_setting(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Settings > User Settings > the gear at Secure Login System > the gear in the box Secure Login Settings."""
    page = browser.logs_in("alice", phone)
    assert page.one(cls="rail").attributes["aria-label"] == "User menu"
    assert "/portal/settings" in {link.attributes.get("href") for link in page.one(cls="rail").walk()}
    page = browser.opens("/portal/settings")
    user, system, classic = (row.attributes["href"] for row in page.all(cls="setting"))
    assert (system, classic) == ("/portal/settings/secure-login-system", "/portal/settings/classic")
    page = browser.opens(user)
    assert page.one(cls="card").elements[0].text == "Security"
    row = page.one(cls="setting")
    assert row.elements[0].elements[0].text == "Secure Login System"
    assert row.elements[-1].tag == "svg"
    page = browser.opens(row.attributes["href"])
    assert page.path == system
    assert page.one(cls="card").elements[0].text == "Secure Login Settings"
    page = browser.opens(page.one(cls="setting").attributes["href"])
    assert page.path == PAGE
    assert [item.text for item in page.one(cls="trail").elements] == [
        *("User menu", "Settings", "User Settings", "Secure Login System"),
    ]
    assert page.one(tag="h1").text == "Secure Login Settings"
    assert page.all(cls="choices")[1].text.count("Enabled") == 1


def test_switching_off_and_on(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """Disabled: the next login shows the challenge at once; enabled again: the notification comes first."""
    browser.logs_in("alice", phone)
    assert chosen(browser) == "enabled"
    assert choose(browser, "disabled") == 303
    assert "The setting is kept." in browser.opens(PAGE).text
    assert chosen(browser) == "disabled"
    assert "Disabled" in browser.opens("/portal/settings/secure-login-system").one(cls="setting").text
    other = site.browser(is_patient=True)
    assert other.types_password("alice").all(cls="xyz-goldchallenge")
    assert choose(browser, "enabled") == 303
    assert other.types_password("alice").all(cls="xyzblock-notification")


def test_home_and_activity_tell_of_it(browser: Browser, alice: User, phone: TestPhone) -> None:
    """The home page says whether notifications are on, and the timeline that they were switched."""
    browser.logs_in("alice", phone)
    choose(browser, "disabled")
    assert "NotificationsDisabled" in browser.opens("/sso/Dispatcher").text.replace("</dt><dd>", "")
    assert "Notifications at login switched" in browser.opens("/portal/activity").text


@pytest.mark.parametrize("value", ["", "on", "ENABLED", "true"])
def test_other_values_are_malformed(browser: Browser, alice: User, phone: TestPhone, value: str) -> None:
    """What the form does not offer is refused and changes nothing."""
    browser.logs_in("alice", phone)
    assert choose(browser, value) == 400
    assert chosen(browser) == "enabled"


@pytest.mark.parametrize("path", ["/portal/settings", "/portal/settings/user", PAGE])
def test_takes_two_factors(browser: Browser, alice: User, path: str) -> None:
    """With one factor nothing of it is shown, and with none neither."""
    assert browser.opens(path).status == 401
    browser.types_password("alice")
    assert browser.opens(path).status == 403
    answer = browser.asks("POST", PAGE, body={"csrf_token": browser.token(), "seamless": "disabled"})
    assert answer.status_code == 403
