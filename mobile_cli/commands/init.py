"""`authkey init`: a new phone."""

import click

from authsim.authenticator.device import Phone, Platform, Portal
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError
from mobile_cli.enrolling import make_phone
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command


@phone_command(
    "init",
    "Make a new phone.",
    pin=True,
    examples=(
        "authkey init --platform ios",
        "authkey --home DIR init --platform android --pin-file alice.pin",
        "authkey init --platform ios --portal http://127.0.0.1:8765",
    ),
)
@click.option("--platform", type=click.Choice([item.value for item in Platform]), required=True, help="Whose phone.")
@click.option("--portal", metavar="URL", help="Ask this portal for its key, show the fingerprint, and keep it.")
@click.option(
    "--pin-policy",
    type=click.Choice([item.value for item in PinPolicy]),
    default=PinPolicy.CLASSIC.value,
    show_default=True,
    help="classic: 4 to 6 digits. hardened: 6 to 64 characters that are not easy to guess.",
)
@click.option("--without-app", is_flag=True, help="IBKR Mobile is not installed on it yet.")
@click.option("--number", metavar="NUMBER", help="Its telephone number, where text messages go to.")
def command(
    invocation: Invocation, platform: str, portal: str | None, pin_policy: str, without_app: bool, number: str | None
) -> None:
    """Make a new phone and choose its Passcode (iOS) or PIN (Android)."""
    invocation.platform = Platform(platform)
    if invocation.home.state() is State.READY:
        raise PhoneError(Exit.REFUSED, "phone_exists", path=invocation.home.path)
    known = _ask_portal(portal) if portal is not None else None
    own_number = None if number is None else _require_number(number)
    phone = make_phone(invocation, PinPolicy(pin_policy), known=known)[1]
    if without_app or own_number is not None:
        from mobile_cli.ceremonies.app import furnish

        furnish(invocation.home, has_app=not without_app, number=own_number)
    _report(invocation, phone, known)


def _require_number(text: str) -> str:
    from authsim.authenticator.settings import require_number

    try:
        return require_number(text)
    except MessageError:
        raise PhoneError(Exit.USAGE, "bad_telephone") from None


def _ask_portal(address: str) -> Portal:
    from mobile_cli.portal import fetch_instance, require_address

    info = fetch_instance(require_address(address))
    return Portal(instance_id=info.instance_id, origin=info.origin, psk=info.psk)


def _report(invocation: Invocation, phone: Phone, known: Portal | None) -> None:
    console = invocation.console
    names = {Platform.IOS: "iOS", Platform.ANDROID: "Android"}
    console.line(console.say("made", platform=names[phone.platform], path=invocation.home.path))
    portal: dict[str, str] | None = None
    if known is not None:
        from authsim.protocol.keys import fingerprint

        portal = {"origin": known.origin, "instance_id": known.instance_id, "fingerprint": fingerprint(known.psk)}
        console.table([(console.say("portal"), known.origin), (console.say("fingerprint"), portal["fingerprint"])])
    console.json(
        {
            "home": invocation.home.path,
            "platform": phone.platform.value,
            "pin_policy": phone.pin_policy.value,
            "portal": portal,
        }
    )
