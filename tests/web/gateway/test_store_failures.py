"""The store fails, at any call of any request: the program hears that the portal is busy, and goes on afterwards."""

from collections.abc import Callable

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
