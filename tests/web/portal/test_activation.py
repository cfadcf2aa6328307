"""The activation page: the code while it is good, the phone when it was used, and a way on from everything else."""

import json
import re

import pytest

from authsim.model import User
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.activation import operator_activation
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

SEED_SENTENCE = "An error has occurred. Please try again."


def state(browser: Browser) -> dict[str, object]:
    """What the page's script hears."""
    answer = browser.asks("GET", "/portal/activation/state")
    assert answer.status_code == 200
    found: dict[str, object] = json.loads(answer.text)
    return found


def test_page_shows_the_code_in_both_spellings(site: Site, browser: Browser, alice: User) -> None:
    """An inline QR on a plate, the Session ID as 5-5-5-5-6, the portal's key, and a recommendation."""
    page = browser.types_password("alice")
    assert page.one(cls="qr-plate").elements[0].tag == "svg"
    assert re.fullmatch(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}", page.one(cls="xyz-sessionid").text)
    assert re.fullmatch(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", page.one(cls="fingerprint").text)
    assert "recommend" in page.one(cls="lead").text
    assert "authsim://" not in page.text, "the code stands in the picture and in the Session ID only"
    assert "style=" not in page.text


def test_reload_shows_the_same_code(browser: Browser, alice: User) -> None:
    """A reload issues nothing."""
    first = browser.types_password("alice").one(cls="xyz-sessionid").text
    assert browser.opens("/portal/activation").one(cls="xyz-sessionid").text == first


def test_new_login_shows_a_fresh_code(browser: Browser, alice: User) -> None:
    """Logging in again issues another code."""
    first = browser.types_password("alice").one(cls="xyz-sessionid").text
    browser.presses("/portal/sign-out")
    assert browser.types_password("alice").one(cls="xyz-sessionid").text != first


def test_state_tells_what_happens(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """The script hears issued with the seconds that are left, then consumed with the phone's state."""
    browser.types_password("alice")
    site.clock.advance(ms=1)
    assert state(browser) == {"state": "issued", "device": None, "remaining_s": 600}
    browser.activates(phone)
    assert state(browser) == {"state": "consumed", "device": "active", "remaining_s": 0}


def test_state_without_a_session_is_json(browser: Browser) -> None:
    """A script whose session is gone gets 401 and one word, never a page."""
    answer = browser.asks("GET", "/portal/activation/state")
    assert (answer.status_code, answer.mimetype) == (401, "application/json")
    assert json.loads(answer.text).keys() == {"v", "error", "ref"}


def test_consumed_code_names_the_phone(browser: Browser, alice: User, phone: TestPhone) -> None:
    """After activation the page says so with the label, and offers both ways on."""
    browser.types_password("alice")
    browser.activates(phone)
    page = browser.opens("/portal/activation")
    assert page.one(cls="proof-panel").text == "IB Key is active for alice."
    assert "practice phone" in page.text
    assert not page.all(cls="qr-plate")
    actions = {form.attributes["action"] for form in page.all(tag="form")}
    assert {"/portal/activation/sign-in", "/portal/activation/not-me"} <= actions


def test_label_of_a_phone_is_text(site: Site, browser: Browser, alice: User) -> None:
    """A phone that names itself like a script is shown as letters."""
    browser.types_password("alice")
    browser.activates(site.sells_phone("<script>alert(1)</script>"))
    page = browser.opens("/portal/activation")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


def test_not_me_revokes_and_shows_a_fresh_code(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """*This was not me* takes the phone out of use and offers a code that works."""
    browser.types_password("alice")
    browser.activates(phone)
    browser.opens("/portal/activation")
    page = browser.presses("/portal/activation/not-me")
    assert page.all(cls="qr-plate")
    assert site.verifier.store.devices.active_of(alice.user_id) is None
    browser.activates(site.sells_phone("another"))
    assert "another" in browser.opens("/portal/activation").text


def test_not_me_without_a_used_code(browser: Browser, alice: User) -> None:
    """Pressing *This was not me* when nothing was used changes nothing and says so."""
    browser.types_password("alice")
    answer = browser.asks("POST", "/portal/activation/not-me", body={"csrf_token": browser.token()})
    assert answer.headers["Location"] == "/portal/activation"
    assert browser.opens("/portal/activation").all(cls="qr-plate")


def test_expired_code(site: Site, browser: Browser, alice: User) -> None:
    """At 600 s the page gives the article's sentence and a button that signs out for a fresh code."""
    browser.types_password("alice")
    site.clock.advance(seconds=600)
    page = browser.opens("/portal/activation")
    assert page.error == SEED_SENTENCE
    assert not page.all(cls="qr-plate")
    assert page.one(tag="main").text.count("fresh") >= 1
    assert browser.presses("/portal/sign-out").path == "/sso/Login"


def test_superseded_code(site: Site, alice: User) -> None:
    """A newer login elsewhere supersedes this page's code; the page says what to do."""
    first, second = site.browser(), site.browser()
    first.types_password("alice")
    second.types_password("alice")
    assert first.opens("/portal/activation").error == SEED_SENTENCE
    assert second.opens("/portal/activation").all(cls="qr-plate")


def test_revoked_phone(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """If the operator revokes the phone, the page does not claim that it is active."""
    browser.types_password("alice")
    browser.activates(phone)
    operators.revoke_device(site.verifier, alice)
    page = browser.opens("/portal/activation")
    assert "IB Key is active" not in page.text
    assert page.error == SEED_SENTENCE


def test_phone_that_came_by_another_code(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """If the operator's code brought the phone in, the page offers to sign in with it, but not to disown it."""
    browser.types_password("alice")
    phone.activate(site.verifier, operators_code(site, alice))
    page = browser.opens("/portal/activation")
    assert page.one(cls="proof-panel").text == "IB Key is active for alice."
    assert "/portal/activation/not-me" not in page.text
    challenge = browser.presses("/portal/activation/sign-in").challenge
    assert browser.types_response(phone.respond(challenge)).path == "/sso/Dispatcher"


def operators_code(site: Site, user: User) -> Secret:
    """A code that the operator issued."""
    return operator_activation(site.verifier, user.user_id, replace=False).uri


def test_sign_in_without_a_phone(browser: Browser, alice: User) -> None:
    """*Sign in with your phone* without a phone stays on the page and says why."""
    browser.types_password("alice")
    browser.asks("POST", "/portal/activation/sign-in", body={"csrf_token": browser.token()})
    assert browser.opens("/portal/activation").error == "Authentication failed"


@pytest.mark.parametrize("path", ["/portal/activation/not-me", "/portal/activation/sign-in"])
def test_full_session_has_nothing_to_activate(browser: Browser, alice: User, phone: TestPhone, path: str) -> None:
    """With both factors these forms lead home and change nothing."""
    browser.logs_in("alice", phone)
    body = {"csrf_token": browser.page.one(name="csrf_token").attributes["value"]} if browser.page else {}
    answer = browser.asks("POST", path, body=body)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sso/Dispatcher")
    assert browser.opens("/portal/activation").path == "/sso/Dispatcher"


def test_limited_session_is_limited(browser: Browser, alice: User) -> None:
    """One factor sees activation and activity; home leads back, sessions are refused."""
    browser.types_password("alice")
    assert browser.opens("/sso/Dispatcher").path == "/portal/activation"
    assert browser.opens("/portal/activity").status == 200
    page = browser.opens("/portal/sessions")
    assert (page.status, page.error) == (403, "This page opens only after both factors.")
    links = {link.attributes["href"] for link in page.one(cls="rail").walk() if link.tag == "a"}
    assert links == {"/portal/activation", "/portal/activity"}


def test_works_without_script(browser: Browser, alice: User) -> None:
    """While the code is shown, browsers without script reload by themselves."""
    page = browser.types_password("alice")
    (refresh,) = page.all(tag="meta", **{"http-equiv": "refresh"})
    assert refresh.parent is not None
    assert refresh.parent.tag == "noscript"
