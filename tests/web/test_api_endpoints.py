"""Every endpoint that programs use, found in the application's own map: what none may do, whatever it is for."""

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from authsim.protocol.messages import parse_error
from tests.support.site import Site

TOKEN = "A" * 43
NUMBER = "+15555550123"
VALUES = {"request_id": "0" * 32, "number": NUMBER}
#: Whoever knows one of these gets an answer without showing a token.
OPEN = {"/api/device/v1/instance", f"/inbox/{NUMBER}/texts", f"/inbox/{NUMBER}/events"}


def endpoints(app: Flask, method: str) -> Iterator[str]:
    """Every path for programs that takes a method."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: VALUES.get(found[1], found[0]), rule.rule)
        is_json = path.startswith("/api/") or re.fullmatch(r"/inbox/[^/]+/(texts|events)", path)
        if is_json and method in (rule.methods or ()):
            assert "<" not in path, f"this test does not know what to put into {rule.rule}"
            yield path


def ask(site: Site, method: str, path: str, body: bytes | None = None, **headers: str) -> TestResponse:
    """Send one request as a program does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    client = site.app.test_client(use_cookies=False)
    return client.open(path, method=method, base_url="http://127.0.0.1:8765", data=body, headers=named)


def is_error(answer: TestResponse, status: int, word: str) -> None:
    """Assert the body of an error: one word and a reference, as JSON, and no cookie."""
    told = answer.request.path, answer.status_code, answer.mimetype
    assert told[1:] == (status, "application/json"), told
    assert parse_error(answer.data).error == word, told
    assert "Set-Cookie" not in answer.headers


def test_the_map_is_not_empty(site: Site) -> None:
    """What the other tests here go through are all the endpoints that are known to exist, and more."""
    assert set(endpoints(site.app, "POST")) >= {
        *("/api/device/v1/activate", "/api/device/v1/nonce", "/api/device/v1/session", "/api/device/v1/credentials"),
        *("/api/device/v1/adduser/start", "/api/device/v1/adduser/resend", "/api/device/v1/adduser/finish"),
        *(f"/api/device/v1/push/{'0' * 32}", "/api/trading/v1/login", "/api/trading/v1/respond"),
        "/api/trading/v1/sign-out",
    }
    assert set(endpoints(site.app, "GET")) >= {
        *("/api/device/v1/instance", "/api/device/v1/requests", f"/api/device/v1/requests/{'0' * 32}"),
        *("/api/device/v1/events", f"/inbox/{NUMBER}/texts", f"/inbox/{NUMBER}/events"),
    }


def test_other_methods(site: Site) -> None:
    """A method that an endpoint does not take is 405, in JSON, with the methods that it takes."""
    gets, posts = set(endpoints(site.app, "GET")), set(endpoints(site.app, "POST"))
    for path in gets | posts:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if (method == "GET" and path in gets) or (method == "POST" and path in posts):
                continue
            answer = ask(site, method, path)
            is_error(answer, 405, "method_not_allowed")
            assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("kind", "body", "status", "word"),
    [
        (None, b"{}", 415, "unsupported_media_type"),
        ("text/plain", b"{}", 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"v=1", 415, "unsupported_media_type"),
        ("application/json; charset=latin-1", b"{}", 415, "unsupported_media_type"),
        ("application/json", b" " * (16 * 1024 + 1), 413, "too_large"),
        ("application/json", b" " * (16 * 1024), 400, "malformed"),
        ("application/json", b"", 400, "malformed"),
        ("application/json", b"{}", 400, "malformed"),
        ("application/json", b"[]", 400, "malformed"),
        ("application/json", b"{", 400, "malformed"),
        ("application/json", b"\xff", 400, "malformed"),
        ("application/json", b"[" * 5_000, 400, "malformed"),
        ("application/json", b'{"v":1,"v":1}', 400, "malformed"),
        ("application/json", b'{"v":2}', 400, "malformed"),
        ("application/json", b'{"v":1,"surprise":true}', 400, "malformed"),
    ],
)
def test_foreign_bodies(site: Site, kind: str | None, body: bytes, status: int, word: str) -> None:
    """What is not the endpoint's message is refused by type, size or form, and changes nothing."""
    before = site.rows()
    for path in endpoints(site.app, "POST"):
        headers = {} if kind is None else {"Content_Type": kind}
        answer = ask(site, "POST", path, body, **headers)
        is_error(answer, status, word)
    assert site.rows() == before


def test_foreign_pages(site: Site) -> None:
    """A web page of another origin cannot post to any of them, nor a browser that shows a cookie."""
    for path in endpoints(site.app, "POST"):
        for headers in ({"Origin": "https://evil.test"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
            is_error(ask(site, "POST", path, b"{}", Content_Type="application/json", **headers), 403, "forbidden")
        cookie = ask(site, "POST", path, b"{}", Content_Type="application/json", Cookie="authsim_s_0=x")
        is_error(cookie, 400, "malformed")


def test_foreign_hosts(site: Site) -> None:
    """A name that is not ours is 400 everywhere."""
    for method in ("GET", "POST"):
        for path in endpoints(site.app, method):
            is_error(ask(site, method, path, Host="evil.test"), 400, "malformed")


def test_reading_takes_a_token(site: Site) -> None:
    """Without a token, with one that nobody has, and with what is none: one answer."""
    for path in set(endpoints(site.app, "GET")) - OPEN:
        for shown in ({}, {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Basic {TOKEN}"}, *ODD):
            for method in ("GET", "HEAD"):
                answer = ask(site, method, path, **shown)
                assert answer.status_code == 401, (path, shown)
                if method == "GET":
                    is_error(answer, 401, "auth_failed")


ODD = tuple(
    {"Authorization": text}
    for text in ("", "Bearer", "Bearer ", "bearer " + TOKEN, "Bearer " + TOKEN + "A", "Bearer é" + TOKEN[1:])
)


def test_slashes_and_neighbours(site: Site) -> None:
    """What is almost the path of an endpoint is 404, in JSON below `/api/`."""
    for method in ("GET", "POST"):
        for path in endpoints(site.app, method):
            for other in (path + "/", path.replace("/v1/", "/v2/"), path.upper()):
                if other != path:
                    assert ask(site, method, other).status_code == 404, other
                    if other.startswith("/api/"):
                        is_error(ask(site, method, other), 404, "not_found")


def test_headers(site: Site) -> None:
    """Every answer carries what every answer carries, and is never kept."""
    for method in ("GET", "POST"):
        for path in endpoints(site.app, method):
            headers = ask(site, method, path).headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Authsim-Simulation"] == "1"
            assert headers["X-Content-Type-Options"] == "nosniff"


def test_references_differ(site: Site) -> None:
    """Two refusals have two references: the log can be asked for each."""
    told = [json.loads(ask(site, "GET", "/api/device/v1/requests").text)["ref"] for _ in range(2)]
    assert told[0] != told[1]
