"""The article on activating with the QR code from the portal, followed to the letter on a phone out of its box."""

from collections.abc import Callable

import pytest

from tests.support.browser_plain import Visitor
from tests.support.glass import Fingers
from tests.support.portal import LivePortal, password_of
from tests.support.walking import ELEMENT, Walker

SEED_SENTENCE = {
    "en": "An error has occurred. Please try again.",
    "ja": "エラーが発生しました。もう一度お試しください。",
}
WORDS = {
    "en": {
        "camera": "Camera",
        "field": "authsim://",
        "point": "Point at the code",
        "site": 'Open "authsim.example" in the browser',
        "go": "App Store",
        "get": "GET",
        "wait": "Do not launch the app",
        "back": "Back",
        "app": 'Open in "IBKR Mobile"',
        "allow": "Allow",
        "activate": "Activate",
        "active": "IB Key is active for",
        "done": "Done",
        "lens": "Switch lens",
        "front": "Switch to the rear lens",
        "settings": "Settings",
        "camera_settings": "Camera",
        "scan": "Scan QR codes",
        "off": "off in the Camera settings",
        "open": "Open",
        "early": "You opened the app before the second scan",
        "close": "Close",
    },
    "ja": {
        "camera": "カメラ",
        "field": "authsim://",
        "point": "コードに向ける",
        "site": "ブラウザで「authsim.example」を開く",
        "go": "App Store",
        "get": "入手",
        "wait": "アプリは起動せず",
        "back": "戻る",
        "app": "「IBKRモバイル」で開く",
        "allow": "許可",
        "activate": "有効化",
        "active": "IB Keyがこの電話機で有効になりました",
        "done": "完了",
        "lens": "レンズを切り替える",
        "front": "背面レンズに切り替えてください",
        "settings": "設定",
        "camera_settings": "カメラ",
        "scan": "QRコードをスキャン",
        "off": "オフになっています",
        "open": "開く",
        "early": "2回目の読み取りの前にアプリを開きました",
        "close": "閉じる",
    },
}


ANDROID = {
    "en": {"go": "Google Play", "get": "Install"},
    "ja": {"go": "Google Play", "get": "インストール"},
}


async def points(me: Fingers, words: dict[str, str], code: str) -> None:
    """Step 3: point the lens towards the code; nothing is photographed."""
    await me.types(words["field"], code)
    await me.taps(words["point"])


async def gets_the_app(me: Fingers, words: dict[str, str], code: str) -> None:
    """Steps 2 to 6 where the app is missing: the camera, the banner, the web site, the store."""
    await me.taps(words["camera"])
    await points(me, words, code)
    await me.taps(words["site"])
    await me.taps(words["go"])
    await me.taps(words["get"])


async def moves_scan_switch(me: Fingers, words: dict[str, str]) -> None:
    """Figure 12: the switch in the Camera settings, from the home screen and back to it."""
    await me.taps(words["settings"])
    await me.taps(words["camera_settings"])
    await me.taps(words["scan"])
    await me.taps(words["back"])
    await me.taps(words["back"])


async def activates(me: Fingers, words: dict[str, str], code: str, *, allow: bool = False) -> None:
    """Steps 8 to 10, the camera being open: the banner, Allow where it is asked, the security element."""
    await points(me, words, code)
    await me.taps(words["app"])
    if allow:
        await me.taps(words["allow"])
    await me.taps(words["activate"])
    await me.gives(ELEMENT)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_activate_by_qr_without_the_app(
    portal: LivePortal, buys: Callable[..., Walker], platform: str, language: str
) -> None:
    """Steps 1 to 11, by the branch of figure 4.1: web site, store, GET, not launched, scanned again, Allow, Done.

    Android has the words of its own store.
    """
    name, words = f"box-{platform}-{language}", WORDS[language] | (ANDROID[language] if platform == "android" else {})
    portal.adds(name, phone="+15555550121")
    code = portal.activation_uri(name)
    walker = buys("box", platform=platform, language=language, number="+15555550121", has_app=False)

    async def article(me: Fingers) -> None:
        await gets_the_app(me, words, code)
        await me.sees(words["wait"])
        await me.taps(words["back"])
        await activates(me, words, code, allow=True)
        await me.sees(words["active"], name)
        await me.taps(words["done"])

    walker.walks(article)
    assert walker.users == [name]
    assert walker.home.settings.read().app.permission.value == "allowed"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_activate_by_qr_with_the_app(portal: LivePortal, buys: Callable[..., Walker], language: str) -> None:
    """The branch of figure 4.2 with the helps of figures 12 and 13: lens and camera switch wrong first, then right."""
    name, words = f"has-{language}", WORDS[language]
    portal.adds(name, phone="+15555550122")
    code = portal.activation_uri(name)
    walker = buys("has", language=language, number="+15555550122")

    async def article(me: Fingers) -> None:
        await moves_scan_switch(me, words)
        await me.taps(words["camera"])
        await me.taps(words["lens"])
        await points(me, words, code)
        await me.sees(words["front"])
        await me.taps(words["lens"])
        await points(me, words, code)
        await me.sees(words["off"])
        await me.taps(words["back"])
        await moves_scan_switch(me, words)
        await me.taps(words["camera"])
        await activates(me, words, code)
        await me.sees(words["active"], name)

    walker.walks(article)
    assert walker.users == [name]


def test_an_app_that_was_opened_too_early(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """Step 7 not followed: the app says what was missed, and the second scan still activates."""
    words = WORDS["en"]
    portal.adds("early", phone="+15555550123")
    code = portal.activation_uri("early")
    walker = buys("early", number="+15555550123", has_app=False)

    async def article(me: Fingers) -> None:
        await gets_the_app(me, words, code)
        await me.taps(words["open"])
        await me.taps(words["allow"])
        await me.sees(words["early"])
        await me.taps(words["close"])
        await me.taps(words["camera"])
        await activates(me, words, code)
        await me.sees(words["active"], "early")

    walker.walks(article)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_two_causes_of_the_error(portal: LivePortal, buys: Callable[..., Walker], language: str) -> None:
    """A code that was used, and a user who is active already, give the same sentence; a fresh login tells which."""
    words, name = WORDS[language], f"twice-{language}"
    portal.adds(name, phone="+15555550124")
    code = portal.activation_uri(name)
    first = buys("first", language=language, number="+15555550124")
    second = buys("second", language=language, number="+15555550124")

    async def succeeds(me: Fingers) -> None:
        await me.taps(words["camera"])
        await activates(me, words, code)
        await me.sees(words["active"], name)

    async def fails(me: Fingers) -> None:
        await me.taps(words["camera"])
        await activates(me, words, code)
        await me.sees(SEED_SENTENCE[language])

    first.walks(succeeds)
    second.walks(fails)
    assert second.users == []
    page = Visitor(portal.address, is_patient=True).types_password(name, password_of(name))
    assert page.all(cls="xyzblock-notification"), "a push after the credentials: it is active already"
