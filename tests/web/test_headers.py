"""What every response carries, whatever it answers: the matrix of routes and statuses."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

GETS = (
    *("/", "/sso/Login", "/sso/SecondFactor", "/sso/Dispatcher", "/portal/activation", "/portal/activation/state"),
    *("/portal/activity", "/portal/sessions", "/help/phishing", "/look/language/ja", "/look/theme/pink"),
    *("/robots.txt", "/healthz", "/readyz", "/favicon.svg", "/favicon.ico", "/static/authsim.css", "/static/page.js"),
    *(
        "/api/device/v1/instance",
        "/api/device/v1/activate",
        "/api/nothing",
        "/nothing",
        "/static/nothing",
        "//sso//Login",
    ),
)
POSTS = (
    *("/sso/Login", "/sso/SecondFactor", "/portal/activation/not-me", "/portal/activation/sign-in", "/portal/sign-out"),
    *("/portal/sessions/x/end", "/api/device/v1/activate", "/csp", "/sso/Dispatcher", "/nothing"),
)
FIXED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Authsim-Simulation": "1",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
POLICY = (
    "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; report-uri /csp"
)


def check(answer: TestResponse) -> None:
    """Assert what every response must carry."""
    for name, value in FIXED.items():
        assert answer.headers.get_all(name) == [value], (answer.request.path, name)
    match = re.search(r"script-src 'nonce-([0-9a-f]{32})'", answer.headers["Content-Security-Policy"])
    assert match is not None
    assert answer.headers["Content-Security-Policy"] == POLICY.format(match[1])
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in answer.headers["Vary"].split(",")}
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers
    if answer.status_code in (301, 302, 303, 307, 308):
        assert answer.headers["Location"].startswith("/")
        assert not answer.headers["Location"].startswith("//")
    if answer.mimetype == "text/html":
        nonces = set(re.findall(r'nonce="([^"]*)"', answer.text))
        assert nonces <= {match[1]}
    answer.close()


@pytest.fixture(params=["nobody", "one factor", "both factors"])
def somebody(request: pytest.FixtureRequest, browser: Browser, alice: User, phone: TestPhone) -> Browser:
    """A browser in each of the three standings."""
    if request.param == "one factor":
        browser.types_password("alice")
    elif request.param == "both factors":
        browser.logs_in("alice", phone)
    return browser


@pytest.mark.parametrize("path", GETS)
def test_every_get(somebody: Browser, path: str) -> None:
    """GET and HEAD carry the headers whoever asks, found or not."""
    check(somebody.asks("GET", path))
    check(somebody.asks("HEAD", path))


@pytest.mark.parametrize("path", POSTS)
def test_every_post(somebody: Browser, path: str) -> None:
    """POST carries them with a token, without one, and when it is too large."""
    check(somebody.asks("POST", path))
    check(somebody.asks("POST", path, body={"csrf_token": somebody.token()}))
    large = somebody.asks("POST", path, body={"csrf_token": "x" * 70_000})
    check(large)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GIBBERISH"])
def test_every_other_method(browser: Browser, method: str) -> None:
    """Only GET, HEAD and POST are spoken here, on pages and on the device API."""
    for path in ("/sso/Login", "/api/device/v1/activate", "/static/authsim.css", "/nothing"):
        answer = browser.asks(method, path)
        check(answer)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_forced_exception(site: Site, browser: Browser, alice: User, caplog: pytest.LogCaptureFixture) -> None:
    """A bug answers with a general page and a reference; neither the page nor the log quotes it."""
    page = browser.opens("/sso/Login")
    site.portal.store.close()
    site.database.unlink()
    answer = browser.asks(
        "POST",
        "/sso/Login",
        body={"csrf_token": page.one(name="csrf_token").attributes["value"], "username": "alice", "password": PASSWORD},
    )
    check(answer)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "The portal is busy." in answer.text
    for word in ("Traceback", "sqlite", str(site.database.parent), PASSWORD):
        assert word not in answer.text
    assert PASSWORD not in caplog.text
    assert str(site.database.parent) not in caplog.text


def test_hsts_only_under_tls(opens_site: Callable[..., Site]) -> None:
    """A browser that was told to insist on https for loopback would never come back."""
    assert "Strict-Transport-Security" not in opens_site().browser().asks("GET", "/").headers
    secure = opens_site(tls=True).browser(address="https://localhost:8765").asks("GET", "/")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_nonce_is_new_each_time(browser: Browser) -> None:
    """No response repeats a nonce."""
    seen = {browser.asks("GET", "/sso/Login").headers["Content-Security-Policy"] for _ in range(20)}
    assert len(seen) == 20
