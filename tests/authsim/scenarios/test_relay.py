import http.client
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from authsim.scenarios.relay import Relay
from tests.support.child import LONGEST_S


@pytest.fixture
def seen() -> list[str]:
    """The paths that reached the server."""
    return []


@pytest.fixture
def relay(seen: list[str]) -> Iterator[Relay]:
    """A relay before a small server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the library
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server, Relay() as relay:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        relay.lead_to(server.server_port)
        yield relay
        server.shutdown()


def post(relay: Relay, path: str, body: bytes) -> bytes:
    """Send a body through the relay and return what comes back."""
    where = urlsplit(relay.address)
    with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=LONGEST_S)) as connection:
        connection.request("POST", path, body)
        return connection.getresponse().read()


def test_everything_is_passed_on(relay: Relay, seen: list[str]) -> None:
    """What goes through comes back whole, large bodies too."""
    body = b"0123456789" * 50_000

    assert post(relay, "/a", body) == body
    assert seen == ["/a"]
    assert relay.lost == 0


def test_one_reply_is_lost_after_it_was_done(relay: Relay, seen: list[str]) -> None:
    """The request that was named reaches the server, its reply does not come; the next one does."""
    relay.lose_reply_to(b"POST /b")

    assert post(relay, "/a", b"x") == b"x"
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        post(relay, "/b", b"x")
    assert post(relay, "/b", b"y") == b"y"
    assert seen == ["/a", "/b", "/b"]
    assert relay.lost == 1
