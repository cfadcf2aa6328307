"""The article on enabling notifications, followed to the letter, and what each switch does to the next login."""

from collections.abc import Callable

import pytest

from tests.support.browser_plain import Visitor
from tests.support.glass import Fingers
from tests.support.portal import LivePortal, password_of
from tests.support.walking import ELEMENT, Walker

#: The article's path and switches with the values it recommends, verbatim.
PATHS = {
    ("ios", "en"): ("Settings", "Notifications", "IBKR"),
    ("ios", "ja"): ("設定", "通知", "IBKR"),
    ("android", "en"): ("Settings", "Apps & notifications", "IBKR Mobile", "App notifications"),
    ("android", "ja"): ("設定", "アプリ & 通知", "IBKRモバイル", "アプリ通知"),
}
SWITCHES = {
    ("ios", "en"): (
        "Allow Notifications: On",
        "Lock Screen: On",
        "Notification Center: On",
        "Banners: On",
        "Banner style: Persistent",
        "Badges: On",
        "Show Previews: Always",
    ),
    ("ios", "ja"): (
        "通知を許可する: オン",
        "ロック画面: オン",
        "通知センター: オン",
        "バナー: オン",
        "バナースタイル: 固定",
        "バッジ: オン",
        "プレビューを表示: 常時",
    ),
    ("android", "en"): (
        "On: On",
        "Allow notification dots: On",
        "Allow interruptions: On",
        "On the lock screen: On",
        "Override Do Not Disturb: Off",
    ),
    ("android", "ja"): (
        "On: オン",
        "通知ドットを許可する: オン",
        "割り込みを許可する: オン",
        "ロック画面上: オン",
        "応答不可をオーバーライドする: オフ",
    ),
}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_enable_notifications(buys: Callable[..., Walker], platform: str, language: str) -> None:
    """From a phone on which the first switch is off: the path, then each switch as recommended."""
    walker = buys("phone", platform=platform, language=language)
    first = "allow-notifications" if platform == "ios" else "app-notifications"
    switches = SWITCHES[platform, language]

    async def article(me: Fingers) -> None:
        me.handset.switches.set_value(first, "off")
        for label in PATHS[platform, language]:
            await me.taps(label)
        await me.taps(switches[0].partition(":")[0])
        await me.sees(switches[0])
        assert [label for label in me.labels() if ":" in label] == list(switches)

    walker.walks(article)
    assert walker.home.settings.read().app.permission.value == "allowed"


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_tapping_the_notification_begins_the_authentication(
    portal: LivePortal, buys: Callable[..., Walker], platform: str
) -> None:
    """The purpose of it all: the banner comes after the credentials, a tap opens the request, the login goes on."""
    name = f"taps-{platform}"
    portal.adds(name)
    walker = buys("phone", platform=platform)
    walker.activates(name)

    async def article(me: Fingers) -> None:
        browser = Visitor(portal.address, is_patient=True)
        browser.types_password(name, password_of(name))
        await me.sees(f"Login request for {name}")
        await me.taps(f"Login request for {name}")
        await me.taps("Approve")
        await me.gives(ELEMENT)
        await me.sees("Approved")
        browser.get("/sso/SecondFactor")
        assert browser.press("/continue").has_succeeded

    walker.walks(article)


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [("banners", "off", "list"), ("allow-notifications", "off", "nowhere"), ("show-previews", "never", "hidden")],
)
def test_what_a_switch_costs(
    portal: LivePortal, buys: Callable[..., Walker], name: str, value: str, place: str
) -> None:
    """Without banners the request waits in the list; not allowed it is seen nowhere; without previews it says nothing.

    The app itself finds it in every case.
    """
    user = f"cost-{place}"
    portal.adds(user)
    walker = buys("phone")
    walker.activates(user)

    async def article(me: Fingers) -> None:
        me.handset.switches.set_value(name, value)
        portal.visitor().types_password(user, password_of(user))
        await me.until(lambda: bool(me.handset.notices), "the request to reach the phone")
        assert f"Login request for {user}" not in me.text
        if place == "hidden":
            await me.sees("Notification")
        await me.taps("Notification list")
        await me.sees(
            {"list": f"Login request for {user}", "nowhere": "No notifications", "hidden": "IBKR Mobile"}[place]
        )
        await me.taps("Back")
        await me.taps("IBKR Mobile")
        await me.taps("Services")
        await me.taps("Authenticate")
        await me.taps("Requests")
        await me.sees(f"Log in as {user}")

    walker.walks(article)


def test_the_lock_screen(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """A locked phone shows the notification on its lock screen, and a tap there begins the authentication."""
    portal.adds("locked-lena")
    walker = buys("phone")
    walker.activates("locked-lena")

    async def article(me: Fingers) -> None:
        await me.taps("Lock")
        await me.sees("No notifications")
        portal.visitor().types_password("locked-lena", password_of("locked-lena"))
        await me.sees("Login request for locked-lena")
        await me.taps("Login request for locked-lena")
        await me.taps("It wasn't me")
        await me.sees("Reported")

    walker.walks(article)
