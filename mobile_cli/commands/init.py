"""`authkey init`: a new phone."""

import click

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.authenticator.device import Phone, Platform, Portal, with_portal
from authsim.authenticator.pin import PinPolicy
from authsim.secret import Secret
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
def command(invocation: Invocation, platform: str, portal: str | None, pin_policy: str) -> None:
    """Make a new phone and choose its Passcode (iOS) or PIN (Android)."""
    invocation.platform = Platform(platform)
    if invocation.home.state() is State.READY:
        raise PhoneError(Exit.REFUSED, "phone_exists", path=invocation.home.path)
    known = _ask_portal(portal) if portal is not None else None
    phone = make_phone(invocation, PinPolicy(pin_policy), known=known)[1]
    _report(invocation, phone, known)


def make_phone(
    invocation: Invocation, policy: PinPolicy, *, known: Portal | None, pin: Secret | None = None
) -> tuple[Secret, Phone]:
    """Make the phone; return its normalised PIN and what it knows. Without `pin`, a new one is asked for."""
    chosen = invocation.ask_new_pin(policy) if pin is None else pin
    phone = Phone(platform=invocation.platform, pin_policy=policy, created_ms=SystemClock().now_ms())
    phone = phone if known is None else with_portal(phone, known)
    invocation.home.create(phone, pin=chosen, entropy=SystemEntropy())
    return chosen, phone


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
