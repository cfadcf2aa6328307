"""The login page as programs know it: ids, classes, names, texts and their places in the document."""

import re

import pytest

from authsim.model import FactorKind, Mode, User
from tests.support.browser_plain import Element, Page
from tests.support.device import TestPhone
from tests.support.device_line import enrols
from tests.support.holding import give
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
    for ident, cls, name, kind in (
        ("xyz-field-username", "xyz-username", "username", "text"),
        ("xyz-field-password", "xyz-password", "password", "password"),
        ("toggle1", "xyz-paper-switch", "paperSwitch", "checkbox"),
    ):
        field = page.one(tag="input", id=ident)
        assert (field.attributes["name"], field.attributes["type"]) == (name, kind)
        assert "required" not in field.attributes
        assert len(page.all(tag="label", **{"for": ident})) == 1
        assert page.one(tag="input", cls=cls).attributes["id"] == ident
    assert page.one(tag="label", **{"for": "xyz-field-username"}).text == "Username"
    assert page.one(tag="label", **{"for": "xyz-field-password"}).text == "Password"
    assert page.one(tag="input", id="xyz-field-username").attributes["placeholder"] == "Username"
    assert page.one(tag="input", id="xyz-field-password").attributes["placeholder"] == "Password"
    assert page.one(id="toggle1").within("toggle-wrapper")


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
    assert field.attributes["placeholder"] == "Enter response code"
    (button,) = [element for element in form.walk() if element.tag == "button"]
    assert button.attributes["type"] == "submit"
    assert button.text == "Login"
    assert button is page.all(tag="button", type="submit")[0], "no hidden one stands before it"
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
    assert home.all(tag="pre")[0].parent is home.one(tag="body"), "where a browser puts a plain text"
    assert {"xyzblock-finished", "xyzblock-success"} <= home.one(cls="xyzblock-finished").classes


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


def test_the_button_opens_its_group(browser: Browser) -> None:
    """`.form-group:nth-child(1) > .btn` finds the login button first, in a group that is all its block holds."""
    button = browser.opens("/").one(tag="button", cls="xyz-button-login")
    group = button.parent
    assert group is not None
    assert group.parent is not None
    assert group.elements == [button]
    assert group.parent.elements == [group]


def test_pages_fetch_nothing_from_elsewhere(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Every address that a page of the login fetches, sends to or leads to begins with a slash of our own."""
    browser.logs_in("alice", phone)
    pages = [browser.opens("/"), browser.types_password("alice", "wrong"), browser.types_password("alice")]
    pages += [browser.opens(f"/sso/SecondFactor?with={rung}") for rung in ("notification", "qr", "challenge")]
    for page in pages:
        for element in page.all():
            for name in ("src", "href", "action", "formaction", "data", "poster", "srcset"):
                address = element.attributes.get(name)
                assert address is None or re.match(r"[/#](?!/)", address), (page.path, element.tag, address)
        assert "url(" not in page.text
        assert "@import" not in page.text


def test_the_live_user_is_corrected_by_the_switch_alone(site: Site, browser: Browser) -> None:
    """After the paper sentence a program ticks the switch and presses Login: the empty password goes on."""
    site.adds("pat", mode=Mode.PAPER)
    page = browser.types_password("pat")
    assert page.error == (
        "You have selected the Live Account Mode, but the specified user is a Paper Trading user. "
        "Please select the correct Login mode."
    )
    form = page.one(tag="form", cls="xyzform-username")
    assert browser.sends(form, {"paperSwitch": "on"}).path == "/portal/activation"


def test_a_second_attempt_is_no_correction(site: Site, browser: Browser, alice: User) -> None:
    """An empty password goes on for nobody whose password was not just right."""
    page = browser.types_password("alice", "")
    assert page.error == "Invalid username password combination"
    site.adds("pat", mode=Mode.PAPER)
    page = browser.types_password("pat")
    form = page.one(tag="form", cls="xyzform-username")
    assert browser.sends(form, {"username": "alice", "paperSwitch": "on"}).error != ""


def test_push_page(site: Site, alice: User) -> None:
    """The block, the button that sends again, and the link to the challenge, visible at once; it refreshes itself."""
    enrols(site.verifier, alice.user_id)
    browser = site.browser(is_patient=True, Accept_Language="en")

    page = browser.types_password("alice")

    block = page.one(cls="xyzblock-notification")
    assert {"xyzblock", "xyzblock-notification"} <= block.classes
    assert "login-step-notification" not in page.text
    assert not page.all(id="twofactbase"), "no code is wanted here"
    assert page.one(cls="xyz-resendnotification").within("xyzblock-notification")
    assert page.one(cls="xyz-notificationimg").within("xyzblock-notification")
    assert page.all(tag="button", type="submit")[0].text == "Resend notification"
    (link,) = page.all(tag="a", cls="xyz-showchallenge")
    assert link.parent is not None
    assert (link.parent.tag, "text-center" in link.parent.classes) == ("p", True)
    assert [(element.tag, element.text) for element in link.elements] == [("small", "Log in with Challenge/Response")]
    place: Element | None = link
    while place is not None:
        assert "hidden" not in place.attributes
        place = place.parent
    assert page.one(tag="meta", **{"http-equiv": "refresh"}).attributes["content"] == "5"
    challenge = browser.opens(str(link.attributes["href"]))
    assert re.fullmatch("[0-9]{6}", challenge.challenge)


def test_qr_page_keeps_the_way_to_the_challenge(site: Site, alice: User) -> None:
    """The step with a QR code has the same link, at the same place."""
    enrols(site.verifier, alice.user_id)
    browser = site.browser(is_patient=True)
    browser.types_password("alice")

    (link,) = browser.opens("/sso/SecondFactor?with=qr").all(tag="a", cls="xyz-showchallenge")

    assert link.parent is not None
    assert "text-center" in link.parent.classes
    assert link.elements[0].tag == "small"
    assert link.within("xyzblock-qrcode")


def test_picker(site: Site, alice: User) -> None:
    """A real list in its block, whose options are called exactly as programs choose them; it acts on a change."""
    enrols(site.verifier, alice.user_id)
    give(site.verifier, alice, FactorKind.AUTHENTICATOR_APP)
    browser = site.browser(is_patient=True, Accept_Language="en")

    page = browser.types_password("alice")

    (chooser,) = page.all(tag="select", cls="xyz-multipleselect")
    assert "form-control" in chooser.classes
    assert chooser.within("xyzblock-multiplesf")
    assert "data-goes-on" in chooser.attributes, "what the page's script listens to"
    options = {option.text: option.attributes["value"] for option in chooser.elements}
    assert options == {"Select Type": "", "IB Key": "5.2a", "Mobile Authenticator App": "4"}
    form = next(form for form in page.all(tag="form") if form.attributes["action"].endswith("/choose"))
    assert browser.sends(form, {"factor": "5.2a"}).all(cls="xyzblock-notification")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (FactorKind.SECURITY_CARD, "gold-response"),
        (FactorKind.CODE_CARD, "bronze-response"),
        (FactorKind.ONLINE_CARD, "bronze-response"),
    ],
)
def test_a_card_is_a_second_factor_to_a_program_with_its_own_settings(
    site: Site, alice: User, kind: FactorKind, name: str
) -> None:
    """What is typed from a card stands inside `#twofactbase`, in a form of one field that Enter sends."""
    held = give(site.verifier, alice, kind)
    browser = site.browser()

    page = browser.types_password("alice")

    (base,) = page.all(id="twofactbase")
    assert "xyzblock" in base.classes
    field = page.one(tag="input", id=f"xyz-field-{name}")
    assert field in list(base.walk())
    assert field.attributes["name"] == name
    form = next(form for form in page.all(tag="form") if field in list(form.walk()))
    typed = [one for one in form.walk() if one.tag == "input" and one.attributes["type"] != "hidden"]
    assert typed == [field]
    question = page.challenge if page.all(cls="xyz-goldchallenge") else _index_numbers(page)
    assert browser.sends(form, {name: held.answer(question)}).has_succeeded


@pytest.mark.parametrize("kind", [kind for kind in FactorKind if kind is not FactorKind.IB_KEY])
def test_the_first_button_that_sends_is_the_codes_own(site: Site, kind: FactorKind) -> None:
    """On the page of each code it is called Login, and stands in the form whose field is typed into."""
    user = site.adds("bella", phone="+12025550142")
    give(site.verifier, user, kind)

    page = site.browser(Accept_Language="en").types_password("bella")

    button = page.all(tag="button", type="submit")[0]
    assert button.text == "Login"
    form = next(form for form in page.all(tag="form") if button in list(form.walk()))
    (field,) = [one for one in form.walk() if one.tag == "input" and one.attributes["type"] != "hidden"]
    assert str(field.attributes["id"]).startswith("xyz-field-")


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        (FactorKind.TEXT, "000000", "Incorrect security code"),
        (FactorKind.SECURITY_CARD, "00000000", "Authentication failed"),
    ],
)
def test_what_a_wrong_answer_is_told(site: Site, kind: FactorKind, wrong: str, says: str) -> None:
    """The sentence is verbatim, alone in the one element of its kind, and it is gone from the next page."""
    user = site.adds("bella", phone="+12025550142")
    give(site.verifier, user, kind)
    browser = site.browser(Accept_Language="en")
    page = browser.types_password("bella")
    form = next(form for form in page.all(tag="form") if form.attributes["action"].endswith("/code"))
    (field,) = [one for one in form.walk() if one.tag == "input" and one.attributes["type"] != "hidden"]

    page = browser.sends(form, {field.attributes["name"]: wrong})

    (message,) = page.all(cls="xyz-errormessage")
    assert (message.tag, message.text, message.children) == ("p", says, [says])
    assert message.within("xyzblock-error")
    assert not browser.opens(page.path).all(cls="xyz-errormessage")


def _index_numbers(page: Page) -> str:
    return " ".join(element.text for element in page.one(cls="indices").walk() if "code-digits" in element.classes)
