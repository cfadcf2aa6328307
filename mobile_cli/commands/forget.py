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
    examples=("authkey forget alice", "authkey --home DIR forget --yes"),
)
@click.argument("name", required=False, metavar="[NAME]")
@yes_option
def command(invocation: Invocation, name: str | None, yes: bool) -> None:
    """Take the user NAME off this phone, which needs its PIN; without a NAME, erase the phone, which needs none."""
    if name is None:
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

    invocation.home.require_phone()
    summary = invocation.home.read_summary()
    if summary is not None:
        invocation.platform, invocation.policy = summary.platform, summary.pin_policy
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
