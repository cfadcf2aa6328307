"""On the glass more than a login is named by its effect, and asked for once more, before the security element."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.device import Account, Platform
from authsim.authenticator.respond import respond
from authsim.protocol.codes import Purpose
from authsim.protocol.push import APPROVE
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from mobile_cli.home import PhoneHome
from mobile_cli.phone.screens.authenticate import Authenticate
from mobile_cli.phone.screens.lock import Locked
from tests.support.glass import Fingers, play
from tests.support.notice_portal import NoticePortal
from tests.support.phones import make_account, make_phone
from tests.support.walking import ELEMENT

Story = Callable[[Fingers], Awaitable[None]]
REQUEST = "31" * 16


@pytest.fixture
def notices() -> Iterator[NoticePortal]:
    """A portal that asks to switch off secure login."""
    with NoticePortal().serving() as serving:
        serving.asks(REQUEST, purpose=3, op=b"\x07" * 32)
        yield serving


def plays(folder: Path, story: Story, account: Account, *, platform: Platform = Platform.IOS) -> None:
    """Follow a story on a phone of that account."""
    home = PhoneHome(str(folder / "phone"))
    home.create(make_phone(account, platform=platform), pin=Secret(ELEMENT), entropy=SystemEntropy())

    async def whole(me: Fingers) -> None:
        await me.wakes(ELEMENT)
        await story(me)

    play(folder / "phone", whole)


def test_a_request_is_approved_by_its_effect(tmp_path: Path, notices: NoticePortal) -> None:
    """The notification and the request say it; Cancel approves nothing, Yes leads to the element."""

    async def story(me: Fingers) -> None:
        await me.sees("Switch off secure login? A request for alice.")
        await me.taps("Switch off secure login? A request for alice.")
        await me.sees("Switch off secure login", "for alice")
        await me.taps("Approve")
        await me.sees("This is no login. Switch off secure login?")
        await me.taps("Cancel")
        assert notices.decisions == []
        await me.taps("Approve")
        await me.taps("Yes")
        await me.gives(ELEMENT)
        await me.sees("Approved.")

    plays(tmp_path, story, notices.account)
    assert notices.decisions == [(REQUEST, APPROVE)]


def test_a_request_that_comes_once_more_is_one(tmp_path: Path, notices: NoticePortal) -> None:
    """A phone that listens anew, for one more user, is told again what waits; it lies on the lock screen once."""

    async def story(me: Fingers) -> None:
        await me.sees("Switch off secure login? A request for alice.")
        me.handset.learn()
        await me.until(lambda: len(notices.resumed) == 2, "another stream")
        notices.asks("32" * 16)
        await me.until(lambda: me.handset.notices[-1].request.request_id == "32" * 16, "the next request")
        assert len(me.handset.notices) == 2
        await me.taps("Lock")
        await me.sees_screen(Locked)

    plays(tmp_path, story, notices.account)


def test_what_comes_when_the_phone_is_off_is_let_go(tmp_path: Path, notices: NoticePortal) -> None:
    """Whoever still listens then neither waits for the glass nor fails."""
    heard: list[Callable[[], object]] = []

    async def story(me: Fingers) -> None:
        await me.until(lambda: bool(me.handset.notices), "the request")
        tell, notice = me.handset._tell, me.handset.notices[0]
        assert tell is not None
        heard.append(lambda: tell(notice))

    plays(tmp_path, story, notices.account)
    heard[0]()


@pytest.mark.parametrize("platform", [Platform.IOS, Platform.ANDROID])
def test_a_typed_answer_says_what_it_is_for(tmp_path: Path, platform: Platform) -> None:
    """A classic challenge leaves it open: it is chosen beside it, Log in at first, and asked for by its effect."""
    alice = make_account()

    async def story(me: Fingers) -> None:
        me.app.push_screen(Authenticate())
        await me.sees("Challenge code")
        await me.until(lambda: me.app.screen.query_one("#purpose").value == Purpose.LOG_IN, "Log in")  # type: ignore[attr-defined]
        me.app.screen.query_one("#purpose").value = Purpose.CHANGE_CONTACT  # type: ignore[attr-defined]
        await answers(me, platform, "123456")
        await me.sees("This is no login. Change phone or password?")
        await me.taps("Yes")
        if platform is Platform.IOS:
            await me.gives(ELEMENT)
        await me.sees("Response String")
        assert me.code() == respond(alice, "123456", purpose=Purpose.CHANGE_CONTACT).text

    plays(tmp_path, story, alice, platform=platform)


def test_a_strict_challenge_says_it_itself(tmp_path: Path) -> None:
    """There is nothing to choose; what it carries is asked for."""
    alice = make_account(suite=STRICT10)

    async def story(me: Fingers) -> None:
        me.app.push_screen(Authenticate())
        await me.sees("Challenge code")
        assert not me.app.screen.query("#purpose")
        await answers(me, Platform.IOS, "3314159260")
        await me.sees("This is no login. Switch off secure login?")
        await me.taps("Yes")
        await me.gives(ELEMENT)
        await me.sees("Response String")
        assert me.code() == respond(alice, "3314159260").text

    plays(tmp_path, story, alice)


async def answers(me: Fingers, platform: Platform, challenge: str) -> None:
    """Fill in the form of the platform, and press its button."""
    if platform is Platform.ANDROID:
        await me.types("IBKR Mobile PIN", ELEMENT)
    await me.types("Challenge code", challenge)
    await me.taps("Generate Response")
