"""`authkey app`: IBKR Mobile as an object on this phone, to be installed, opened, removed, and recovered."""

import click

from authsim.authenticator.app import App, AppEvent, Permission, Stage
from authsim.authenticator.device import Platform
from mobile_cli.ceremonies.app import let_happen, open_app, read_app
from mobile_cli.enrolling import ask_permission
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command, yes_option

_EVENTS = {
    "clear-data": AppEvent.CLEAR_DATA,
    "install": AppEvent.INSTALL,
    "remove": AppEvent.REMOVE,
    "update-os": AppEvent.UPDATE_SYSTEM,
}
_ASKED = {"clear-data": "ask_clear_data", "remove": "ask_remove_app"}


@phone_command(
    "app",
    "Install, open or remove the app.",
    pin=False,
    examples=(
        "authkey app show",
        "authkey app install",
        "authkey app remove",
        "authkey app update-os",
        "authkey app clear-data",
    ),
)
@click.argument("act", type=click.Choice(["show", "install", "open", "remove", "update-os", "clear-data"]))
@yes_option
def command(invocation: Invocation, act: str, yes: bool) -> None:
    """Show the app, or let something happen to it that happens to apps.

    A phone made by init --without-app scans a QR code and is led to the store. After remove and install, and after
    update-os, IB Key waits for authkey recover. Android's clear-data is the way out when the PIN is forgotten:
    authkey migrate then moves the user onto this same phone, with a new PIN.
    """
    invocation.learn_phone()
    if act == "clear-data" and invocation.platform is Platform.IOS:
        raise PhoneError(Exit.REFUSED, "no_clear_data")
    if act in _ASKED and not invocation.confirm(_ASKED[act], yes=yes):
        raise PhoneError(Exit.REFUSED, "stopped")
    if act == "show":
        app = read_app(invocation.home)
    elif act == "open":
        app = _open(invocation)
    else:
        app = let_happen(invocation.home, _EVENTS[act])
    _tell(invocation, act, app)
    invocation.console.json({"permission": app.permission.value, "stage": app.stage.value})


def _open(invocation: Invocation) -> App:
    is_early = read_app(invocation.home).stage is Stage.INSTALLED
    app = ask_permission(invocation, open_app(invocation.home))
    if is_early:
        invocation.console.line(invocation.console.say("opened_early"))
    return app


def _tell(invocation: Invocation, act: str, app: App) -> None:
    console = invocation.console
    if act == "show":
        rows = [(console.say("app"), console.say(f"stage_{app.stage.value}"))]
        if app.is_installed:
            rows.append((console.say("notifications"), console.say(f"permission_{app.permission.value}")))
        console.table(rows)
    elif app.needs_recovery:
        console.line(console.say("recover_now"))
    elif act == "install" and app.stage is Stage.INSTALLED:
        console.line(console.say("installed"))
    elif act != "open" or app.permission is not Permission.NOT_ASKED:
        console.line(console.say("app_is", stage=console.say(f"stage_{app.stage.value}")))
