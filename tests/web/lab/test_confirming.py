"""A page that has to be confirmed: it stands before every page behind the login, until its person has confirmed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim.policy import Policy
from tests.support.browser_plain import Element, Page
from tests.support.device_line import enrols
from tests.support.lab_site import LabSite
from tests.support.ports import ORIGIN
from tests.support.site import Browser
from tests.web.lab.test_between import logs_in
from web.settings import GatewaySettings

CONFIRM = "/sso/Confirm"
HOME = "/sso/Dispatcher"


def form_of(page: Page | None) -> Element:
    """The form that confirms."""
    assert page is not None
    (form,) = [form for form in page.all(tag="form") if form.attributes["action"] == CONFIRM]
    return form


def struck(living: LabSite) -> list[dict[str, object]]:
    """What the story says of faults that struck."""
    return [line["facts"] for line in living.told("lab") if line["what"] == "fault:struck"]


@pytest.mark.parametrize(
    ("language", "says", "label"),
    [
        ("en", "Confirm your information", "This information is right."),
        ("ja", "情報の確認", "この情報に間違いありません。"),
    ],
)
def test_one_form_leads_on(living: LabSite, language: str, says: str, label: str) -> None:
    """After the response comes the page, in the reader's language, with its banner; confirming leads to success."""
    living.does("PUT", "/faults/page_confirm")

    browser = logs_in(living, "alice", Accept_Language=language)

    page = browser.page
    assert page is not None
    assert (page.path, page.status) == (CONFIRM, 200)
    assert "SIMULATION" in page.text
    assert page.one(tag="h1").text == says
    assert page.one(tag="label", **{"for": "confirmed"}).text == label
    assert not page.all(tag="pre")
    assert browser.sends(form_of(page), {"confirmed": "yes"}).has_succeeded
    assert struck(living) == [{"fault": "page_confirm", "step": "session"}]
    assert browser.opens(CONFIRM).path == HOME, "who has confirmed is led on"


@pytest.mark.parametrize("path", [HOME, "/portal/activity", "/portal/settings", CONFIRM])
def test_nothing_behind_it_opens_before(living: LabSite, path: str) -> None:
    """A program that goes on by itself meets the page again, also when the fault is over."""
    living.does("PUT", "/faults/page_confirm", {"nth": 1})
    browser = logs_in(living, "alice")

    for _ in range(2):
        assert browser.opens(path).path == CONFIRM
    living.does("DELETE", "/faults/page_confirm")
    assert browser.opens(path).path == CONFIRM
    assert len(struck(living)) == 1


def test_an_empty_box_confirms_nothing(living: LabSite) -> None:
    """Pressing the button alone shows the page again, which says what is missing, once."""
    living.does("PUT", "/faults/page_confirm")
    browser = logs_in(living, "alice", Accept_Language="en")

    page = browser.sends(form_of(browser.page))
    assert page.path == CONFIRM
    assert page.one(role="alert").text == "Nothing is confirmed yet. Tick the box, then press the button."
    assert browser.opens(HOME).path == CONFIRM
    assert not browser.page.all(role="alert")  # type: ignore[union-attr]


def test_a_form_of_another_page_confirms_nothing(living: LabSite) -> None:
    """A POST without the token of this browser's own page is refused, and the page still stands there."""
    living.does("PUT", "/faults/page_confirm")
    browser = logs_in(living, "alice")

    assert browser.asks("POST", CONFIRM, body={"confirmed": "yes"}).status_code == 403
    assert browser.opens(HOME).path == CONFIRM


def test_it_is_this_browsers_session_alone(living: LabSite) -> None:
    """A second login of the same user, which the fault does not strike, goes on while the first one owes it."""
    living.does("PUT", "/faults/page_confirm", {"nth": 1})
    alice = living.site.adds("alice")
    phone = enrols(living.site.verifier, alice.user_id).phone
    first, second = living.site.browser(), living.site.browser()
    for browser in (first, second):
        browser.types_password("alice")
        browser.types_response(phone.respond(browser.page.challenge))  # type: ignore[union-attr]

    assert second.opens(HOME).has_succeeded
    assert first.opens(HOME).path == CONFIRM
    assert living.site.browser().opens(CONFIRM).path == "/sso/Login", "a stranger has to log in"


def test_signing_out_needs_no_confirmation(living: LabSite) -> None:
    """Whoever does not want to confirm can leave; the next login is asked anew."""
    living.does("PUT", "/faults/page_confirm", {"nth": 1})
    browser = logs_in(living, "alice")
    token = browser.page.one(name="csrf_token").attributes["value"]  # type: ignore[union-attr]

    answer = browser.asks("POST", "/portal/sign-out", body={"csrf_token": token})

    assert answer.headers["Location"] == "/sso/Login"
    assert browser.opens(HOME).path == "/sso/Login"


def test_both_pages_stand_one_behind_the_other(living: LabSite) -> None:
    """Whoever meets both is led to the one that is skipped first, and behind it to the one that is confirmed."""
    living.does("PUT", "/faults/page_confirm")
    living.does("PUT", "/faults/page_between")
    browser = logs_in(living, "alice")

    assert browser.page.path == "/sso/Between"  # type: ignore[union-attr]
    skip = browser.page.one(cls="ibkey-promo-skip")  # type: ignore[union-attr]
    assert browser.opens(str(skip.attributes["href"])).path == CONFIRM
    assert browser.sends(form_of(browser.page), {"confirmed": "yes"}).has_succeeded


def test_it_stands_behind_the_uniform_page(opens_lab: Callable[..., LabSite]) -> None:
    """Where every login looks the same, the page stands behind a login that succeeds."""
    living = opens_lab(policy=replace(Policy(), uniform_login=1))
    living.does("PUT", "/faults/page_confirm")
    alice = living.site.adds("alice")
    phone = enrols(living.site.verifier, alice.user_id).phone
    browser = living.site.browser()
    page = browser.types_password("alice")

    answered = browser.sends(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)})
    assert answered.path == CONFIRM


def test_programs_at_a_gateway_find_no_session_before(opens_lab: Callable[..., LabSite]) -> None:
    """A gateway answers as before the login until it is confirmed, and as after it from then on."""
    living = opens_lab(in_settings={"gateway": GatewaySettings()})
    living.does("PUT", "/faults/page_confirm", {"nth": 1})
    browser = logs_in(living, "alice")
    program = living.site.app.test_client(use_cookies=False)

    answer = program.post("/v1/api/tickle", base_url=ORIGIN)
    assert (answer.status, answer.data) == ("401 Unauthorized", b'{"error":"no session"}')
    browser.sends(form_of(browser.page), {"confirmed": "yes"})

    assert program.post("/v1/api/tickle", base_url=ORIGIN).status == "200 OK"
    assert logs_in(living, "bella").page.path == HOME  # type: ignore[union-attr]
    assert program.post("/v1/api/iserver/auth/status", base_url=ORIGIN).status == "200 OK"


def test_a_refused_login_leads_nowhere_new(living: LabSite) -> None:
    """A wrong response leads back to the login, and the fault waits."""
    living.does("PUT", "/faults/page_confirm")
    alice = living.site.adds("alice")
    enrols(living.site.verifier, alice.user_id)
    browser: Browser = living.site.browser()
    browser.types_password("alice")

    assert browser.types_response("00000000").path in ("/sso/Login", "/sso/SecondFactor")
    assert struck(living) == []
