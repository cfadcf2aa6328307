"""What is refused before any page sees it: foreign origins, missing tokens, large bodies, foreign hosts."""

import json
from collections.abc import Callable

import pytest

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import PASSWORD, Browser, Site

FORMS = (
    *("/sso/Login", "/sso/SecondFactor", "/portal/activation/not-me", "/portal/activation/sign-in", "/portal/sign-out"),
    "/portal/sessions/00000000000000000000000000000000/end",
)


@pytest.fixture
def signed_in(browser: Browser, alice: User, phone: TestPhone) -> Browser:
    """Alice with both factors, on her home page."""
    browser.logs_in("alice", phone)
    return browser


@pytest.mark.parametrize("path", FORMS)
def test_forged_forms(site: Site, signed_in: Browser, path: str) -> None:
    """No token, another browser's token, a token as JSON or as text: 403, and nothing changes."""
    stranger = site.browser().token()
    before = site.rows()
    for body, kind in (
        ({"username": "alice"}, None),
        ({"csrf_token": stranger}, None),
        ({"csrf_token": ""}, None),
        ({"csrf_token": "é"}, None),
        (json.dumps({"csrf_token": signed_in.token()}), "application/json"),
        (f"csrf_token={signed_in.token()}", "text/plain"),
    ):
        answer = signed_in.asks("POST", path, body=body, content_type=kind)
        assert answer.status_code == 403, (body, kind)
        assert "This form is too old, or was sent from another site." in answer.text
    assert site.rows() == before
    assert signed_in.opens("/portal/activity").status == 200


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1:8765"},
        {"Origin": "http://localhost:8765"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_foreign_origins(site: Site, signed_in: Browser, path: str, headers: dict[str, str]) -> None:
    """With a good token but from another page, also one of another port of this machine: 403, and nothing changes."""
    body = {"csrf_token": signed_in.token()}
    before = site.rows()
    assert signed_in.asks("POST", path, body=body, headers=headers).status_code == 403
    assert site.rows() == before


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "127.0.0.2"])
def test_own_origin_by_every_name(site: Site, alice: User, host: str) -> None:
    """Whatever name of loopback the browser uses, its own origin is good."""
    browser = site.browser(address=f"http://{host}")
    body = {"csrf_token": browser.token(), "username": "alice", "password": PASSWORD}
    headers = {"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    answer = browser.asks("POST", "/sso/Login", body=body, headers=headers)
    assert answer.headers["Location"] == "/portal/activation"


def test_token_changes_at_login_and_logout(browser: Browser, alice: User, phone: TestPhone) -> None:
    """A token from before the login does not serve after it, nor one from before the logout."""
    early = browser.token()
    home = browser.logs_in("alice", phone)
    assert browser.asks("POST", "/portal/sign-out", body={"csrf_token": early}).status_code == 403
    late = str(home.one(name="csrf_token").attributes["value"])
    browser.presses("/portal/sign-out")
    assert browser.asks("POST", "/portal/sign-out", body={"csrf_token": late}).status_code == 403


@pytest.mark.parametrize(
    ("path", "most", "kind"),
    [
        ("/sso/Login", 64 * 1024, "application/x-www-form-urlencoded"),
        ("/sso/SecondFactor", 64 * 1024, "application/x-www-form-urlencoded"),
        ("/api/device/v1/activate", 16 * 1024, "application/json"),
    ],
)
def test_large_bodies(browser: Browser, path: str, most: int, kind: str) -> None:
    """One byte more than the limit is 413; the limit itself is read and judged."""
    fresh = browser.site.browser()
    assert fresh.asks("POST", path, body=b"x" * (most + 1), content_type=kind).status_code == 413
    assert fresh.asks("POST", path, body=b"x" * most, content_type=kind).status_code in (400, 403)


HOSTS = (
    *("evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "127.0.0.1:8765@evil.test", "evil.test#127.0.0.1"),
    *(
        "",
        "localhost:",
        "localhost:99999",
        "localhost:8765:1",
        "0.0.0.0",  # noqa: S104 - a name that must be refused
        "[::]",
        "::1",
        "[::1",
        "2130706433",
        "0x7f.1",
    ),
    *(
        "127.1",
        "0177.0.0.1",
        "10.0.0.1",
        "[fe80::1]",
        "localhost.",
        "LOCALHOST\\x",
        "local host",
        "１２７.0.0.1",
        "a" * 300,
    ),
)


@pytest.mark.parametrize("host", HOSTS)
def test_foreign_hosts(site: Site, browser: Browser, alice: User, host: str) -> None:
    """Any name that is not ours is 400, on pages, files and the API, and the portal's own address stays as it is."""
    for path in ("/", "/sso/Login", "/static/authsim.css", "/api/device/v1/instance", "/nothing"):
        answer = browser.client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text
    assert site.verifier.instance.origin == "http://127.0.0.1:8765"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:1", "[::1]", "[0:0:0:0:0:0:0:1]:8765"]
)
def test_loopback_hosts(browser: Browser, host: str) -> None:
    """Every spelling of loopback that is an address or `localhost` is ours."""
    assert browser.client.get("/sso/Login", headers={"Host": host}).status_code == 200


def test_configured_hosts(opens_site: Callable[..., Site]) -> None:
    """Private names and addresses that the operator configured are ours too."""
    browser = opens_site(hosts=("Practice.LAN", "192.168.7.20", "fd00::20")).browser()
    for host in ("practice.lan:8765", "192.168.7.20", "[fd00::20]:1"):
        assert browser.client.get("/sso/Login", headers={"Host": host}).status_code == 200
    assert browser.client.get("/sso/Login", headers={"Host": "other.lan"}).status_code == 400


def test_forwarded_headers_need_a_proxy(opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """Without `proxies` the header means nothing; with one only the last hop counts."""
    for proxies, seen in ((0, "127.0.0.1"), (1, "10.9.9.9")):
        site = opens_site(proxies=proxies)
        user = site.adds("alice")
        browser = site.browser(X_Forwarded_For="6.6.6.6, 10.9.9.9", X_Forwarded_Host="evil.test")
        browser.types_password("alice")
        (session,) = site.verifier.store.sessions.list_open(user.user_id, now_ms=site.clock.now_ms())
        assert session.client.address == seen


def test_agent_is_cleaned_and_cut(site: Site, alice: User) -> None:
    """Control and direction characters of a user agent never reach a page, and its length is capped."""
    browser = site.browser(User_Agent="\x1b]0;x\x07Evil\u202eAgent" + "x" * 5_000)
    browser.types_password("alice")
    (session,) = site.verifier.store.sessions.list_open(alice.user_id, now_ms=site.clock.now_ms())
    assert session.client.agent.isprintable()
    assert len(session.client.agent) == 200
