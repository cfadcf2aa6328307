"""`authsim serve`: a portal that answers."""

import os
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.errors import MessageError
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, USAGE, CommandError, say

from .demo_store import open_demo, require_demo_for
from .front import choose_front
from .lab import with_lab
from .options import open_existing, require_portal, settings_of, store_options
from .origins import require_own_origin
from .plan import Plan, open_and_serve
from .reach import hosts_of, is_alone, opens_inbox, require_at_home, require_one_scheme
from .serve_options import Chosen, page_options, serve_options

if TYPE_CHECKING:
    import socket

    from ..binding import Place
    from ..settings import Settings

DEFAULT_PORT: Final = 8765
_OFF: Final = frozenset({"", "0", "false", "no"})


@click.command(
    cls=Command,
    examples=(
        "authsim serve --data ./portal",
        "authsim serve --data ./portal --port 0",
        "authsim serve --data ./portal --host 192.168.1.20 --bind-private --tls",
        "authsim serve --data ./portal --gateway --port 5000",
    ),
)
@store_options
@serve_options(port=DEFAULT_PORT)
@click.option("--gateway", is_flag=True, help="Answer existing login programs too, as 'authsim gateway' does.")
@page_options
@click.option("--demo", is_flag=True, hidden=True, help="Set an empty directory up as a demo store.")
@click.option("--profile", hidden=True, metavar="classic|hardened", help="With --demo.")
@click.option("--set", "changes", multiple=True, hidden=True, metavar="POLICY=VALUE", help="With --demo.")
@click.pass_context
def serve(ctx: click.Context, /, **chosen: Any) -> None:
    """Serve a portal. It says when it answers, and ends on Ctrl-C."""
    serve_chosen(ctx, Chosen(**chosen))


def serve_chosen(ctx: click.Context, chosen: Chosen) -> None:
    """Serve the portal that the store options of `ctx` name, until told to end."""
    _refuse_debugger()
    from ..serving import end_on_signals

    end_on_signals()
    try:
        _run(chosen, settings_for(ctx, chosen))
    except MessageError as error:
        raise CommandError(USAGE, str(error)) from None


def settings_for(ctx: click.Context, chosen: Chosen) -> "Settings":
    """Return what was chosen as far as it is known before anything listens. Refuses what does not go together.

    Raises `CommandError` or `MessageError` with the remedy.
    """
    from ..workers import require_gunicorn

    if chosen.workers > 1 or chosen.tls:
        require_gunicorn()
    if not chosen.demo:
        require_demo_for(profile=chosen.profile, changes=chosen.changes)
    origin = _origin_of(chosen)
    front = choose_front(chosen, origin=origin)
    require_one_scheme(origin, tls=chosen.tls, proxies=chosen.proxies)
    is_secure = chosen.tls or (origin or "").startswith("https://")
    settings = settings_of(ctx, tls=is_secure, proxies=chosen.proxies, gateway=front)
    if not chosen.demo:
        require_portal(settings)
    return settings


def _run(chosen: Chosen, settings: "Settings") -> None:
    from ..binding import require_place, this_machine
    from ..serving import end_with_parent, open_listener

    place = require_place(chosen.host, bind_private=chosen.bind_private, tls=chosen.tls, machine=this_machine())
    if chosen.demo:
        end_with_parent()
    with closing(open_listener(place, chosen.port)) as listener:
        plan = _plan(chosen, settings, place, listener)
        if chosen.demo:
            open_and_serve(plan, lambda: open_demo(plan.settings, chosen.profile, chosen.changes))
        else:
            _greet(place, plan)
            open_and_serve(plan, lambda: open_existing(plan.settings))


def _plan(chosen: Chosen, settings: "Settings", place: "Place", listener: "socket.socket") -> Plan:
    address = f"{'https' if chosen.tls else 'http'}://{place.host}:{listener.getsockname()[1]}"
    origin = _origin_of(chosen)
    hosts = hosts_of(chosen.host, place, origin)
    settings = replace(
        settings,
        hosts=hosts,
        is_inbox_open=opens_inbox(chosen.inbox, place=place, hosts=hosts, proxies=chosen.proxies),
        most_streams=_most_streams(has_workers=chosen.workers > 1 or chosen.tls),
    )
    settings = with_lab(settings, place=place, asked=chosen.lab, token_file=chosen.lab_token_file, seed=chosen.lab_seed)
    require_at_home(settings, alone=is_alone(place=place, hosts=hosts, proxies=chosen.proxies))
    return Plan(
        settings=settings,
        listener=listener,
        address=address,
        origin=origin or address,
        workers=chosen.workers,
        tls=chosen.tls,
        access_log=chosen.access_log,
        is_announced=not chosen.demo,
    )


def _origin_of(chosen: Chosen) -> str | None:
    return None if chosen.origin is None else require_own_origin(chosen.origin)


def _most_streams(*, has_workers: bool) -> int:
    from ..serving import MOST_STREAMS

    if has_workers:
        from ..workers import MOST_STREAMS
    return MOST_STREAMS


def _refuse_debugger() -> None:
    if os.environ.get("FLASK_DEBUG", "").lower() not in _OFF:
        raise CommandError(USAGE, "FLASK_DEBUG is set, and a portal never runs with a debugger. Unset it")


def _greet(place: "Place", plan: Plan) -> None:
    if sys.stderr.isatty():
        click.echo(BANNER, err=True)
    if place.warning:
        say(place.warning)
    if plan.origin != plan.address:
        say(f"browsers and phones are told {plan.origin}")
