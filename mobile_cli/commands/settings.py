"""`authkey settings`: the phone's Settings app, as the article walks through it, and how the phone lies there."""

import click

from authsim.authenticator.biometrics import Biometry
from authsim.authenticator.device import Platform
from authsim.authenticator.settings import (
    Settings,
    condition_switches,
    get_value,
    list_values,
    notification_switches,
    require_number,
    with_value,
)
from authsim.authenticator.sight import see_push
from authsim.errors import MessageError
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.invocation import Invocation
from mobile_cli.options import phone_command
from mobile_cli.prompts import is_interactive
from mobile_cli.seen import explain_hindrance, explain_sight

_TICKED = frozenset({"lock-screen", "notification-center", "banners"})  # iOS ticks these, and switches the others
_SHORT = {"dnd": "do-not-disturb", "airplane-mode": "airplane"}
_SCREEN = {"lock": "on", "unlock": "off"}


@phone_command(
    "settings",
    "Notification settings, airplane mode, Internet, screen, Face ID.",
    pin=True,
    examples=(
        "authkey settings",
        "authkey settings banner-style temporary",
        "authkey settings airplane on",
        "authkey settings internet off",
        "authkey settings lock",
        "authkey settings biometrics face-id",
        "authkey settings reset",
    ),
)
@click.argument("name", required=False, metavar="[NAME]")
@click.argument("value", required=False, metavar="[VALUE]")
def command(invocation: Invocation, name: str | None, value: str | None) -> None:
    """Show what this phone is set to, and what its owner therefore sees of a notification.

    With NAME and VALUE, set it: any name that is listed; also dnd on|off, internet on|off, lock, unlock,
    biometrics face-id|touch-id|off (asks the Passcode), number +1NUMBER, number none, and reset.
    """
    invocation.learn_phone()
    if name is not None:
        _set(invocation, name.lower(), None if value is None else value.lower())
    elif is_interactive() and not invocation.console.as_json:
        while _show(invocation) and _choose(invocation):
            invocation.console.line()
    else:
        _show(invocation)
    invocation.console.json(_describe(invocation.home.settings.read()))


def _set(invocation: Invocation, name: str, value: str | None) -> None:
    console, file = invocation.console, invocation.home.settings
    if name == "reset" and value is None:
        file.reset()
        console.line(console.say("settings_reset"))
        return
    if name in _SCREEN and value is None:
        name, value = "locked", _SCREEN[name]
    if value is None:
        raise PhoneError(Exit.USAGE, "need_value", name=name)
    name = _SHORT.get(name, name)
    chosen = "wifi" if (name, value) == ("internet", "on") else value
    try:
        if name == "biometrics":
            _set_biometrics(invocation, chosen)
        elif name == "number":
            number = None if chosen == "none" else require_number(chosen)
            file.change(lambda settings: settings._replace(number=number))
        else:
            file.change(lambda settings: with_value(settings, name, chosen))
    except MessageError as error:
        raise PhoneError(Exit.USAGE, "bad_setting", rule=error) from None
    console.line(console.say("set", label=console.say(f"setting_{name}"), value=_spell(invocation, file.read(), name)))


def _set_biometrics(invocation: Invocation, value: str) -> None:
    """Set Face ID or Touch ID up, which the Passcode must allow; switching it off needs it too."""
    from authsim.adapters.system import SystemEntropy

    if invocation.platform is not Platform.IOS:
        raise PhoneError(Exit.REFUSED, "ios_only")
    try:
        kind = Biometry(value)
    except ValueError:
        raise MessageError(f"biometrics is one of {', '.join(item.value for item in Biometry)}") from None
    unlocked = invocation.unlock(invocation.ask_pin())
    invocation.home.set_biometrics(unlocked.dek, kind, entropy=SystemEntropy())


def _show(invocation: Invocation) -> bool:
    console, settings = invocation.console, invocation.home.settings.read()
    switches, conditions = notification_switches(settings.platform), condition_switches()
    others = ("biometrics", "number", "app") if settings.platform is Platform.IOS else ("number", "app")
    console.line(console.say(f"path_{settings.platform.value}"))
    if settings.platform is Platform.ANDROID:
        console.line(console.say("path_android_older"))
    console.line()
    _table(invocation, settings, {name: f"{number:>2}" for number, name in enumerate(switches, start=1)})
    console.line()
    console.line(console.say("this_phone"))
    console.line()
    numbers = {name: f"{number:>2}" for number, name in enumerate(conditions, start=len(switches) + 1)}
    _table(invocation, settings, numbers | dict.fromkeys(others, "  "))
    console.line()
    console.line(console.say("what_is_seen"))
    console.line()
    sight = see_push(settings)
    console.line(f"  {explain_sight(console, sight)}")
    for hindrance in sight.hindrances:
        console.line(f"  {explain_hindrance(console, hindrance, settings.platform)}")
    return True


def _table(invocation: Invocation, settings: Settings, numbers: dict[str, str]) -> None:
    """Write number, label, value, and the name by which a command sets it."""
    console, lines = invocation.console, list[str]()
    rows = [
        (f"  {shown}  {console.say(f'setting_{name}')}", _spell(invocation, settings, name))
        for name, shown in numbers.items()
    ]
    console.table(rows, write=lines.append)
    names = ["" if name == "app" else name for name in numbers]
    console.table(list(zip(lines, names, strict=True)), write=lambda line: console.line(line.rstrip()))


def _choose(invocation: Invocation) -> bool:
    """Let the person change one setting; say whether they want to go on."""
    console, settings = invocation.console, invocation.home.settings.read()
    names = (*notification_switches(settings.platform), *condition_switches())
    typed = invocation.ask("which_setting", most=len(names)).strip()
    if not typed:
        return False
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= len(names):
        name = names[int(typed[:4]) - 1]
        values = list_values(settings, name)
        value = invocation.ask("which_value", label=console.say(f"setting_{name}"), values="/".join(values))
        if value.strip().lower() in values:
            _set(invocation, name, value.strip().lower())
    return True


def _spell(invocation: Invocation, settings: Settings, name: str) -> str:
    """Return the value in the words of the platform's Settings app."""
    console = invocation.console
    if name == "number":
        return settings.number or console.say("value_none")
    if name == "app":
        return console.say(f"stage_{settings.app.stage.value}")
    if name == "biometrics":
        return console.say(f"value_{settings.biometrics.kind.value}")
    value = get_value(settings, name)
    is_ios = settings.platform is Platform.IOS and name in notification_switches(Platform.IOS)
    if value in {"on", "off"} and is_ios:
        return console.say(f"value_{'selected' if name in _TICKED else 'enabled'}_{value}")
    return console.say(f"value_{value}")


def _describe(settings: Settings) -> dict[str, object]:
    sight = see_push(settings)
    return {
        "app": settings.app.stage.value,
        "biometrics": settings.biometrics.kind.value,
        "conditions": {name: get_value(settings, name) for name in condition_switches()},
        "notifications": {name: get_value(settings, name) for name in notification_switches(settings.platform)},
        "number": settings.number,
        "online": settings.conditions.is_online,
        "platform": settings.platform.value,
        "seen": {
            "arrives": sight.arrives,
            "badge": sight.has_badge,
            "banner": None if sight.banner is None else sight.banner.value,
            "hindrances": [hindrance.value for hindrance in sight.hindrances],
            "list": sight.in_list,
            "lock_screen": sight.on_lock_screen,
            "sounds": sight.sounds,
            "text": sight.shows_text,
        },
    }
