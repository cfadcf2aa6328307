"""What was decided before a store is opened, and serving by it: here, or with workers."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from authsim.errors import StoreError
from authsim.terminal.outcome import USAGE, CommandError, say
from authsim.terminal.speech import tell

from .front import require_readable_login, tell_programs
from .lab import begin, open_for_worker

if TYPE_CHECKING:
    import socket

    from flask import Flask

    from ..settings import Settings
    from ..wiring import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a portal is served. `is_announced`: it says where login programs find it, which a demo does by itself."""

    settings: "Settings"
    listener: "socket.socket"
    address: str
    origin: str
    workers: int
    tls: bool
    access_log: bool
    is_announced: bool


def open_and_serve(plan: Plan, open_store: Callable[[], "Portal"]) -> None:
    """Open the store and serve it until told to end."""
    from ..serving import serve_here

    with ExitStack() as held:
        with closing(open_store()) as opened:
            held.enter_context(_only_server(plan.settings))
            if plan.settings.gateway is not None:
                require_readable_login(opened)
            portal = _with_origin(opened, plan.origin)
            if plan.settings.lab is not None:
                portal = held.enter_context(closing(begin(portal, plan.settings.lab)))
            else:
                _warn_of_standing_time(portal)
            if plan.workers == 1 and not plan.tls:
                app = _app(portal, plan)
                serve_here(
                    app,
                    plan.listener,
                    proxies=plan.settings.proxies,
                    tls=plan.settings.tls,
                    ready=lambda: _announce(plan),
                )
                return
            now_ms = portal.verifier.clock.now_ms()
        # From here on every worker opens the store for itself: an open one never crosses a fork.
        _serve_forked(plan, now_ms)


@contextmanager
def _only_server(settings: "Settings") -> Iterator[None]:
    """Hold the portal's key file while it is served: a second server would put its own address into QR codes."""
    descriptor = os.open(settings.key_path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                USAGE, "this portal is being served already. Stop that server first, or give it more --workers"
            ) from None
        yield
    finally:
        os.close(descriptor)


def _serve_forked(plan: Plan, now_ms: int) -> None:
    from ..serving import end_if_told
    from ..workers import Workers, serve_with_workers

    certificate = None
    if plan.tls:
        from ..certificate import keep_certificate

        folder = plan.settings.data_dir or plan.settings.key_path.parent
        certificate = keep_certificate(folder, names=plan.settings.hosts, now_ms=now_ms)
        tell(f"certificate {certificate.certificate_file}, SHA-256 {certificate.fingerprint}", err=True)
    opened = ExitStack()
    end_if_told()
    serve_with_workers(
        lambda: _app(opened.enter_context(closing(open_for_worker(plan.settings))), plan),
        plan.listener,
        Workers(count=plan.workers, certificate=certificate, tls=plan.settings.tls),
        ready=lambda: _announce(plan),
        leave=opened.close,
        ended=lambda: _close_for_all(plan.settings),
    )


def _close_for_all(settings: "Settings") -> None:
    """Be the last to close the store.

    Of two workers that close it at one moment each leaves SQLite's log to the other, and one that was killed leaves it.
    """
    if settings.data_dir is not None:
        with suppress(CommandError, StoreError):
            open_for_worker(settings).close()


def _app(portal: "Portal", plan: Plan) -> "Flask":
    from ..app import create_app
    from ..serving import log_requests

    app = create_app(portal, plan.settings)
    if plan.access_log:
        log_requests(app)
    return app


def _announce(plan: Plan) -> None:
    from ..serving import announce

    announce(plan.address)
    if plan.settings.gateway is not None and plan.is_announced:
        tell_programs(plan.address)


def _with_origin(portal: "Portal", origin: str) -> "Portal":
    from ..wiring import keep_origin

    return portal if portal.verifier.instance.origin == origin else keep_origin(portal, origin)


def _warn_of_standing_time(portal: "Portal") -> None:
    from ..wiring import is_ahead

    if is_ahead(portal):
        say(
            "this portal's record is ahead of the machine's clock, as after a lab: until that has come so far, time"
            " stands still here and nothing expires. Serve it with --lab, or make another portal"
        )
