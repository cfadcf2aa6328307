"""Listening, and serving in one process with waitress. Several workers, and TLS, are `workers`.

The socket is opened by us, before anything else, so that a taken port is one sentence and `--port 0` is known.
"""

import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from authsim.errors import MessageError, StoreError

if TYPE_CHECKING:
    from flask import Flask, Response

    from .binding import Place

_THREADS: Final = 64
#: An answer that stays open holds a thread: half of them may, and pages and phones that ask again still get theirs.
MOST_STREAMS: Final = _THREADS // 2
_CONNECTIONS: Final = 1000
#: What the application allows at most, a file of evidence, and a little more: it refuses in better words.
_MOST_BODY: Final = 10 * 1024 * 1024 + 256 * 1024
_MOST_HEADER: Final = 32 * 1024
_IDLE_SECONDS: Final = 60
_BACKLOG: Final = 1024
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
#: The signals that have told this process to end.
_told: Final[list[int]] = []


def open_listener(place: "Place", port: int) -> socket.socket:
    """Return a listening socket. Raises `StoreError` when the port is taken, `MessageError` when it cannot be ours."""
    family = socket.AF_INET if place.address.version == 4 else socket.AF_INET6
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(place.address), port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _explain(error, place, port) from None
    return listener


def _explain(error: OSError, place: "Place", port: int) -> MessageError | StoreError:
    if error.errno == errno.EADDRINUSE:
        return StoreError(
            f"port {port} is taken by another program. Stop it, or choose another port: --port 0 picks a free one"
        )
    if error.errno == errno.EACCES:
        return StoreError(f"port {port} needs rights that this user does not have. Choose a port above 1023")
    return MessageError(f"this machine cannot listen at {place.address}. Name one of its own addresses")


def end_on_signals(first: Callable[[], None] = lambda: None) -> None:
    """Let SIGTERM, Ctrl-C and a closed terminal end the process with status 0, through every `finally`, after `first`.

    `nohup` is heeded.
    """

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        _told.append(number)
        first()
        raise SystemExit(0)

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if name is not signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, end)


def end_if_told() -> None:
    """End now if a signal came before. Its `SystemExit` is lost where Python was in the callback of a weak reference.

    While modules are read, which is most of a start, it often is.
    """
    if _told:
        raise SystemExit(0)


def end_with_parent() -> None:
    """End this process when its stdin closes: whoever started a demo holds the other end."""

    def wait_for_the_end() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_end, daemon=True).start()


def announce(address: str) -> None:
    """Say, on stdout and at once, where the portal answers; scripts read the last word."""
    click.echo(f"AuthSim is ready at {address}")
    sys.stdout.flush()


def log_requests(app: "Flask") -> None:
    """Write one line for each answer to stderr: method, route, status, milliseconds, and nothing that was typed."""
    from flask import g, request

    def note_start() -> None:
        g.authsim_started = time.monotonic()

    def write_line(response: "Response") -> "Response":
        taken = round((time.monotonic() - g.get("authsim_started", time.monotonic())) * 1000)
        method = request.method if request.method in _METHODS else "OTHER"
        route = request.url_rule.rule if request.url_rule else "(no such page)"
        click.echo(f"{method} {route} {response.status_code} {taken} ms", err=True)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, note_start)
    app.after_request(write_line)


def serve_here(app: "Flask", listener: socket.socket, *, proxies: int, tls: bool, ready: Callable[[], None]) -> None:
    """Serve in this process until it is told to end; `ready` is called when requests are answered.

    `tls`: browsers reach us by https, with the help of a proxy.
    """
    import logging

    from waitress import create_server

    from .streams import streams_of

    # A busy lesson queues for a moment; that is no news for an operator.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(
        app,
        sockets=[listener],
        threads=_THREADS,
        connection_limit=_CONNECTIONS,
        backlog=_BACKLOG,
        channel_timeout=_IDLE_SECONDS,
        max_request_body_size=_MOST_BODY,
        max_request_header_size=_MOST_HEADER,
        clear_untrusted_proxy_headers=proxies == 0,
        channel_request_lookahead=1,  # so that a listener who hangs up is noticed, and its thread is free again
        ident="",
    )
    end_on_signals(streams_of(app).end)  # waitress waits for its threads, and these would wait for news
    server.channel_class = _make_channel_class(tls=tls)
    try:
        end_if_told()
        ready()
        server.run()
    finally:
        server.close()


def _make_channel_class(*, tls: bool) -> type:
    """Return waitress's channel, but one that refuses what it cannot read in our words and with our headers."""
    from waitress.channel import HTTPChannel
    from waitress.task import ErrorTask

    from .bare_answers import compose_bare_answer

    class PlainErrorTask(ErrorTask):  # type: ignore[misc] # waitress ships no types
        def execute(self) -> None:
            path = str(getattr(self.request, "path", ""))  # unset when even the first line was garbage
            answer = compose_bare_answer(self.request.error.code, path=path, tls=tls)
            self.status = answer.status_line
            self.response_headers.extend(answer.headers)
            self.set_close_on_finish()
            self.content_length = len(answer.body)
            self.write(answer.body)

    class Channel(HTTPChannel):  # type: ignore[misc] # waitress ships no types
        error_task_class = PlainErrorTask

    return Channel
