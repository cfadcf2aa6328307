"""What a person sees of a push, given what the phone is set to and how it lies there; and what keeps it from more."""

import enum
from typing import Final, NamedTuple

from authsim.authenticator.app import Permission
from authsim.authenticator.settings import (
    AndroidNotifications,
    BannerStyle,
    Conditions,
    IosNotifications,
    Previews,
    Settings,
)

#: How long a banner that does not stay is seen, in seconds. The platforms do not say; people count about five.
BANNER_SECONDS: Final = 5


class Hindrance(enum.Enum):
    """What keeps a push from being seen, or from being seen at once and whole."""

    NOT_INSTALLED = "not_installed"
    RECOVERY = "recovery"
    AIRPLANE = "airplane"
    NO_INTERNET = "no_internet"
    NOT_ALLOWED = "not_allowed"
    DO_NOT_DISTURB = "do_not_disturb"
    INTERRUPTIONS_OFF = "interruptions_off"
    BANNERS_OFF = "banners_off"
    LOCK_SCREEN_OFF = "lock_screen_off"
    LIST_OFF = "list_off"
    PREVIEW_HIDDEN = "preview_hidden"
    BADGES_OFF = "badges_off"


class Sight(NamedTuple):
    """What a person sees of one push.

    `arrives` says whether it reaches the app at all. `banner` is None, or for how long it stays: a style. `in_list` is
    the list that is pulled down from the top edge. `sounds` says whether it makes itself heard. `hindrances` name
    everything that keeps it from more.
    """

    arrives: bool
    banner: BannerStyle | None = None
    on_lock_screen: bool = False
    in_list: bool = False
    shows_text: bool = False
    has_badge: bool = False
    sounds: bool = False
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def is_noticed(self) -> bool:
        """Say whether the person sees it without looking for it."""
        return self.banner is not None or self.on_lock_screen

    @property
    def is_nowhere(self) -> bool:
        """Say whether it cannot even be found by looking; the app itself still finds the request."""
        return not (self.is_noticed or self.in_list)


def see_push(settings: Settings) -> Sight:
    """Return what a person sees of a push that the portal sends now."""
    stopped = _stops(settings)
    if stopped is not None:
        return Sight(arrives=False, hindrances=(stopped,))
    if settings.app.permission is not Permission.ALLOWED:
        return Sight(arrives=True, hindrances=(Hindrance.NOT_ALLOWED,))
    notifications, conditions = settings.notifications, settings.conditions
    if isinstance(notifications, IosNotifications):
        return _see_on_ios(notifications, conditions)
    return _see_on_android(notifications, conditions)


def _stops(settings: Settings) -> Hindrance | None:
    if not settings.app.is_installed:
        return Hindrance.NOT_INSTALLED
    if settings.app.needs_recovery:
        return Hindrance.RECOVERY
    if settings.conditions.airplane:
        return Hindrance.AIRPLANE
    return None if settings.conditions.is_online else Hindrance.NO_INTERNET


def _see_on_ios(ios: IosNotifications, conditions: Conditions) -> Sight:
    is_quiet, is_locked = conditions.do_not_disturb, conditions.locked
    has_banner = ios.banners and not is_quiet and not is_locked
    on_lock_screen = ios.lock_screen and not is_quiet and is_locked
    shows_text = ios.show_previews is Previews.ALWAYS or (ios.show_previews is Previews.WHEN_UNLOCKED and not is_locked)
    found = {
        Hindrance.DO_NOT_DISTURB: is_quiet,
        Hindrance.BANNERS_OFF: not ios.banners and not is_locked,
        Hindrance.LOCK_SCREEN_OFF: not ios.lock_screen and is_locked,
        Hindrance.LIST_OFF: not ios.notification_center,
        Hindrance.PREVIEW_HIDDEN: not shows_text,
        Hindrance.BADGES_OFF: not ios.badges,
    }
    return Sight(
        arrives=True,
        banner=ios.banner_style if has_banner else None,
        on_lock_screen=on_lock_screen,
        in_list=ios.notification_center,
        shows_text=shows_text,
        has_badge=ios.badges,
        sounds=has_banner or on_lock_screen,
        hindrances=_true(found),
    )


def _see_on_android(android: AndroidNotifications, conditions: Conditions) -> Sight:
    is_quiet = conditions.do_not_disturb and not android.override_do_not_disturb
    interrupts = android.allow_interruptions and not is_quiet
    found = {
        Hindrance.DO_NOT_DISTURB: is_quiet,
        Hindrance.INTERRUPTIONS_OFF: not android.allow_interruptions,
        Hindrance.LOCK_SCREEN_OFF: not android.on_the_lock_screen and conditions.locked,
        Hindrance.BADGES_OFF: not android.allow_notification_dots,
    }
    return Sight(
        arrives=True,
        # Android's heads-up banner goes by itself; the article lists no style for it.
        banner=BannerStyle.TEMPORARY if interrupts and not conditions.locked else None,
        on_lock_screen=android.on_the_lock_screen and conditions.locked and not is_quiet,
        in_list=True,
        shows_text=True,
        has_badge=android.allow_notification_dots,
        sounds=interrupts,
        hindrances=_true(found),
    )


def _true(found: dict[Hindrance, bool]) -> tuple[Hindrance, ...]:
    return tuple(hindrance for hindrance, is_so in found.items() if is_so)
