"""Names drawn by a seed: people lose nothing, programs find hidden twins, and one seed gives one set of names."""

import re
from collections.abc import Callable, Iterator

import pytest

from authsim.model import FactorKind
from tests.support.browser_plain import Page
from tests.support.device_line import enrols
from tests.support.holding import give
from tests.support.lab_site import LabSite, opener
from tests.support.site import PASSWORD, Browser, Site
from tests.web.gateway.conftest import Gateway
from tests.web.lab.test_drift import field_of, fills, form_of, is_shown
from web.gateway.drawn_names import NAMES, make_names
from web.settings import GatewaySettings

HOME = "/sso/Dispatcher"
PAGES = ("current", "2022", "drift")
#: What each vintage's programs look for on the login page.
KNOWN = {
    "current": ("xyz-field-username", "xyz-field-password"),
    "2022": ("user_name", "password"),
    "drift": tuple(make_names(7)("id", ident) for ident in ("xyz-field-username", "xyz-field-password")),
}


@pytest.fixture
def opens_lab(opens_site: Callable[..., Site]) -> Iterator[Callable[[str], LabSite]]:
    """A way to open gateways of one vintage in a lab."""
    opened: list[LabSite] = []

    def opens(page: str) -> LabSite:
        gateway = GatewaySettings(page=page, seed=7)
        opened.append(opener(opens_site)(in_settings={"gateway": gateway}))
        return opened[-1]

    yield opens
    for living in opened:
        living.site.portal.leave()


def drifts(opens_gateway: Callable[..., Gateway], seed: int = 7) -> Gateway:
    """A gateway whose names are drawn."""
    return opens_gateway(GatewaySettings(page="drift", seed=seed))


def logs_in_by_labels(browser: Browser, site: Site) -> Page:
    """A whole login of alice, as a person has it."""
    alice = site.adds("alice")
    phone = enrols(site.verifier, alice.user_id).phone
    browser.opens("/")
    fills(browser, {"Username": "alice", "Password": PASSWORD})
    page = browser.opens("/sso/SecondFactor?with=challenge")
    challenge = re.search(r"[0-9](?: [0-9]){5}", page.one(tag="main").text)  # as a screen reader says it
    assert challenge is not None
    return fills(browser, {"Enter response code": phone.respond(challenge[0].replace(" ", ""))})


def test_a_person_logs_in_as_ever(opens_gateway: Callable[..., Gateway]) -> None:
    """By labels alone a login goes through, and the gateway's session is up."""
    gateway = drifts(opens_gateway)
    home = logs_in_by_labels(gateway.site.browser(is_patient=True, Accept_Language="en"), gateway.site)

    assert (home.path, home.all(tag="pre")[0].text) == (HOME, "Client login succeeds")
    assert gateway.program.reads("iserver/auth/status")["authenticated"] is True


def test_a_refusal_is_told(opens_gateway: Callable[..., Gateway]) -> None:
    """What was typed arrives under its name of today: password and switch are judged as ever."""
    gateway = drifts(opens_gateway)
    gateway.site.adds("alice")
    browser = gateway.site.browser(is_patient=True, Accept_Language="en")
    browser.opens("/")

    assert "Invalid username password combination" in fills(browser, {"Username": "alice", "Password": "wrong"}).text
    told = fills(browser, {"Username": "alice", "Password": PASSWORD, "Paper trading": "on"}).text
    assert "You have selected the Paper Trading Mode" in told


def test_a_seed_is_a_set_of_names(opens_gateway: Callable[..., Gateway]) -> None:
    """Two portals with one seed call all the same; another seed calls all otherwise; none has a name of today."""
    seen = []
    for seed in (7, 7, 8):
        page = drifts(opens_gateway, seed).site.browser(Accept_Language="en").opens("/")
        form = form_of(field_of(page, "Username"))
        shown = [form, *form.walk()]
        words = {word for one in shown for word in one.attributes.get("class", "").split()}
        words |= {one.attributes["id"] for one in shown if "id" in one.attributes}
        names = {one.attributes["name"] for one in shown if one.tag == "input"} - {"csrf_token"}
        assert not any(word.startswith("xyz") for word in words)
        assert not names & set(NAMES)
        seen.append({word for word in words | names if re.fullmatch("q[a-z2-7]{8}", word)})

    assert seen[0] == seen[1]
    assert len(seen[0]) > 6
    assert not seen[0] & seen[2]


def test_programs_of_today_find_only_twins(opens_gateway: Callable[..., Gateway]) -> None:
    """Every name of the contract is there, hidden; each id stands once, and references lead to what is shown."""
    page = drifts(opens_gateway).site.browser().opens("/")

    for ident in ("xyz-field-username", "xyz-field-password", "toggle1", "xyz-field-gold-response", "twofactbase"):
        assert not is_shown(page.one(id=ident))
    for name in ("username", "password", "paperSwitch"):
        (twin,) = page.all(name=name)
        assert not is_shown(twin)
    for placeholder in ("Username", "Password"):
        (twin,) = page.all(placeholder=placeholder)
        assert not is_shown(twin)
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in page.all():
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            for ident in element.attributes.get(attribute, "").split():
                assert is_shown(page.one(id=ident))


@pytest.mark.parametrize("kind", [kind for kind in FactorKind if kind is not FactorKind.IB_KEY])
def test_each_factor_is_chosen_and_answered(opens_gateway: Callable[..., Gateway], kind: FactorKind) -> None:
    """The list of devices and every field for a code are read under their drawn names."""
    site = drifts(opens_gateway).site
    user = site.adds("alice", phone="+12025550142")
    enrols(site.verifier, user.user_id)
    held = give(site.verifier, user, kind)
    browser = site.browser(is_patient=True, Accept_Language="en")
    browser.opens("/")
    page = fills(browser, {"Username": "alice", "Password": PASSWORD})
    chooser = field_of(page, "Device")
    wanted = next(one for one in chooser.elements if one.text not in ("Select Type", "IB Key"))
    page = browser.sends(form_of(chooser), {str(chooser.attributes["name"]): wanted.attributes["value"]})

    (field,) = [one for one in page.all(cls="code-input") if is_shown(one)]
    question = " ".join(one.text for one in page.all(cls="code-digits"))
    home = browser.sends(form_of(field), {str(field.attributes["name"]): held.answer(question)})

    assert home.path == HOME


@pytest.mark.parametrize("path", ["/", "/lost-phone", "/mobile", "/nothing", "/app"])
def test_every_page_keeps_what_every_page_has(opens_gateway: Callable[..., Gateway], path: str) -> None:
    """Banner, policy and language are those of a page that does not drift, also where an error is told."""
    page = drifts(opens_gateway).site.browser(Accept_Language="ja").opens(path)

    assert "SIMULATION" in page.text
    assert 'lang="ja"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", PAGES)
def test_a_lab_lets_every_vintage_drift(opens_lab: Callable[[str], LabSite], page: str) -> None:
    """With the fault on top a person logs in as ever, and what the vintage's programs look for is hidden, once."""
    living = opens_lab(page)
    browser = living.site.browser(is_patient=True, Accept_Language="en")
    before = browser.opens("/")
    assert all(is_shown(before.one(id=ident)) for ident in KNOWN[page])
    living.does("PUT", "/faults/markup_drift")

    shown = browser.opens("/")

    for ident in KNOWN[page]:
        (twin,) = shown.all(id=ident)
        assert not is_shown(twin)
    ids = [element.attributes["id"] for element in shown.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert logs_in_by_labels(browser, living.site).path == HOME
    told = [(line["what"], line["user"]) for line in living.told("browser")]
    assert ("POST /sso/Login", "alice") in told


@pytest.mark.parametrize("page", PAGES)
def test_pages_between_are_of_the_vintage(opens_lab: Callable[[str], LabSite], page: str) -> None:
    """A page that a lab puts between is reached and left in every vintage, and the story names whom it struck."""
    living = opens_lab(page)
    living.does("PUT", "/faults/page_confirm", {"user": "alice"})
    browser = living.site.browser(is_patient=True, Accept_Language="en")

    asked = logs_in_by_labels(browser, living.site)

    assert asked.path == "/sso/Confirm"
    assert fills(browser, {"This information is right.": "yes"}).path == HOME
    assert [line["user"] for line in living.told("lab") if line["what"] == "fault:struck"] == ["alice"]
