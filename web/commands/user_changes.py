"""What `authsim users` changes: locks, passwords, phones, and the user as a whole."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authsim.errors import MessageError
from authsim.terminal.helping import Command
from authsim.terminal.outcome import USAGE, CommandError
from authsim.terminal.speech import spoken, tell

from .options import open_existing, settings_of, store_options
from .origins import require_own_origin
from .outcome import can_ask
from .password_files import read_password_file

if TYPE_CHECKING:
    from authsim.verifier import Verifier


@click.command(cls=Command, examples=("authsim users unlock alice --data ./portal",))
@click.argument("name")
@store_options
@click.pass_context
def unlock(ctx: click.Context, /, name: str) -> None:
    """Lift a lock-out and forget the failures that led to it."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        operators.unlock(portal.verifier, operators.require_user(portal.verifier, name))
    tell(f"{name} is unlocked.", err=True)


@click.command(cls=Command, examples=("authsim users lock alice --data ./portal",))
@click.argument("name")
@store_options
@click.pass_context
def lock(ctx: click.Context, /, name: str) -> None:
    """Lock a user, as too many failed logins would."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        operators.lock(portal.verifier, operators.require_user(portal.verifier, name))
    tell(f"{name} is locked. 'authsim users unlock {name}' lifts it.", err=True)


@click.command(cls=Command, examples=("authsim users revoke alice --data ./portal",))
@click.argument("name")
@store_options
@click.pass_context
def revoke(ctx: click.Context, /, name: str) -> None:
    """Take a user's phone out of use for good; the next login offers a fresh QR code."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        device = operators.revoke_device(portal.verifier, operators.require_user(portal.verifier, name))
    tell(f"The phone {device.label!r} answers for {name} no more.", err=True)


@click.command(name="set-password", cls=Command, examples=("authsim users set-password alice --data ./portal",))
@click.argument("name")
@click.option(
    "--password-file", type=click.Path(path_type=Path), metavar="F", help="Without it one is generated and printed."
)
@store_options
@click.pass_context
def set_password(ctx: click.Context, /, name: str, password_file: Path | None) -> None:
    """Replace a password and end the user's sessions. A generated one is printed once, alone on stdout."""
    from authsim.verifier import operators

    given = None if password_file is None else read_password_file(password_file)
    with closing(open_existing(settings_of(ctx))) as portal:
        password = operators.generate_password(portal.verifier) if given is None else given
        operators.set_password(portal.verifier, operators.require_user(portal.verifier, name), password)
    tell(f"{name} has a new password; all sessions have ended.", err=True)
    if given is None:
        tell("The password is shown this once:", err=True)
        click.echo(password.reveal_text())


@click.command(cls=Command, examples=("authsim users remove alice --data ./portal",))
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_options
@click.pass_context
def remove(ctx: click.Context, /, name: str, yes: bool) -> None:
    """Delete a user and all that is theirs; the record keeps what happened. Asks first at a terminal."""
    from authsim.verifier import operators

    with closing(open_existing(settings_of(ctx))) as portal:
        user = operators.require_user(portal.verifier, name)
        if not yes and can_ask():  # a script has said what it means
            click.confirm(spoken(f"Remove {name} and everything that is theirs?"), abort=True, err=True)
        operators.remove_user(portal.verifier, user)
    tell(f"{name} is removed.", err=True)


@click.command(
    cls=Command,
    examples=(
        "authsim users activation alice --data ./portal | authkey activate - --pin-file ./pin",
        "authsim users activation alice --replace --data ./portal",
    ),
)
@click.argument("name")
@click.option("--replace", "replace_phone", is_flag=True, help="Revoke the active phone first.")
@click.option("--origin", metavar="URL", help="How phones reach the portal, when it was never served.")
@store_options
@click.pass_context
def activation(ctx: click.Context, /, name: str, replace_phone: bool, origin: str | None) -> None:
    """Print a fresh activation URI, alone on stdout. It works once."""
    from authsim.verifier import operators
    from authsim.verifier.activation import operator_activation

    with closing(open_existing(settings_of(ctx))) as portal:
        user = operators.require_user(portal.verifier, name)
        verifier = with_origin(portal.verifier, origin)
        offer = operator_activation(verifier, user.user_id, replace=replace_phone)
    click.echo(offer.uri.reveal_text())


def with_origin(verifier: "Verifier", origin: str | None) -> "Verifier":
    """Return a verifier that knows how phones reach it. Raises `CommandError` when neither store nor operator says."""
    if origin is not None:
        try:
            return replace(verifier, instance=replace(verifier.instance, origin=require_own_origin(origin)))
        except MessageError as error:
            raise CommandError(USAGE, str(error)) from None
    if verifier.instance.origin is None:
        raise CommandError(
            USAGE, "this portal was never served, so its address is not known. Name it with --origin URL"
        )
    return verifier


COMMANDS: Final = (unlock, lock, revoke, set_password, remove, activation)
