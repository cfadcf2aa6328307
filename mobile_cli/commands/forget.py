"""`authkey forget`: take one user off this phone, or erase the phone."""

import click

from authsim.authenticator.device import accounts_named, without_account
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command, yes_option


@phone_command(
    "forget",
    "Take a user off this phone, or erase it.",
    pin=True,
    examples=(
        "authkey forget alice",
        "authkey forget --portal http://127.0.0.1:8765",
        "authkey --home DIR forget --yes",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--portal", metavar="URL", help="Take off this portal with all its users.")
@yes_option
def command(invocation: Invocation, name: str | None, portal: str | None, yes: bool) -> None:
    """Take the user NAME or a portal off this phone, which needs its PIN; without either, erase the phone."""
    if name is not None and portal is not None:
        raise PhoneError(Exit.USAGE, "one_target")
    if portal is not None:
        _forget_portal(invocation, portal, yes=yes)
    elif name is None:
        _erase(invocation, yes=yes)
    else:
        _forget_user(invocation, name, yes=yes)


def _erase(invocation: Invocation, *, yes: bool) -> None:
    if invocation.home.state() is State.NONE:
        raise PhoneError(Exit.REFUSED, "no_phone", path=invocation.home.path)
    if not invocation.confirm("ask_forget_phone", yes=yes):
        raise PhoneError(Exit.REFUSED, "stopped")
    invocation.home.erase()
    console = invocation.console
    console.line(console.say("forgot_phone", path=invocation.home.path))
    console.json({"forgot": "phone", "home": invocation.home.path})


def _forget_user(invocation: Invocation, name: str, *, yes: bool) -> None:
    from authsim.adapters.system import SystemEntropy

    invocation.learn_phone()
    if not invocation.confirm("ask_forget_user", yes=yes, user=name):
        raise PhoneError(Exit.REFUSED, "stopped")
    unlocked = invocation.unlock(invocation.ask_pin())
    found = accounts_named(unlocked.phone.accounts, name)
    if len(found) != 1:
        raise PhoneError(Exit.REFUSED, "no_such_user", user=name)
    account = found[0]
    invocation.home.change(unlocked.dek, lambda phone: without_account(phone, account), entropy=SystemEntropy())
    console = invocation.console
    console.line(console.say("forgot_user", user=account.label))
    console.note(console.say("portal_unaware"))
    console.json({"forgot": "user", "portal": account.origin, "user": account.label})


def _forget_portal(invocation: Invocation, portal: str, *, yes: bool) -> None:
    from authsim.adapters.system import SystemEntropy
    from mobile_cli.ceremonies.trust import forget_portal
    from mobile_cli.portal import require_address

    origin = require_address(portal)
    invocation.learn_phone()
    if not invocation.confirm("ask_forget_portal", yes=yes, origin=origin):
        raise PhoneError(Exit.REFUSED, "stopped")
    unlocked = invocation.unlock(invocation.ask_pin())
    users = forget_portal(invocation.home, unlocked.dek, origin, entropy=SystemEntropy())
    console = invocation.console
    console.line(console.say("forgot_portal", origin=origin))
    for user in users:
        console.line(console.say("forgot_user", user=user))
    if users:
        console.note(console.say("portal_unaware"))
    console.json({"forgot": "portal", "portal": origin, "users": list(users)})
