"""The phone's Settings on the glass: every switch moves, is kept, and shows in the status bar."""

from collections.abc import Callable

import pytest

from authsim.authenticator.biometrics import MOST_LOOKS, Biometry
from tests.support.glass import Fingers
from tests.support.portal import LivePortal
from tests.support.walking import ELEMENT, Walker


def test_conditions(buys: Callable[..., Walker]) -> None:
    """Airplane mode, Internet and Do Not Disturb move through their values, and the status bar says which holds."""
    walker = buys("phone")

    async def story(me: Fingers) -> None:
        await me.sees("online")
        await me.taps("Settings")
        await me.taps("Do Not Disturb")
        await me.sees("Do Not Disturb: On", "do not disturb")
        await me.taps("Internet")
        await me.sees("Internet: Mobile data")
        await me.taps("Internet")
        await me.sees("Internet: Off", "no Internet")
        await me.taps("Airplane mode")
        await me.sees("Airplane mode: On", "airplane mode")

    walker.walks(story)
    kept = walker.home.settings.read().conditions
    assert (kept.airplane, kept.do_not_disturb, kept.is_online) == (True, True, False)


def test_the_store_and_the_settings_of_an_app_that_is_gone(buys: Callable[..., Walker]) -> None:
    """Removed, the app has neither an icon nor a page in Settings; installed again, both are back."""
    walker = buys("phone")

    async def story(me: Fingers) -> None:
        await me.taps("App Store")
        await me.taps("Remove the app")
        await me.sees("have to be recovered")
        await me.taps("Cancel")
        await me.taps("Remove the app")
        await me.taps("Yes")
        await me.sees("GET")
        await me.taps("Back")
        await me.until(lambda: "IBKR Mobile" not in me.labels(), "no icon")
        await me.taps("Settings")
        await me.taps("Notifications")
        assert "IBKR" not in me.labels()
        await me.taps_back_to("Camera")
        await me.taps_back_to("App Store")
        await me.taps("App Store")
        await me.taps("GET")
        await me.taps("Back")
        await me.until(lambda: "IBKR Mobile" in me.labels(), "the icon")

    walker.walks(story)


def test_each_page_is_named_after_the_row_that_led_there(buys: Callable[..., Walker]) -> None:
    """Android: the list of apps is called Apps & notifications, as in the article."""
    walker = buys("phone", platform="android")

    async def story(me: Fingers) -> None:
        await me.taps("Settings")
        await me.taps("Apps & notifications")
        await me.sees("Apps & notifications", "IBKR Mobile")

    walker.walks(story)


def test_face_id(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Set up with the Passcode it answers with a look; after five of somebody else only the Passcode opens."""
    walker = buys("phone")
    portal.adds("faye")
    walker.activates("faye")

    async def story(me: Fingers) -> None:
        await me.taps("Settings")
        await me.taps("Face ID & Passcode")
        await me.taps("○ Face ID")
        await me.gives(ELEMENT)
        await me.sees("● Face ID")
        await me.taps_back_to("App Store")
        await me.taps("IBKR Mobile")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.types("Challenge code", "123456")
        await me.taps("Generate Response")
        await me.taps("Look at the phone")
        await me.sees("Response String")
        await me.taps("Done")
        for left in reversed(range(MOST_LOOKS)):
            await me.types("Challenge code", "123456")
            await me.taps("Generate Response")
            await me.taps("Let somebody else try")
            await me.sees(str(left) if left else "Passcode")
        await me.taps("Generate Response")
        await me.gives(ELEMENT)
        await me.sees("Response String")

    walker.walks(story)
    assert walker.home.settings.read().biometrics.kind is Biometry.FACE_ID
    assert walker.home.settings.read().biometrics.misses == 0


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_without_a_user_there_is_nothing_to_authenticate(buys: Callable[..., Walker], platform: str) -> None:
    """The Authenticate screen says so and offers Add User."""
    walker = buys("phone", platform=platform)

    async def story(me: Fingers) -> None:
        await me.taps("IBKR Mobile")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.sees("not active for anybody")
        assert "Add User" in me.labels()
        assert "Generate Response" not in me.labels()

    walker.walks(story)


def test_clearing_the_data_asks_first(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Enter on the question, which stands on Cancel, costs nothing; Yes makes the app forget, and recovery is due."""
    walker = buys("phone", platform="android")
    portal.adds("clara")
    walker.activates("clara")

    async def story(me: Fingers) -> None:
        await me.taps("Settings")
        await me.taps("Clear the app's data")
        await me.sees("Clear the data of IBKR Mobile?")
        await me.presses("enter")
        await me.sees("Apps & notifications")
        assert not me.handset.settings.app.needs_recovery
        await me.taps("Clear the app's data")
        await me.taps("Yes")
        await me.sees("starts as if it were new")
        assert me.handset.settings.app.needs_recovery

    walker.walks(story)
