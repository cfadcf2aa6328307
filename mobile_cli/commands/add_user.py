"""`authkey add-user`: one more user on this phone, by credentials and a texted code."""

import click

from authsim.authenticator.device import Platform
from mobile_cli.adding import Sources, with_sources
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.prompts import is_interactive
from mobile_cli.registering import add_user, resume_any


@phone_command(
    "add-user",
    "Add a user by password and text message.",
    pin=True,
    examples=(
        "authkey add-user bob",
        "authkey add-user bob --portal http://127.0.0.1:8765",
        "authkey add-user bob --password-file bob.password --code-stdin --pin-file alice.pin",
        "authkey add-user --resume",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--resume", is_flag=True, help="Go on with what has no reply yet.")
@with_sources
def command(invocation: Invocation, name: str | None, resume: bool, sources: Sources) -> None:
    """Add the user NAME: password, then the code that is sent to the mobile number on the account.

    At the code, r asks for a new one. Any other phone of NAME is replaced by this one.
    """
    if resume:
        resume_any(invocation, sources, expected="nothing_to_resume")
        return
    if name is None and is_interactive() and _chooses_session_id(invocation):
        raise PhoneError(Exit.USAGE, "use_session_id")
    add_user(invocation, name, sources)


def _chooses_session_id(invocation: Invocation) -> bool:
    """Offer what Android offers: credentials, or the Session ID of a logged-in portal page."""
    if invocation.home.state() is State.READY:
        invocation.learn_phone()
    if invocation.platform is not Platform.ANDROID:
        return False
    console = invocation.console
    console.line(f"  1  {console.say('account_credentials')}")
    console.line(f"  2  {console.say('session_id')}")
    while (typed := invocation.ask("which_way").strip()) not in {"1", "2"}:
        pass
    return typed == "2"
