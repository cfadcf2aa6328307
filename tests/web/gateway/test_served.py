"""A gateway as it is served: the bytes on the wire, and one session for all workers on either database."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from authsim.testing.client import Lab
from authsim.testing.portal import Portal
from tests.support.child import LONGEST_S
from tests.support.phone import make_phone
from tests.support.portal import LivePortal, password_of, served_portal
from tests.support.stores import postgres_server, postgres_url  # noqa: F401 - fixtures are found by name
from tests.web.lab.test_workers import CONNECTIONS, Program, two_workers

ASKED = "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
NO_SESSION = b'{"error":"no session"}'


def raw(portal: LivePortal, path: str, *, method: str = "POST") -> tuple[bytes, bytes, bytes]:
    """The status line, the headers and the body of an answer, as they came over the wire."""
    with socket.create_connection(("127.0.0.1", portal.port), timeout=LONGEST_S) as connection:
        connection.sendall(ASKED.format(method=method, path=path, port=portal.port).encode())
        with connection.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    status, _, headers = head.partition(b"\r\n")
    return status, headers.lower(), body


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A gateway, as an operator serves it."""
    with served_portal(tmp_path_factory.mktemp("gateway"), serving=("--gateway",)) as portal:
        yield portal


def test_the_bytes_on_the_wire(portal: LivePortal, tmp_path: Path) -> None:
    """Status lines and bodies are to the byte what programs compare: before a login, after it, and after a logout."""
    entry = portal.adds("alice", activation=True)["alice"]
    phone = make_phone(tmp_path / "alice")
    phone.activates(entry["activation"])

    for method in ("GET", "POST"):
        status, headers, body = raw(portal, "/v1/api/tickle", method=method)
        assert (status, body) == (b"HTTP/1.1 401 Unauthorized", NO_SESSION)
        assert b"content-type: application/json\r\n" in headers
        assert b"set-cookie" not in headers
    assert raw(portal, "/v1/api/sso/validate")[::2] == (b"HTTP/1.1 401 Unauthorized", NO_SESSION)
    assert raw(portal, "/v1/api/logout")[::2] == (b"HTTP/1.1 200 OK", b'{"status":true}')
    assert raw(portal, "/v1/api/none")[::2] == (b"HTTP/1.1 404 Not Found", b'{"error":"not found"}')
    assert raw(portal, "/v1/api/tickle", method="DELETE")[0] == b"HTTP/1.1 405 Method Not Allowed"

    visitor = portal.visitor(host="localhost")
    page = visitor.types_password("alice", password_of("alice"))
    assert visitor.types_response(phone.responds(page.challenge)).has_succeeded
    status, headers, body = raw(portal, "/v1/api/tickle", method="GET")
    assert status == b"HTTP/1.1 200 OK"
    assert body.startswith(b'{"session":"')
    assert body.endswith(b"}}}}")
    assert b'"authenticated":true,"competing":false,"connected":true' in body
    assert f"content-length: {len(body)}".encode() in headers
    assert b"set-cookie" not in headers

    assert raw(portal, "/v1/api/logout")[::2] == (b"HTTP/1.1 200 OK", b'{"status":true}')
    assert b'"authenticated":false,"competing":false,"connected":false' in raw(portal, "/v1/api/tickle")[2]
    assert raw(portal, "/v1/portal/iserver/reauthenticate?force=true")[2] == b'{"message":"triggered"}'
    assert b'"authenticated":true' in raw(portal, "/v1/api/tickle")[2]
    assert password_of("alice") not in portal.log


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Where a gateway of two workers in a lab answers, and the file of the lab's token: on either database."""
    with two_workers(request, tmp_path, "--gateway") as found:
        yield found


def test_two_workers_share_the_session(place: tuple[str, Path]) -> None:
    """What one worker is told of the session holds in the other at the very next request, and each request is told."""
    address, token_file = place
    with Portal(Lab.open(address, token_file)) as portal, ExitStack() as held:
        program = Program(address, token_file.read_text().strip(), held, prefix="/v1/api")
        user = portal.add_user()
        assert portal.log_in(user, portal.add_phone(user)).authenticated

        assert len({said["session"] for said in program.asks_all("/tickle")}) == 1
        for over in range(CONNECTIONS):
            assert program.asks(over, "POST", "/logout") == {"status": True}
            assert {said["connected"] for said in program.asks_all("/iserver/auth/status")} == {False}
            program.asks(over, "POST", "/iserver/reauthenticate")
            assert {said["authenticated"] for said in program.asks_all("/iserver/auth/status")} == {True}

        told = [entry for entry in portal.lab.list_events(user=user.name) if "/v1/api/" in entry["what"]]
        assert len(told) == CONNECTIONS * (2 + 2 * CONNECTIONS) + CONNECTIONS
        assert {(entry["end"], entry["facts"]["step"]) for entry in told} == {("browser", "session")}
