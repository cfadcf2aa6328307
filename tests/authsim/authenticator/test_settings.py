"""What a phone is set to: the article's switches, their values, and the file."""

import json
from typing import Any

import pytest

from authsim.authenticator.app import App, Permission, Stage
from authsim.authenticator.biometrics import Biometrics, Biometry
from authsim.authenticator.device import Platform
from authsim.authenticator.settings import (
    BannerStyle,
    Conditions,
    Internet,
    IosNotifications,
    Previews,
    Settings,
    condition_switches,
    format_settings,
    get_value,
    list_values,
    notification_switches,
    parse_settings,
    preset,
    require_number,
    with_value,
)
from authsim.errors import MessageError, Reason, RefusalError

IOS, ANDROID = preset(Platform.IOS), preset(Platform.ANDROID)
BOTH = [pytest.param(IOS, id="ios"), pytest.param(ANDROID, id="android")]
EVERY_SWITCH = [
    pytest.param(settings, name, id=f"{settings.platform.value}-{name}")
    for settings in (IOS, ANDROID)
    for name in (*notification_switches(settings.platform), *condition_switches())
]


def test_ios_lists_the_articles_switches() -> None:
    """In its order, preset as it recommends."""
    assert [(name, get_value(IOS, name)) for name in notification_switches(Platform.IOS)] == [
        ("allow-notifications", "on"),
        ("lock-screen", "on"),
        ("notification-center", "on"),
        ("banners", "on"),
        ("banner-style", "persistent"),
        ("badges", "on"),
        ("show-previews", "always"),
    ]


def test_android_lists_the_articles_switches() -> None:
    """In its order, preset as it recommends; overriding Do Not Disturb is a matter of taste."""
    assert [(name, get_value(ANDROID, name)) for name in notification_switches(Platform.ANDROID)] == [
        ("app-notifications", "on"),
        ("allow-notification-dots", "on"),
        ("allow-interruptions", "on"),
        ("on-the-lock-screen", "on"),
        ("override-do-not-disturb", "off"),
    ]


@pytest.mark.parametrize("settings", BOTH)
def test_a_phone_of_which_nothing_is_known_just_works(settings: Settings) -> None:
    """The app is there and allowed, the screen is on, the phone is connected."""
    assert settings.app == App(Stage.OPENED, Permission.ALLOWED)
    assert settings.conditions == Conditions()
    assert settings.conditions.is_online
    assert settings.number is None


@pytest.mark.parametrize(("settings", "name"), EVERY_SWITCH)
def test_every_switch_takes_each_of_its_values(settings: Settings, name: str) -> None:
    """What is set is what stands there, in the file too; nothing else moves."""
    for value in list_values(settings, name):
        changed = with_value(settings, name, value)
        assert get_value(changed, name) == value
        assert parse_settings(format_settings(changed)) == changed
        assert with_value(changed, name, get_value(settings, name)) == settings


@pytest.mark.parametrize(("settings", "name"), EVERY_SWITCH)
def test_a_switch_takes_no_other_value(settings: Settings, name: str) -> None:
    """The sentence names those that there are."""
    with pytest.raises(MessageError, match=f"{name} is one of {list_values(settings, name)[0]}, "):
        with_value(settings, name, "sideways")


@pytest.mark.parametrize(
    ("settings", "name"), [(IOS, "allow-interruptions"), (ANDROID, "banners"), (IOS, "app-notifications"), (IOS, "")]
)
def test_a_switch_of_the_other_platform_is_not_there(settings: Settings, name: str) -> None:
    """Each platform has its own list."""
    with pytest.raises(MessageError, match="no setting of that name"):
        get_value(settings, name)


def test_an_app_that_is_not_there_is_not_listed() -> None:
    """Its permission cannot be given."""
    with pytest.raises(RefusalError) as refused:
        with_value(IOS._replace(app=App(Stage.ABSENT)), "allow-notifications", "on")

    assert refused.value.reason is Reason.APP_NOT_INSTALLED


@pytest.mark.parametrize(
    ("conditions", "is_online"),
    [
        (Conditions(internet=Internet.MOBILE_DATA), True),
        (Conditions(internet=Internet.OFF), False),
        (Conditions(airplane=True), False),
        (Conditions(locked=True, do_not_disturb=True), True),
    ],
)
def test_what_cuts_a_phone_off(conditions: Conditions, is_online: bool) -> None:
    """Airplane mode, or neither Wi-Fi nor mobile data."""
    assert conditions.is_online is is_online


@pytest.mark.parametrize("typed", ["+15555550142", "+1 555-555-0142", "+1 (555) 555-0142"])
def test_a_number_is_kept_plain(typed: str) -> None:
    """Blanks, hyphens and brackets are how people write it."""
    assert require_number(typed) == "+15555550142"


@pytest.mark.parametrize("typed", ["", "5555550142", "+123456", "+1234567890123456", "+1555555x142", None, 15555550142])
def test_what_is_no_number_is_refused(typed: object) -> None:
    """A plus sign and digits."""
    with pytest.raises(MessageError):
        require_number(typed)


FULL = Settings(
    notifications=IosNotifications(banner_style=BannerStyle.TEMPORARY, show_previews=Previews.NEVER),
    app=App(Stage.RECOVERY, Permission.REFUSED),
    conditions=Conditions(locked=True, internet=Internet.MOBILE_DATA),
    biometrics=Biometrics(Biometry.TOUCH_ID, misses=3),
    number="+15555550142",
)


@pytest.mark.parametrize("settings", [*BOTH, pytest.param(FULL, id="full")])
def test_the_file_says_it_all(settings: Settings) -> None:
    """What is written is read again, as one way of spelling."""
    file = format_settings(settings)

    assert parse_settings(file) == settings
    assert format_settings(parse_settings(file)) == file
    assert file.endswith(b"}\n")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("v",), 2),
        (("v",), "1"),
        (("platform",), "windows"),
        (("platform",), "android"),
        (("surplus",), 1),
        (("app",), []),
        (("app", "stage"), "lost"),
        (("app", "stage"), ["opened"]),
        (("biometrics", "kind"), None),
        (("biometrics", "misses"), 6),
        (("biometrics", "misses"), -1),
        (("biometrics", "misses"), True),
        (("conditions", "locked"), 1),
        (("conditions", "internet"), "dial-up"),
        (("notifications", "badges"), "on"),
        (("notifications", "dots"), True),
        (("number",), "nobody"),
    ],
)
def test_a_damaged_file_is_refused(path: tuple[str, ...], value: object) -> None:
    """Exact members, exact types."""
    members: dict[str, Any] = json.loads(format_settings(FULL))
    place = members
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(MessageError):
        parse_settings(json.dumps(members).encode())


@pytest.mark.parametrize("file", [b"", b"{}", b"[]", b"\xff", b'{"v":1}' + b" " * 5000])
def test_what_is_no_such_file_is_refused(file: bytes) -> None:
    """Cut, empty, foreign or monstrous."""
    with pytest.raises(MessageError):
        parse_settings(file)
