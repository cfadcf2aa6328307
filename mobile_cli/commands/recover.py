"""`authkey recover`: IB Key on the same phone, after the app was installed again or the system updated."""

import click

from authsim.authenticator.app import AppEvent
from authsim.authenticator.device import Platform
from authsim.authenticator.summary import Summary
from mobile_cli.adding import (
    Screens,
    Sources,
    ask_username,
    enrol,
    meet_portal,
    opening_of,
    require_answers,
    show_steps,
    with_sources,
)
from mobile_cli.ceremonies.app import let_happen, open_app, read_app
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.enrol import Wish
from mobile_cli.enrolling import ask_permission, open_again
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command

_ANDROID = Screens(way=("recover_setup",), read="read_recover", ask="initialise_recovery", send="submit")


@phone_command(
    "recover",
    "Restore IB Key after reinstalling or updating.",
    pin=True,
    examples=(
        "authkey recover",
        "authkey recover --yes --pin-file alice.pin",
        "authkey recover alice --password-file F --code-stdin --pin-file alice.pin",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@with_sources
def command(invocation: Invocation, name: str | None, sources: Sources) -> None:
    """Restore IB Key on this phone, with the security element of before.

    iOS asks whether to restore the configuration. Android asks username, password, the code of a text message and the
    PIN of before. With that PIN forgotten: authkey app clear-data, then authkey migrate.
    """
    summary = invocation.learn_phone()
    open_app(invocation.home)
    app = read_app(invocation.home)
    if not app.needs_recovery:
        raise PhoneError(Exit.REFUSED, "nothing_to_recover")
    user = None
    if summary is not None and invocation.platform is Platform.ANDROID:
        user = _recover_android(invocation, summary, name, sources)
    else:
        _recover_ios(invocation, yes=sources.yes)
    ask_permission(invocation, let_happen(invocation.home, AppEvent.RESTORE))
    console = invocation.console
    console.line(console.say("recovered"))
    console.line(console.say("done"))
    console.json({"recovered": True, "user": user})


def _recover_ios(invocation: Invocation, *, yes: bool) -> None:
    if not invocation.confirm("ask_restore", yes=yes):
        raise PhoneError(Exit.REFUSED, "stopped")
    open_again(invocation)


def _recover_android(invocation: Invocation, summary: Summary, name: str | None, sources: Sources) -> str:
    """Enrol one user of this phone once more; the old key counts until the new one does. Return who it was."""
    require_connection(invocation.home)
    require_answers(invocation, sources)
    show_steps(invocation, *_ANDROID.way, _ANDROID.read, "continue")
    only = summary.users[0].label if len(summary.users) == 1 else None
    username = ask_username(invocation, name or only, command="recover")
    found = [user for user in summary.users if user.label == username]
    if not found:
        raise PhoneError(Exit.REFUSED, "no_such_user", user=username)
    info, address = meet_portal(invocation, sources._replace(portal=sources.portal or found[0].origin))
    wish = Wish(info=info, address=address, username=username, label=sources.label, is_renewal=True)
    return enrol(invocation, wish, _ANDROID, sources, phone=opening_of(invocation)).account.label
