"""Who may ask a gateway: programs of this machine and its own pages, and no other page that a browser shows."""

from itertools import product

import pytest

from tests.support.device import TestPhone
from tests.support.gateway import API, PORTAL, Gateway, Program
from tests.support.ports import ORIGIN

FOREIGN = (
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
)
#: What changes something, and what only tells.
DEEDS = ("logout", "iserver/auth/ssodh/init", "iserver/reauthenticate")
LOOKS = ("tickle", "iserver/auth/status", "sso/validate", "portfolio/accounts")
#: A program; a script of our own page; the address bar.
WELCOME: tuple[dict[str, str], ...] = (
    {},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
)

BODIES = (
    (b"", None),
    (b"{", "application/json"),
    (b"\xff\xfe\x00", "text/plain"),
    (b"a=1&a=2&" * 50, "application/x-www-form-urlencoded"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"[" * 10_000, "application/json"),
    (b"{}", "application/json; charset=no-such"),
)


def test_another_page_may_not_even_look(gateway: Gateway, alice: TestPhone) -> None:
    """A browser that says that another page asks is refused by every method, and nothing has happened."""
    gateway.logs_in("alice", alice)

    for headers, method, call in product(FOREIGN, ("GET", "HEAD", "POST"), ("tickle", "logout", "nothing")):
        answer = gateway.program.asks(call, method=method, headers=headers)
        assert answer.status == "403 Forbidden", (headers, method, call)
        assert answer.data == (b"" if method == "HEAD" else b'{"error":"forbidden"}')

    assert gateway.program.stands() == (True, True, False)


def test_programs_and_own_pages_ask(gateway: Gateway, alice: TestPhone) -> None:
    """A program says nothing of pages; a script of our own page, and a person who types the address, are welcome."""
    gateway.logs_in("alice", alice)

    for headers, method in product(WELCOME, ("GET", "POST")):
        assert gateway.program.asks("tickle", method=method, headers=headers).status == "200 OK", (headers, method)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_an_address_that_is_followed_changes_nothing(
    gateway: Gateway, alice: TestPhone, headers: dict[str, str]
) -> None:
    """A link in a mail program, or an address that is typed, may show how the session stands, and does no more."""
    gateway.logs_in("alice", alice)
    gateway.clock.advance(seconds=1)
    gateway.trades("alice", alice)

    for method, (call, prefix), slash in product(("GET", "POST"), product(DEEDS, (API, PORTAL)), ("", "/")):
        wish = {"data" if method == "POST" else "query_string": {"compete": "true"}}
        answer = gateway.program.asks(f"{prefix}/{call}{slash}", method=method, headers=headers, **wish)
        assert (answer.status, answer.data) == ("403 Forbidden", b'{"error":"forbidden"}')
    for call in LOOKS:
        assert gateway.program.asks(call, method="GET", headers=headers).status == "200 OK"
    assert gateway.program.stands() == (False, True, True)


def test_a_head_changes_nothing(gateway: Gateway, alice: TestPhone) -> None:
    """What changes something knows two methods, and says so."""
    gateway.logs_in("alice", alice)

    for call, prefix in product(DEEDS, (API, PORTAL)):
        answer = gateway.program.asks(f"{prefix}/{call}", method="HEAD")
        assert (answer.status, answer.data) == ("405 Method Not Allowed", b"")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}

    assert gateway.program.stands() == (True, True, False)


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


def test_other_methods_are_none(program: Program) -> None:
    """Whatever is neither GET, HEAD nor POST is told which there are."""
    for method, path in product(("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"), ("tickle", "nothing")):
        answer = program.asks(path, method=method)

        assert (answer.status, answer.data) == ("405 Method Not Allowed", b'{"error":"method not allowed"}')
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_what_is_not_there_is_said_in_json(program: Program) -> None:
    """An address that no gateway of ours has is refused in JSON, and is not repeated."""
    for path, method in product(("", "api", "api/", "api/tickle/x", "api/iserver/<b>", "x"), ("GET", "POST")):
        answer = program.asks(f"/v1/{path}", method=method)

        assert (answer.status, answer.data) == ("404 Not Found", b'{"error":"not found"}')
        assert answer.mimetype == "application/json"


def test_bodies_are_not_read(gateway: Gateway, alice: TestPhone) -> None:
    """Whatever a program sends along is nothing to calls that ask for nothing."""
    gateway.logs_in("alice", alice)

    for (body, kind), call in product(BODIES, ("tickle", "iserver/reauthenticate", "sso/validate", "logout")):
        answer = gateway.program.asks(f"{call}?force=true&force", data=body, content_type=kind)
        assert answer.status == "200 OK", (body, kind, call)


def test_pages_of_the_portal_stay_as_they_are(program: Program) -> None:
    """The guard is for the gateway's addresses alone: a link from elsewhere still leads to the login page."""
    answer = program.asks("/sso/Login", method="GET", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200
