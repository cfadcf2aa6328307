"""A page between the login and what follows: one link leads on, and whoever waits for the next page waits in vain."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim.model import Decision
from authsim.policy import Policy
from authsim.protocol.codes import Purpose
from tests.support.device_line import enrols, line_to
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD, Browser


def logs_in(living: LabSite, name: str, **headers: str) -> Browser:
    """Log a new user in by the response of a phone, and return the browser where that led."""
    user = living.site.adds(name)
    phone = enrols(living.site.verifier, user.user_id).phone
    browser = living.site.browser(**headers)
    browser.types_password(name)
    assert browser.page is not None
    browser.types_response(phone.respond(browser.page.challenge))
    return browser


@pytest.mark.parametrize(("language", "skip"), [("en", "Skip and go on"), ("ja", "スキップして進む")])
def test_one_link_leads_on(living: LabSite, language: str, skip: str) -> None:
    """After the response comes the page, in the reader's language, with its banner; its link leads to success."""
    living.does("PUT", "/faults/page_between")

    browser = logs_in(living, "alice", Accept_Language=language)

    page = browser.page
    assert page is not None
    assert (page.path, page.status) == ("/sso/Between", 200)
    assert "SIMULATION" in page.text
    link = page.one(cls="ibkey-promo-skip")
    assert link.text == skip
    assert "Client login succeeds" not in page.text
    assert "Client login succeeds" in browser.opens(str(link.attributes["href"])).text
    assert [line["facts"] for line in living.told("lab")][-1] == {"fault": "page_between", "step": "session"}


def test_the_session_is_open_behind_it(living: LabSite) -> None:
    """Nobody has to pass the page: the login is complete, and any other page opens."""
    living.does("PUT", "/faults/page_between")

    assert logs_in(living, "alice").opens("/portal/activity").status == 200


def test_it_is_for_one_user_and_one_login(living: LabSite) -> None:
    """Bella's second login alone is led to the page."""
    living.does("PUT", "/faults/page_between", {"user": "bella", "nth": 1})

    assert logs_in(living, "alice").page.path == "/sso/Dispatcher"  # type: ignore[union-attr]
    assert logs_in(living, "bella").page.path == "/sso/Between"  # type: ignore[union-attr]


def test_it_stands_behind_an_approval(living: LabSite) -> None:
    """A login that the phone approves leads there as well."""
    living.does("PUT", "/faults/page_between")
    alice = living.site.adds("alice")
    online, line = enrols(living.site.verifier, alice.user_id), line_to(living.site.app)
    online.opens_session(line)
    browser = living.site.browser(is_patient=True)
    browser.types_password("alice")
    (info,) = online.requests(line).requests
    assert online.decides(line, info, Decision.APPROVE).status == 200
    browser.opens("/sso/SecondFactor")

    assert browser.presses("/sso/SecondFactor/continue").path == "/sso/Between"


def test_it_stands_behind_the_uniform_page(opens_lab: Callable[..., LabSite]) -> None:
    """Where every login looks the same, the page stands behind a login that succeeds."""
    living = opens_lab(policy=replace(Policy(), uniform_login=1))
    living.does("PUT", "/faults/page_between")
    alice = living.site.adds("alice")
    phone = enrols(living.site.verifier, alice.user_id).phone
    browser = living.site.browser()
    page = browser.types_password("alice")

    assert (
        browser.sends(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)}).path
        == "/sso/Between"
    )


def test_a_task_goes_on_where_it_was(living: LabSite) -> None:
    """Who proves once more who sits there for a task is led to that, and the fault waits for a login."""
    alice = living.site.adds("alice")
    phone = enrols(living.site.verifier, alice.user_id).phone
    browser = living.site.browser()
    browser.types_password("alice")
    browser.types_response(phone.respond(browser.page.challenge))  # type: ignore[union-attr]
    living.does("PUT", "/faults/page_between")
    browser.opens("/portal/verify?for=number")
    form = next(form for form in browser.page.all(tag="form") if form.attributes["action"] == "/portal/verify")  # type: ignore[union-attr]
    page = browser.sends(form, {"username": "alice", "password": PASSWORD})
    browser.types_response(phone.respond(page.challenge, purpose=Purpose.CHANGE_CONTACT))

    assert browser.page.path == "/portal/settings/number"  # type: ignore[union-attr]
    assert living.does("GET", "/faults")["faults"][0]["seen"] == 0


def test_a_refused_login_leads_nowhere_new(living: LabSite) -> None:
    """A wrong response leads back to the login, and the fault waits."""
    living.does("PUT", "/faults/page_between")
    alice = living.site.adds("alice")
    enrols(living.site.verifier, alice.user_id)
    browser = living.site.browser()
    browser.types_password("alice")

    assert browser.types_response("00000000").path in ("/sso/Login", "/sso/SecondFactor")
    assert living.does("GET", "/faults")["faults"][0]["seen"] == 0


def test_a_stranger_is_led_to_the_login(living: LabSite) -> None:
    """The page opens nothing: behind its link, whoever is not signed in has to log in."""
    browser = living.site.browser()
    link = browser.opens("/sso/Between").one(cls="ibkey-promo-skip")

    assert browser.opens(str(link.attributes["href"])).path == "/sso/Login"
