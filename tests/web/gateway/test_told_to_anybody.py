"""Whoever is on this machine may ask a gateway: what they hear opens nothing."""

from tests.support.canaries import find
from tests.support.device import TestPhone
from tests.support.gateway import Gateway
from tests.support.site import PASSWORD
from web.openapi.gateway_operations import GATEWAY_OPERATIONS


def test_no_answer_holds_a_secret(gateway: Gateway, alice: TestPhone) -> None:
    """Neither password, response, seed nor cookie of the login stands in any answer, in any form, nor who asked."""
    browser = gateway.site.browser()
    page = browser.types_password("alice")
    response = alice.respond(page.challenge)
    browser.types_response(response)
    user = gateway.site.verifier.store.users.find("alice")
    assert user is not None
    assert alice.seed is not None
    secrets = {
        "password": PASSWORD.encode(),
        "hash": user.password_hash.encode(),
        "response": response.encode(),
        "seed": alice.seed.reveal(),
        "who asked": b"CANARY-agent",
        **{f"cookie {kind}": value.encode() for kind, value in browser.cookies().items()},
    }
    assert {"cookie s", "cookie c"} <= secrets.keys()

    said = []
    for operation in GATEWAY_OPERATIONS:
        asked = {"headers": {"User-Agent": "CANARY-agent"}, "query_string": {"q": "CANARY-agent"}}
        answer = gateway.program.asks(operation.path, method=operation.method, **asked)
        said.append((operation.path, answer.data + str(answer.headers).encode()))

    assert len(said) == len(GATEWAY_OPERATIONS) == 32
    assert find(secrets, said) == []


def test_the_handle_opens_nothing(gateway: Gateway, alice: TestPhone) -> None:
    """What programs tell sessions apart by is no cookie, no token of a phone, and no session of a trading device."""
    browser = gateway.logs_in("alice", alice)
    handle = gateway.program.reads("tickle")["session"]
    name = next(cookie.key for cookie in (browser.client._cookies or {}).values() if "_s_" in cookie.key)
    thief = gateway.site.app.test_client()
    for value in (handle, (handle * 2)[:43]):
        thief.set_cookie(name, value, domain="127.0.0.1")
        answer = thief.get("/portal/sessions", base_url="http://127.0.0.1:8765")
        assert answer.status_code == 401 or "/sso/Login" in answer.headers.get("Location", "")
        bearer = {"Authorization": f"Bearer {value}"}
        told = gateway.program.asks("/api/device/v1/requests", method="GET", headers=bearer)
        assert told.status_code in (400, 401)
        ended = gateway.program.asks("/api/trading/v1/sign-out", json={"v": 1, "session": value})
        assert ended.status_code in (400, 401)

    assert gateway.program.stands() == (True, True, False)
