"""Listening and serving: waitress in one process, gunicorn for several workers or for TLS.

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
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.errors import MessageError, StoreError

if TYPE_CHECKING:
    from flask import Flask, Response

    from .binding import Place
    from .certificate import Certificate

#: A stream holds a thread: as many may stand open as a lesson has phones, and the pages still answer.
_THREADS: Final = 64
_CONNECTIONS: Final = 1000
_MOST_BODY: Final = 128 * 1024
_MOST_HEADER: Final = 32 * 1024
_IDLE_SECONDS: Final = 60
_BACKLOG: Final = 1024
_LAST_REQUESTS_SECONDS: Final = 2
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """How gunicorn serves: how many processes, and with which certificate."""

    count: int
    certificate: "Certificate | None"


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


def end_on_signals() -> None:
    """Let SIGTERM and Ctrl-C end the process with status 0, through every `finally`."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _end)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
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


def serve_here(app: "Flask", listener: socket.socket, *, proxies: int, ready: Callable[[], None]) -> None:
    """Serve in this process until it is told to end; `ready` is called when requests are answered."""
    import logging

    from waitress import create_server

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
        ident="",
    )
    try:
        ready()
        server.run()
    finally:
        server.close()


def require_gunicorn() -> None:
    """Raise `MessageError` with the command that installs it when the extra `server` is absent."""
    from importlib import import_module

    try:
        for name in ("gunicorn.app.base", "gevent"):
            import_module(name)
    except ImportError:
        raise MessageError("--workers and --tls need one more package: pip install 'authsim[server]'") from None


def serve_with_workers(
    load: Callable[[], "Flask"],
    listener: socket.socket,
    workers: Workers,
    *,
    ready: Callable[[], None],
    leave: Callable[[], None],
) -> None:
    """Serve with gunicorn until told to end. Each worker calls `load` after the fork, and `leave` at its end.

    So no open store crosses a fork. The listener is gunicorn's from here on.
    """
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # the extra ships no types

    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.write(write_end, b"1")

    def first_worker_is_ready(worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
        try:
            token = os.read(read_end, 1)
        except BlockingIOError:
            return
        if token:  # the first worker speaks for all
            ready()

    options = _gunicorn_options(listener.detach(), workers)
    options["worker_class"] = _make_worker_class()
    options["post_worker_init"] = first_worker_is_ready
    options["worker_exit"] = lambda server, worker: leave()  # noqa: ARG005 - gunicorn's signature

    class Application(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> "Flask":
            return load()

    Application().run()


def _gunicorn_options(listener: int, workers: Workers) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bind": [f"fd://{listener}"],
        "workers": workers.count,
        "worker_connections": _CONNECTIONS,
        "timeout": 30,
        "graceful_timeout": 3 * _LAST_REQUESTS_SECONDS,
        "keepalive": 5,
        # Only ProxyFix reads what proxies say, and only when there are any (--proxies).
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "limit_request_line": 2048,
        "limit_request_fields": 50,
        "loglevel": "error",
        "control_socket_disable": True,
        "proc_name": "authsim",
    }
    if workers.certificate is not None:
        options["certfile"] = str(workers.certificate.certificate_file)
        options["keyfile"] = str(workers.certificate.key_file)
        options["ssl_context"] = _modern_tls
    return options


def _make_worker_class() -> type:
    """Return gunicorn's gevent worker, but one that ends in order and makes no event of a stranger's handshake."""
    import ssl

    from gevent import GreenletExit, get_hub  # type: ignore[import-untyped] # the extra ships no types
    from gunicorn.workers.ggevent import GeventWorker  # type: ignore[import-untyped] # the extra ships no types

    class Worker(GeventWorker):  # type: ignore[misc] # gunicorn ships no types
        def init_signals(self) -> None:
            super().init_signals()
            # Ctrl-C is the parent's, which ends its workers; gunicorn's own way to be quick leaves by an exception
            # in a greenlet, with a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGQUIT, self.handle_exit)

        def run(self) -> None:
            hub = get_hub()
            hub.NOT_ERROR = (*hub.NOT_ERROR, ssl.SSLError, ConnectionError)
            # Less than the parent waits: a browser's idle connection must not look like a worker that hangs.
            self.cfg.set("graceful_timeout", _LAST_REQUESTS_SECONDS)
            super().run()

        def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
            if not isinstance(exc, GreenletExit):  # an idle connection that had to end with us is no error
                super().handle_error(req, client, addr, exc)

    return Worker


def _modern_tls(config: Any, default: Callable[[], Any]) -> Any:  # noqa: ARG001 - gunicorn's signature
    import ssl

    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
