"""What is seen of a notification, in words: where it shows, and what keeps it from more with the command that helps."""

from typing import Final

from authsim.authenticator.device import Platform
from authsim.authenticator.sight import Hindrance, Sight
from mobile_cli.console import Console

# The switches that the platforms call differently.
_SWITCHES: Final = {
    Platform.IOS: {"permission": "allow-notifications", "lock_screen": "lock-screen", "badges": "badges"},
    Platform.ANDROID: {
        "permission": "app-notifications",
        "lock_screen": "on-the-lock-screen",
        "badges": "allow-notification-dots",
    },
}


def explain_sight(console: Console, sight: Sight) -> str:
    """Return the sentence that says where a notification shows."""
    if not sight.arrives:
        return console.say("sight_nothing")
    if sight.banner is not None:
        return console.say(f"sight_banner_{sight.banner.value}")
    if sight.on_lock_screen:
        return console.say("sight_lock_screen")
    return console.say("sight_list" if sight.in_list else "sight_app")


def explain_hindrance(console: Console, hindrance: Hindrance, platform: Platform) -> str:
    """Return the sentence that says what is in the way, and the command that helps."""
    return console.say(f"hindrance_{hindrance.value}", **_SWITCHES[platform])
