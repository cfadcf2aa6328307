"""`authkey trade`: a trading device in the terminal, which somebody else's phone answers for."""

import sys

import click

from authsim.authenticator.device import Platform
from authsim.errors import Reason, RefusalError
from authsim.protocol.trading import TradingChallenge, TradingEntry
from authsim.secret import Secret
from mobile_cli.adding import Sources, ask_password
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.trade import Desk, log_in, send_response, sign_out
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.portal import require_address
from mobile_cli.prompts import is_interactive

_MOST_RESPONSE_BYTES = 64


@phone_command(
    "trade",
    "Log in on a trading device, with the response of the phone.",
    pin=False,
    examples=(
        "authkey trade",
        "authkey trade alice --portal http://127.0.0.1:8765 --platform android",
        "authkey trade alice --portal URL --password-file FILE --response-stdin",
    ),
)
@click.argument("username", required=False, metavar="[USERNAME]")
@click.option("--portal", metavar="URL", help="Where to log in; the portal of this phone, when it knows one.")
@click.option("--platform", type=click.Choice([item.value for item in Platform]), help="Whose screens it shows.")
@click.option("--password-file", metavar="FILE", help="Read the password from a file.")
@click.option("--response-stdin", is_flag=True, help="Print the challenge, and read the response from standard input.")
def command(
    invocation: Invocation,
    username: str | None,
    portal: str | None,
    platform: str | None,
    password_file: str | None,
    response_stdin: bool,
) -> None:
    """Play the device on which one wants to trade: credentials, Two-Factor Authentication, and the response code.

    The challenge code is answered by the authentication device: authkey respond, on another --home. The other choice,
    Migrate IB Key, makes this phone the authentication device, and the old one loses IB Key. Who has opted out of the
    secure login system for trading is asked for neither.
    """
    if not response_stdin and not is_interactive():
        raise PhoneError(Exit.USAGE, "need_response")
    require_connection(invocation.home)
    desk = _open_desk(invocation, portal)
    invocation.platform = _choose_platform(invocation, platform)
    console = invocation.console
    if not username and response_stdin:
        raise PhoneError(Exit.USAGE, "need_username", command="trade")
    name = username or invocation.ask("username")
    password = ask_password(invocation, password_file)
    _press(invocation, "log_in")
    asked = log_in(desk, name, password)
    if isinstance(asked, TradingEntry):
        entry = asked
        console.note(console.say("trading_open", user=entry.user_label))
    elif not response_stdin and _wants_migration(invocation):
        _migrate(invocation, desk, name, password)
        return
    else:
        entry = _answer(invocation, desk, asked, response_stdin=response_stdin)
    console.line(console.say("trading", user=entry.user_label))
    secure_login = "off" if entry is asked else "on"
    console.json({"portal": desk.address, "secure_login": secure_login, "state": "logged_in", "user": entry.user_label})
    try:
        if not response_stdin:
            invocation.ask("log_out")
    finally:
        sign_out(desk, entry)


def _open_desk(invocation: Invocation, portal: str | None) -> Desk:
    if portal is not None:
        address = require_address(portal)
    else:
        summary = invocation.home.read_summary() if invocation.home.state() is State.READY else None
        origins = set() if summary is None else {user.origin for user in summary.users} | set(summary.portals)
        if len(origins) != 1:
            raise PhoneError(Exit.USAGE, "need_portal_url")
        address = origins.pop()
    return Desk(address, invocation.home.read_certificate(address))


def _choose_platform(invocation: Invocation, wanted: str | None) -> Platform:
    if wanted is not None:
        return Platform(wanted)
    summary = invocation.home.read_summary() if invocation.home.state() is State.READY else None
    return Platform.IOS if summary is None else summary.platform


def _wants_migration(invocation: Invocation) -> bool:
    """Show the two choices of this screen; say whether it is the second."""
    console = invocation.console
    console.line(f"  1  {console.say('two_factor')}")
    console.line(f"  2  {console.say('migrate')}")
    while True:
        typed = invocation.ask("which_way").strip()
        if typed in {"1", "2"}:
            return typed == "2"


def _migrate(invocation: Invocation, desk: Desk, name: str, password: Secret) -> None:
    """Make this phone the authentication device in place of the one that would have answered."""
    from mobile_cli.commands.migrate import migrate

    sources = Sources(desk.address, None, code_stdin=False, label="authkey", yes=False, password=password)
    migrate(invocation, name, invocation.platform.value, sources)


def _answer(invocation: Invocation, desk: Desk, challenge: TradingChallenge, *, response_stdin: bool) -> TradingEntry:
    """Show the challenge and send the response; what is not 8 digits may be typed again."""
    console = invocation.console
    if not console.as_json:
        console.code("challenge", challenge.challenge)
    else:
        console.note(challenge.challenge)
    while True:
        if response_stdin:
            typed = sys.stdin.readline(_MOST_RESPONSE_BYTES)
        else:
            typed = invocation.ask("enter_response")
            _press(invocation, f"send_{invocation.platform.value}")
        try:
            return send_response(desk, challenge, typed.strip())
        except RefusalError as refusal:
            if response_stdin or refusal.reason is not Reason.MALFORMED_RESPONSE:
                raise
            console.note(console.say("malformed_response"))


def _press(invocation: Invocation, key: str) -> None:
    if is_interactive() and not invocation.console.as_json:
        invocation.console.line(invocation.console.say(key))
