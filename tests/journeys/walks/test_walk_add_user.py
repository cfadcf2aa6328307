"""The article on adding another user to an active phone, followed to the letter; Android where it differs."""

from collections.abc import Callable

import pytest

from mobile_cli.phone.given import Given
from tests.support.glass import Fingers
from tests.support.portal import LivePortal, password_of
from tests.support.walking import ELEMENT, Walker

#: The article's labels, in the order in which they are tapped or filled.
WORDS = {
    ("ios", "en"): {
        "services": "Services",
        "authenticate": "Authenticate",
        "add": "Add User",
        "continue": "Continue",
        "username": "Username",
        "password": "Password",
        "code": "Activation Code",
        "activate": "Activate",
        "trust": "It is the same",
        "app": "IBKR Mobile",
        "done": "Done",
        "active": "IB Key is active for",
        "more": "More",
        "two_factor": "Two-Factor Authentication",
    },
    ("ios", "ja"): {
        "services": "サービス",
        "authenticate": "認証",
        "add": "ユーザーの追加",
        "continue": "続ける",
        "username": "ユーザー名",
        "password": "パスワード",
        "code": "アクティベーションコード",
        "activate": "有効化",
        "trust": "同じです",
        "app": "IBKRモバイル",
        "done": "完了",
        "active": "IB Keyがこの電話機で有効になりました",
        "more": "詳細",
        "two_factor": "二段階ログイン認証",
    },
}
WORDS["android", "en"] = WORDS["ios", "en"] | {
    "credentials": "Account Credentials",
    "continue_credentials": "Get Activation Code",
    "pin": "IBKR Mobile PIN",
    "more": "Menu",
}
WORDS["android", "ja"] = WORDS["ios", "ja"] | {
    "credentials": "口座のログイン情報",
    "continue_credentials": "アクティベーションコードを取得",
    "pin": "IBKRモバイルのPIN",
    "more": "メニュー",
}


async def enrols(me: Fingers, walker: Walker, words: dict[str, str], name: str, *, is_first: bool) -> None:
    """Steps 3 to 6: instructions, credentials, the texted code, the security element, Done."""
    before = walker.last_text()
    await me.taps(words["continue"])
    if walker.platform == "android":
        await me.taps(words["credentials"])
    await me.types(words["username"], name)
    await me.types(words["password"], password_of(name))
    await me.taps(words.get("continue_credentials", words["continue"]))
    if is_first:
        await me.taps(words["trust"])
        await me.types(words["password"], password_of(name))
        await me.taps(words.get("continue_credentials", words["continue"]))
    await me.sees(words["code"], "SMS")
    await me.types(words["code"], walker.reads_code(after=before))
    if walker.platform == "android":
        await me.types(words["pin"], ELEMENT)
        await me.taps(words["activate"])
    else:
        await me.taps(words["activate"])
        await me.gives(ELEMENT)
    await me.sees(words["active"], name)
    await me.taps(words["done"])


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_add_user(portal: LivePortal, buys: Callable[..., Walker], platform: str, language: str) -> None:
    """The requirement first (IB Key active on this phone), then path 1.a through Services for one user more."""
    names = [f"first-{platform}-{language}", f"second-{platform}-{language}"]
    number = {"ios": "+15555550111", "android": "+15555550112"}[platform]
    portal.adds(*names, phone=number)
    walker, words = buys("phone", platform=platform, language=language, number=number), WORDS[platform, language]

    async def article(me: Fingers) -> None:
        await me.taps(words["app"])
        await me.taps(words["services"])
        await me.taps(words["authenticate"])
        await me.taps(words["add"])
        await enrols(me, walker, words, names[0], is_first=True)
        await me.taps(words["services"])
        await me.taps(words["authenticate"])
        await me.taps(words["add"])
        await enrols(me, walker, words, names[1], is_first=False)

    walker.walks(article)
    assert walker.users == names


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_add_user_when_logged_in(portal: LivePortal, buys: Callable[..., Walker], platform: str) -> None:
    """Path 1.b: the app opens with the portfolio; More (Menu), Two-Factor Authentication, Add User."""
    names = [f"here-{platform}", f"there-{platform}"]
    number = {"ios": "+15555550113", "android": "+15555550114"}[platform]
    portal.adds(*names, phone=number)
    walker, words = buys("phone", platform=platform, number=number), WORDS[platform, "en"]

    async def article(me: Fingers) -> None:
        await me.taps(words["app"])
        await me.taps(words["services"])
        await me.taps(words["authenticate"])
        await me.taps(words["add"])
        await enrols(me, walker, words, names[0], is_first=True)
        await logs_in_here(me, walker, words, names[0])
        await me.taps(words["more"])
        await me.taps(words["two_factor"])
        await me.taps(words["add"])
        await enrols(me, walker, words, names[1], is_first=False)

    walker.walks(article)
    assert walker.users == names


async def logs_in_here(me: Fingers, walker: Walker, words: dict[str, str], name: str) -> None:
    """Log in to the app on this very phone, which answers its own challenge."""
    await me.types(words["username"], name)
    await me.types(words["password"], password_of(name))
    await me.taps("Log In")
    await me.taps(words["two_factor"])
    await me.sees("Challenge code")
    await me.types("Enter response code", me.handset.answering.respond(name, me.code(), Given(typed=ELEMENT)))
    await me.taps("Send" if walker.platform == "ios" else "Log In")
    await me.sees(f"{name} is logged in")
