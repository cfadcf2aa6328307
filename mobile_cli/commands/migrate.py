"""`authkey migrate`: IB Key of a user moves to this phone; the old phone is not needed, and loses it."""

import click

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.authenticator.app import AppEvent
from authsim.authenticator.device import Phone, Platform
from authsim.authenticator.keystore import Unlocked
from authsim.authenticator.pin import PinPolicy
from mobile_cli.adding import (
    Opening,
    Sources,
    ask_username,
    enrol,
    face_of,
    meet_portal,
    opening_of,
    require_answers,
    show_steps,
    with_sources,
)
from mobile_cli.ceremonies.app import let_happen, read_app
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.enrol import Wish, require_not_here
from mobile_cli.enrolling import enter_app, make_phone, report_active
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import State
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.registering import screens_of


@phone_command(
    "migrate",
    "Move IB Key from another phone to this one.",
    pin=True,
    examples=(
        "authkey --home NEW-PHONE migrate alice --portal http://127.0.0.1:8765",
        "authkey --home NEW-PHONE migrate alice --platform android --portal http://127.0.0.1:8765",
        "authkey migrate alice --yes --password-file F --code-stdin --pin-file P",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option(
    "--platform", type=click.Choice([item.value for item in Platform]), help="Whose phone it is, where there is none."
)
@with_sources
def command(invocation: Invocation, name: str | None, platform: str | None, sources: Sources) -> None:
    """Make this phone the authentication device of NAME: password, then the code by text message.

    The other phone loses IB Key for NAME at once. With a forgotten PIN on Android: authkey app clear-data, then this,
    on the same phone, which gets a new PIN.
    """
    migrate(invocation, name, platform, sources)


def migrate(invocation: Invocation, name: str | None, platform: str | None, sources: Sources) -> None:
    """Walk through the articles' steps; the trading device's screen of two choices leads here as well."""
    require_answers(invocation, sources)
    is_new = _is_new(invocation, platform)
    phone = Opening(face_of(invocation), lambda: _begin_phone(invocation)) if is_new else opening_of(invocation)
    info, address = meet_portal(invocation, sources)
    screens = screens_of(invocation, ("migrate",))
    show_steps(invocation, *screens.way)
    read = invocation.console.say("read_migrate_anyone" if name is None else "read_migrate", user=name)
    invocation.console.note(read)
    if not invocation.confirm("ask_migrate", yes=sources.yes):
        raise PhoneError(Exit.REFUSED, "stopped")
    username = ask_username(invocation, name, command="migrate")
    wish = Wish(info=info, address=address, username=username, label=sources.label)
    if not is_new:
        require_not_here(invocation.home, wish)
    report_active(invocation, enrol(invocation, wish, screens, sources, phone=phone), note="migrated")


def _is_new(invocation: Invocation, platform: str | None) -> bool:
    """Say whether this phone begins anew: there was none, or Android's app lost what it knew. Learn which one it is."""
    home = invocation.home
    if home.state() is State.NONE:
        require_connection(home)
        kept = home.settings.read().platform if home.has_settings else Platform.IOS
        invocation.platform = kept if platform is None else Platform(platform)
        return True
    invocation.learn_phone()
    if invocation.platform is Platform.ANDROID and read_app(home).needs_recovery:
        require_connection(home)
        return True
    enter_app(invocation)
    return False


def _begin_phone(invocation: Invocation) -> Unlocked:
    """Choose the PIN of a phone that begins anew, and make it; whoever was on it before is taken off."""
    home, policy = invocation.home, invocation.policy or PinPolicy.CLASSIC
    if home.state() is State.NONE:
        return invocation.unlock(make_phone(invocation, policy)[0])
    pin = invocation.ask_new_pin(policy)
    # In this order a crash leaves an app in use under the PIN of before, whose data can be cleared once more.
    let_happen(home, AppEvent.START_ANEW)
    phone = Phone(platform=invocation.platform, pin_policy=policy, created_ms=SystemClock().now_ms())
    home.start_anew(phone, pin=pin, entropy=SystemEntropy())
    return invocation.unlock(pin)
