"""The login page as programs know it: ids, classes, names, texts and their places in the document."""

import pytest

from authsim.model import Mode, User
from tests.support.browser_plain import Element, Page
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site


def visible_buttons(page: Page) -> list[Element]:
    """Every button in the order of the document."""
    return page.all(tag="button")


def test_start_leads_to_the_login_page(browser: Browser) -> None:
    """`GET /` answers 302 with the address that login programs expect."""
    answer = browser.asks("GET", "/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sso/Login?forwardTo=22&RL=1&ip2loc=on"


def test_login_form(browser: Browser) -> None:
    """The form, its fields, its switch and their labels carry the names that programs look for."""
    page = browser.opens("/")
    assert page.path == "/sso/Login"
    assert "login" in page.one(tag="body").classes
    form = page.one(tag="form", cls="xyzform-username")
    assert form.within("xyzblock-username")
    for ident, name, kind in (
        ("xyz-field-username", "username", "text"),
        ("xyz-field-password", "password", "password"),
        ("toggle1", "paperSwitch", "checkbox"),
    ):
        field = page.one(tag="input", id=ident)
        assert (field.attributes["name"], field.attributes["type"]) == (name, kind)
        assert "required" not in field.attributes
        assert len(page.all(tag="label", **{"for": ident})) == 1
    assert page.one(tag="label", **{"for": "xyz-field-username"}).text == "Username"
    assert page.one(tag="label", **{"for": "xyz-field-password"}).text == "Password"


def test_login_button_is_the_first_button(browser: Browser) -> None:
    """The first button is Login: a direct child of a `.form-group` that is the first child of its parent."""
    page = browser.opens("/")
    button = visible_buttons(page)[0]
    assert button.text == "Login"
    assert button.attributes["type"] == "submit"
    assert {"btn", "btn-lg", "btn-primary", "xyz-button-login"} <= button.classes
    group = button.parent
    assert group is not None
    assert group.parent is not None
    assert "form-group" in group.classes
    assert group.parent.tag == "div"
    assert group.parent.elements[0] is group
    # `.form-group:nth-child(1) > .btn` finds nothing before it
    first_groups = [
        element
        for element in page.all(cls="form-group")
        if element.parent is not None and element.parent.elements[0] is element
    ]
    assert first_groups[0] is group


def test_switches_stand_after_the_form(browser: Browser) -> None:
    """Language and theme are links behind the form, so that no program presses them by accident."""
    text = browser.opens("/").text
    assert text.index("/look/") > text.index("</form>")


def test_no_element_of_the_old_page(browser: Browser, alice: User, phone: TestPhone, site: Site) -> None:
    """Nothing is named `user_name`, and the class that makes programs fall over is on no page."""
    pages = [browser.opens("/"), browser.types_password("alice", "wrong"), browser.types_password("alice")]
    browser.activates(phone)
    browser.opens("/portal/activation")
    pages += [browser.presses("/portal/activation/sign-in"), browser.types_response("1")]
    for page in pages:
        assert "login-step-notification" not in page.text
        assert not page.all(name="user_name")


def test_no_error_element_without_an_error(browser: Browser) -> None:
    """A fresh page has neither an error block nor an error message."""
    page = browser.opens("/")
    assert not page.all(cls="xyz-errormessage")
    assert not page.all(cls="xyzblock-error")


def test_error_stands_alone_in_its_element_and_is_shown_once(browser: Browser, alice: User) -> None:
    """An error is one `p.xyz-errormessage` in the error block; a reload shows a fresh form."""
    page = browser.types_password("alice", "wrong")
    (message,) = page.all(cls="xyz-errormessage")
    assert message.tag == "p"
    assert message.within("xyzblock-error")
    assert message.text == "Invalid username password combination"
    assert message.text != page.one(cls="xyzblock-error").text, "the remedy stands in the block, not in the message"
    assert not browser.opens("/sso/Login").all(cls="xyz-errormessage")


@pytest.mark.parametrize("paper", [False, True])
def test_wrong_mode_sentence_keeps_name_and_switch(site: Site, browser: Browser, paper: bool) -> None:
    """The paper/live sentence is verbatim; the form still holds the name, and the switch as it was sent."""
    site.adds("pat", mode=Mode.LIVE if paper else Mode.PAPER)
    page = browser.types_password("pat", paper=paper)
    chosen, actual = ("Paper Trading Mode", "Live Account") if paper else ("Live Account Mode", "Paper Trading")
    assert page.error == (
        f"You have selected the {chosen}, but the specified user is a {actual} user. "
        "Please select the correct Login mode."
    )
    assert page.one(id="xyz-field-username").attributes["value"] == "pat"
    assert ("checked" in page.one(id="toggle1").attributes) is paper
    assert page.one(id="xyz-field-password").attributes.get("value", "") == ""


def test_challenge_page(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Challenge alone in its element, one form, one labelled field, one submit button inside the form."""
    browser.logs_in("alice", phone)
    page = browser.types_password("alice")
    block = page.one(cls="xyzblock-manualibkey")
    assert "xyzblock" in block.classes
    (challenge,) = page.all(cls="xyz-goldchallenge")
    assert challenge.text == challenge.children[0]
    assert len(challenge.text) == 6
    assert challenge.text.isdigit()
    form = page.one(tag="form", cls="xyzform-gold")
    field = page.one(tag="input", id="xyz-field-gold-response")
    assert field.attributes["name"] == "gold-response"
    assert "xyz-gold-response" in field.classes
    (button,) = [element for element in form.walk() if element.tag == "button"]
    assert button.attributes["type"] == "submit"
    assert "btn" in button.classes
    assert page.one(tag="label", **{"for": "xyz-field-gold-response"}).text == "Enter response code"


def test_success(browser: Browser, alice: User, phone: TestPhone) -> None:
    """A right response answers 302 to the Dispatcher, whose first `<pre>` says exactly what programs wait for."""
    browser.logs_in("alice", phone)
    page = browser.types_password("alice")
    body = {
        "csrf_token": page.one(name="csrf_token").attributes["value"],
        "gold-response": phone.respond(page.challenge),
    }
    answer = browser.asks("POST", "/sso/SecondFactor", body=body)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/Dispatcher")
    home = browser.opens("/sso/Dispatcher")
    assert home.all(tag="pre")[0].text == "Client login succeeds"
    assert home.all(tag="pre")[0].children == ["Client login succeeds"]


def test_wrong_response(browser: Browser, alice: User, phone: TestPhone) -> None:
    """A wrong response leads back to the login page, which says `Authentication failed`."""
    browser.logs_in("alice", phone)
    page = browser.types_password("alice")
    right = phone.respond(page.challenge)
    page = browser.types_response(f"{(int(right) + 1) % 10**8:08}")
    assert (page.path, page.error) == ("/sso/Login", "Authentication failed")


def test_throttle_sentence(site: Site, browser: Browser, alice: User) -> None:
    """From the fifth failure on the documented wait is said, in seconds, then in minutes and seconds."""
    for _ in range(5):
        browser.types_password("alice", "wrong")
    page = browser.types_password("alice", PASSWORD)
    assert page.error == ("Too many failed login attempts. Please wait 53 seconds before attempting to re-login again.")
    for _ in range(2):
        site.clock.advance(seconds=3600)
        browser.types_password("alice", "wrong")
    page = browser.types_password("alice", PASSWORD)
    assert page.error == (
        "Too many failed login attempts. Please wait 3 minutes & 32 seconds before attempting to re-login again."
    )
