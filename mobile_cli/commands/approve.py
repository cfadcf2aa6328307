"""`authkey approve`: the request that waits, or the one that a login's QR code names."""

import sys

import click

from authsim.protocol.login_uri import LoginUri
from authsim.protocol.push import APPROVE
from mobile_cli.ceremonies.decide import decide, find_requests, find_scanned, require_open
from mobile_cli.deciding import ask_number, choose_request, confirm_approval, open_lines, report, show_request
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import biometric_option, phone_command, purpose_option, yes_option
from mobile_cli.prompts import is_interactive
from mobile_cli.purposes import is_grave
from mobile_cli.scan import MOST_PICTURE_BYTES, find_in_argument, find_in_bytes, find_in_picture, read_login


@phone_command(
    "approve",
    "Approve a login, from its notification or its QR code.",
    pin=True,
    examples=(
        "authkey approve",
        "authkey approve --user alice",
        "authkey approve screenshot.png",
        "authkey approve --purpose secure-login",
        "authkey approve --clipboard --pin-file alice.pin",
    ),
)
@click.argument("source", required=False, metavar="[URI|IMAGE|-]")
@click.option("--number", metavar="N", help="The number on the portal's page, where it shows one.")
@click.option("--user", metavar="NAME", help="For which user, when the phone answers for several.")
@click.option("--clipboard", is_flag=True, help="Scan what was copied.")
@click.option("--screen", is_flag=True, help="Scan the screen.")
@purpose_option
@biometric_option
@yes_option
def command(
    invocation: Invocation,
    source: str | None,
    number: str | None,
    user: str | None,
    clipboard: bool,
    screen: bool,
    purpose: str | None,
    biometric: str | None,
    yes: bool,
) -> None:
    """Approve the request that waits in the app; with a SOURCE, the login whose QR code it shows.

    What is asked, and from where, is shown first. Scanning alone approves nothing. What is more than a login is asked
    for by its effect, and then the security element once more; a script names it with --purpose, or says --yes.
    """
    if sum((source is not None, clipboard, screen)) > 1:
        raise PhoneError(Exit.USAGE, "one_source")
    if source == "-" and invocation.pin_stdin:
        raise PhoneError(Exit.USAGE, "one_stdin", element=invocation.element)
    invocation.learn_phone()
    invocation.require_app(online=True)
    uri = _scan(source, clipboard=clipboard, screen=screen)
    lines = open_lines(invocation, invocation.open_phone(biometric), user)
    asked = choose_request(find_requests(lines)) if uri is None else find_scanned(lines, uri)
    require_open(asked.request)
    show_request(invocation, asked)
    typed = ask_number(invocation, asked.request, number)
    confirm_approval(invocation, asked.request, purpose, yes=yes)
    if is_grave(asked.request.purpose) and is_interactive() and not invocation.has_pin:
        invocation.open_phone(biometric)
    report(invocation, asked, decide(asked, APPROVE, number=typed))


def _scan(source: str | None, *, clipboard: bool, screen: bool) -> LoginUri | None:
    if source == "-":
        return find_in_bytes(sys.stdin.buffer.read(MOST_PICTURE_BYTES + 1), read_login)
    if source is not None:
        return find_in_argument(source, read_login)
    if clipboard:
        from mobile_cli.desktop import read_clipboard

        return find_in_bytes(read_clipboard(), read_login)
    if screen:
        from mobile_cli.desktop import read_screen

        return find_in_picture(read_screen(), read_login)
    return None
