"""What a phone is set to: the article's switches for notifications, platform by platform, and how the phone lies there.

Nothing here is secret and nothing needs a PIN. The shell keeps it beside the keystore; labels and paths of the
platforms' Settings app are its business too. What a person therefore sees of a push is `sight`'s.
"""

import enum
import json
import re
from typing import Any, Final, NamedTuple, TypeVar

from authsim.authenticator.app import App, Permission, with_permission
from authsim.authenticator.biometrics import MOST_LOOKS, Biometrics
from authsim.authenticator.device import Platform
from authsim.errors import MessageError
from authsim.protocol.encodings import parse_json_object, require_integer

MOST_BYTES: Final = 4096
_NUMBER: Final = re.compile(r"\+[0-9]{7,15}", re.ASCII)
_SEPARATORS: Final = str.maketrans("", "", " -()")

_Choice = TypeVar("_Choice", bound=enum.Enum)


class BannerStyle(enum.Enum):
    """iOS: a banner that goes by itself, or one that stays until it is touched."""

    TEMPORARY = "temporary"
    PERSISTENT = "persistent"


class Previews(enum.Enum):
    """iOS: when the text of a notification is shown."""

    ALWAYS = "always"
    WHEN_UNLOCKED = "when-unlocked"
    NEVER = "never"


class Internet(enum.Enum):
    """What connects the phone."""

    WIFI = "wifi"
    MOBILE_DATA = "mobile-data"
    OFF = "off"


class IosNotifications(NamedTuple):
    """iOS, Settings, Notifications, beside Allow Notifications; preset as the article recommends."""

    lock_screen: bool = True
    notification_center: bool = True
    banners: bool = True
    banner_style: BannerStyle = BannerStyle.PERSISTENT
    badges: bool = True
    show_previews: Previews = Previews.ALWAYS


class AndroidNotifications(NamedTuple):
    """Android, App notifications, beside the global switch; preset as the article recommends."""

    allow_notification_dots: bool = True
    allow_interruptions: bool = True
    on_the_lock_screen: bool = True
    override_do_not_disturb: bool = False


class Conditions(NamedTuple):
    """How the phone lies there: screen, quiet, and its connection."""

    locked: bool = False
    do_not_disturb: bool = False
    airplane: bool = False
    internet: Internet = Internet.WIFI

    @property
    def is_online(self) -> bool:
        """Say whether anything reaches the phone, and the phone anything."""
        return not self.airplane and self.internet is not Internet.OFF


class Settings(NamedTuple):
    """All that a phone is set to. `number` is its telephone number, where texts go to."""

    notifications: IosNotifications | AndroidNotifications
    app: App = App()
    conditions: Conditions = Conditions()
    biometrics: Biometrics = Biometrics()
    number: str | None = None

    @property
    def platform(self) -> Platform:
        """Whose settings these are."""
        return Platform.IOS if isinstance(self.notifications, IosNotifications) else Platform.ANDROID


def preset(platform: Platform) -> Settings:
    """Return the settings of a phone of which nothing else is known: the app is there, and set as recommended."""
    return Settings(IosNotifications() if platform is Platform.IOS else AndroidNotifications())


# What stands first on each platform's page: the app's permission, moved by hand.
_PERMISSION: Final = {Platform.IOS: "allow-notifications", Platform.ANDROID: "app-notifications"}
_ON_OFF: Final = {"on": True, "off": False}


def notification_switches(platform: Platform) -> tuple[str, ...]:
    """Return the names of the platform's switches for notifications, in the article's order."""
    kind = IosNotifications if platform is Platform.IOS else AndroidNotifications
    return (_PERMISSION[platform], *map(_hyphenate, kind._fields))


def condition_switches() -> tuple[str, ...]:
    """Return the names of the switches for how the phone lies there."""
    return tuple(map(_hyphenate, Conditions._fields))


def list_values(settings: Settings, name: str) -> tuple[str, ...]:
    """Return what the switch `name` may be set to, or raise `MessageError` when this platform has none of that name."""
    value = _get(settings, name)
    return tuple(member.value for member in type(value)) if isinstance(value, enum.Enum) else tuple(_ON_OFF)


def get_value(settings: Settings, name: str) -> str:
    """Return what the switch `name` is set to; raises as `list_values`."""
    value = _get(settings, name)
    return str(value.value) if isinstance(value, enum.Enum) else "on" if value else "off"


def with_value(settings: Settings, name: str, value: str) -> Settings:
    """Return the settings with the switch `name` at `value`, or raise `MessageError`.

    The app's own switch is refused with `APP_NOT_INSTALLED` where there is no app.
    """
    before = _get(settings, name)
    if value not in list_values(settings, name):
        raise MessageError(f"{name} is one of {', '.join(list_values(settings, name))}")
    if name == _PERMISSION[settings.platform]:
        return settings._replace(app=with_permission(settings.app, is_allowed=_ON_OFF[value]))
    changed_to = type(before)(value) if isinstance(before, enum.Enum) else _ON_OFF[value]
    changed: dict[str, Any] = {name.replace("-", "_"): changed_to}
    if name in condition_switches():
        return settings._replace(conditions=settings.conditions._replace(**changed))
    return settings._replace(notifications=settings.notifications._replace(**changed))


def require_number(text: object) -> str:
    """Return a telephone number: a plus sign and 7 to 15 digits. Blanks, hyphens and brackets do not matter."""
    plain = text.translate(_SEPARATORS) if type(text) is str else ""
    if not _NUMBER.fullmatch(plain):
        raise MessageError("a telephone number is a plus sign and 7 to 15 digits")
    return plain


def format_settings(settings: Settings) -> bytes:
    """Return the file: readable JSON with sorted members."""
    members: dict[str, object] = {
        "app": _format_record(settings.app),
        "biometrics": _format_record(settings.biometrics),
        "conditions": _format_record(settings.conditions),
        "notifications": _format_record(settings.notifications),
        "number": settings.number,
        "platform": settings.platform.value,
        "v": 1,
    }
    return json.dumps(members, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def parse_settings(file: bytes) -> Settings:
    """Return what the file says, or raise `MessageError`."""
    members = parse_json_object(file, most_bytes=MOST_BYTES)
    names = {"app", "biometrics", "conditions", "notifications", "number", "platform", "v"}
    if members.keys() != names or members["v"] != 1:
        raise MessageError("a phone's settings have exactly their members")
    platform = _parse_enum(Platform, members["platform"])
    biometrics = Biometrics(**_parse_record(Biometrics(), members["biometrics"]))
    if biometrics.misses > MOST_LOOKS:
        raise MessageError(f"at most {MOST_LOOKS} looks are counted")
    found, number = _parse_record(preset(platform).notifications, members["notifications"]), members["number"]
    return Settings(
        notifications=IosNotifications(**found) if platform is Platform.IOS else AndroidNotifications(**found),
        app=App(**_parse_record(App(), members["app"])),
        conditions=Conditions(**_parse_record(Conditions(), members["conditions"])),
        biometrics=biometrics,
        number=None if number is None else require_number(number),
    )


_Record = App | Biometrics | Conditions | IosNotifications | AndroidNotifications


def _hyphenate(field: str) -> str:
    return field.replace("_", "-")


def _get(settings: Settings, name: str) -> object:
    if name == _PERMISSION[settings.platform]:
        return settings.app.permission is Permission.ALLOWED
    for record in (settings.notifications, settings.conditions):
        if name in map(_hyphenate, record._fields):
            found: object = getattr(record, name.replace("-", "_"))
            return found
    raise MessageError("this phone has no setting of that name")


def _format_record(record: _Record) -> dict[str, object]:
    return {name: value.value if isinstance(value, enum.Enum) else value for name, value in record._asdict().items()}


def _parse_record(preset: _Record, value: object) -> dict[str, Any]:
    """Return the members of a record, each of the type that its preset has."""
    expected = preset._asdict()
    if type(value) is not dict or value.keys() != expected.keys():
        raise MessageError("a part of the settings has exactly its members")
    return {name: _parse_value(expected[name], value[name]) for name in expected}


def _parse_value(preset: object, value: object) -> object:
    if isinstance(preset, enum.Enum):
        return _parse_enum(type(preset), value)
    if isinstance(preset, bool):
        if type(value) is not bool:
            raise MessageError("a switch is true or false")
        return value
    return require_integer(value)


def _parse_enum(kind: type[_Choice], value: object) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        raise MessageError("a setting has one of its values") from None
