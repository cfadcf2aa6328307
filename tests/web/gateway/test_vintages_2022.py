"""The page before March 2023: what programs of that time look for, and nothing of what today's look for."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from authsim.errors import MessageError
from authsim.model import FactorKind, Mode
from authsim.verifier.operators import set_seamless
from tests.support.browser_plain import Element, Page
from tests.support.device_line import enrols
from tests.support.holding import give
from tests.support.site import PASSWORD, Browser
from tests.web.gateway.conftest import Gateway
from tests.web.test_gets_change_nothing import PLACES
from web.settings import GatewaySettings

PAGE = GatewaySettings(page="2022")
SECOND_FACTOR = "/sso/SecondFactor"
HOME = "/sso/Dispatcher"
NUMBER = "+12025550142"
INVALID = "Invalid username password combination"
TYPED = [kind for kind in FactorKind if kind is not FactorKind.IB_KEY]


@pytest.fixture
def then(opens_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway whose pages are those of before March 2023."""
    return opens_gateway(PAGE)


def form_around(element: Element) -> Element:
    """The form that an element belongs to."""
    found = element.parent
    while found is not None and found.tag != "form":
        found = found.parent
    assert found is not None
    return found


def submits(browser: Browser, **typed: str) -> Page:
    """Type into the form of the page's `#submitForm`, and press that."""
    assert browser.page is not None
    (button,) = browser.page.all(id="submitForm")
    assert (button.tag, button.attributes["type"]) == ("button", "submit")
    return browser.sends(form_around(button), typed)


def logs_in(browser: Browser, name: str, password: str = PASSWORD, **more: str) -> Page:
    """The first factor, by the names of then."""
    browser.opens("/")
    return submits(browser, user_name=name, password=password, **more)


def error_on(page: Page) -> str:
    """What a program of then reads as an error, or nothing: the element with these classes, in this order."""
    found = [one for one in page.all() if "alert alert-danger margin-top-10" in one.attributes.get("class", "")]
    assert len(found) <= 1
    return found[0].text if found else ""


def is_of_then(page: Page) -> None:
    """Expect no name of today, each id once, every reference to lead somewhere, and the simulator's banner."""
    assert "SIMULATION" in page.text
    for element in page.all():
        names = " ".join(element.attributes.get(name, "") for name in ("id", "class", "for", "name"))
        assert "xyz" not in names, names
        assert "login-step-notification" not in names
        assert element.attributes.get("name") != "username"
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            for ident in element.attributes.get(attribute, "").split():
                page.one(id=ident)
    ids = Counter(element.attributes["id"] for element in page.all() if "id" in element.attributes)
    assert {ident for ident, count in ids.items() if count > 1} == set()
    for field in page.all(tag="input") + page.all(tag="select"):
        if field.attributes.get("type") != "hidden" and "id" in field.attributes:
            assert page.all(tag="label", **{"for": field.attributes["id"]}) or field.attributes.get("aria-label")


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", {"user_name": "Username", "password": "Password", "toggle1": "Paper trading"}),
        ("ja", {"user_name": "ユーザー名", "password": "パスワード", "toggle1": "ペーパー取引"}),
    ],
)
def test_login_form(then: Gateway, language: str, labels: dict[str, str]) -> None:
    """Fields, switch and button carry the names of then and the words of today, and the button is the first."""
    page = then.site.browser(Accept_Language=language).opens("/")

    assert page.path == "/sso/Login"
    is_of_then(page)
    assert "login" in page.one(tag="body").classes
    for ident, name, kind in (
        *(("user_name", "user_name", "text"), ("password", "password", "password")),
        ("toggle1", "paperSwitch", "checkbox"),
    ):
        field = page.one(tag="input", id=ident)
        assert (field.attributes["name"], field.attributes["type"]) == (name, kind)
        assert page.one(tag="label", **{"for": ident}).text == labels[ident]
        assert not field.attributes.get("placeholder")
    assert not page.all(cls="toggle-wrapper")
    first = page.all(tag="button")[0]
    assert first is page.one(id="submitForm")
    assert {"btn", "btn-lg", "btn-primary"} <= first.classes
    assert error_on(page) == ""


def test_errors_are_read_where_they_stood(then: Gateway) -> None:
    """A wrong password, and the wrong mode, in the words that programs compare, alone in the element of then."""
    then.site.adds("pat", mode=Mode.PAPER)
    browser = then.site.browser(Accept_Language="en")

    page = logs_in(browser, "pat", "wrong")
    is_of_then(page)
    assert error_on(page) == INVALID
    page = logs_in(browser, "pat")
    assert error_on(page) == (
        "You have selected the Live Account Mode, but the specified user is a Paper Trading user. "
        "Please select the correct Login mode."
    )
    assert page.one(id="user_name").attributes["value"] == "pat"
    assert "paperSwitch" in {element.attributes.get("name") for element in page.all(tag="input")}
    page = submits(browser, paperSwitch="on")  # the switch alone is corrected: the password is not typed again
    assert page.path == "/portal/activation"
    is_of_then(page)


def test_a_challenge_is_answered_by_the_names_of_then(then: Gateway) -> None:
    """Without notifications the challenge stands there at once; its response is typed below it, and that signs in."""
    user = then.site.adds("alice")
    set_seamless(then.site.verifier, user, False)
    phone = enrols(then.site.verifier, user.user_id).phone
    browser = then.site.browser(is_patient=True)

    page = logs_in(browser, "alice")

    is_of_then(page)
    (base,) = page.all(id="twofactbase")
    inside = list(base.walk())
    challenge, field, button = (page.one(id=ident) for ident in ("chlg_SWCR", "chlginput", "submitForm"))
    assert all(element in inside for element in (challenge, field, button))
    assert re.fullmatch(r"[0-9]{6}", challenge.text)
    assert field.attributes["name"] == "chlginput"
    home = submits(browser, chlginput=phone.respond(challenge.text))
    assert (home.path, home.all(tag="pre")[0].text) == (HOME, "Client login succeeds")
    is_of_then(home)
    assert then.program.reads("tickle")["iserver"]["authStatus"]["authenticated"] is True


def test_a_wrong_response_is_an_error_of_then(then: Gateway) -> None:
    """It leads back to the login page, which says so where it stood."""
    user = then.site.adds("alice")
    set_seamless(then.site.verifier, user, False)
    enrols(then.site.verifier, user.user_id)
    browser = then.site.browser(is_patient=True, Accept_Language="en")
    logs_in(browser, "alice")

    page = submits(browser, chlginput="00000000")

    assert (page.path, error_on(page)) == ("/sso/Login", "Authentication failed")


def test_a_notification_is_no_typed_factor(then: Gateway) -> None:
    """Where a phone is asked nothing says that a code is wanted, and a link leads to the challenge."""
    user = then.site.adds("alice")
    enrols(then.site.verifier, user.user_id)
    browser = then.site.browser(is_patient=True)

    page = logs_in(browser, "alice")

    is_of_then(page)
    assert not page.all(id="twofactbase")
    (link,) = page.all(tag="a", cls="showchallenge")
    assert browser.opens(str(link.attributes["href"])).one(id="chlg_SWCR").text
    for rung in ("qr", "challenge", "notification"):
        is_of_then(browser.opens(f"{SECOND_FACTOR}?with={rung}"))


@pytest.mark.parametrize("kind", TYPED)
def test_each_factor_is_chosen_and_answered(then: Gateway, kind: FactorKind) -> None:
    """The list is `#sf_select`, whatever is chosen is typed into `#chlginput`, and both are read."""
    user = then.site.adds("alice", phone=NUMBER)
    enrols(then.site.verifier, user.user_id)
    held = give(then.site.verifier, user, kind)
    browser = then.site.browser(is_patient=True)
    page = logs_in(browser, "alice")
    is_of_then(page)
    (chooser,) = page.all(tag="select", id="sf_select")
    assert "form-control" in chooser.classes
    wanted = next(one for one in chooser.elements if one.text not in ("Select Type", "IB Key"))

    page = browser.sends(form_around(chooser), {"sf_select": wanted.attributes["value"]})

    is_of_then(page)
    (base,) = page.all(id="twofactbase")
    assert page.one(id="chlginput") in list(base.walk())
    asked = page.all(id="chlg_SWCR")
    indices = [one.text for one in page.all(cls="code-digits")]
    question = asked[0].text if asked else " ".join(indices)
    assert submits(browser, chlginput=held.answer(question)).all(tag="pre")[0].text == "Client login succeeds"


def test_no_page_has_a_name_of_today(then: Gateway) -> None:
    """Whatever a browser can look at, signed in or not, is of then; errors too."""
    user = then.site.adds("alice", phone=NUMBER)
    phone = enrols(then.site.verifier, user.user_id).phone
    browser = then.site.browser(is_patient=True)
    paths = ["/nothing"]
    for rule in then.site.app.url_map.iter_rules():
        path = rule.rule
        for place, value in PLACES:
            path = path.replace(place, value)
        if "GET" in (rule.methods or ()) and not path.endswith("/events") and not path.startswith("/sso/"):
            paths.append(path)
    looked = 0
    for is_signed_in in (False, True):
        if is_signed_in:
            logs_in(browser, "alice")
            page = browser.opens(f"{SECOND_FACTOR}?with=challenge")
            assert submits(browser, chlginput=phone.respond(page.one(id="chlg_SWCR").text)).path == HOME
        for path in paths:
            with closing(browser.asks("GET", path)) as answer:
                if answer.mimetype == "text/html":
                    looked += 1
                    is_of_then(Page(url=path, status=answer.status_code, headers={}, text=answer.text))
    assert looked > 40


def test_forms_of_today_are_read_as_well(then: Gateway) -> None:
    """A program that sends today's names without looking at the page is not refused for them."""
    then.site.adds("alice")
    browser = then.site.browser()
    token = browser.opens("/sso/Login").one(name="csrf_token").attributes["value"]

    answer = browser.asks("POST", "/sso/Login", body={"csrf_token": token, "username": "alice", "password": PASSWORD})

    assert answer.headers["Location"] == "/portal/activation"


def test_a_field_under_both_names_is_refused(then: Gateway) -> None:
    """What stands there twice means nothing."""
    then.site.adds("alice")
    browser = then.site.browser()
    token = browser.opens("/sso/Login").one(name="csrf_token").attributes["value"]
    body = {"csrf_token": token, "username": "alice", "user_name": "bella", "password": PASSWORD}

    assert browser.asks("POST", "/sso/Login", body=body).status_code == 400


def test_pages_of_today_are_left_alone(opens_gateway: Callable[..., Gateway]) -> None:
    """Beside a vintage of then another gateway of the same process has the pages of today, word for word."""
    opens_gateway(PAGE).site.browser().opens("/")
    today, plain = opens_gateway(), opens_gateway(GatewaySettings(page="current", seed=7))
    texts = [
        re.sub(r'(nonce|value)="[^"]*"', "", one.site.browser().opens("/").one(tag="main").text)
        for one in (today, plain)
    ]
    assert texts[0] == texts[1]
    assert today.site.browser().opens("/").one(id="xyz-field-username")


def test_markup_that_nobody_knows_is_refused(opens_gateway: Callable[..., Gateway]) -> None:
    """The settings name one of those that there are, or are told which."""
    with pytest.raises(MessageError, match="current, 2022, drift"):
        opens_gateway(GatewaySettings(page="1999"))
