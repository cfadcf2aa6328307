"""`authkey activate`: scan the portal's one-time code and become a user's authentication device."""

import sys

import click

from authsim.adapters.system import SystemEntropy
from authsim.protocol.activation_uri import ActivationUri
from authsim.secret import Secret
from mobile_cli.adding import Sources, with_sources
from mobile_cli.ceremonies.app import read_app
from mobile_cli.ceremonies.scan_code import begin_scan, complete_scan
from mobile_cli.ceremonies.trust import ask_portal
from mobile_cli.enrolling import compare_key, enter_app, known_address, open_phone, report_active, show_portal
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.portal import require_address
from mobile_cli.prompts import is_interactive
from mobile_cli.registering import register, resume_any
from mobile_cli.scan import MOST_PICTURE_BYTES, Scanned, scan_argument, scan_bytes, scan_picture
from mobile_cli.transport import require_near


@phone_command(
    "activate",
    "Scan the portal's QR code.",
    pin=True,
    examples=(
        "authkey activate screenshot.png",
        "authkey activate --clipboard",
        "authkey activate 50M6H-A7955-MTKTH-ADANE-PAVBNF --portal http://127.0.0.1:8765",
        "authkey activate --username alice --portal http://127.0.0.1:8765",
        "authkey activate --resume",
    ),
)
@click.argument("source", required=False, metavar="URI|IMAGE|SESSION-ID|-")
@click.option("--username", metavar="NAME", help="Register with username, password and a code by text message.")
@click.option("--clipboard", is_flag=True, help="Scan what was copied.")
@click.option("--screen", is_flag=True, help="Scan the screen.")
@click.option("--resume", is_flag=True, help="Ask again for a reply that did not come.")
@with_sources
def command(
    invocation: Invocation,
    source: str | None,
    username: str | None,
    clipboard: bool,
    screen: bool,
    resume: bool,
    sources: Sources,
) -> None:
    """Scan the QR code that the portal shows: a text, a picture, a Session ID, or - for standard input.

    Or register inside the app with --username, by a code that is sent to the mobile number on the account.
    """
    if sum((source is not None, username is not None, clipboard, screen, resume)) != 1:
        raise PhoneError(Exit.USAGE, "need_source")
    if source == "-" and invocation.pin_stdin:
        raise PhoneError(Exit.USAGE, "one_stdin", element=invocation.element)
    if resume:
        resume_any(invocation, sources, expected="nothing_pending")
    elif username is not None:
        register(invocation, username, sources)
    else:
        _activate(invocation, _scan(source, clipboard=clipboard), sources)


def _activate(invocation: Invocation, scanned: Scanned, sources: Sources) -> None:
    address = None if sources.portal is None else require_address(sources.portal)
    _follow_banner(invocation)
    uri = _identify(invocation, scanned, address, yes=sources.yes)
    address = address or uri.origin
    require_near(address)
    dek = open_phone(invocation).dek
    begun = begin_scan(invocation.home, dek, uri, label=sources.label, address=address, entropy=SystemEntropy())
    if begun.is_other_put_aside:
        invocation.console.note(invocation.console.say("put_aside"))
    activated = complete_scan(invocation.home, dek, begun.pending, address=address, entropy=SystemEntropy())
    report_active(invocation, activated)


def _scan(source: str | None, *, clipboard: bool) -> Scanned:
    if source == "-":
        return scan_bytes(sys.stdin.buffer.read(MOST_PICTURE_BYTES + 1))
    if source is not None:
        return scan_argument(source)
    from mobile_cli.desktop import read_clipboard, read_screen

    return scan_bytes(read_clipboard()) if clipboard else scan_picture(read_screen())


def _follow_banner(invocation: Invocation) -> None:
    """Tap the banner: with the app it opens there, without it leads to the store."""
    if not read_app(invocation.home).is_installed:
        raise PhoneError(Exit.REFUSED, "go_to_store")
    if is_interactive() and not invocation.console.as_json:
        invocation.console.note(invocation.console.say("banner_app"))
    enter_app(invocation)


def _identify(invocation: Invocation, scanned: Scanned, address: str | None, *, yes: bool) -> ActivationUri:
    """Return the full URI. A typed Session ID names no portal: its key is fetched, and shown for comparison."""
    if isinstance(scanned, ActivationUri):
        uri = scanned
    else:
        address = address or known_address(invocation)
        if address is None:
            raise PhoneError(Exit.USAGE, "need_portal")
        info = ask_portal(invocation.home, address)
        uri = ActivationUri(
            instance_id=info.instance_id, origin=info.origin, psk=info.psk, code=scanned, expires_s=0, suite=info.suite
        )
    typed = isinstance(scanned, Secret)
    if typed or is_interactive():
        show_portal(invocation, origin=uri.origin, psk=uri.psk)
    if typed:
        compare_key(invocation, yes=yes)
    return uri
