"""Serving with gunicorn: several processes, or TLS.

What gunicorn itself would say to a request that it cannot read leaves in our words and with our headers.
"""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authsim.errors import MessageError

from .bare_answers import compose_bare_answer

if TYPE_CHECKING:
    from flask import Flask

    from .certificate import Certificate

_CONNECTIONS: Final = 1000
#: An answer that stays open holds a connection; half of them may.
MOST_STREAMS: Final = _CONNECTIONS // 2
_LAST_REQUESTS_SECONDS: Final = 2
#: How long the parent waits for a worker that ends, on a machine that has much else to do, before it kills it.
_LONGEST_END_SECONDS: Final = 30
#: Longer than programs keep a connection that they do not use: they hang up, and never ask just when we do.
_IDLE_SECONDS: Final = 60
#: What tells a process to end.
_ENDINGS: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})
_UNEXPECTED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """How gunicorn serves: how many processes, and with which certificate.

    `tls`: browsers reach us by https, with our certificate or with the help of a proxy.
    """

    count: int
    certificate: "Certificate | None"
    tls: bool


def require_gunicorn() -> None:
    """Raise `MessageError` with the command that installs it when the extra `server` is absent."""
    from importlib import import_module

    try:
        for name in ("gunicorn.app.base", "gevent", "packaging.version"):  # the last is what its gevent worker asks for
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
    ended: Callable[[], None] = lambda: None,
) -> None:
    """Serve with gunicorn until told to end. Each worker calls `load` after the fork, and `leave` at its end.

    So no open store crosses a fork. `ended` is called here when no worker is left. The listener is gunicorn's from here
    on.
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
    options["worker_class"] = _make_worker_class(tls=workers.tls)
    options["post_worker_init"] = first_worker_is_ready
    options["worker_exit"] = lambda server, worker: leave()  # noqa: ARG005 - gunicorn's signature
    options["on_exit"] = lambda server: ended()  # noqa: ARG005 - gunicorn's signature
    parent = _make_parent_class()

    class Application(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> "Flask":
            return load()

        def run(self) -> None:
            parent(self).run()

    Application().run()


def _gunicorn_options(listener: int, workers: Workers) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bind": [f"fd://{listener}"],
        "workers": workers.count,
        "worker_connections": _CONNECTIONS,
        "timeout": 30,
        "graceful_timeout": _LONGEST_END_SECONDS,
        "keepalive": _IDLE_SECONDS,
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


def _make_parent_class() -> type:
    """Return gunicorn's parent, but one whose workers hear from their first moment on that they have to end.

    A worker has the handlers of its parent until it makes its own: what it is told meanwhile would be lost, and the
    parent would wait for it in vain, and kill it.
    """
    from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped] # the extra ships no types

    class Parent(Arbiter):  # type: ignore[misc] # gunicorn ships no types
        def spawn_worker(self) -> Any:
            before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
            try:
                return super().spawn_worker()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

    return Parent


def _make_worker_class(*, tls: bool) -> type:
    """Return gunicorn's gevent worker, but one that ends in order and refuses what it cannot read in our words.

    A stranger's handshake that fails is no event.
    """
    import ssl

    from gevent import GreenletExit, get_hub  # type: ignore[import-untyped] # the extra ships no types
    from gunicorn.workers.ggevent import GeventWorker  # type: ignore[import-untyped] # the extra ships no types

    from .streams import streams_of

    class Worker(GeventWorker):  # type: ignore[misc] # gunicorn ships no types
        wsgi: "Flask | None" = None  # until it is loaded

        def init_signals(self) -> None:
            super().init_signals()
            # Ctrl-C is the parent's, which ends its workers; gunicorn's own way to be quick leaves by an exception
            # in a greenlet, with a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGQUIT, self.handle_exit)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)

        def handle_exit(self, sig: int, frame: Any) -> None:
            super().handle_exit(sig, frame)
            if self.wsgi is None:
                raise SystemExit(0)  # there is nothing to end yet
            streams_of(self.wsgi).end()

        def init_process(self) -> None:
            _keep_server_unnamed()
            super().init_process()

        def run(self) -> None:
            hub = get_hub()
            hub.NOT_ERROR = (*hub.NOT_ERROR, ssl.SSLError, ConnectionError)
            # Less than the parent waits: a browser's idle connection must not look like a worker that hangs.
            self.cfg.set("graceful_timeout", _LAST_REQUESTS_SECONDS)
            super().run()

        def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
            if isinstance(exc, (GreenletExit, ssl.SSLError)):
                return  # an idle connection that had to end with us, or nobody who speaks TLS: there is nobody to tell
            status = _status_of(exc)
            if status == _UNEXPECTED:
                self.log.error("failed status=500 error=%s", type(exc).__name__)
            answer = compose_bare_answer(status, path=str(getattr(req, "path", "")), tls=tls)
            with suppress(OSError):
                client.sendall(answer.to_http())

    return Worker


def _status_of(error: BaseException) -> int:
    """Return the status for what ended a request in gunicorn's own hands: mostly bytes that are not HTTP."""
    from gunicorn.http import errors  # type: ignore[import-untyped] # the extra ships no types

    if type(error).__name__.startswith("InvalidResponse"):  # ours, not the client's; older versions do not look
        return _UNEXPECTED
    kinds = {
        errors.LimitRequestLine: 414,
        errors.LimitRequestHeaders: 431,
        errors.ExpectationFailed: 417,
        errors.UnsupportedTransferCoding: 501,
        errors.ParseException: 400,
    }
    return next((status for kind, status in kinds.items() if isinstance(error, kind)), _UNEXPECTED)


def _keep_server_unnamed() -> None:
    """Let this worker's answers go without a `Server` header; gunicorn has no setting for it."""
    from gunicorn.http import wsgi

    class Response(wsgi.Response):  # type: ignore[misc] # gunicorn ships no types
        def default_headers(self) -> list[str]:
            return [line for line in super().default_headers() if not line.startswith("Server:")]

    wsgi.Response = Response


def _modern_tls(config: Any, default: Callable[[], Any]) -> Any:  # noqa: ARG001 - gunicorn's signature
    import ssl

    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
