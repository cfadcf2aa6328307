"""Cookies and sessions: attributes, rotation, fixation, idle and absolute ends."""

from collections.abc import Callable

import pytest

from authsim.model import User
from authsim.secret import Secret
from authsim.verifier import operators
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site


def set_cookies(browser: Browser, name: str, password: str = PASSWORD) -> dict[str, str]:
    """The `Set-Cookie` lines of the password step, by name."""
    body = {"csrf_token": browser.token(), "username": name, "password": password}
    answer = browser.asks("POST", "/sso/Login", body=body)
    return {line.partition("=")[0]: line for line in answer.headers.get_all("Set-Cookie")}


def test_attributes_on_loopback(browser: Browser, alice: User) -> None:
    """Without TLS: own names, HttpOnly, SameSite=Lax, the whole path, no domain, not Secure, no lifetime."""
    instance = browser.site.verifier.instance.instance_id[:8]
    lines = set_cookies(browser, "alice")
    assert set(lines) >= {f"authsim_s_{instance}"}
    for line in lines.values():
        parts = {part.strip().partition("=")[0].lower() for part in line.split(";")[1:]}
        assert {"httponly", "path", "samesite"} <= parts
        assert "samesite=lax" in line.lower()
        assert "path=/;" in line.lower() + ";"
        assert not parts & {"domain", "secure"}
        assert len(line) < 4096
    assert "max-age" not in lines[f"authsim_s_{instance}"].lower()


def test_attributes_under_tls(opens_site: Callable[..., Site]) -> None:
    """With TLS every cookie that opens something is Secure and carries the `__Host-` prefix."""
    site = opens_site(tls=True)
    site.adds("alice")
    browser = site.browser(address="https://localhost:8765")
    lines = set_cookies(browser, "alice")
    assert lines
    for name, line in lines.items():
        assert name.startswith("__Host-authsim_")
        assert "secure" in line.lower()
    look = browser.asks("GET", "/look/theme/dark").headers["Set-Cookie"]
    assert "secure" in look.lower()


def test_tokens_are_random_and_opaque(site: Site, alice: User) -> None:
    """A session token is 256 bits of base64url, new at each login, and only its hash is stored."""
    seen = set()
    for _ in range(3):
        browser = site.browser()
        browser.types_password("alice")
        seen.add(browser.cookies()["s"])
    assert len(seen) == 3
    assert {len(token) for token in seen} == {43}
    assert not any(token.encode() in site.stored_bytes() for token in seen)


def test_token_changes_at_step_up(browser: Browser, alice: User, phone: TestPhone) -> None:
    """The token of one factor is dead once both are proven."""
    browser.types_password("alice")
    browser.activates(phone)
    early = browser.cookies()["s"]
    browser.opens("/portal/activation")
    page = browser.presses("/portal/activation/sign-in")
    browser.types_response(phone.respond(page.challenge))
    assert browser.cookies()["s"] != early
    assert "l" not in browser.cookies()
    thief = steals(browser, early)
    assert thief.opens("/portal/activity").status == 401
    assert thief.opens("/sso/Dispatcher").path == "/sso/Login"


def test_new_login_ends_the_session_before(browser: Browser, alice: User, phone: TestPhone) -> None:
    """Logging in again in the same browser leaves no second session behind."""
    browser.logs_in("alice", phone)
    early = browser.cookies()["s"]
    browser.logs_in("alice", phone)
    assert steals(browser, early).opens("/portal/activity").status == 401
    assert len(browser.opens("/portal/sessions").one(cls="timeline").elements) == 1


@pytest.mark.parametrize("planted", ["A" * 43, "A" * 42, "A" * 44, "", "é" * 43, "A" * 42 + "=", "../../etc/passwd"])
def test_planted_tokens_are_never_adopted(browser: Browser, alice: User, planted: str) -> None:
    """An attacker's cookie opens nothing, and a login replaces it."""
    name = f"authsim_s_{browser.site.verifier.instance.instance_id[:8]}"
    browser.client.set_cookie(name, planted, domain="127.0.0.1")
    assert browser.opens("/portal/activity").status == 401
    browser.types_password("alice")
    assert browser.cookies()["s"] != planted


def test_login_token_is_no_session(browser: Browser, alice: User, phone: TestPhone) -> None:
    """The token of a pending login opens no page, even under the session's name."""
    browser.logs_in("alice", phone)
    browser.presses("/portal/sign-out")
    browser.types_password("alice")
    assert steals(browser, browser.cookies()["l"]).opens("/portal/activity").status == 401


def test_idle_end(site: Site, browser: Browser, alice: User) -> None:
    """A session lives while it is used, and ends 15 minutes after it was last seen."""
    browser.types_password("alice")
    for _ in range(3):
        site.clock.advance(seconds=840)
        assert browser.opens("/portal/activity").status == 200
    site.clock.advance(seconds=900)
    page = browser.opens("/portal/activity")
    assert (page.status, page.error) == (401, "Your session has ended.")


def test_absolute_end(site: Site, browser: Browser, alice: User) -> None:
    """However busy, a session ends 12 hours after it began."""
    browser.types_password("alice")
    for _ in range(12 * 5 - 1):
        site.clock.advance(seconds=720)
        assert browser.opens("/portal/activity").status == 200
    site.clock.advance(seconds=720)
    assert browser.opens("/portal/activity").status == 401


def test_new_password_ends_sessions(site: Site, browser: Browser, alice: User, phone: TestPhone) -> None:
    """When the operator sets a password, every session of the user is over at once."""
    browser.logs_in("alice", phone)
    operators.set_password(site.verifier, alice, Secret("another good password"))
    assert browser.opens("/portal/activity").status == 401


def test_sixth_session_ends_the_first(site: Site, alice: User, phone: TestPhone) -> None:
    """Five browsers may be signed in; the oldest goes when a sixth comes."""
    browsers = [site.browser() for _ in range(6)]
    for browser in browsers:
        browser.logs_in("alice", phone)
        site.clock.advance(seconds=1)
    assert [browser.opens("/portal/activity").status for browser in browsers] == [401] + [200] * 5


def test_portals_do_not_share_cookies(site: Site) -> None:
    """Cookie names carry the portal, for cookies do not know ports."""
    names = set(set_cookies(site.browser(), "nobody"))
    assert names
    assert all(site.verifier.instance.instance_id[:8] in name for name in names)


def test_flask_cookie_holds_no_identity(browser: Browser, alice: User, phone: TestPhone) -> None:
    """The signed cookie of Flask holds the CSRF token and a name of a notice, and signs nobody in."""
    browser.logs_in("alice", phone)
    cookie = browser.cookies()["c"]
    thief = browser.site.browser()
    thief.client.set_cookie(f"authsim_c_{browser.site.verifier.instance.instance_id[:8]}", cookie, domain="127.0.0.1")
    assert thief.opens("/portal/activity").status == 401


def steals(browser: Browser, token: str) -> Browser:
    """Another browser with this token as its session."""
    thief = browser.site.browser()
    name = f"authsim_s_{browser.site.verifier.instance.instance_id[:8]}"
    thief.client.set_cookie(name, token, domain="127.0.0.1")
    return thief
