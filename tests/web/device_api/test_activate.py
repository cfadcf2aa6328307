"""Activation over the wire: one status and one word for each way to fail, and nothing about why."""

import json
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from authsim.model import User
from authsim.protocol.messages import format_activate_request, parse_activate_reply, parse_error
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.activation import operator_activation
from tests.support.device import Attempt, TestPhone
from tests.support.site import Site

PATH = "/api/device/v1/activate"
JSON = "application/json"


def post(site: Site, body: str | bytes, *, kind: str | None = JSON, **headers: str) -> TestResponse:
    """Send a body as a phone does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.app.test_client(use_cookies=False).post(
        PATH, base_url="http://127.0.0.1:8765", data=body, content_type=kind, headers=named
    )


@pytest.fixture
def uri(site: Site, alice: User) -> Secret:
    """A fresh activation for alice."""
    return operator_activation(site.verifier, alice.user_id, replace=False).uri


@pytest.fixture
def attempt(phone: TestPhone, uri: Secret) -> Attempt:
    """A phone that has scanned it."""
    return phone.scan(uri)


def is_error(answer: TestResponse, status: int, word: str) -> None:
    """Assert the body of an error: three members, one word, a reference, and nothing else."""
    assert (answer.status_code, answer.mimetype) == (status, JSON)
    assert json.loads(answer.text).keys() == {"v", "error", "ref"}
    reply = parse_error(answer.data)
    assert reply.error == word
    assert re.fullmatch(r"[0-9a-f]{8}", reply.ref)
    assert "Set-Cookie" not in answer.headers


def test_activation(site: Site, alice: User, phone: TestPhone, attempt: Attempt) -> None:
    """A right request is answered 200 with a reply that the phone accepts; its bytes sent again get the same."""
    body = format_activate_request(attempt.request)
    first, again = post(site, body), post(site, body)
    assert (first.status_code, first.mimetype) == (200, JSON)
    assert first.data == again.data
    phone.accept(attempt, first.text)
    device = site.verifier.store.devices.active_of(alice.user_id)
    assert device is not None
    assert device.device_id == parse_activate_reply(first.data).device_id


def test_second_phone_is_too_late(site: Site, attempt: Attempt, uri: Secret) -> None:
    """Another request for a used code is refused like any other."""
    post(site, format_activate_request(attempt.request))
    other = site.sells_phone().scan(uri)
    is_error(post(site, format_activate_request(other.request)), 401, "auth_failed")


def test_every_failure_looks_the_same(site: Site, alice: User, phone: TestPhone, uri: Secret) -> None:
    """Unknown code, wrong signature, wrong mac, expired code: one status, one word."""
    attempt = phone.scan(uri)
    good = json.loads(format_activate_request(attempt.request))
    unknown = dict(good, code_id="0" * 32)
    is_error(post(site, json.dumps(unknown)), 401, "auth_failed")
    site.clock.advance(seconds=600)
    is_error(post(site, json.dumps(good)), 401, "auth_failed")
    for member in ("sig", "mac"):
        fresh = phone.scan(operator_activation(site.verifier, alice.user_id, replace=False).uri)
        body = json.loads(format_activate_request(fresh.request))
        body[member] = ("A" if body[member][0] != "A" else "B") + body[member][1:]
        is_error(post(site, json.dumps(body)), 401, "auth_failed")
        is_error(post(site, format_activate_request(fresh.request)), 401, "auth_failed")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b"null", b"1", b'"x"', b"{", b"\xff", b"[" * 5_000, b'{"v":1,"v":1}', b'{"v":NaN}'),
        *(b'{"v":1}', b'{"v":true}', b'{"v":"1"}', b'{"v":1.0}', b'{"v":2}', b"\x00", b'{"v":1,"code_id":["a"]}'),
    ],
)
def test_malformed_bodies(site: Site, attempt: Attempt, body: bytes) -> None:
    """What is not the message is 400, whatever it is, and burns nothing."""
    is_error(post(site, body), 400, "malformed")
    assert post(site, format_activate_request(attempt.request)).status_code == 200


def test_member_by_member(site: Site, attempt: Attempt) -> None:
    """Each member missing, of another type, or joined by a stranger is 400 and burns nothing."""
    good = json.loads(format_activate_request(attempt.request))
    for name in good:
        is_error(post(site, json.dumps({key: value for key, value in good.items() if key != name})), 400, "malformed")
        for value in (None, True, 1, 1.5, [], {}, ""):
            if value != good[name]:
                is_error(post(site, json.dumps(good | {name: value})), 400, "malformed")
    is_error(post(site, json.dumps(good | {"extra": 1})), 400, "malformed")
    assert post(site, json.dumps(good)).status_code == 200


@pytest.mark.parametrize(
    "kind",
    [None, "text/plain", "application/json; charset=latin-1", "application/json; q=1", "application/jsonx", "a, c"],
)
def test_foreign_content_types(site: Site, attempt: Attempt, kind: str | None) -> None:
    """What does not say JSON, or says another charset, is 415 and burns nothing."""
    is_error(post(site, format_activate_request(attempt.request), kind=kind), 415, "unsupported_media_type")
    assert post(site, format_activate_request(attempt.request)).status_code == 200


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=UTF-8"])
def test_content_types(site: Site, attempt: Attempt, kind: str) -> None:
    """JSON may say that it is UTF-8; case does not matter."""
    assert post(site, format_activate_request(attempt.request), kind=kind).status_code == 200


def test_size(site: Site) -> None:
    """16 KiB and one byte are too much."""
    is_error(post(site, b" " * (16 * 1024 + 1)), 413, "too_large")
    is_error(post(site, b" " * (16 * 1024)), 400, "malformed")


@pytest.mark.parametrize("header", [{"Cookie": "authsim_look=en.auto"}, {"Cookie": "x"}, {"Cookie": ""}])
def test_cookies(site: Site, attempt: Attempt, header: dict[str, str]) -> None:
    """A request that carries a cookie is refused before it is read."""
    is_error(post(site, format_activate_request(attempt.request), **header), 400, "malformed")


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.test"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_foreign_pages(site: Site, attempt: Attempt, header: dict[str, str]) -> None:
    """A page in a browser cannot redeem a code."""
    is_error(post(site, format_activate_request(attempt.request), **header), 403, "forbidden")


def test_other_methods(site: Site) -> None:
    """Only POST activates, and the answer is JSON."""
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "TRACE"):
        answer = site.app.test_client().open(PATH, method=method, base_url="http://127.0.0.1:8765")
        is_error(answer, 405, "method_not_allowed")


@pytest.mark.parametrize(
    "path", ["/api/device/v1/nothing", "/api/device/v2/activate", "/api/", "/api/device/v1/activate/"]
)
def test_unknown_paths(site: Site, path: str) -> None:
    """Below `/api/` even what does not exist answers in JSON."""
    is_error(site.app.test_client().get(path, base_url="http://127.0.0.1:8765"), 404, "not_found")


def test_busy_store(opens_site: Callable[..., Site], phone: TestPhone) -> None:
    """When the store cannot be reached the phone is told when to come again."""
    site = opens_site()
    user = site.adds("alice")
    attempt = phone.scan(operator_activation(site.verifier, user.user_id, replace=False).uri)
    site.portal.store.close()
    site.database.unlink()
    answer = post(site, format_activate_request(attempt.request))
    is_error(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "5"


def test_user_who_got_a_phone_meanwhile(site: Site, alice: User, phone: TestPhone) -> None:
    """A code that was issued before another phone became active does not bring a second one."""
    first = operator_activation(site.verifier, alice.user_id, replace=False).uri
    phone.activate(site.verifier, first)
    late = operator_activation(site.verifier, alice.user_id, replace=True).uri
    site.sells_phone().activate(site.verifier, late)
    again = site.sells_phone().scan(late)
    is_error(post(site, format_activate_request(again.request)), 401, "auth_failed")
    operators.revoke_device(site.verifier, alice)
