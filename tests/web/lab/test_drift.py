"""Markup that drifts: programs lose their elements, and people lose nothing."""

import re
from collections.abc import Callable

import pytest

from authsim.policy import Policy
from tests.support.browser_plain import Element, Page
from tests.support.device_line import enrols
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD, Browser
from web.markup import rewrite


def field_of(page: Page, label: str) -> Element:
    """The field that belongs to a label, as a person finds it."""
    (named,) = [one for one in page.all(tag="label") if one.text == label]
    return page.one(id=str(named.attributes["for"]))


def is_shown(element: Element | None) -> bool:
    """Whether no element around it is hidden."""
    while element is not None:
        if "hidden" in element.attributes:
            return False
        element = element.parent
    return True


def form_of(element: Element) -> Element:
    """The form around a field."""
    found = element.parent
    while found is not None and found.tag != "form":
        found = found.parent
    assert found is not None
    return found


def fills(browser: Browser, words: dict[str, str]) -> Page:
    """Type words under labels, and send the form."""
    page = browser.page
    assert page is not None
    fields = {field_of(page, label): word for label, word in words.items()}
    form = form_of(next(iter(fields)))
    return browser.sends(form, {str(field.attributes["name"]): word for field, word in fields.items()})


def test_a_person_logs_in_as_ever(living: LabSite) -> None:
    """By labels alone a login goes through, although ids, classes and names are others."""
    alice = living.site.adds("alice")
    phone = enrols(living.site.verifier, alice.user_id).phone
    living.does("PUT", "/faults/markup_drift")
    browser = living.site.browser(is_patient=True, Accept_Language="en")

    browser.opens("/")
    fills(browser, {"Username": "alice", "Password": PASSWORD})
    page = browser.opens("/sso/SecondFactor?with=challenge")
    challenge = re.search(r"[0-9](?: [0-9]){5}", page.one(tag="main").text)  # as a screen reader says it
    assert challenge is not None
    home = fills(browser, {"Enter response code": phone.respond(challenge[0].replace(" ", ""))})

    assert home.path == "/sso/Dispatcher"
    assert "Client login succeeds" in home.text
    assert ("POST /sso/Login", "alice") in [(line["what"], line["user"]) for line in living.told("browser")]


def test_a_wrong_password_is_told(living: LabSite) -> None:
    """What was typed arrives under its old name: the refusal is that of a wrong password, and the mode is heeded."""
    living.site.adds("alice")
    living.does("PUT", "/faults/markup_drift")
    browser = living.site.browser(is_patient=True, Accept_Language="en")
    browser.opens("/")

    assert "Invalid username password combination" in fills(browser, {"Username": "alice", "Password": "wrong"}).text
    told = fills(browser, {"Username": "alice", "Password": PASSWORD, "Paper trading": "on"}).text
    assert "You have selected the Paper Trading Mode" in told


def test_programs_find_only_twins(living: LabSite) -> None:
    """All that programs know is there under its old name, hidden, and nothing of it is shown."""
    living.does("PUT", "/faults/markup_drift")

    page = living.site.browser().opens("/")

    for ident in ("xyz-field-username", "xyz-field-password", "toggle1", "xyz-field-gold-response", "twofactbase"):
        assert not is_shown(page.one(id=ident))
    for name in ("username", "password", "paperSwitch"):
        assert not is_shown(page.one(name=name))
    for cls in ("xyzform-username", "xyz-button-login", "xyzblock-notification", "xyzblock-error", "xyz-goldchallenge"):
        assert page.all(cls=cls)
        assert not any(is_shown(element) for element in page.all(cls=cls))
    ids = [str(element.attributes["id"]) for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert 'class="login"' in page.text
    assert living.told("lab")[-1]["facts"] == {"fault": "markup_drift", "step": "page"}


def test_references_follow(living: LabSite) -> None:
    """Whatever names another element still names one that is there."""
    alice = living.site.adds("alice")
    enrols(living.site.verifier, alice.user_id)
    living.does("PUT", "/faults/markup_drift", {"step": "challenge"})
    browser = living.site.browser()
    browser.types_password("alice")

    for view in ("notification", "challenge", "qr"):
        page = browser.opens(f"/sso/SecondFactor?with={view}")
        assert page.all(cls="xyzblock-username")
        for element in page.all():
            for attribute in ("for", "aria-labelledby", "aria-describedby"):
                for ident in str(element.attributes.get(attribute, "")).split():
                    assert is_shown(page.one(id=ident)), (view, attribute, ident)


def test_one_lab_drifts_in_one_way(opens_lab: Callable[..., LabSite]) -> None:
    """The same seed gives the same names on every page; another seed gives others."""
    names = []
    for seed in (7, 7, 8):
        living = opens_lab(seed=seed)
        living.does("PUT", "/faults/markup_drift")
        browser = living.site.browser(is_patient=True, Accept_Language="en")
        seen = [field_of(browser.opens("/"), "Username").attributes for _ in range(2)]
        assert seen[0] == seen[1]
        names.append((seen[0]["id"], seen[0]["name"]))

    assert names[0] == names[1]
    assert names[0] != names[2]


def test_a_form_of_before_is_read_after(living: LabSite) -> None:
    """A page that drifted is sent when the fault is over, and one of before while it is on; both are read."""
    living.site.adds("alice")
    living.does("PUT", "/faults/markup_drift", {"nth": 1})
    browser = living.site.browser(is_patient=True, Accept_Language="en")
    browser.opens("/sso/Login")
    living.does("DELETE", "/faults/markup_drift")
    assert fills(browser, {"Username": "alice", "Password": PASSWORD}).path == "/portal/activation"

    other = living.site.browser()
    form = other.opens("/sso/Login").one(cls="xyzform-username")
    living.does("PUT", "/faults/markup_drift")
    assert other.sends(form, {"username": "alice", "password": PASSWORD}).path == "/portal/activation"


def test_only_pages_drift(living: LabSite) -> None:
    """Messages of devices, redirects and pages of another user's step stay as they are."""
    living.does("PUT", "/faults/markup_drift", {"step": "session"})
    browser = living.site.browser()

    assert browser.opens("/").one(cls="xyzform-username")
    assert browser.asks("GET", "/api/device/v1/instance").mimetype == "application/json"
    assert living.does("GET", "/faults")["faults"][0]["seen"] == 0
    living.does("PUT", "/faults/markup_drift")
    assert browser.asks("GET", "/api/device/v1/instance").mimetype == "application/json"
    assert browser.asks("GET", "/").status_code == 302


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_keeps_what_every_page_has(living: LabSite, language: str) -> None:
    """Banner, policy and language are those of a page that does not drift, also where an error is told."""
    living.does("PUT", "/faults/markup_drift")
    browser = living.site.browser(Accept_Language=language)

    for path in ("/sso/Login", "/nothing", "/lost-phone", "/mobile/ios", "/app"):
        answer = browser.asks("GET", path)
        assert "SIMULATION" in answer.text
        assert f'lang="{language}"' in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "xyzblock-username" in answer.text


def test_what_is_renamed() -> None:
    """Ids, classes and references in tags, names of fields that are typed; no text, no token, no field of a file."""
    page = (
        '<p id="xyz-a" class="xyzb keep">id="xyz-a"</p><a href="#xyz-a" aria-labelledby="keep xyz-a" id="keep">x</a>'
        '<form class="xyzform"><input name="csrf_token" type="hidden"><input name="n" id="own">'
        '<select name="s"></select><label for="own"></label></form><meta name="robots">'
    )

    drifted = rewrite(page, twins="<hr>", rename=lambda kind, word: f"{kind}:{word}")

    assert drifted == (
        '<p id="id:xyz-a" class="class:xyzb keep">id="xyz-a"</p>'
        '<a href="#xyz-a" aria-labelledby="keep id:xyz-a" id="keep">x</a>'
        '<form class="class:xyzform"><input name="csrf_token" type="hidden"><input name="name:n" id="id:own">'
        '<select name="name:s"></select><label for="id:own"></label></form><meta name="robots">'
    )
    with_file = rewrite(
        '<main><input name="n"><input type="file" name="f"></main>', twins="<hr>", rename=lambda *_: "z"
    )
    assert with_file == '<main><hr><input name="n"><input type="file" name="f"></main>'
    assert Policy().uniform_login == 0
