"""`authsim secure`: whether the trading device asks a user for a device, as the operator sets it."""

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.errors import Reason, RefusalError
from authsim.terminal.helping import Command
from authsim.terminal.outcome import REFUSED, CommandError
from authsim.terminal.speech import spoken, tell

from .options import open_existing, settings_of, store_options
from .tables import echo_facts, format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.model import User
    from authsim.verifier import Verifier
    from authsim.verifier.secure_login import Standing

_SHOW: Final = "show"
_OPT_IN: Final = "opt-in"
_STATES: Final = {
    "enrolled": "a device at every login",
    "opting_out": "opting out",
    "opted_out": "opted out for trading: credentials alone open the trading device",
}


@click.command(
    cls=Command,
    examples=(
        "authsim secure alice show --data ./portal",
        "authsim secure alice opt-out --data ./portal",
        "authsim secure alice opt-in --data ./portal",
    ),
)
@click.argument("name")
@click.argument("action", type=click.Choice([_OPT_IN, "opt-out", _SHOW]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@store_options
@click.pass_context
def secure(ctx: click.Context, /, name: str, action: str, as_json: bool) -> None:
    """Opt a user out of the secure login system for trading or in again, at once; or show how the user stands.

    The portal asks for a device all the same.
    """
    from authsim.verifier import operators, secure_login

    with closing(open_existing(settings_of(ctx))) as portal:
        verifier = portal.verifier
        user = operators.require_user(verifier, name)
        if action == _SHOW:
            standing = secure_login.stand(verifier, user, now_ms=verifier.clock.now_ms())
        else:
            standing = _set(verifier, user, is_needed=action == _OPT_IN)
        rightful = secure_login.who_may(verifier, user)
    if as_json:
        click.echo(json.dumps(_describe(standing, rightful), ensure_ascii=False))
    elif action == _SHOW:
        _echo(standing, rightful)
    elif action == _OPT_IN:
        tell(f"{name} is opted in: a device is asked for everywhere.", err=True)
    else:
        tell(f"{name} is opted out: credentials alone open the trading device.", err=True)


def _set(verifier: "Verifier", user: "User", *, is_needed: bool) -> "Standing":
    from authsim.verifier import operators

    try:
        return operators.set_secure_login(verifier, user, is_needed=is_needed)
    except RefusalError as refusal:
        if refusal.reason is not Reason.NO_ACTIVE_DEVICE:
            raise
        problem = f"{user.name} has no device to log in to the portal with. Activate one first, then opt out"
        raise CommandError(REFUSED, problem) from None


def _describe(standing: "Standing", rightful: "Sequence[str]") -> dict[str, Any]:
    return {
        "name": standing.name,
        "secure_login": standing.secure_login.value,
        "opts_out_ms": standing.opts_out_ms,
        "available": standing.is_available,
        "has_device": standing.has_device,
        "may_change": list(rightful),
    }


def _echo(standing: "Standing", rightful: "Sequence[str]") -> None:
    since = "never" if standing.opts_out_ms is None else format_instant(standing.opts_out_ms)
    click.echo(standing.name)
    echo_facts(
        [
            ("secure login", spoken(_STATES[standing.secure_login.value])),
            ("opted out since", spoken(since)),
            ("opting out", spoken("possible" if standing.is_available else "not available in this region")),
            ("lasting device", spoken("yes" if standing.has_device else "none")),
            ("may change it", ", ".join(rightful) or spoken("nobody")),
        ]
    )
