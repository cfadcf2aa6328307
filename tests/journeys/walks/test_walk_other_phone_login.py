"""The article on logging in while IB Key is on another phone, followed to the letter with two phones side by side."""

from collections.abc import Callable

import pytest

from tests.support.glass import Fingers
from tests.support.portal import LivePortal, password_of
from tests.support.walking import ELEMENT, Walker

#: The article's labels, verbatim in both languages; the names of the two phones are the article's too.
WORDS = {
    ("ios", "en"): {
        "username": "Username",
        "password": "Password",
        "log_in": "Log In",
        "two_factor": "Two-Factor Authentication",
        "challenge": "Challenge code",
        "services": "Services",
        "menu": "More",
        "authenticate": "Authenticate",
        "generate": "Generate Response",
        "response": "Response String",
        "field": "Enter response code",
        "send": "Send",
        "app": "IBKR Mobile",
        "done": "Done",
        "in": "is logged in",
    },
    ("ios", "ja"): {
        "username": "ユーザー名",
        "password": "パスワード",
        "log_in": "ログイン",
        "two_factor": "二段階ログイン認証",
        "challenge": "チャレンジコード",
        "services": "サービス",
        "menu": "詳細",
        "authenticate": "認証",
        "generate": "パスコード作成",
        "response": "レスポンスストリング",
        "field": "レスポンス・コード入力",
        "send": "送信",
        "app": "IBKRモバイル",
        "done": "完了",
        "in": "としてログインしています",
    },
}
WORDS["android", "en"] = WORDS["ios", "en"] | {"menu": "Menu", "send": "Log In", "pin": "IBKR Mobile PIN"}
WORDS["android", "ja"] = WORDS["ios", "ja"] | {
    "menu": "メニュー",
    "send": "ログイン",
    "generate": "レスポンスを作成",
    "pin": "IBKRモバイルのPIN",
}


async def starts(trading: Fingers, words: dict[str, str], name: str) -> str:
    """Steps 1 and 2 on the trading device; returns the challenge code."""
    await trading.taps(words["app"])
    await trading.types(words["username"], name)
    await trading.types(words["password"], password_of(name))
    await trading.taps(words["log_in"])
    await trading.taps(words["two_factor"])
    await trading.sees(words["challenge"])
    return trading.code()


async def answers(authentication: Fingers, words: dict[str, str], platform: str, challenge: str) -> str:
    """Step 5 on the authentication device, from its Authenticate screen; returns the response string."""
    if platform == "android":
        await authentication.types(words["pin"], ELEMENT)
    await authentication.types(words["challenge"], challenge)
    await authentication.taps(words["generate"])
    if platform == "ios":
        await authentication.gives(ELEMENT)
    await authentication.sees(words["response"])
    return authentication.code()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("platform", ["ios", "android"])
def test_log_in_with_the_other_phone(
    portal: LivePortal, buys: Callable[..., Walker], platform: str, language: str
) -> None:
    """Steps 1 to 6, first by 4a (Services) and, logged in to the app there, once more by 4b (More, or Menu)."""
    words, name = WORDS[platform, language], f"two-{platform}-{language}"
    portal.adds(name)
    authentication = buys("authentication", platform=platform, language=language)
    trading = buys("trading", platform=platform, language=language)
    authentication.activates(name)

    async def on_trading(at: Fingers) -> None:
        challenge = await starts(at, words, name)

        async def on_authentication(here: Fingers) -> None:
            await here.taps(words["app"])
            await here.taps(words["services"])
            await here.taps(words["authenticate"])
            response = await answers(here, words, platform, challenge)
            await at.types(words["field"], response)
            await at.taps(words["send"])
            await at.sees(name, words["in"])
            # 4b: this phone is logged in to the app as well
            await here.taps(words["done"])
            await here.taps_back_to(words["log_in"])
            own = await starts_here(here, words, name)
            given = here.handset.answering.respond(name, own, here.typed(ELEMENT))
            await here.types(words["field"], given)
            await here.taps(words["send"])
            await here.sees(name, words["in"])
            await here.taps(words["menu"])
            await here.taps(words["authenticate"])
            await here.sees(words["challenge"])
            again = await answers(here, words, platform, "123456")
            assert len(again) == 8

        await authentication.walks_beside(on_authentication)

    trading.walks(on_trading)


async def starts_here(me: Fingers, words: dict[str, str], name: str) -> str:
    """Log in on the authentication device itself."""
    await me.types(words["username"], name)
    await me.types(words["password"], password_of(name))
    await me.taps(words["log_in"])
    await me.taps(words["two_factor"])
    await me.sees(words["challenge"])
    return me.code()


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_a_mistyped_challenge_and_a_wrong_response(
    portal: LivePortal, buys: Callable[..., Walker], platform: str
) -> None:
    """A challenge of five digits is noticed before the element is asked; a wrong response ends the login in words."""
    words, name = WORDS[platform, "en"], f"wrong-{platform}"
    portal.adds(name)
    authentication = buys("authentication", platform=platform)
    trading = buys("trading", platform=platform)
    authentication.activates(name)

    async def on_authentication(here: Fingers) -> None:
        await here.taps(words["app"])
        await here.taps(words["services"])
        await here.taps(words["authenticate"])
        if platform == "android":
            await here.types(words["pin"], ELEMENT)
        await here.types(words["challenge"], "12345")
        await here.taps(words["generate"])
        await here.sees("challenge code")

    async def on_trading(at: Fingers) -> None:
        await starts(at, words, name)
        await at.types(words["field"], "00000000")
        await at.taps(words["send"])
        await at.sees("Authentication failed")

    authentication.walks(on_authentication)
    trading.walks(on_trading)


def test_migrate_by_mistake(portal: LivePortal, buys: Callable[..., Walker]) -> None:
    """The other choice beside Two-Factor Authentication says first what it costs the old phone."""
    words = WORDS["ios", "en"]
    portal.adds("mistake")
    old, trading = buys("old"), buys("trading")
    old.activates("mistake")

    async def on_trading(at: Fingers) -> None:
        await at.taps(words["app"])
        await at.types(words["username"], "mistake")
        await at.types(words["password"], password_of("mistake"))
        await at.taps(words["log_in"])
        await at.taps("Migrate IB Key")
        await at.sees("stops working on the old phone")
        await at.taps("Back")

    trading.walks(on_trading)
    assert old.users == ["mistake"]
