"""`authsim serve`: a portal that answers."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.errors import MessageError
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, USAGE, CommandError, say
from authsim.terminal.speech import tell

from .demo_store import open_demo, require_demo_for
from .lab import begin, open_for_worker, with_lab
from .options import open_existing, require_portal, settings_of, store_options
from .origins import require_own_origin
from .reach import hosts_of, is_alone, opens_inbox, require_at_home, require_one_scheme

if TYPE_CHECKING:
    import socket

    from flask import Flask

    from ..binding import Place
    from ..settings import Settings
    from ..wiring import Portal

DEFAULT_PORT: Final = 8765
_OFF: Final = frozenset({"", "0", "false", "no"})


@click.command(
    cls=Command,
    examples=(
        "authsim serve --data ./portal",
        "authsim serve --data ./portal --port 0",
        "authsim serve --data ./portal --host 192.168.1.20 --bind-private --tls",
    ),
)
@store_options
@click.option(
    "--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0 picks a free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--bind-private", is_flag=True, help="Allow an address of a private network or container.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; needs authsim[server]."
)
@click.option("--tls", is_flag=True, help="Speak https with a self-signed certificate; needs authsim[server].")
@click.option(
    "--proxies", type=click.IntRange(0, 8), default=0, show_default=True, help="Trusted proxies before the portal."
)
@click.option(
    "--origin", metavar="URL", help="How browsers and phones reach the portal, when it is not the address itself."
)
@click.option(
    "--inbox/--no-inbox",
    "inbox",
    default=None,
    help="Show the simulated texts of all users at /inbox. [default: only while nobody but this machine reaches it]",
)
@click.option("--access-log", is_flag=True, help="One line for each answer on stderr, without queries.")
@click.option("--lab", is_flag=True, help="Open the lab API: clock, faults, phones. Loopback only.")
@click.option(
    "--lab-token-file", type=click.Path(path_type=Path), metavar="F", help="The lab's token; made when it is not there."
)
@click.option(
    "--lab-seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    help="Let all chance repeat, the keys of a new demo too.",
)
@click.option("--demo", is_flag=True, hidden=True, help="Set an empty directory up as a demo store.")
@click.option("--profile", hidden=True, metavar="classic|hardened", help="With --demo.")
@click.option("--set", "changes", multiple=True, hidden=True, metavar="POLICY=VALUE", help="With --demo.")
@click.pass_context
def serve(ctx: click.Context, /, **chosen: Any) -> None:
    """Serve a portal. It says when it answers, and ends on Ctrl-C."""
    _refuse_debugger()
    from ..serving import end_on_signals

    end_on_signals()
    try:
        _run(ctx, **chosen)
    except MessageError as error:
        raise CommandError(USAGE, str(error)) from None


def _run(
    ctx: click.Context,
    *,
    port: int,
    host: str,
    bind_private: bool,
    workers: int,
    tls: bool,
    proxies: int,
    origin: str | None,
    inbox: bool | None,
    access_log: bool,
    demo: bool,
    profile: str | None,
    changes: tuple[str, ...],
    lab: bool,
    lab_token_file: Path | None,
    lab_seed: int | None,
) -> None:
    from ..binding import require_place, this_machine
    from ..serving import end_with_parent, open_listener
    from ..workers import require_gunicorn

    if workers > 1 or tls:
        require_gunicorn()
    if not demo:
        require_demo_for(profile=profile, changes=changes)
    chosen_origin = None if origin is None else require_own_origin(origin)
    require_one_scheme(chosen_origin, tls=tls, proxies=proxies)
    settings = settings_of(ctx, tls=tls or (chosen_origin or "").startswith("https://"), proxies=proxies)
    if not demo:
        require_portal(settings)
    place = require_place(host, bind_private=bind_private, tls=tls, machine=this_machine())
    if demo:
        end_with_parent()
    with closing(open_listener(place, port)) as listener:
        address = f"{'https' if tls else 'http'}://{place.host}:{listener.getsockname()[1]}"
        hosts = hosts_of(host, place, chosen_origin)
        settings = replace(
            settings,
            hosts=hosts,
            is_inbox_open=opens_inbox(inbox, place=place, hosts=hosts, proxies=proxies),
            most_streams=_most_streams(has_workers=workers > 1 or tls),
        )
        settings = with_lab(settings, place=place, asked=lab, token_file=lab_token_file, seed=lab_seed)
        require_at_home(settings, alone=is_alone(place=place, hosts=hosts, proxies=proxies))
        if not demo:
            _greet(place, address, chosen_origin)
        plan = Plan(
            settings=settings,
            listener=listener,
            address=address,
            origin=chosen_origin or address,
            workers=workers,
            tls=tls,
            access_log=access_log,
        )
        _open_and_serve(
            plan, (lambda: open_demo(settings, profile, changes)) if demo else (lambda: open_existing(settings))
        )


def _most_streams(*, has_workers: bool) -> int:
    from ..serving import MOST_STREAMS

    if has_workers:
        from ..workers import MOST_STREAMS
    return MOST_STREAMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that was decided before the store is opened."""

    settings: "Settings"
    listener: "socket.socket"
    address: str
    origin: str
    workers: int
    tls: bool
    access_log: bool


def _open_and_serve(plan: Plan, open_store: Callable[[], "Portal"]) -> None:
    from ..serving import serve_here

    with ExitStack() as held:
        with closing(open_store()) as opened:
            held.enter_context(_only_server(plan.settings))
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
    from ..workers import Workers, serve_with_workers

    certificate = None
    if plan.tls:
        from ..certificate import keep_certificate

        folder = plan.settings.data_dir or plan.settings.key_path.parent
        certificate = keep_certificate(folder, names=plan.settings.hosts, now_ms=now_ms)
        tell(f"certificate {certificate.certificate_file}, SHA-256 {certificate.fingerprint}", err=True)
    opened = ExitStack()
    serve_with_workers(
        lambda: _app(opened.enter_context(closing(open_for_worker(plan.settings))), plan),
        plan.listener,
        Workers(count=plan.workers, certificate=certificate, tls=plan.settings.tls),
        ready=lambda: _announce(plan),
        leave=opened.close,
    )


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


def _refuse_debugger() -> None:
    if os.environ.get("FLASK_DEBUG", "").lower() not in _OFF:
        raise CommandError(USAGE, "FLASK_DEBUG is set, and a portal never runs with a debugger. Unset it")


def _greet(place: "Place", address: str, origin: str | None) -> None:
    if sys.stderr.isatty():
        click.echo(BANNER, err=True)
    if place.warning:
        say(place.warning)
    if origin not in (None, address):
        say(f"browsers and phones are told {origin}")
