"""What `authsim users` does as a help desk: a phone that is lost, texts that did not arrive, notifications."""

import json
from contextlib import closing
from typing import Final

import click

from authsim.terminal.helping import Command
from authsim.terminal.speech import tell

from .options import open_existing, settings_of, store_options
from .tables import echo_facts, format_instant


@click.command(cls=Command, examples=("authsim users suspend alice --data ./portal",))
@click.argument("name")
@store_options
@click.pass_context
def suspend(ctx: click.Context, /, name: str) -> None:
    """Suspend a user's phone: it answers nothing until it is resumed."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        device = operators.suspend(portal.verifier, operators.require_user(portal.verifier, name))
    tell(f"The phone {device.label!r} is suspended. 'authsim users resume {name}' resumes it.", err=True)


@click.command(cls=Command, examples=("authsim users resume alice --data ./portal",))
@click.argument("name")
@store_options
@click.pass_context
def resume(ctx: click.Context, /, name: str) -> None:
    """Resume a user's suspended phone."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        device = operators.resume(portal.verifier, operators.require_user(portal.verifier, name))
    tell(f"The phone {device.label!r} answers for {name} again.", err=True)


@click.command(
    cls=Command,
    examples=("authsim users texts alice --data ./portal", "authsim users texts alice --json --data ./portal"),
)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@store_options
@click.pass_context
def texts(ctx: click.Context, /, name: str, as_json: bool) -> None:
    """Show the texts that a user's number received, oldest first, codes included."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        user = operators.require_user(portal.verifier, name)
        received = operators.texts(portal.verifier, user)
    if as_json:
        described = [{"sequence": one.sequence, "text": one.text, "sent_ms": one.sent_ms} for one in received]
        click.echo(json.dumps(described, ensure_ascii=False))
    elif received:
        echo_facts([(format_instant(one.sent_ms), one.text) for one in received])
    elif user.phone is None:
        tell(f"{name} has no number, so nothing can be texted.", err=True)
    else:
        tell(f"Nothing was texted to {user.phone} yet.", err=True)


@click.command(
    cls=Command,
    examples=("authsim users seamless alice off --data ./portal", "authsim users seamless alice on --data ./portal"),
)
@click.argument("name")
@click.argument("setting", type=click.Choice(["on", "off"]), metavar="on|off")
@store_options
@click.pass_context
def seamless(ctx: click.Context, /, name: str, setting: str) -> None:
    """Switch notifications at login on or off for a user."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        operators.set_seamless(portal.verifier, operators.require_user(portal.verifier, name), setting == "on")
    if setting == "on":
        tell(f"Logins of {name} are announced on the phone.", err=True)
    else:
        tell(f"Logins of {name} are not announced: a QR code or a challenge is left.", err=True)


COMMANDS: Final = (suspend, resume, texts, seamless)
