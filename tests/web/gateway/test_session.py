"""The session that all programs of a machine share: before a login, after it, and until it ends."""

import json
import re
from itertools import product

import pytest

from authsim.model import Mode
from authsim.policy import SECOND
from tests.support.device import TestPhone
from tests.support.gateway import API, PORTAL, Gateway, Program

NEED_A_LOGIN = ("tickle", "iserver/auth/status", "iserver/auth/ssodh/init", "iserver/reauthenticate", "sso/validate")
CALLS = (*NEED_A_LOGIN, "logout")


def test_nobody_is_logged_in_before_a_login(program: Program) -> None:
    """What needs a login is refused in the bytes that programs compare, below both prefixes and by both methods."""
    for prefix, method, call in product((API, PORTAL), ("GET", "POST"), NEED_A_LOGIN):
        answer = program.asks(f"{prefix}/{call}?force=true", method=method)

        assert (answer.status, answer.data) == ("401 Unauthorized", b'{"error":"no session"}')
        assert answer.mimetype == "application/json"
        assert "Set-Cookie" not in answer.headers


def test_a_login_at_the_pages_is_everybodys(gateway: Gateway, alice: TestPhone) -> None:
    """A program without a cookie finds the login that somebody completed in a browser, and each member it reads."""
    gateway.logs_in("alice", alice)

    said = gateway.program.reads("tickle")

    policy = gateway.site.verifier.policy
    assert re.fullmatch(r"[0-9a-f]{32}", said.pop("session"))
    assert said.pop("ssoExpires") == policy.session_idle_seconds * SECOND
    assert said == {
        "collission": False,
        "userId": gateway.program.reads("sso/validate")["USER_ID"],
        "hmds": {"error": "no bridge"},
        "iserver": {
            "authStatus": {
                "authenticated": True,
                "competing": False,
                "connected": True,
                "message": "",
                "MAC": said["iserver"]["authStatus"]["MAC"],
                "serverInfo": said["iserver"]["authStatus"]["serverInfo"],
            }
        },
    }
    assert said["iserver"]["authStatus"]["serverInfo"].keys() == {"serverName", "serverVersion"}


def test_every_call_is_answered_after_a_login(gateway: Gateway, alice: TestPhone) -> None:
    """Below both prefixes and by both methods, without a space and without a newline."""
    gateway.logs_in("alice", alice)

    for prefix, method, call in product((API, PORTAL), ("GET", "POST"), CALLS):
        answer = gateway.program.asks(f"{prefix}/{call}", method=method)
        assert answer.status == "200 OK"
        assert answer.data == json.dumps(json.loads(answer.data), separators=(",", ":")).encode()
        assert answer.mimetype == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


def test_a_slash_behind_a_call_is_forgiven(gateway: Gateway, alice: TestPhone) -> None:
    """Some programs write one: they get the same answer, and are not sent elsewhere."""
    gateway.logs_in("alice", alice)

    for prefix, method, call in product((API, PORTAL), ("GET", "POST"), CALLS):
        plain, slashed = (gateway.program.asks(f"{prefix}/{call}{end}", method=method) for end in ("", "/"))
        assert (slashed.status, slashed.data) == ("200 OK", plain.data)


def test_the_status_is_that_of_the_tickle(gateway: Gateway, alice: TestPhone) -> None:
    """What a tickle says of the brokerage session, the status says with the members that stand beside it."""
    gateway.logs_in("alice", alice)

    status = gateway.program.reads("iserver/auth/status")

    assert status.pop("fail") == ""
    assert status.pop("hardware_info").endswith(f"|{status['MAC']}")
    assert status == gateway.program.reads("tickle")["iserver"]["authStatus"]


@pytest.mark.parametrize(("mode", "kind", "paper"), [(Mode.LIVE, 1, ""), (Mode.PAPER, 2, "bruno")])
def test_the_login_is_told(gateway: Gateway, mode: Mode, kind: int, paper: str) -> None:
    """Each member of a validated login, true of the user who logged in."""
    user, phone = gateway.adds("bruno", mode=mode)
    gateway.logs_in("bruno", phone, paper=mode is Mode.PAPER)
    now_ms = gateway.clock.now_ms()

    said = gateway.program.reads("sso/validate")

    assert isinstance(said.pop("USER_ID"), int)
    assert said == {
        "USER_NAME": "bruno",
        "RESULT": True,
        "AUTH_TIME": now_ms,
        "SF_ENABLED": True,
        "IS_FREE_TRIAL": False,
        "CREDENTIAL": "bruno",
        "IP": "127.0.0.1",
        "EXPIRES": gateway.site.verifier.policy.session_idle_seconds * SECOND,
        "QUALIFIED_FOR_MOBILE_AUTH": None,
        "LANDING_APP": "UNIVERSAL",
        "IS_MASTER": False,
        "lastAccessed": now_ms,
        "LOGIN_TYPE": kind,
        "PAPER_USER_NAME": paper,
        "features": {"env": "SIMULATION", "realtime": False},
        "region": user.region,
    }


def test_a_logout_keeps_the_login(gateway: Gateway, alice: TestPhone) -> None:
    """After a logout a tickle is answered, and says that nothing is connected; a second logout is none the worse."""
    gateway.logs_in("alice", alice)

    for _ in range(2):
        assert gateway.program.asks("logout").data == b'{"status":true}'
        assert gateway.program.stands() == (False, False, False)
    assert gateway.program.reads("sso/validate")["RESULT"] is True


def test_a_logout_of_nobody_is_no_error(gateway: Gateway, alice: TestPhone) -> None:
    """Before a login and after its end a logout is answered as ever: a program that leaves goes on with leaving."""

    def leaves() -> None:
        for prefix, method in product((API, PORTAL), ("GET", "POST")):
            answer = gateway.program.asks(f"{prefix}/logout", method=method)
            assert (answer.status, answer.data) == ("200 OK", b'{"status":true}')
        assert gateway.program.asks("tickle").status == "401 Unauthorized"

    leaves()
    gateway.logs_in("alice", alice)
    gateway.clock.advance(seconds=gateway.site.verifier.policy.session_idle_seconds)
    leaves()


@pytest.mark.parametrize("call", ["iserver/reauthenticate", "iserver/auth/ssodh/init"])
def test_the_brokerage_session_is_taken_back_without_a_login(gateway: Gateway, alice: TestPhone, call: str) -> None:
    """After a logout one call is enough, with an empty body."""
    gateway.logs_in("alice", alice)
    gateway.program.asks("logout")

    said = gateway.program.reads(call)

    assert gateway.program.stands() == (True, True, False)
    if call.endswith("init"):
        assert said == {**gateway.program.reads("tickle")["iserver"]["authStatus"], "passed": True}
    else:
        assert said == {"message": "triggered"}


def test_it_falls_asleep_and_is_woken(gateway: Gateway, alice: TestPhone) -> None:
    """When no program calls for long, the session is connected and not authenticated, and waking it needs no login."""
    gateway.logs_in("alice", alice)
    gateway.clock.advance(seconds=gateway.site.verifier.policy.brokerage_idle_seconds)

    assert gateway.program.stands() == (False, True, False)
    gateway.program.asks("iserver/reauthenticate")
    assert gateway.program.stands() == (True, True, False)


def test_it_ends_with_its_browser(gateway: Gateway, alice: TestPhone) -> None:
    """Who signs out at the pages takes the login away from every program."""
    browser = gateway.logs_in("alice", alice)

    browser.opens("/sso/Dispatcher")
    browser.presses("/portal/sign-out")

    assert gateway.program.asks("tickle").data == b'{"error":"no session"}'


def test_the_newest_login_is_the_gateways(gateway: Gateway, alice: TestPhone) -> None:
    """Another user's login takes the place of the one before, for every program."""
    _, phone = gateway.adds("bruno")
    gateway.logs_in("alice", alice)
    before = gateway.program.reads("tickle")

    gateway.logs_in("bruno", phone)

    after = gateway.program.reads("tickle")
    assert gateway.program.reads("sso/validate")["USER_NAME"] == "bruno"
    assert before["userId"] != after["userId"]
    assert before["session"] != after["session"]


def test_a_first_factor_opens_nothing(gateway: Gateway) -> None:
    """A browser that only proved a password shows its QR code, and is no session of the gateway."""
    gateway.site.adds("erin")
    browser = gateway.site.browser()

    browser.types_password("erin")

    assert browser.page is not None
    assert browser.page.url.endswith("/portal/activation")
    assert gateway.program.asks("tickle").status_code == 401
