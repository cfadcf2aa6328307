"""`authkey phone`: the phone full screen, with the articles' screens and paths."""

import importlib.util

import click

from authsim.adapters.system import SystemClock, SystemEntropy
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.prompts import is_interactive


@phone_command(
    "phone",
    "The phone full screen.",
    pin=False,
    examples=(
        "authkey phone",
        "authkey phone --portal http://127.0.0.1:8765",
        "authkey --home ~/second-phone phone --lang ja",
    ),
)
@click.option("--portal", metavar="URL", help="The portal that the app speaks to, before it knows one.")
def command(invocation: Invocation, portal: str | None) -> None:
    """Play the phone in this terminal: camera, store, settings, texts, notifications, and the app with IB Key.

    Needs a terminal of at least 46 columns and 28 lines, and the extra: pip install "authsim[phone]". An empty folder
    becomes a new phone. Keys or mouse; Escape goes back, Ctrl-Q switches it off.
    """
    if importlib.util.find_spec("textual") is None:
        raise PhoneError(Exit.USAGE, "need_phone_extra")
    if not is_interactive():
        raise PhoneError(Exit.USAGE, "need_terminal")
    from mobile_cli.phone.app import PhoneApp
    from mobile_cli.phone.handset import Handset

    handset = Handset(invocation.home, portal=portal, clock=SystemClock(), entropy=SystemEntropy())
    PhoneApp(handset, language=invocation.console.language).run()
