"""`authkey trust`: keep a portal's key after its fingerprint was compared."""

import click

from authsim.adapters.system import SystemEntropy
from authsim.protocol.keys import fingerprint
from mobile_cli.ceremonies.trust import ask_portal, keep_portal, require_fingerprint
from mobile_cli.certificates import MOST_FILE_BYTES, certificate_fingerprint, require_certificate
from mobile_cli.enrolling import show_portal
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command, yes_option
from mobile_cli.portal import require_address


@phone_command(
    "trust",
    "Compare and keep a portal's key.",
    pin=True,
    examples=(
        "authkey trust http://127.0.0.1:8765",
        'authkey trust http://127.0.0.1:8765 --fingerprint "3475 0f98 bd59 fcfc 946d a45a aabe 933b"',
        "authkey trust https://127.0.0.1:8765 --certificate portal/tls.crt",
    ),
)
@click.argument("url", metavar="URL")
@click.option("--fingerprint", "typed", metavar="HEX", help="What the portal's key must have; then nothing is asked.")
@click.option("--certificate", metavar="FILE", help="The TLS certificate that this portal, and no other, may show.")
@yes_option
def command(invocation: Invocation, url: str, typed: str | None, certificate: str | None, yes: bool) -> None:
    """Show the fingerprint of the portal's key, ask whether it is the right one, and keep the key."""
    address = require_address(url)
    invocation.learn_phone()
    invocation.require_app(online=True)
    trusted = None if certificate is None else _read_certificate(certificate)
    if trusted is not None and not address.startswith("https:"):
        raise PhoneError(Exit.USAGE, "no_tls")
    info = ask_portal(invocation.home, address, certificate=trusted)
    console = invocation.console
    show_portal(invocation, origin=info.origin, psk=info.psk)
    shown = None if trusted is None else certificate_fingerprint(trusted)
    if shown is not None:
        console.table([(console.say("certificate"), shown)], write=console.note)
    if typed is not None:
        require_fingerprint(info, typed)
    else:
        console.note(console.say("compare_trust"))
        if not invocation.confirm("ask_continue", yes=yes):
            raise PhoneError(Exit.REFUSED, "not_same")
    unlocked = invocation.open_phone()
    keep_portal(invocation.home, unlocked.dek, info, address=address, certificate=trusted, entropy=SystemEntropy())
    console.line(console.say("trusted", origin=info.origin))
    console.json(
        {
            "certificate": shown,
            "fingerprint": fingerprint(info.psk),
            "instance_id": info.instance_id,
            "portal": info.origin,
        }
    )


def _read_certificate(file: str) -> str:
    with open(file, "rb") as stream:
        return require_certificate(stream.read(MOST_FILE_BYTES + 1))
