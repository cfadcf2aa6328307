"""What the servers themselves refuse, told over raw sockets: it leaves with the banner and with our headers."""

import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from authsim.protocol.messages import parse_error
from tests.support.child import LONGEST_S
from tests.web.commands.conftest import Operator
from tests.web.commands.test_serve import address_of
from tests.web.test_headers import FIXED
from web.banner import is_marked

GARBAGE = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "one word": b"GARBAGE\r\n\r\n",
    "a line without end": b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n",
    "headers without end": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: " + b"x" * 40_000 + b"\r\n\r\n",
    "a length that is none": b"POST /sso/Login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "a strange encoding": b"POST /sso/Login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: zip\r\n\r\n",
}
TOO_LARGE = (
    b"POST /api/device/v1/activate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 99999999\r\n\r\n{}"
)


@pytest.fixture(scope="module", params=["1", "2"], ids=["waitress", "gunicorn"])
def port(request: pytest.FixtureRequest, operator: Operator, data: str) -> Iterator[int]:
    """A portal that is served by either server."""
    with operator.serving("--data", data, "--port", "0", "--workers", request.param) as child:
        yield urlsplit(address_of(child)).port or 0
        child.terminate()
        assert child.wait(LONGEST_S) == 0
        assert child.communicate() == ("", ""), "garbage of a stranger is no news for an operator"


def ask(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are; return status, headers and body of what comes back until the server hangs up."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=LONGEST_S)) as connection:
        connection.sendall(request)
        said = b""
        try:
            while part := connection.recv(65_536):
                said += part
        except ConnectionResetError:
            pass  # it hung up before it had read all
    head, _, body = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.title(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_refused_in_our_words(port: int, kind: str) -> None:
    """Whatever is no request gets a page with the banner and our headers, and no server's name."""
    status, headers, body = ask(port, GARBAGE[kind])

    assert 400 <= status <= 505
    assert headers | FIXED == headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Server" not in headers
    assert is_marked(body.decode())
    assert len(body) == int(headers["Content-Length"])
    assert b"waitress" not in body.lower()
    assert b"gunicorn" not in body.lower()


def test_a_device_is_refused_in_json(port: int) -> None:
    """A message that is far too large is refused as the device API refuses."""
    status, headers, body = ask(port, TOO_LARGE)

    assert status == 413
    assert headers | FIXED == headers
    assert "Server" not in headers
    assert parse_error(body).error == "too_large"


def test_a_proper_answer_names_no_server(port: int) -> None:
    """A page as well leaves without a `Server` header."""
    status, headers, _ = ask(port, b"GET /sso/Login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert status == 200
    assert "Server" not in headers
