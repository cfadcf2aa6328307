"""The login page and what follows from its form."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from authsim.model import Mode, User
from authsim.verifier import operators
from authsim.verifier.activation import operator_activation
from tests.support.device import TestPhone
from tests.support.ports import BetweenSteps
from tests.support.site import PASSWORD, Browser, Site


def test_query_is_ignored(browser: Browser) -> None:
    """Whatever stands in the query, even twice, the form is shown."""
    assert browser.opens("/sso/Login?forwardTo=22&RL=1&ip2loc=on&RL=2&next=//evil.test").status == 200


def test_unknown_user_and_wrong_password_look_the_same(browser: Browser, alice: User) -> None:
    """The page after a wrong password is that after an unknown user, but for nonce, token and reference."""
    known, unknown = browser.types_password("alice", "wrong"), browser.types_password("nobody", "wrong")
    assert known.error == unknown.error == "Invalid username password combination"
    assert known.one(cls="next").text == unknown.one(cls="next").text


def test_nothing_typed_for_an_unknown_user_remains(
    site: Site, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """What was typed for a user that does not exist is neither shown, nor logged, nor stored, nor in a cookie."""
    caplog.set_level(logging.DEBUG)
    page = browser.types_password("canary-name-4711", "canary-password-4711")
    assert "canary" not in page.text
    assert "canary" not in caplog.text
    assert b"canary" not in site.stored_bytes()
    assert not any("canary" in value for value in browser.cookies().values())


def test_typed_name_is_not_echoed_after_a_wrong_password(browser: Browser, alice: User) -> None:
    """A wrong password gives back an empty form, for users that exist too."""
    page = browser.types_password("alice", "wrong")
    assert page.one(id="xyz-field-username").attributes["value"] == ""


def test_user_without_phone_lands_on_activation(browser: Browser, alice: User) -> None:
    """A first login opens a limited session and shows the QR page."""
    assert browser.types_password("alice").path == "/portal/activation"
    assert "s" in browser.cookies()


def test_correcting_the_switch_needs_no_password(site: Site, browser: Browser, phone: TestPhone) -> None:
    """After the paper/live sentence, the toggle alone and an empty password continue the attempt."""
    site.adds("pat", mode=Mode.PAPER)
    page = browser.types_password("pat")
    page = browser.sends(page.one(cls="xyzform-username"), {"password": "", "paperSwitch": "on"})
    assert page.path == "/portal/activation"


def test_correction_is_forgotten_after_a_minute(site: Site, browser: Browser) -> None:
    """At 60 s the remembered first factor is gone, and the page says so."""
    site.adds("pat", mode=Mode.PAPER)
    page = browser.types_password("pat")
    site.clock.advance(seconds=60)
    page = browser.sends(page.one(cls="xyzform-username"), {"password": "", "paperSwitch": "on"})
    assert page.error == "The login attempt has expired."


def test_correction_belongs_to_one_browser_and_one_name(site: Site, browser: Browser) -> None:
    """Another browser, or another name, does not profit from a remembered first factor."""
    site.adds("pat", mode=Mode.PAPER)
    site.adds("sam", mode=Mode.PAPER)
    page = browser.types_password("pat")
    assert site.browser().types_password("pat", "", paper=True).error == "Invalid username password combination"
    page = browser.sends(page.one(cls="xyzform-username"), {"username": "sam", "password": "", "paperSwitch": "on"})
    assert page.error == "Invalid username password combination"


def test_switch_is_off_after_any_other_error(browser: Browser, alice: User) -> None:
    """Programs press the switch at each attempt, so a wrong password gives it back in its first position."""
    page = browser.types_password("alice", "wrong", paper=True)
    assert "checked" not in page.one(id="toggle1").attributes


def test_locked_user_is_told_how_long(site: Site, browser: Browser, alice: User) -> None:
    """A locked user hears the documented sentence with hours, even with the right password."""
    operators.lock(site.verifier, alice)
    page = browser.types_password("alice", PASSWORD)
    assert page.error.startswith("Too many failed login attempts. Please wait 24 hours ")


def test_expired_account(site: Site, browser: Browser, alice: User) -> None:
    """Practice accounts end after seven days."""
    site.clock.advance(days=7)
    assert browser.types_password("alice").error == "This practice account has expired."


@pytest.mark.parametrize(
    "name", ["", "A", "alice\x00", "x" * 60_000, "älice", "' OR 1=1 --", "<script>alert(1)</script>"]
)
def test_odd_names_are_wrong_credentials(browser: Browser, alice: User, name: str) -> None:
    """No name breaks the page, and none comes back in it."""
    page = browser.types_password(name)
    assert (page.status, page.error) == (200, "Invalid username password combination")
    assert not name or name not in page.one(tag="main").text


def test_fields_may_be_missing(browser: Browser) -> None:
    """A form without fields is a wrong password, not an error of the portal."""
    answer = browser.asks("POST", "/sso/Login", body={"csrf_token": browser.token()})
    assert answer.status_code == 303


def test_field_given_twice_is_refused(browser: Browser, alice: User) -> None:
    """Two values for one field are malformed: nobody may read another than we judged."""
    body = f"csrf_token={browser.token()}&username=alice&username=bob&password={PASSWORD.replace(' ', '+')}"
    answer = browser.asks("POST", "/sso/Login", body=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_multipart_form_is_refused(browser: Browser) -> None:
    """Only the plain form encoding is read."""
    answer = browser.asks(
        "POST", "/sso/Login", body={"csrf_token": browser.token()}, content_type="multipart/form-data"
    )
    assert answer.status_code == 415


def test_phone_that_becomes_active_in_between(site: Site, alice: User, phone: TestPhone) -> None:
    """If a phone is activated elsewhere before the limited session opens, the login simply goes to the challenge."""
    first, second = site.browser(), site.browser()
    first.types_password("alice")
    first.activates(phone)
    assert second.types_password("alice").path == "/sso/SecondFactor"


def test_phone_that_becomes_active_at_the_last_moment(opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """Active just before the limited session opens: the article's sentence now, the challenge at the next try."""
    between: list[BetweenSteps] = []

    def wrap(store: object) -> BetweenSteps:
        between.append(BetweenSteps(store))
        return between[0]

    site = opens_site(wrap=wrap)
    user = site.adds("alice")
    browser = site.browser()
    form = browser.opens("/").one(cls="xyzform-username")
    uri = operator_activation(site.verifier, user.user_id, replace=False).uri
    between[0].before(
        "devices.current_of",
        lambda: phone.activate(site.verifier, uri),
    )
    page = browser.sends(form, {"username": "alice", "password": PASSWORD})
    assert page.error == "An error has occurred. Please try again."
    assert browser.types_password("alice").path == "/sso/SecondFactor"


class Exhausted:
    """A store in which every phone was asked everything."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return Exhausted(self._inner.logins) if name == "logins" else getattr(self._inner, name)

    def count_questions(self, _: object) -> int:
        """More than there are."""
        return 10**9


def test_phone_that_was_asked_everything(opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """When a phone has used up its questions the login page says so, and who can help."""
    site = opens_site(wrap=Exhausted)
    user = site.adds("alice")
    phone.activate(site.verifier, operator_activation(site.verifier, user.user_id, replace=False).uri)
    page = site.browser().types_password("alice")
    assert (page.path, page.error) == ("/sso/Login", "Authentication failed")
    assert "used up" in page.one(cls="next").text


def test_head_leaves_the_error_for_the_page(browser: Browser, alice: User) -> None:
    """A HEAD request of a cautious client does not swallow the error that the page has to show."""
    body = {"csrf_token": browser.token(), "username": "alice", "password": "wrong"}
    browser.asks("POST", "/sso/Login", body=body)
    assert browser.asks("HEAD", "/sso/Login").text == ""
    assert browser.opens("/sso/Login").error == "Invalid username password combination"
