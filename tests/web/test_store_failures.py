"""The store fails, at any call of any page: the reader gets a page that says what to do, and goes on afterwards."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from werkzeug.test import TestResponse

from authsim.errors import RefusalError, StoreConflictError, StoreError, StoreStaleError
from authsim.verifier import operators
from tests.support.browser_plain import fill
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

GETS = (
    *("/", "/sso/Login", "/sso/SecondFactor", "/sso/Dispatcher", "/portal/activation", "/portal/activity"),
    *("/portal/sessions", "/help/phishing", "/lost-phone"),
)
MOST_CALLS = 40


class FailingStore:
    """The store, but its call of number `fails_at` (from 1), and each call named `fails_on`, raises `error`."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.calls = 0
        self.fails_at = 0
        self.fails_on = ""
        self.error: type[StoreError] = StoreError

    def __getattr__(self, name: str) -> Any:
        return _Neighbourhood(self, name, getattr(self._store, name))


class _Neighbourhood:
    def __init__(self, store: FailingStore, name: str, inner: Any) -> None:
        self._store, self._name, self._inner = store, name, inner

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self._store.calls += 1
            if self._store.calls == self._store.fails_at or f"{self._name}.{name}" == self._store.fails_on:
                raise self._store.error("told to")
            return method(*arguments, **named)

        return call


@pytest.fixture
def town(opens_site: Callable[..., Site]) -> Site:
    """A site whose store can fail, with alice."""
    site = opens_site(wrap=FailingStore)
    site.adds("alice")
    return site


def store_of(site: Site) -> FailingStore:
    """The store that can fail."""
    store: Any = site.verifier.store
    assert isinstance(store, FailingStore)
    return store


def fail(
    site: Site, number: int, error: type[StoreError], act: Callable[[], TestResponse]
) -> tuple[TestResponse, bool]:
    """Let the call of that number fail during an act; return the answer, and whether there was such a call."""
    store = store_of(site)
    store.calls, store.fails_at, store.error = 0, number, error
    answer = act()
    was_reached = store.calls >= number
    store.fails_at = 0
    return answer, was_reached


def check(answer: TestResponse) -> None:
    """Either the failure made no difference, or a page says that the portal is busy and what to do; nothing else."""
    assert answer.status_code in (200, 302, 303, 401, 403, 404, 503), answer.text
    if answer.status_code == 503:
        assert "The portal is busy." in answer.text
        assert "try again" in answer.text
        assert answer.headers["Retry-After"] == "5"
        forgotten = [line for line in answer.headers.getlist("Set-Cookie") if "_s_" in line and "Max-Age=0" in line]
        assert forgotten == [], "the session is still there, and so is its cookie"


def logs_in(browser: Browser, phone: TestPhone) -> None:
    """Come in with both factors; a phone that is not enrolled is activated first."""
    page = browser.types_password("alice")
    if phone.seed is None:
        browser.activates(phone)
        browser.opens("/portal/activation")
        browser.presses("/portal/activation/sign-in")
    page = browser.opens("/sso/SecondFactor?with=challenge")
    assert browser.types_response(phone.respond(page.challenge)).one(tag="pre").text == "Client login succeeds"


@pytest.mark.parametrize("error", [StoreError, StoreConflictError])
@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("factors", [0, 1, 2])
def test_reading_a_page(town: Site, path: str, factors: int, error: type[StoreError]) -> None:
    """Whichever call fails, the page is busy and comes the next time, in the same session."""
    browser, phone = town.browser(), town.sells_phone()
    if factors == 1:
        browser.types_password("alice")
    elif factors == 2:
        logs_in(browser, phone)
    for number in range(1, MOST_CALLS):
        answer, was_reached = fail(town, number, error, lambda: browser.asks("GET", path))
        check(answer)
        if not was_reached:
            break
        assert browser.asks("GET", path).status_code != 503
    assert number < MOST_CALLS - 1
    if factors == 2:
        assert browser.asks("GET", "/portal/sessions").status_code == 200


def revoke_device(site: Site) -> None:
    """The operator revokes the phone of alice, if she has one."""
    user = site.verifier.store.users.find("alice")
    assert user is not None
    with suppress(RefusalError):
        operators.revoke_device(site.verifier, user)


def first_factor(browser: Browser, phone: TestPhone) -> Callable[[], TestResponse]:
    """Send name and password."""
    body = {"csrf_token": browser.token(), "username": "alice", "password": PASSWORD}
    return lambda: browser.asks("POST", "/sso/Login", body=body)


def wrong_password(browser: Browser, phone: TestPhone) -> Callable[[], TestResponse]:
    """Send another password."""
    body = {"csrf_token": browser.token(), "username": "alice", "password": "not this one"}
    return lambda: browser.asks("POST", "/sso/Login", body=body)


def second_factor(browser: Browser, phone: TestPhone) -> Callable[[], TestResponse]:
    """Send the right response, from a browser in which somebody is signed in already."""
    logs_in(browser, phone)
    browser.types_password("alice")
    page = browser.opens("/sso/SecondFactor?with=challenge")
    action, body = fill(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)})
    return lambda: browser.asks("POST", action, body=body)


def button(action: str) -> Callable[[Browser, TestPhone], Callable[[], TestResponse]]:
    """Press a button of somebody who is inside."""

    def prepare(browser: Browser, phone: TestPhone) -> Callable[[], TestResponse]:
        logs_in(browser, phone)
        body = {"csrf_token": str(browser.opens("/portal/sessions").one(name="csrf_token").attributes["value"])}
        return lambda: browser.asks("POST", action, body=body)

    return prepare


def limited_button(action: str) -> Callable[[Browser, TestPhone], Callable[[], TestResponse]]:
    """Press a button of the activation's page, after a phone has used its code."""

    def prepare(browser: Browser, phone: TestPhone) -> Callable[[], TestResponse]:
        browser.types_password("alice")
        browser.activates(phone)
        body = {"csrf_token": str(browser.opens("/portal/activation").one(name="csrf_token").attributes["value"])}
        return lambda: browser.asks("POST", action, body=body)

    return prepare


DEEDS = {
    "first factor, no phone": first_factor,
    "wrong password": wrong_password,
    "second factor": second_factor,
    "sign out": button("/portal/sign-out"),
    "end another session": button("/portal/sessions/00000000000000000000000000000000/end"),
    "sign in with the new phone": limited_button("/portal/activation/sign-in"),
    "not me": limited_button("/portal/activation/not-me"),
}


@pytest.mark.parametrize("error", [StoreError, StoreConflictError, StoreStaleError])
@pytest.mark.parametrize("deed", DEEDS)
def test_sending_a_form(opens_site: Callable[..., Site], deed: str, error: type[StoreError]) -> None:
    """Whichever call fails, nobody gets an error without words, and the next login works."""
    for number in range(1, MOST_CALLS):
        town = opens_site(wrap=FailingStore)
        town.adds("alice")
        browser, phone = town.browser(), town.sells_phone()
        act = DEEDS[deed](browser, phone)
        answer, was_reached = fail(town, number, error, act)
        check(answer)
        if not was_reached:
            break
        town.clock.advance(seconds=60)
        if deed == "not me":  # whether it was revoked or not: the operator helps with a new one
            revoke_device(town)
            phone = town.sells_phone()
        logs_in(town.browser(), phone)
    assert 1 < number < MOST_CALLS - 1


def test_an_old_session_that_cannot_be_ended_costs_no_login(town: Site) -> None:
    """When the new session is open, its browser is told so, whatever happens to the one before."""
    browser, phone = town.browser(), town.sells_phone()
    act = second_factor(browser, phone)
    before = browser.cookies()["s"]
    store_of(town).fails_on = "sessions.end"

    assert act().status_code == 302

    assert browser.cookies()["s"] != before
    assert browser.asks("GET", "/portal/sessions").status_code == 200


def test_a_session_that_cannot_be_ended_is_not_called_over(town: Site) -> None:
    """Signing out says that it failed, and the session stays open for the next try."""
    browser, phone = town.browser(), town.sells_phone()
    act = button("/portal/sign-out")(browser, phone)
    store_of(town).fails_on = "sessions.end"

    check(act())
    assert "s" in browser.cookies()

    store_of(town).fails_on = ""
    assert act().status_code == 303
    assert "s" not in browser.cookies()
