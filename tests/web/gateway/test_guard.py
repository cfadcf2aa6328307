"""Who may ask a gateway: programs of this machine and its own pages, and no other page that a browser shows."""

import pytest

from tests.support.device import TestPhone
from tests.support.gateway import Gateway, Program
from tests.support.ports import ORIGIN

FOREIGN = (
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("headers", FOREIGN)
def test_another_page_may_not_even_look(
    gateway: Gateway, alice: TestPhone, headers: dict[str, str], method: str
) -> None:
    """A browser that says that another page asks is refused by every method, and nothing has happened."""
    gateway.logs_in("alice", alice)

    for call in ("tickle", "logout", "nothing"):
        answer = gateway.program.asks(call, method=method, headers=headers)
        assert answer.status == "403 Forbidden"
        assert answer.data == (b"" if method == "HEAD" else b'{"error":"forbidden"}')

    assert gateway.program.stands() == (True, True, False)


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_programs_and_own_pages_ask(gateway: Gateway, alice: TestPhone, headers: dict[str, str], method: str) -> None:
    """A program says nothing of pages; a script of our own page, and a person who types the address, are welcome."""
    gateway.logs_in("alice", alice)

    assert gateway.program.asks("tickle", method=method, headers=headers).status == "200 OK"


@pytest.mark.parametrize("host", ["evil.example", "gateway.lan:5000", "10.1.2.3"])
def test_another_name_is_not_ours(program: Program, host: str) -> None:
    """A name that somebody lets point at this machine is refused, in JSON."""
    answer = program.asks("tickle", base_url=f"http://{host}")

    assert (answer.status, answer.data) == ("400 Bad Request", b'{"error":"malformed"}')


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost:5000", "localhost"])
def test_this_machine_has_two_names(program: Program, host: str) -> None:
    """Programs that have `localhost` built in reach the same gateway."""
    assert program.asks("tickle", base_url=f"http://{host}").status == "401 Unauthorized"


def test_a_head_has_no_body(gateway: Gateway, alice: TestPhone) -> None:
    """HEAD is answered as GET is, without the words."""
    gateway.logs_in("alice", alice)

    answer = gateway.program.asks("tickle", method="HEAD")

    assert (answer.status, answer.data) == ("200 OK", b"")
    assert answer.mimetype == "application/json"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/v1/api/tickle", "/v1/api/nothing"])
def test_other_methods_are_none(program: Program, method: str, path: str) -> None:
    """Whatever is neither GET, HEAD nor POST is told which there are."""
    answer = program.asks(path, method=method)

    assert (answer.status, answer.data) == ("405 Method Not Allowed", b'{"error":"method not allowed"}')
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    "path", ["/v1/", "/v1/api", "/v1/api/", "/v1/api/tickle/", "/v1/api/iserver/auth/<b>", "/v1/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_said_in_json(program: Program, path: str, method: str) -> None:
    """An address that no gateway of ours has is refused in JSON, and is not repeated."""
    answer = program.asks(path, method=method)

    assert (answer.status, answer.data) == ("404 Not Found", b'{"error":"not found"}')
    assert answer.mimetype == "application/json"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""),
        (b"{", "application/json"),
        (b"\xff\xfe\x00", "text/plain"),
        (b"a=1&a=2&" * 50, "application/x-www-form-urlencoded"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"[" * 10_000, "application/json"),
        (b"{}", "application/json; charset=no-such"),
    ],
)
def test_bodies_are_not_read(gateway: Gateway, alice: TestPhone, body: bytes, kind: str) -> None:
    """Whatever a program sends along is nothing to calls that ask for nothing."""
    gateway.logs_in("alice", alice)

    for call in ("tickle", "iserver/auth/status", "iserver/reauthenticate", "sso/validate", "logout"):
        answer = gateway.program.asks(f"{call}?force=true&force", data=body, content_type=kind or None)
        assert answer.status == "200 OK"


def test_pages_of_the_portal_stay_as_they_are(program: Program) -> None:
    """The guard is for the gateway's addresses alone: a link from elsewhere still leads to the login page."""
    answer = program.asks("/sso/Login", method="GET", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200
