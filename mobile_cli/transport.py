"""One HTTP request to a portal on this machine or a private network; no proxy, no redirect, no cookie, little patience.

The name is resolved once, every address is judged, and the connection goes to an address that was judged. Over TLS the
portal's certificate is judged as usual, or against the one that the person trusted for this portal, and no other.
"""

import contextlib
import ipaddress
import socket
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from authsim.protocol.networks import Address, is_near
from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    import httpx2

    from authsim.secret import Secret

MOST_BODY_BYTES: Final = 16 * 1024
CONNECT_SECONDS: Final = 5.0
_MOST_DIGITS: Final = 6
TOTAL_SECONDS: Final = 15.0
#: A stream says at least every 15 seconds that it lives; one that is silent for three times as long does not.
SILENCE_SECONDS: Final = 45.0


class Answer(NamedTuple):
    """What came back: the status, whether it says that it is JSON, and the body.

    `retry_after_s` and `tries_left` are what the portal says beside a refusal, when it says so.
    """

    status: int
    is_json: bool
    body: bytes
    retry_after_s: int | None = None
    tries_left: int | None = None


def fetch(
    origin: str,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    patience: float = TOTAL_SECONDS,
    certificate: str | None = None,
    bearer: "Secret | None" = None,
    most_bytes: int = MOST_BODY_BYTES,
) -> Answer:
    """Return the answer to one request; `UNREACHABLE` when it has not come whole after `patience` seconds.

    `certificate` is the PEM text of the only one that this portal may show; without it, what the system trusts.
    `bearer` is the token of a device session.
    """
    import httpx2

    timeout = httpx2.Timeout(patience, connect=min(CONNECT_SECONDS, patience))
    verify = True if certificate is None else _pinned(certificate)
    try:
        with (
            Deadline(patience) as deadline,
            httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout, verify=verify) as client,
        ):
            for address in require_near(origin):
                request = _request(origin, address, method, path, body, bearer=bearer)
                request["extensions"]["trace"] = deadline.watch
                try:
                    with client.stream(**request) as response:
                        content = _read(response, origin, most_bytes)
                        deadline.require_time()
                        return Answer(
                            status=response.status_code,
                            is_json=_is_json(response),
                            body=content,
                            retry_after_s=_number(response, "Retry-After"),
                            tries_left=_number(response, "AuthSim-Attempts-Remaining"),
                        )
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    _require_certificate(error, origin)
                    continue  # nothing was sent yet: `localhost` may be ::1 first, where nobody listens
    except (httpx2.HTTPError, OSError):
        pass
    raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin)


class Event(NamedTuple):
    """One event of a stream: its kind, its data, and the id with which a listener resumes after it ("" for none)."""

    kind: str
    data: str
    id: str


class Stream(NamedTuple):
    """An answer that stays open. Only one with status 200 has events; they end when the portal ends it."""

    status: int
    retry_after_s: int | None
    events: "Iterator[Event]"


@contextlib.contextmanager
def open_stream(
    origin: str, path: str, *, bearer: "Secret", last_id: str = "", certificate: str | None = None
) -> "Iterator[Stream]":
    """Keep a stream of Server-Sent Events open; `UNREACHABLE` when it breaks off, falls silent or is none.

    `last_id` is the last event that was seen: the portal goes on after it.
    """
    import httpx2

    timeout = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    verify = True if certificate is None else _pinned(certificate)
    with httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout, verify=verify) as client:
        response = _connect(client, origin, path, bearer=bearer, last_id=last_id)
        try:
            yield Stream(response.status_code, _number(response, "Retry-After"), _events(response, origin))
        finally:
            response.close()


def _connect(client: "httpx2.Client", origin: str, path: str, *, bearer: "Secret", last_id: str) -> "httpx2.Response":
    import httpx2

    try:
        for address in require_near(origin):
            request = _request(origin, address, "GET", path, None, bearer=bearer)
            request["headers"]["Accept"] = "text/event-stream"
            if last_id:
                request["headers"]["Last-Event-ID"] = last_id
            try:
                return client.send(client.build_request(**request), stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                _require_certificate(error, origin)
    except (httpx2.HTTPError, OSError):
        pass
    raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin)


def _events(response: "httpx2.Response", origin: str) -> "Iterator[Event]":
    import httpx2

    try:
        for event in httpx2.EventSource(response, max_event_size=MOST_BODY_BYTES):
            yield Event(event.event, event.data, event.id)
    except (httpx2.HTTPError, httpx2.StreamError, UnicodeError):
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin) from None


class Deadline:
    """Ends a connection when its time is over. A time-out of reading alone starts anew with every byte that drips."""

    __slots__ = ("_connections", "_end", "_timer")

    def __init__(self, seconds: float) -> None:
        self._connections: list[socket.socket] = []
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        for connection in self._connections:
            connection.close()

    def watch(self, event: str, facts: dict[str, Any]) -> None:
        """Take note of each connection; the trace extension of the HTTP client calls this."""
        if event == "connection.connect_tcp.complete":
            # A second descriptor: TLS takes the first one away from its object.
            self._connections.append(facts["return_value"].get_extra_info("socket").dup())
            if time.monotonic() >= self._end:
                self._cut()  # the timer came before the connection

    def require_time(self) -> None:
        """Raise `TimeoutError` when the time is over, whatever came until then."""
        if time.monotonic() >= self._end:
            raise TimeoutError

    def _cut(self) -> None:
        for connection in self._connections:
            with contextlib.suppress(OSError):  # the other side was faster
                connection.shutdown(socket.SHUT_RDWR)


def require_near(origin: str) -> list[Address]:
    """Return the addresses of a portal. Each must be near (`protocol.networks`): AuthSim is nowhere else."""
    try:
        found = socket.getaddrinfo(urlsplit(origin).hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=origin) from None
    addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not all(map(is_near, addresses)):
        raise PhoneError(Exit.REFUSED, "public_address", origin=origin)
    return addresses


def _request(
    origin: str, address: Address, method: str, path: str, body: bytes | None, *, bearer: "Secret | None" = None
) -> dict[str, Any]:
    parts = urlsplit(origin)
    literal = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port else ""
    headers = {
        "Host": parts.netloc,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "authkey",
    }
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer.reveal_text()}"
    return {
        "method": method,
        "url": f"{parts.scheme}://{literal}{port}{path}",
        "content": body,
        "headers": headers if body is None else headers | {"Content-Type": "application/json"},
        "extensions": {"sni_hostname": parts.hostname},
    }


def _pinned(certificate: str) -> "ssl.SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # asks for a certificate, and that it names the host
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError:
        raise PhoneError(Exit.MALFORMED, "not_a_certificate") from None
    return context


def _require_certificate(error: BaseException, origin: str) -> None:
    """Raise `PhoneError` when a connection failed because its certificate is not trusted."""
    cause: BaseException | None = error
    while cause is not None:
        # By name: without TLS, nothing that knows the class was loaded.
        if type(cause).__name__ == "SSLCertVerificationError":
            raise PhoneError(Exit.REFUSED, "untrusted_certificate", origin=origin) from None
        cause = cause.__cause__ or cause.__context__


def _read(response: "httpx2.Response", origin: str, most_bytes: int) -> bytes:
    body = b""
    # Raw bytes: a compressed answer could unfold to any size. Whoever parses it finds that it is not JSON.
    for part in response.iter_raw():
        body += part
        if len(body) > most_bytes:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=origin)
    return body


def _number(response: "httpx2.Response", header: str) -> int | None:
    text = response.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _is_json(response: "httpx2.Response") -> bool:
    kind = response.headers.get("Content-Type", "").lower().replace(" ", "")
    return kind in {"application/json", "application/json;charset=utf-8"}
