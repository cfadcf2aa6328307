"""What a person sees of a push: each switch and each condition has its effect."""

import pytest

from authsim.authenticator.app import App, Permission, Stage
from authsim.authenticator.device import Platform
from authsim.authenticator.settings import BannerStyle, Settings, preset, with_value
from authsim.authenticator.sight import Hindrance, Sight, see_push

IOS, ANDROID = preset(Platform.IOS), preset(Platform.ANDROID)
PLAIN_IOS = Sight(
    arrives=True,
    banner=BannerStyle.PERSISTENT,
    on_lock_screen=False,
    in_list=True,
    shows_text=True,
    has_badge=True,
    sounds=True,
)
PLAIN_ANDROID = PLAIN_IOS._replace(banner=BannerStyle.TEMPORARY)
LOCKED_IOS = PLAIN_IOS._replace(banner=None, on_lock_screen=True)
LOCKED_ANDROID = PLAIN_ANDROID._replace(banner=None, on_lock_screen=True)


def under(settings: Settings, *switches: str) -> Settings:
    """Return the settings with each `name=value` set."""
    for switch in switches:
        name, _, value = switch.partition("=")
        settings = with_value(settings, name, value)
    return settings


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ((), PLAIN_IOS),
        (("locked=on",), LOCKED_IOS),
        (("internet=mobile-data",), PLAIN_IOS),
        (("banner-style=temporary",), PLAIN_IOS._replace(banner=BannerStyle.TEMPORARY)),
        (
            ("banners=off",),
            PLAIN_IOS._replace(banner=None, sounds=False, hindrances=(Hindrance.BANNERS_OFF,)),
        ),
        (("banners=off", "locked=on"), LOCKED_IOS),
        (
            ("lock-screen=off", "locked=on"),
            LOCKED_IOS._replace(on_lock_screen=False, sounds=False, hindrances=(Hindrance.LOCK_SCREEN_OFF,)),
        ),
        (("lock-screen=off",), PLAIN_IOS),
        (("notification-center=off",), PLAIN_IOS._replace(in_list=False, hindrances=(Hindrance.LIST_OFF,))),
        (("badges=off",), PLAIN_IOS._replace(has_badge=False, hindrances=(Hindrance.BADGES_OFF,))),
        (("show-previews=when-unlocked",), PLAIN_IOS),
        (
            ("show-previews=when-unlocked", "locked=on"),
            LOCKED_IOS._replace(shows_text=False, hindrances=(Hindrance.PREVIEW_HIDDEN,)),
        ),
        (("show-previews=never",), PLAIN_IOS._replace(shows_text=False, hindrances=(Hindrance.PREVIEW_HIDDEN,))),
        (
            ("do-not-disturb=on",),
            PLAIN_IOS._replace(banner=None, sounds=False, hindrances=(Hindrance.DO_NOT_DISTURB,)),
        ),
        (
            ("do-not-disturb=on", "locked=on"),
            LOCKED_IOS._replace(on_lock_screen=False, sounds=False, hindrances=(Hindrance.DO_NOT_DISTURB,)),
        ),
    ],
)
def test_ios(switches: tuple[str, ...], expected: Sight) -> None:
    """Banner when unlocked, lock screen when locked, Notification Center, preview, badge, Do Not Disturb."""
    assert see_push(under(IOS, *switches)) == expected


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ((), PLAIN_ANDROID),
        (("locked=on",), LOCKED_ANDROID),
        (
            ("allow-interruptions=off",),
            PLAIN_ANDROID._replace(banner=None, sounds=False, hindrances=(Hindrance.INTERRUPTIONS_OFF,)),
        ),
        (
            ("allow-interruptions=off", "locked=on"),
            LOCKED_ANDROID._replace(sounds=False, hindrances=(Hindrance.INTERRUPTIONS_OFF,)),
        ),
        (("on-the-lock-screen=off",), PLAIN_ANDROID),
        (
            ("on-the-lock-screen=off", "locked=on"),
            LOCKED_ANDROID._replace(on_lock_screen=False, hindrances=(Hindrance.LOCK_SCREEN_OFF,)),
        ),
        (
            ("allow-notification-dots=off",),
            PLAIN_ANDROID._replace(has_badge=False, hindrances=(Hindrance.BADGES_OFF,)),
        ),
        (
            ("do-not-disturb=on",),
            PLAIN_ANDROID._replace(banner=None, sounds=False, hindrances=(Hindrance.DO_NOT_DISTURB,)),
        ),
        (
            ("do-not-disturb=on", "locked=on"),
            LOCKED_ANDROID._replace(on_lock_screen=False, sounds=False, hindrances=(Hindrance.DO_NOT_DISTURB,)),
        ),
        (("do-not-disturb=on", "override-do-not-disturb=on"), PLAIN_ANDROID),
        (("do-not-disturb=on", "override-do-not-disturb=on", "locked=on"), LOCKED_ANDROID),
    ],
)
def test_android(switches: tuple[str, ...], expected: Sight) -> None:
    """Heads-up banner, lock screen, dots, interruptions, and what overrides Do Not Disturb."""
    assert see_push(under(ANDROID, *switches)) == expected


@pytest.mark.parametrize("settings", [IOS, ANDROID])
@pytest.mark.parametrize(
    ("change", "hindrance"),
    [
        (lambda before: before._replace(app=App(Stage.ABSENT)), Hindrance.NOT_INSTALLED),
        (lambda before: before._replace(app=App(Stage.REMOVED)), Hindrance.NOT_INSTALLED),
        (lambda before: before._replace(app=App(Stage.RECOVERY)), Hindrance.RECOVERY),
        (lambda before: under(before, "airplane=on"), Hindrance.AIRPLANE),
        (lambda before: under(before, "internet=off"), Hindrance.NO_INTERNET),
    ],
)
def test_what_never_arrives(settings: Settings, change: object, hindrance: Hindrance) -> None:
    """Without app, keys or connection nothing reaches the phone, and the one cause is named."""
    assert callable(change)
    seen = see_push(change(settings))

    assert seen == Sight(arrives=False, hindrances=(hindrance,))
    assert seen.is_nowhere


@pytest.mark.parametrize("settings", [IOS, ANDROID])
@pytest.mark.parametrize("permission", [Permission.REFUSED, Permission.NOT_ASKED])
def test_without_permission_nothing_is_shown(settings: Settings, permission: Permission) -> None:
    """It arrives, and is seen nowhere outside the app."""
    seen = see_push(settings._replace(app=App(permission=permission)))

    assert seen == Sight(arrives=True, hindrances=(Hindrance.NOT_ALLOWED,))
    assert seen.is_nowhere
    assert not seen.is_noticed


def test_where_a_push_is_found() -> None:
    """Noticed by itself, only in the list that is pulled down, or nowhere."""
    noticed, listed = see_push(IOS), see_push(under(IOS, "do-not-disturb=on"))
    nowhere = see_push(under(IOS, "do-not-disturb=on", "notification-center=off"))

    assert noticed.is_noticed
    assert see_push(under(IOS, "locked=on")).is_noticed
    assert not listed.is_noticed
    assert not listed.is_nowhere
    assert nowhere.is_nowhere
