"""`authkey change-pin`: another PIN (Android), another Passcode (iOS)."""

import click

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.device import Platform, accounts_named
from authsim.authenticator.keystore import Unlocked
from authsim.authenticator.pin import PinPolicy
from authsim.secret import Secret
from mobile_cli.adding import ask_password, ask_username, show_steps
from mobile_cli.ceremonies.change_pin import change_pin, confirm_credentials
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.session import Line
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.prompts import read_pin_file


@phone_command(
    "change-pin",
    "Change the PIN or the Passcode.",
    pin=True,
    examples=(
        "authkey change-pin",
        "authkey change-pin alice --password-file F --pin-file OLD --new-pin-file NEW",
        "authkey change-pin --pin-policy hardened",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--password-file", metavar="FILE", help="Read the password from a file.")
@click.option("--new-pin-file", metavar="FILE", help="Read the new PIN or Passcode from a file.")
@click.option("--pin-policy", type=click.Choice([item.value for item in PinPolicy]), help="The rules from now on.")
def command(
    invocation: Invocation,
    name: str | None,
    password_file: str | None,
    new_pin_file: str | None,
    pin_policy: str | None,
) -> None:
    """Change what opens this phone. Android asks username and password of a user first, which the portal checks.

    A forgotten PIN cannot be changed. On Android run authkey app clear-data, then authkey migrate: the same phone with
    a new PIN, by a code that is sent by text message. On iOS erase the phone with authkey forget --yes.
    """
    summary = invocation.learn_phone()
    invocation.require_app(online=False)
    is_android = invocation.platform is Platform.ANDROID
    show_steps(invocation, "change_pin" if is_android else "change_passcode")
    credentials: tuple[str, Secret] | None = None
    if is_android and summary is not None and summary.users:
        require_connection(invocation.home)
        show_steps(invocation, "forgotten_pin")
        only = summary.users[0].label if len(summary.users) == 1 else None
        username = ask_username(invocation, name or only, command="change-pin")
        credentials = username, ask_password(invocation, password_file)
    unlocked = invocation.unlock(invocation.ask_pin(label="current_element"))
    policy = unlocked.phone.pin_policy if pin_policy is None else PinPolicy(pin_policy)
    pin = _new_pin(invocation, new_pin_file, policy)
    show_steps(invocation, *(("submit",) if is_android else ()))
    if credentials is not None:
        _confirm(invocation, unlocked, *credentials)
    change_pin(invocation.home, unlocked.dek, pin, policy=policy, entropy=SystemEntropy())
    console = invocation.console
    console.line(console.say("element_changed", element=invocation.element))
    console.line(console.say("done"))
    console.json({"changed": True, "pin_policy": policy.value})


def _confirm(invocation: Invocation, unlocked: Unlocked, username: str, password: Secret) -> None:
    found = accounts_named(unlocked.phone.accounts, username)
    if len(found) != 1:
        raise PhoneError(Exit.REFUSED, "no_such_user", user=username)
    line = Line(invocation.home, unlocked.dek, found[0], entropy=SystemEntropy())
    confirm_credentials(line, found[0].label, password)


def _new_pin(invocation: Invocation, file: str | None, policy: PinPolicy) -> Secret:
    if file is None:
        return invocation.type_new_pin(policy, no_terminal="need_new_element")
    return invocation.require_new_pin(read_pin_file(file), policy)
