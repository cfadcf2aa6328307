"""Who may come into the lab, what is read there, and how its errors leave."""

import json
from collections.abc import Callable, Mapping
from itertools import product

import pytest
from flask import Response
from werkzeug.test import TestResponse

from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError, StoreError
from tests.support.lab_site import LAB, LabSite
from web.lab import door

PATHS = ("/clock", "/faults", "/nothing", "/faults/http_500/more")
PROBLEM = {"title", "status", "detail", "ref"}


def problem_of(answer: TestResponse, status: int, title: str) -> str:
    """Hold an answer against RFC 9457, and return its detail."""
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = json.loads(answer.text)
    assert problem.keys() == PROBLEM
    assert (problem["title"], problem["status"]) == (title, status)
    return str(problem["detail"])


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer x", "Basic {token}", "bearer {token}", "Bearer {token}x", "{token}"]
)
def test_only_the_token_opens(living: LabSite, given: str) -> None:
    """Without the token, with another or in another form: 401, also where nothing is, and it is never repeated."""
    for path, method in product(PATHS, ("GET", "POST", "PUT", "DELETE")):
        answer = living.asks(method, path, headers={"Authorization": given.format(token=living.token)})

        detail = problem_of(answer, 401, "unauthorized")
        assert "Authorization: Bearer TOKEN" in detail
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert living.token not in answer.text


def test_a_token_that_differs_in_one_place_is_another(living: LabSite) -> None:
    """The first, the last and any other character count."""
    token = living.token
    for place in (0, len(token) // 2, len(token) - 1):
        other = token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]
        answer = living.asks("GET", "/clock", headers={"Authorization": f"Bearer {other}"})
        problem_of(answer, 401, "unauthorized")
    assert living.asks("GET", "/clock").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "a=b"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_page_of_a_browser_comes_in(living: LabSite, method: str, headers: Mapping[str, str]) -> None:
    """A cookie, or a page that asks: 403 although the token is right, and nothing changes."""
    answer = living.asks(method, "/clock", {"freeze": True} if method == "POST" else None, headers=headers)

    problem_of(answer, 403, "forbidden")
    assert living.does("GET", "/clock")["frozen"] is False


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:9999"])
def test_no_foreign_origin_comes_in(living: LabSite, origin: str) -> None:
    """What a page of another origin sends changes nothing."""
    problem_of(living.asks("POST", "/clock", {"freeze": True}, headers={"Origin": origin}), 403, "forbidden")
    assert living.does("GET", "/clock")["frozen"] is False


@pytest.mark.parametrize("host", ["http://evil.test", "http://10.0.0.1:8765", "http://localhost.evil.test"])
def test_only_names_of_loopback(living: LabSite, host: str) -> None:
    """By another name there is no lab."""
    problem_of(living.asks("GET", "/clock", host=host), 400, "malformed")


def test_a_configured_name_leads_to_no_lab(opens_lab: Callable[..., LabSite]) -> None:
    """A private name that opens the pages opens no lab."""
    living = opens_lab(in_settings={"hosts": ("portal.test",)})

    assert living.site.browser(address="http://portal.test:8765").opens("/sso/Login").status == 200
    problem_of(living.asks("GET", "/clock", host="http://portal.test:8765"), 404, "not_found")


@pytest.mark.parametrize("remote", ["192.168.7.7", "", "none"])
def test_only_this_machine(living: LabSite, remote: str) -> None:
    """From another address there is no lab."""
    problem_of(living.asks("GET", "/clock", remote=remote), 404, "not_found")


def test_what_is_not_there(living: LabSite) -> None:
    """An address that the lab does not have is 404, and a method that it does not take 405 with those that it does."""
    problem_of(living.asks("GET", "/nothing"), 404, "not_found")
    problem_of(living.asks("DELETE", "/clock/now"), 404, "not_found")
    for method in ("PUT", "DELETE"):
        answer = living.asks(method, "/clock")
        problem_of(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    for method in ("OPTIONS", "PATCH", "TRACE"):
        answer = living.asks(method, "/clock")
        problem_of(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "PUT", "DELETE"}


def test_head_is_get_without_a_body(living: LabSite) -> None:
    """HEAD answers as GET does, and says nothing."""
    answer = living.asks("HEAD", "/clock")

    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/json", b"")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b'{"freeze":true,"freeze":false}', "twice"),
        (b'{"skew_ms":NaN,"actor":"text"}', "no JSON"),
        (b'{"scale":Infinity}', "no JSON"),
        (b'{"actor":"\\ud800","skew_ms":1}', "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"freeze":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "no JSON"),
        (b'{"at_ms":' + b"1" * 5_000 + b"}", "no JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b'"clock"', "no JSON object"),
        (b'{"frozen":true}', "Known are: freeze, at_ms"),
        (b'{"advance_ms":true}', "advance_ms is of another kind: a whole number"),
        (b'{"advance_ms":1.0}', "advance_ms is of another kind: a whole number"),
        (b'{"freeze":1}', "freeze is of another kind: true or false"),
        (b'{"scale":"2"}', "scale is of another kind: a whole number or a number"),
        (b"", "say what to do with the clock"),
    ],
)
def test_what_is_no_message_is_declined(living: LabSite, body: bytes, says: str) -> None:
    """Every member is known, stands once and is of its kind; what is wrong is said, and what was sent is not."""
    detail = problem_of(living.asks("POST", "/clock", body=body), 400, "malformed")

    assert says in detail
    assert living.does("GET", "/clock")["frozen"] is False


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"])
def test_other_content_types(living: LabSite, kind: str) -> None:
    """A body that does not say that it is JSON is not read."""
    answer = living.asks("POST", "/clock", {"freeze": True}, headers={"Content-Type": kind})

    assert "application/json" in problem_of(answer, 415, "unsupported_media_type")


def test_large_bodies(living: LabSite) -> None:
    """One byte more than a mebibyte is too much; a mebibyte is read and judged."""
    problem_of(living.asks("POST", "/clock", body=b" " * (1024 * 1024 + 1)), 413, "too_large")
    problem_of(living.asks("POST", "/clock", body=b" " * (1024 * 1024)), 400, "malformed")


@pytest.mark.parametrize("path", ["/clock?x=1&x=2", "/nothing?x=1&x=1"])
def test_a_parameter_stands_once(living: LabSite, path: str) -> None:
    """An address that names a parameter twice is declined."""
    assert "once" in problem_of(living.asks("GET", path), 400, "malformed")


def test_parameters_are_known_and_numbers_are_numbers(living: LabSite) -> None:
    """A parameter that nobody asked for is declined, and so is a number that is none or too large."""
    with living.site.app.test_request_context("/?after=7&wait=0"):
        parameters = door.read_parameters("after", "wait", "most")
        assert door.read_number(parameters, "after", otherwise=0, most=7) == 7
        assert door.read_number(parameters, "wait", otherwise=9, most=7) == 0
        assert door.read_number(parameters, "most", otherwise=9, most=7) == 9
        with pytest.raises(MessageError, match="after is a whole number from 0 to 6"):
            door.read_number(parameters, "after", otherwise=0, most=6)
        with pytest.raises(MessageError, match=r"not known\. Known are: after"):
            door.read_parameters("after")
        with pytest.raises(MessageError, match="Known are: none"):
            door.read_parameters()
    for text in ("-1", "1.0", "", "x", "１", "9" * 19):
        with pytest.raises(MessageError, match="a whole number"):
            door.read_number({"after": text}, "after", otherwise=0, most=10**18)


def test_members_that_have_to_be_there(living: LabSite) -> None:
    """A member that is required may neither be missing nor null."""
    for body in ("{}", '{"name":null}'):
        with (
            living.site.app.test_request_context("/", method="POST", data=body, content_type="application/json"),
            pytest.raises(MessageError, match="the member name is missing"),
        ):
            door.read_members({"name": (str,)}, required=("name",))


@pytest.mark.parametrize(
    ("error", "status", "title", "detail"),
    [
        (StoreConflictError("there is a user of that name"), 409, "conflict", "there is a user of that name"),
        (StoreError("there is no snapshot of that name"), 404, "not_found", "there is no snapshot of that name"),
        (StoreError("the disk is full"), 503, "busy", "the disk is full"),
        (MessageError("say more"), 400, "malformed", "say more"),
        (RuntimeError("secret"), 500, "internal", "Something went wrong in the simulator."),
    ],
)
def test_other_errors(living: LabSite, error: Exception, status: int, title: str, detail: str) -> None:
    """What a room raises leaves with its status and a sentence; what nobody expected is not quoted."""
    app = living.site.app
    app.add_url_rule("/api/lab/v1/broken", "broken", lambda: raises(error))

    answer = living.asks("GET", "/broken")

    assert problem_of(answer, status, title) == detail
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_a_refusal_says_its_reason(living: LabSite) -> None:
    """What the portal declines is told by the reason's own name beside the sentence."""
    error = RefusalError(Reason.USER_LOCKED)
    living.site.app.add_url_rule("/api/lab/v1/locked", "locked", lambda: raises(error))

    answer = living.asks("GET", "/locked")

    assert json.loads(answer.text)["reason"] == "user_locked"
    assert answer.mimetype == "application/problem+json"


def raises(error: Exception) -> Response:
    """Raise it."""
    raise error


def test_the_rest_of_the_portal_keeps_its_errors(living: LabSite) -> None:
    """Beside the lab, errors are pages and device messages as ever."""
    client = living.site.app.test_client()

    assert client.get("/nothing", base_url="http://127.0.0.1:8765").mimetype == "text/html"
    device = client.get("/api/device/v1/nothing", base_url="http://127.0.0.1:8765")
    assert json.loads(device.text).keys() == {"v", "error", "ref"}
    assert client.get(LAB, base_url="http://127.0.0.1:8765").mimetype == "application/json"
