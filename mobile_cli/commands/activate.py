"""`authkey activate`: scan the portal's one-time code and become a user's authentication device."""

import sys

import click

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.activate import Activated, require_pending
from authsim.authenticator.device import Pending, Platform
from authsim.authenticator.keystore import Unlocked
from authsim.authenticator.pin import PinPolicy
from authsim.protocol.activation_uri import ActivationUri
from authsim.protocol.keys import fingerprint
from authsim.secret import Secret
from mobile_cli.ceremonies.scan_code import begin_scan, complete_scan
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command, yes_option
from mobile_cli.portal import fetch_instance, require_address
from mobile_cli.prompts import is_interactive
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
        "authkey activate --resume",
    ),
)
@click.argument("source", required=False, metavar="URI|IMAGE|SESSION-ID|-")
@click.option("--portal", metavar="URL", help="Where the portal is, for a Session ID.")
@click.option("--label", default="authkey", show_default=True, help="What the portal's page calls this phone.")
@click.option("--clipboard", is_flag=True, help="Scan what was copied.")
@click.option("--screen", is_flag=True, help="Scan the screen.")
@click.option("--resume", is_flag=True, help="Ask again for a reply that did not come.")
@yes_option
def command(
    invocation: Invocation,
    source: str | None,
    portal: str | None,
    label: str,
    clipboard: bool,
    screen: bool,
    resume: bool,
    yes: bool,
) -> None:
    """Scan the QR code that the portal shows: a text, a picture, a Session ID, or - for standard input."""
    if sum((source is not None, clipboard, screen, resume)) != 1:
        raise PhoneError(Exit.USAGE, "need_source")
    if source == "-" and invocation.pin_stdin:
        raise PhoneError(Exit.USAGE, "one_stdin", element=invocation.element)
    address = None if portal is None else require_address(portal)
    if resume:
        invocation.home.require_phone()
        _learn_platform(invocation)
        unlocked = invocation.unlock(invocation.ask_pin())
        pending = require_pending(unlocked.phone)
    else:
        uri = _identify(invocation, _scan(source, clipboard=clipboard), address, yes=yes)
        require_near(address or uri.origin)
        unlocked = _open_phone(invocation)
        pending = _begin(invocation, unlocked.dek, uri, label=label, address=address or uri.origin)
    activated = complete_scan(
        invocation.home, unlocked.dek, pending, address=address or pending.address, entropy=SystemEntropy()
    )
    _report(invocation, activated)


def _scan(source: str | None, *, clipboard: bool) -> Scanned:
    if source == "-":
        return scan_bytes(sys.stdin.buffer.read(MOST_PICTURE_BYTES + 1))
    if source is not None:
        return scan_argument(source)
    from mobile_cli.desktop import read_clipboard, read_screen

    return scan_bytes(read_clipboard()) if clipboard else scan_picture(read_screen())


def _identify(invocation: Invocation, scanned: Scanned, address: str | None, *, yes: bool) -> ActivationUri:
    """Return the full URI. A typed Session ID names no portal: its key is fetched, and shown for comparison."""
    console = invocation.console
    if isinstance(scanned, ActivationUri):
        uri = scanned
    else:
        info = fetch_instance(address or _known_portal(invocation))
        uri = ActivationUri(
            instance_id=info.instance_id, origin=info.origin, psk=info.psk, code=scanned, expires_s=0, suite=info.suite
        )
    typed = isinstance(scanned, Secret)
    if typed or is_interactive():
        rows = [(console.say("portal"), uri.origin), (console.say("fingerprint"), fingerprint(uri.psk))]
        console.table(rows, write=console.note)
    if typed:
        console.note(console.say("compare"))
        if is_interactive() and not invocation.confirm("ask_continue", yes=yes):
            raise PhoneError(Exit.REFUSED, "not_same")
    return uri


def _known_portal(invocation: Invocation) -> str:
    if invocation.home.state() is State.READY:
        summary = invocation.home.read_summary()
        if summary is not None and len(set(summary.portals)) == 1:
            return summary.portals[0]
    raise PhoneError(Exit.USAGE, "need_portal")


def _open_phone(invocation: Invocation) -> Unlocked:
    """Ask the security element; in an empty home it becomes the one of a new iOS phone."""
    if invocation.home.state() is State.NONE:
        from mobile_cli.commands.init import make_phone

        invocation.platform = Platform.IOS
        pin = make_phone(invocation, PinPolicy.CLASSIC, known=None)[0]
        invocation.console.note(invocation.console.say("made_first", path=invocation.home.path))
    else:
        invocation.home.require_phone()
        _learn_platform(invocation)
        pin = invocation.ask_pin()
    return invocation.unlock(pin)


def _learn_platform(invocation: Invocation) -> None:
    summary = invocation.home.read_summary()
    if summary is not None:
        invocation.platform, invocation.policy = summary.platform, summary.pin_policy


def _begin(invocation: Invocation, dek: Secret, uri: ActivationUri, *, label: str, address: str) -> Pending:
    begun = begin_scan(invocation.home, dek, uri, label=label, address=address, entropy=SystemEntropy())
    if begun.is_other_put_aside:
        invocation.console.note(invocation.console.say("put_aside"))
    return begun.pending


def _report(invocation: Invocation, activated: Activated) -> None:
    console, account = invocation.console, activated.account
    if activated.confirmation is not None:
        console.code("confirmation", activated.confirmation)
    console.line(console.say("active", user=account.label))
    console.line(console.say("done"))
    console.json(
        {
            "user": account.label,
            "portal": account.origin,
            "device_id": account.device_id,
            "confirmation": activated.confirmation,
        }
    )
