"""The article on the trading device, step by step on both platforms and in both languages, with a real phone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.browser_chromium import POCKET, Screen
from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of

LABELS: dict[str, dict[str, Any]] = {
    "en": {
        "platform": {"ios": "iOS", "android": "Android"},
        "username": "Username",
        "password": "Password",
        "log in": "Log In",
        "two-factor": "Two-Factor Authentication",
        "migrate": "Migrate IB Key",
        "challenge": "Challenge code",
        "response": "Enter response code",
        "send": {"ios": "Send", "android": "Log In"},
        "inside": "You are logged in as {name}.",
        "log out": "Log Out",
        "failed": "Authentication failed",
        "consequence": "the old phone stops answering for this user at once, and says so;",
    },
    "ja": {
        "platform": {"ios": "iOS", "android": "Android"},
        "username": "ユーザー名",
        "password": "パスワード",
        "log in": "ログイン",
        "two-factor": "二段階ログイン認証",
        "migrate": "IB Keyの移行",
        "challenge": "チャレンジコード",
        "response": "レスポンス・コード入力",
        "send": {"ios": "送信", "android": "ログイン"},
        "inside": "{name} としてログインしました。",
        "log out": "ログアウト",
        "failed": "認証に失敗しました",
        "consequence": "古いスマートフォンは、このユーザーにすぐ応答しなくなり、その旨を表示します。",
    },
}


@pytest.fixture
def enrolled(portal: LivePortal, sells: Callable[..., Phone]) -> Callable[..., Phone]:
    """`enrolled("alice", platform="android")` is the authentication device of a new user of that name."""

    def enrol(name: str, **more: str) -> Phone:
        uri = portal.adds(name, activation=True)[name]["activation"]
        phone = sells(name, **more).is_made()
        phone.activates(uri)
        return phone

    return enrol


def logs_in(screen: Screen, name: str, platform: str) -> None:
    """Choose the platform, enter the credentials, tap Log In."""
    words, page = LABELS[screen.language], screen.page
    screen.opens("/mobile")
    with page.expect_navigation():
        page.get_by_role("link", name=words["platform"][platform], exact=True).click()
    page.locator(f".phone.{platform}").wait_for()
    page.get_by_label(words["username"], exact=True).fill(name)
    page.get_by_label(words["password"], exact=True).fill(password_of(name))
    page.get_by_role("button", name=words["log in"], exact=True).click()


def shows_challenge(screen: Screen) -> str:
    """Tap Two-Factor Authentication and read the challenge code."""
    words, page = LABELS[screen.language], screen.page
    page.get_by_role("link", name=words["two-factor"]).click()
    page.get_by_role("heading", name=words["challenge"], exact=True).wait_for()
    return page.locator(".trading-challenge").inner_text()


def sends(screen: Screen, response: str, platform: str) -> None:
    """Enter the response code and tap the button as the platform names it."""
    words, page = LABELS[screen.language], screen.page
    page.get_by_label(words["response"], exact=True).fill(response)
    page.get_by_role("button", name=words["send"][platform], exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_login_on_another_device(
    window: Callable[..., Screen], enrolled: Callable[..., Phone], platform: str, language: str, script: bool
) -> None:
    """Log In, Two-Factor Authentication, challenge, response string, Send or Log In: in that order, by those labels."""
    name = f"trader-{platform}-{language}-{script}".lower()
    phone = enrolled(name, platform=platform)
    screen = window(language=language, script=script, viewport=POCKET)
    words, page = LABELS[language], screen.page
    logs_in(screen, name, platform)
    sends(screen, phone.responds(shows_challenge(screen)), platform)
    page.get_by_text(words["inside"].format(name=name)).wait_for()
    page.get_by_role("button", name=words["log out"], exact=True).click()
    page.get_by_label(words["password"], exact=True).wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_wrong_response(
    window: Callable[..., Screen], enrolled: Callable[..., Phone], platform: str, language: str
) -> None:
    """A response of another phone's is refused with the known sentence, and the credentials are asked again."""
    name = f"wrong-{platform}-{language}"
    phone = enrolled(name, platform=platform)
    screen = window(language=language)
    logs_in(screen, name, platform)
    right = phone.responds(shows_challenge(screen))
    sends(screen, f"{(int(right) + 1) % 10**8:08}", platform)
    screen.page.locator(".xyz-errormessage").wait_for()
    assert screen.error == LABELS[language]["failed"]
    screen.page.get_by_label(LABELS[language]["password"], exact=True).wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_migrate(window: Callable[..., Screen], enrolled: Callable[..., Phone], platform: str, language: str) -> None:
    """The other choice names its consequence, asks once more, and says what to do on the new phone; nothing moves."""
    name = f"mover-{platform}-{language}"
    phone = enrolled(name, platform=platform)
    screen = window(language=language)
    words, page = LABELS[language], screen.page
    logs_in(screen, name, platform)
    page.get_by_role("link", name=words["migrate"]).click()
    page.get_by_text(words["consequence"]).wait_for()
    page.get_by_role("link", name=words["migrate"], exact=True).click()
    page.get_by_text(f"migrate {name}").wait_for()
    for _ in range(2):
        with page.expect_navigation():
            page.locator(".screen-back").click()
    sends(screen, phone.responds(shows_challenge(screen)), platform)
    page.get_by_text(words["inside"].format(name=name)).wait_for()
    assert name in phone.does("users")


def test_a_phone_is_all_screen(window: Callable[..., Screen]) -> None:
    """On a telephone no second telephone is drawn: the screen is as wide as the window, and the banner stays."""
    screen = window(viewport=POCKET)
    screen.opens("/mobile")
    box = screen.page.locator(".phone").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, POCKET["width"])
    assert not screen.page.locator(".phone-bar").is_visible()
    assert screen.page.locator(".simulation").is_visible()
