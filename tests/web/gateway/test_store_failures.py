"""The store fails, at any call of any request: the program hears that the portal is busy, and goes on afterwards."""

from collections.abc import Callable
from functools import partial

import pytest

from authsim.errors import StoreConflictError, StoreError
from authsim.policy import SECOND
from tests.support.browser_plain import fill
from tests.support.gateway import Gateway
from tests.web.test_store_failures import MOST_CALLS, FailingStore, check, fail, store_of
from web.openapi.gateway_operations import GATEWAY_CALLS


@pytest.mark.parametrize("error", [StoreError, StoreConflictError])
@pytest.mark.parametrize("path", [call.path for call in GATEWAY_CALLS])
def test_asking(opens_gateway: Callable[..., Gateway], path: str, error: type[StoreError]) -> None:
    """Whichever call fails, the answer is the good one or 503 in JSON, and the next one is good."""
    gateway = opens_gateway(wrap=FailingStore)
    _, phone = gateway.adds("alice")
    gateway.logs_in("alice", phone)
    for number in range(1, MOST_CALLS):
        gateway.program.asks("logout")
        if path.endswith(("logout", "/accounts")):
            gateway.program.asks("iserver/reauthenticate")
        gateway.clock.advance(seconds=10)  # so that the call is written, too
        answer, was_reached = fail(gateway.site, number, error, lambda: gateway.program.asks(path))
        if answer.status_code == 503:
            assert (answer.status, answer.data) == ("503 Service Unavailable", b'{"error":"busy"}')
            assert answer.headers["Retry-After"] == "5"
        else:
            assert answer.status == "200 OK", answer.text
        if not was_reached:
            break
        assert gateway.program.asks(path).status == "200 OK"
    assert 1 < number < MOST_CALLS - 1
    assert gateway.program.reads("tickle")["ssoExpires"] == gateway.site.verifier.policy.session_idle_seconds * SECOND


@pytest.mark.parametrize("error", [StoreError, StoreConflictError])
def test_a_login_that_cannot_become_the_gateways(
    opens_gateway: Callable[..., Gateway], error: type[StoreError]
) -> None:
    """The page says that the portal is busy, not that the login succeeded, and the next login is the gateway's."""
    gateway = opens_gateway(wrap=FailingStore)
    _, phone = gateway.adds("alice")
    browser = gateway.site.browser()
    page = browser.types_password("alice")
    action, body = fill(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)})
    store = store_of(gateway.site)
    store.fails_on, store.error = "gateways.open", error

    answer = browser.asks("POST", action, body=body)

    store.fails_on = ""
    check(answer)
    assert answer.status_code == 503
    assert gateway.program.asks("tickle").status_code == 401
    gateway.logs_in("alice", phone)
    assert gateway.program.stands()[:2] == (True, True)


def test_a_login_that_cannot_become_the_gateways_is_none(opens_gateway: Callable[..., Gateway]) -> None:
    """No session is left that no browser holds: the gateway stays with the older login, and nobody competes."""
    gateway = opens_gateway(wrap=FailingStore)
    _, phone = gateway.adds("alice")
    older = gateway.logs_in("alice", phone)
    gateway.clock.advance(seconds=1)
    browser = gateway.site.browser()
    page = browser.types_password("alice")
    action, body = fill(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)})
    store = store_of(gateway.site)
    store.fails_on = "gateways.open"

    answer = browser.asks("POST", action, body=body)

    store.fails_on = ""
    check(answer)
    assert answer.status_code == 503
    assert gateway.program.stands() == (True, True, False)
    assert older.opens("/sso/Dispatcher").one(tag="pre").text == "Client login succeeds"


def test_a_login_at_whatever_call_it_fails(opens_gateway: Callable[..., Gateway]) -> None:
    """Whichever call of a login's last step fails, no session is left that competes with the gateway's."""
    gateway = opens_gateway(wrap=FailingStore)
    _, phone = gateway.adds("alice")
    for number in range(1, MOST_CALLS):
        gateway.logs_in("alice", phone)
        gateway.clock.advance(seconds=1)
        browser = gateway.site.browser()
        page = browser.types_password("alice")
        action, body = fill(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)})
        answers = partial(browser.asks, "POST", action, body=body)
        _, was_reached = fail(gateway.site, number, StoreError, answers)
        assert gateway.program.stands() == (True, True, False), number
        if not was_reached:
            break
    assert 1 < number < MOST_CALLS - 1


def test_a_login_of_which_nothing_can_be_taken_back(opens_gateway: Callable[..., Gateway]) -> None:
    """A store that fails twice is told as one that fails once: the portal is busy, and nothing worse."""
    gateway = opens_gateway(wrap=FailingStore)
    _, phone = gateway.adds("alice")
    store = store_of(gateway.site)
    for number in range(1, MOST_CALLS):
        browser = gateway.site.browser()
        page = browser.types_password("alice")
        action, body = fill(page.one(cls="xyzform-gold"), {"gold-response": phone.respond(page.challenge)})
        store.fails_on = "gateways.open"
        answer, was_reached = fail(gateway.site, number, StoreError, partial(browser.asks, "POST", action, body=body))
        store.fails_on = ""
        check(answer)
        assert answer.status_code == 503
        if not was_reached:
            break
    assert 1 < number < MOST_CALLS - 1
