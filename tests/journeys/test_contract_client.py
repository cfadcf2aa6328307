"""A login program that knows nothing but the names which such programs know: ids, classes, texts, addresses.

Those names are facts of a page that public programs read (docs/protocol.md says nothing of them; the page does).
"""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.support.browser_plain import Element, Page, fill
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of

WRONG_CREDENTIALS = "Invalid username password combination"
WRONG_RESPONSE = "Authentication failed"
WRONG_MODE = (
    "You have selected the Live Account Mode, but the specified user is a Paper Trading user. "
    "Please select the correct Login mode."
)
HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture(scope="module")
def people(portal: LivePortal) -> dict[str, str]:
    """An activation URI for each of the users of this module."""
    names = ("anna", "bert", "cleo", "dora", "emil")
    made = portal.adds(*names, activation=True) | portal.adds("paula", paper=True, activation=True)
    return {name: entry["activation"] for name, entry in made.items()}


def first_by_css(page: Page, cls: str) -> list[Element]:
    """What `.form-group:nth-child(1) > .btn` selects, in the order of the document."""
    return [
        child
        for group in page.all(cls="form-group")
        if group.parent is not None and group.parent.elements[0] is group
        for child in group.elements
        if cls in child.classes
    ]


@pytest.mark.parametrize("host", HOSTS)
def test_the_start_page_leads_to_the_form(portal: LivePortal, host: str) -> None:
    """`GET /` answers 302 to the login address with its usual query, relative, by either name of this machine."""
    answer = portal.visitor(host=host).request("GET", "/")

    assert answer.status == 302
    assert answer.headers["Location"] == "/sso/Login?forwardTo=22&RL=1&ip2loc=on"


def test_the_form_has_the_known_names(portal: LivePortal) -> None:
    """Fields, labels, switch and button of the login form are where login programs look for them."""
    page = portal.visitor().get("/")

    form = page.one(cls="xyzform-username", tag="form")
    for name in ("username", "password"):
        field = page.one(id=f"xyz-field-{name}")
        assert field.attributes["name"] == name
        assert "required" not in field.attributes
        assert page.one(tag="label", **{"for": f"xyz-field-{name}"}).text == name.capitalize()
        assert field in list(form.walk())
    assert page.one(id="toggle1").attributes["name"] == "paperSwitch"
    assert page.one(tag="label", **{"for": "toggle1"}).text
    assert page.one(cls="xyz-button-login").classes >= {"btn", "btn-lg", "btn-primary"}
    assert page.one(cls="xyz-button-login").text == "Login"
    assert page.one(cls="xyz-button-login").within("xyzblock-username-submit")
    assert "login" in page.one(tag="body").classes
    assert not page.all(name="user_name")
    assert not page.all(id="user_name")
    assert not page.all(cls="login-step-notification")


def test_the_first_button_by_place_logs_in(portal: LivePortal) -> None:
    """The first match of `.form-group:nth-child(1) > .btn` is the login button, and no button stands before it."""
    page = portal.visitor().get("/")

    assert first_by_css(page, "btn")[0] is page.one(cls="xyz-button-login")
    assert page.all(tag="button")[0] is page.one(cls="xyz-button-login")


def test_the_form_ignores_its_query(portal: LivePortal) -> None:
    """The login address shows a fresh form whatever its query says, as often as it is asked."""
    browser = portal.visitor()

    for query in ("", "?forwardTo=22&RL=1&ip2loc=on", "?RL=1&RL=2&x=%00", "?forwardTo=//elsewhere.test"):
        page = browser.get(f"/sso/Login{query}")
        assert page.status == 200
        assert page.one(cls="xyzform-username")
        assert page.error == ""


@pytest.mark.parametrize(("host", "name"), list(zip(HOSTS, ("anna", "bert"), strict=True)))
def test_a_login_by_names_alone(
    portal: LivePortal, people: dict[str, str], sells: Callable[..., Phone], host: str, name: str
) -> None:
    """Form, challenge, response, Dispatcher with its `<pre>`: by either name of this machine, posts answered by GET."""
    phone = sells(name)
    phone.activates(people[name])
    browser = portal.visitor(host=host)

    action, fields = fill(
        browser.get("/").one(cls="xyzform-username"), {"username": name, "password": password_of(name)}
    )
    first = browser.request("POST", action, urlencode(fields))
    page = browser.get(first.headers["Location"])
    assert page.one(cls="xyzblock-notification").classes >= {"xyzblock"}
    page = browser.get(page.challenge_link or "")
    block = page.one(cls="xyzblock-manualibkey")
    challenge = page.challenge
    again = browser.get(page.url).challenge
    form = page.one(cls="xyzform-gold", tag="form")
    field = page.one(id="xyz-field-gold-response")
    action, fields = fill(form, {"gold-response": phone.responds(challenge)})
    second = browser.request("POST", action, urlencode(fields))
    home = browser.get(second.headers["Location"])

    assert first.status in (302, 303)
    assert "xyzblock" in block.classes
    assert re.fullmatch("[0-9]{6}", challenge)
    assert again == challenge
    assert field.attributes["name"] == "gold-response"
    assert "xyz-gold-response" in field.classes
    assert field in list(form.walk())
    assert [button.attributes["type"] for button in form.walk() if "btn" in button.classes] == ["submit"]
    assert (second.status, second.headers["Location"]) == (302, "/sso/Dispatcher")
    assert home.url == f"{portal.at(host)}/sso/Dispatcher"
    assert home.has_succeeded
    assert home.all(cls="xyzblock-finished")
    assert home.all(cls="xyzblock-success")
    assert home.error == ""


def test_the_texts_of_refusals(portal: LivePortal, people: dict[str, str], sells: Callable[..., Phone]) -> None:
    """A wrong password, an unknown user and a wrong response say exactly the sentences that programs compare with."""
    phone = sells("cleo")
    phone.activates(people["cleo"])
    browser = portal.visitor()

    for name in ("cleo", "nobody-of-this-name"):
        page = browser.types_password(name, "not-the-password")
        assert (page.path, page.status) == ("/sso/Login", 200)
        assert [element.text for element in page.all(cls="xyz-errormessage")] == [WRONG_CREDENTIALS]
        assert page.one(cls="xyz-errormessage").within("xyzblock-error")
        assert page.one(cls="xyz-errormessage").tag == "p"
        assert page.one(id="xyz-field-username")
        assert browser.get(page.url).error == "", "a reload forgets the error, or it would be taken for a new one"

    browser.types_password("cleo", password_of("cleo"))
    right = phone.responds(browser.page.challenge if browser.page else "")
    refused = browser.types_response(f"{(int(right) + 1) % 10**8:08}")
    assert [element.text for element in refused.all(cls="xyz-errormessage")] == [WRONG_RESPONSE]
    assert refused.one(cls="xyzform-username"), "a refused response ends the attempt; the next one can begin at once"


def test_the_switch_is_corrected_without_the_password(
    portal: LivePortal, people: dict[str, str], sells: Callable[..., Phone]
) -> None:
    """A paper user in live mode reads the known sentence, and goes on with the switch alone."""
    phone = sells("paula")
    phone.activates(people["paula"])
    browser = portal.visitor()

    refused = browser.types_password("paula", password_of("paula"))
    corrected = browser.send(
        refused.one(cls="xyzform-username"), {"username": "paula", "password": "", "paperSwitch": "on"}
    )
    home = browser.types_response(phone.responds(corrected.challenge))

    assert refused.error == WRONG_MODE
    assert home.has_succeeded


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate"},
        {"Sec_Fetch_Site": "none"},
        {"Accept": "*/*", "User_Agent": "Java/17"},
    ],
    ids=["nothing", "a browser's", "typed address", "another program's"],
)
def test_no_headers_of_a_browser_are_needed(
    portal: LivePortal, people: dict[str, str], headers: dict[str, str]
) -> None:
    """With or without `Sec-Fetch-Site`, and without `Origin`, the form is taken."""
    page = portal.visitor(**headers).types_password("dora", password_of("dora"))

    assert page.status == 200
    assert page.error == ""
    assert page.path == "/portal/activation"


@pytest.mark.parametrize(
    "headers",
    [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}],
    ids=["cross-site", "another port", "null"],
)
def test_a_form_of_another_site_is_refused(portal: LivePortal, people: dict[str, str], headers: dict[str, str]) -> None:
    """A login form that another page sends is refused with 403, before the password is looked at."""
    browser = portal.visitor()
    action, fields = fill(
        browser.get("/").one(cls="xyzform-username"), {"username": "emil", "password": password_of("emil")}
    )

    answer = browser.request("POST", action, urlencode(fields), **headers)

    assert answer.status == 403
    assert portal.shows("emil")["sessions"] == 0


def test_the_origin_of_either_name_is_our_own(portal: LivePortal, people: dict[str, str]) -> None:
    """A browser that came by `localhost` says so in `Origin` and is taken, whatever the portal calls itself."""
    browser = portal.visitor(host="localhost")
    browser.headers["Origin"] = browser.address

    assert browser.types_password("dora", password_of("dora")).path == "/portal/activation"
