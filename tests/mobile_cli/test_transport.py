"""One request to a portal nearby."""

import ipaddress
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mobile_cli.exits import Exit, PhoneError
from mobile_cli.transport import Answer, fetch, require_near
from tests.support.addresses import FAR, LINK_LOCAL, LOOPBACK, PRIVATE
from tests.support.child import LONGEST_S
from tests.support.tiny_portal import INSTANCE, Reply, TinyPortal


def error_of(act: Callable[[], object]) -> PhoneError:
    """Return the error that the act ends with."""
    with pytest.raises(PhoneError) as raised:
        act()
    return raised.value


@pytest.mark.parametrize("host", [*LOOPBACK, *PRIVATE])
def test_what_a_portal_may_listen_at_is_near(host: str) -> None:
    """The phone calls the networks of the one list."""
    address = ipaddress.ip_address(host)

    assert require_near(f"http://[{host}]:80" if address.version == 6 else f"http://{host}:80") == [address]


@pytest.mark.parametrize("host", [*LINK_LOCAL, *FAR])
def test_a_far_portal_is_refused_before_a_connection(host: str) -> None:
    """Everything else is far, link-local addresses (cloud metadata) among it, also when mapped into IPv6."""
    origin = f"http://[{host}]:80" if ":" in host else f"http://{host}:80"

    assert error_of(lambda: require_near(origin)).key == "public_address"


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test"])
def test_a_name_that_cannot_be_resolved_does_not_answer(host: str) -> None:
    """A name that is none is unreachable, not a crash."""
    assert error_of(lambda: require_near(f"http://{host}:80")).status is Exit.UNREACHABLE


def test_an_honest_answer_comes_through(portal: TinyPortal) -> None:
    """Status, kind and body."""
    answer = fetch(portal.origin, "GET", INSTANCE)

    assert answer == Answer(status=200, is_json=True, body=portal.answer(INSTANCE, b"").body or b"")


@pytest.mark.parametrize(
    ("kind", "is_json"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON;charset=UTF-8", True),
        ("application/json; charset=latin-1", False),
        ("text/html", False),
        ("", False),
    ],
)
def test_only_json_is_json(portal: TinyPortal, kind: str, *, is_json: bool) -> None:
    """The header decides, in its exact forms."""
    portal.answers[INSTANCE] = lambda reply: Reply(reply.body, kind=kind)

    assert fetch(portal.origin, "GET", INSTANCE).is_json is is_json


def test_a_redirect_is_an_answer_and_not_followed(portal: TinyPortal) -> None:
    """Nobody sends the phone elsewhere."""
    portal.answers[INSTANCE] = lambda _: Reply(b"", status=302, headers={"Location": "http://127.0.0.1:9/"})

    assert fetch(portal.origin, "GET", INSTANCE).status == 302


def test_localhost_is_tried_at_each_of_its_addresses(portal: TinyPortal) -> None:
    """`localhost` may be ::1 first, where nobody listens."""
    assert fetch(portal.origin.replace("127.0.0.1", "localhost"), "GET", INSTANCE).status == 200


def test_an_oversized_answer_is_not_read(portal: TinyPortal) -> None:
    """Whoever sends more than a message may have is no portal."""
    portal.answers[INSTANCE] = lambda _: Reply(b"x" * 100_000)

    assert error_of(lambda: fetch(portal.origin, "GET", INSTANCE)).key == "not_a_portal"


def test_a_proxy_of_the_environment_is_ignored(portal: TinyPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone speaks to the portal and to nobody in between."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert fetch(portal.origin, "GET", INSTANCE).status == 200


@contextmanager
def listener(serve: Callable[[socket.socket], object]) -> Iterator[str]:
    """Accept one connection on loopback and treat it in an odd way, to its end."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(LONGEST_S)
        assert not thread.is_alive()


class Dripping:
    """A portal that sends a beginning at once, and then a byte now and then; `is_left` says that nobody waited."""

    def __init__(self, beginning: bytes, drops: bytes) -> None:
        self._beginning = beginning
        self._drops = drops
        self.is_left = False

    def __call__(self, connection: socket.socket) -> None:
        """Drip until the phone hangs up, or for much longer than it should wait."""
        end = time.monotonic() + LONGEST_S / 2
        try:
            connection.sendall(self._beginning)
            for drop in itertools.cycle(self._drops):
                if time.monotonic() > end:
                    return
                connection.sendall(bytes([drop]))
                time.sleep(0.05)
        except OSError:
            self.is_left = True


def test_silence_is_waited_for_only_so_long() -> None:
    """A portal that accepts and says nothing does not answer."""
    done = threading.Event()
    with listener(lambda _: done.wait(LONGEST_S)) as origin:
        assert error_of(lambda: fetch(origin, "GET", INSTANCE, patience=0.2)).key == "unreachable"
        done.set()


@pytest.mark.parametrize(
    ("beginning", "drops"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\n", b"X-Padding: 1\r\n"),
    ],
    ids=["body", "headers"],
)
def test_a_dripping_answer_is_waited_for_only_so_long(beginning: bytes, drops: bytes) -> None:
    """A byte of the body or of the header now and then keeps no phone waiting for ever."""
    dripping = Dripping(beginning, drops)
    with listener(dripping) as origin:
        assert error_of(lambda: fetch(origin, "GET", INSTANCE, patience=0.3)).key == "unreachable"

    assert dripping.is_left


def test_a_handshake_that_drips_is_waited_for_only_so_long() -> None:
    """Over TLS the time runs from the beginning, not from the first byte that can be read."""
    dripping = Dripping(b"\x16\x03\x03\x40\x00", bytes(1))
    with listener(dripping) as origin:
        tls = origin.replace("http:", "https:")
        assert error_of(lambda: fetch(tls, "GET", INSTANCE, patience=0.3)).key == "unreachable"

    assert dripping.is_left


def test_patience_that_is_over_asks_nobody(portal: TinyPortal) -> None:
    """A connection that comes too late is not used."""
    assert error_of(lambda: fetch(portal.origin, "GET", INSTANCE, patience=0.000_001)).key == "unreachable"


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("", None), ("soon", None), ("-1", None), ("9" * 9, None)])
def test_when_to_come_back_is_read(portal: TinyPortal, said: str, seconds: int | None) -> None:
    """A busy portal's number of seconds; anything else is not believed."""
    portal.answers[INSTANCE] = lambda reply: Reply(reply.body, status=429, headers={"Retry-After": said})

    assert fetch(portal.origin, "GET", INSTANCE).retry_after_s == seconds


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200 OK\r\n", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_a_broken_answer_is_no_answer(sent: bytes) -> None:
    """Cut in the headers, cut in the body, or no HTTP at all."""

    def cut(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(sent)

    with listener(cut) as origin:
        assert error_of(lambda: fetch(origin, "GET", INSTANCE)).key == "unreachable"


def test_nobody_listening_is_no_answer() -> None:
    """A refused connection."""
    assert error_of(lambda: fetch("http://127.0.0.1:9", "GET", INSTANCE)).status is Exit.UNREACHABLE
