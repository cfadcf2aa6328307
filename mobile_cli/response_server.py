"""`GET /response`: responses for programs on this machine that show the token, as bare text. HTTP ends here.

It listens on loopback alone, opens nothing but that one address, and writes one line for each answer, which names
neither challenge nor response. What a response is and whether one is given is `ceremonies.unattended`'s.
"""

import errno
import hmac
import re
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import FrameType
from typing import Final, NamedTuple, final
from urllib.parse import parse_qsl

from authsim.secret import Secret
from mobile_cli.ceremonies.unattended import Unattended
from mobile_cli.console import Console
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.refusals import explain

PATH: Final = "/response"
_ADDRESS: Final = "127.0.0.1"
_THREADS: Final = 4
#: Programs that send nothing need no token to be connected: so many of them are borne, each for so long.
_CONNECTIONS: Final = 200
_IDLE_SECONDS: Final = 5
_LOOK_EVERY_SECONDS: Final = 1
_MOST_HEADER: Final = 8 * 1024
_LOOPBACK: Final = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{1,256})", re.ASCII)
_NEAR_SITES: Final = frozenset({"same-origin", "none"})  # what a browser says of an address that a person typed
_NAMES: Final = frozenset({"user", "challenge"})

_OF_EXIT: Final[Mapping[Exit, HTTPStatus]] = {
    Exit.USAGE: HTTPStatus.BAD_REQUEST,
    Exit.REFUSED: HTTPStatus.CONFLICT,
    Exit.UNREACHABLE: HTTPStatus.BAD_GATEWAY,
    Exit.MALFORMED: HTTPStatus.BAD_GATEWAY,
}
_OF_SENTENCE: Final[Mapping[str, HTTPStatus]] = {
    "serve_foreign": HTTPStatus.FORBIDDEN,
    "serve_no_page": HTTPStatus.NOT_FOUND,
    "serve_only_get": HTTPStatus.METHOD_NOT_ALLOWED,
    "serve_no_token": HTTPStatus.UNAUTHORIZED,
    "no_users": HTTPStatus.NOT_FOUND,
    "no_such_user": HTTPStatus.NOT_FOUND,
    "damaged": HTTPStatus.INTERNAL_SERVER_ERROR,
}
_BESIDE: Final[Mapping[HTTPStatus, tuple[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "Bearer"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Allow", "GET"),
}

Environ = Mapping[str, object]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class _Reply(NamedTuple):
    status: HTTPStatus
    body: str


@final
class ResponseApp:
    """The WSGI application: English sentences for programs, the same in the phone's language for `console`."""

    __slots__ = ("_console", "_english", "_phone", "_token")

    def __init__(self, phone: Unattended, *, token: Secret, console: Console) -> None:
        self._phone = phone
        self._token = token
        self._console = console
        self._english = Console(language="en", as_json=False)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. No refusal and no failure leaves as anything but a status and a sentence."""
        try:
            reply = self._give(environ)
        except Exception as error:  # noqa: BLE001 - no traceback ever
            self._console.note(explain(error, self._console)[1])
            reply = self._refuse(error)
        body = reply.body.encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *((_BESIDE[reply.status],) if reply.status in _BESIDE else ()),
        ]
        start_response(f"{reply.status.value} {reply.status.phrase}", headers)
        return [body]

    def _give(self, environ: Environ) -> _Reply:
        _require_near(environ)
        if environ.get("PATH_INFO") != PATH:
            raise PhoneError(Exit.REFUSED, "serve_no_page")
        if environ.get("REQUEST_METHOD") != "GET":
            raise PhoneError(Exit.REFUSED, "serve_only_get")
        self._require_token(environ)
        asked = _read_query(str(environ.get("QUERY_STRING", "")))
        user, challenge = asked.get("user"), asked.get("challenge")
        given = self._phone.respond_to_portal(user) if challenge is None else self._phone.respond(user, challenge)
        self._console.note(self._console.say("serve_given", user=given.user))
        return _Reply(HTTPStatus.OK, given.response.reveal_text())

    def _require_token(self, environ: Environ) -> None:
        shown = _BEARER.fullmatch(str(environ.get("HTTP_AUTHORIZATION", "")))
        if shown is None or not hmac.compare_digest(shown[1].encode(), self._token.reveal()):
            raise PhoneError(Exit.REFUSED, "serve_no_token")

    def _refuse(self, error: Exception) -> _Reply:
        status, sentence = explain(error, self._english)
        found = _OF_SENTENCE.get(error.key) if isinstance(error, PhoneError) else None
        return _Reply(found or _OF_EXIT.get(status, HTTPStatus.INTERNAL_SERVER_ERROR), sentence)


def open_listener(port: int) -> socket.socket:
    """Return a socket that listens on loopback; 0 picks a free port. Raises when the port cannot be ours."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_ADDRESS, port))
        listener.listen(_CONNECTIONS)
    except OSError as error:
        listener.close()
        key = "port_denied" if error.errno == errno.EACCES else "port_taken"
        raise PhoneError(Exit.IO, key, port=port) from None
    return listener


def address_of(listener: socket.socket) -> str:
    """Return where responses are given."""
    return f"http://{_ADDRESS}:{listener.getsockname()[1]}{PATH}"


def serve(app: ResponseApp, listener: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answer until SIGTERM, Ctrl-C or a closed terminal ends it, calmly; `ready` is called when requests are taken."""
    import logging

    from waitress import create_server

    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # what went wrong is said by the application, once
    server = create_server(
        app,
        sockets=[listener],
        threads=_THREADS,
        connection_limit=_CONNECTIONS,
        channel_timeout=_IDLE_SECONDS,
        cleanup_interval=_LOOK_EVERY_SECONDS,
        asyncore_use_poll=True,  # select knows no file numbers above 1023
        max_request_header_size=_MOST_HEADER,
        max_request_body_size=_MOST_HEADER,
        clear_untrusted_proxy_headers=True,
        ident="",
    )
    server.channel_class = _make_channel_class()
    _end_on_signals()
    try:
        ready()
        server.run()  # takes the end as its own
    except SystemExit:
        pass  # it came a moment earlier, or twice
    finally:
        server.close()


def _make_channel_class() -> type:
    """Return waitress's channel, but one for which half a request is no sign of life, however it drips."""
    from waitress.channel import HTTPChannel

    class Channel(HTTPChannel):  # type: ignore[misc] # waitress ships no types
        last_activity: float

        def handle_read(self) -> None:
            since = self.last_activity
            super().handle_read()
            if self.request is not None:  # not yet whole
                self.last_activity = since

    return Channel


def _end_on_signals() -> None:
    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        raise SystemExit(0)

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if name is not signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, end)


def _require_near(environ: Environ) -> None:
    """Raise for a name that may lead here from elsewhere (DNS rebinding), and for what a browser sends for a page."""
    host = str(environ.get("HTTP_HOST", ""))
    is_own = environ.get("HTTP_ORIGIN") in {None, f"http://{host}"}
    is_near = environ.get("HTTP_SEC_FETCH_SITE", "none") in _NEAR_SITES
    if not (_LOOPBACK.fullmatch(host) and is_own and is_near):
        raise PhoneError(Exit.REFUSED, "serve_foreign")


def _read_query(text: str) -> dict[str, str]:
    """Return what is asked for: each member once, none that is not known, none that is empty."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=4)
    except ValueError:
        raise PhoneError(Exit.USAGE, "serve_bad_query") from None
    asked = dict(pairs)
    if len(asked) != len(pairs) or not asked.keys() <= _NAMES or not all(asked.values()):
        raise PhoneError(Exit.USAGE, "serve_bad_query")
    return asked
