"""A phone out of its box: made on the glass, switched on, and what it says to a wrong Passcode."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.authenticator.attempts import MOST_TRIES
from authsim.authenticator.device import Platform
from authsim.errors import Reason, RefusalError
from mobile_cli.ceremonies.inbox import Text
from mobile_cli.home import PhoneHome
from mobile_cli.phone.handset import Handset
from mobile_cli.phone.screens.lock import Restarted
from mobile_cli.phone.screens.springboard import Springboard
from tests.support.glass import Fingers, play
from tests.support.tiny_portal import Reply, TinyPortal
from tests.support.walking import ELEMENT, Walker


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_a_new_phone_is_made(tmp_path: Path, platform: str) -> None:
    """Platform, number and element are asked; then the home screen is there, without the app."""
    label = {"ios": "Choose a Passcode", "android": "Choose a PIN"}[platform]

    async def story(me: Fingers) -> None:
        await me.taps({"ios": "iPhone (iOS)", "android": "Android phone"}[platform])
        await me.types("Phone number", "+1 555-555-0199")
        await me.types(label, ELEMENT)
        await me.types("Repeat it", ELEMENT)
        await me.taps("Switch on")
        await me.sees("Camera", "Messages", "+15555550199")
        assert "IBKR Mobile" not in me.labels()

    play(tmp_path / "phone", story)
    summary = PhoneHome(str(tmp_path / "phone")).read_summary()
    assert summary is not None
    assert summary.platform is Platform(platform)


def test_what_does_not_make_a_phone(tmp_path: Path) -> None:
    """Two different Passcodes, one of three digits, and a number that is none are told, and nothing is made."""

    async def story(me: Fingers) -> None:
        for first, second, number, words in (
            ("2468", "2469", "", "not the same"),
            ("246", "246", "", "A Passcode has 4 to 6 digits."),
            ("2468", "2468", "fifteen", "plus sign"),
        ):
            await me.types("Phone number", number)
            await me.types("Choose a Passcode", first)
            await me.types("Repeat it", second)
            await me.taps("Switch on")
            await me.sees(words)
        assert not me.handset.is_made

    play(tmp_path / "phone", story)
    assert not (tmp_path / "phone" / "keystore.json").exists()


def test_a_wrong_passcode_after_a_restart(buys: Callable[..., Walker]) -> None:
    """It is told with the tries that are left, and what can be none costs no try; the fingers need no mouse."""
    walker = buys("phone")

    async def story(me: Fingers) -> None:
        await me.sees_screen(Restarted)
        for nothing in ("", "24"):
            me.forgets_what_was_said()
            await me.presses(*nothing, "enter")
            await me.sees("A Passcode has 4 to 6 digits.")
        await me.presses(*"1111", "enter")
        await me.sees(str(MOST_TRIES - 1))
        await me.presses(*ELEMENT, "enter")
        await me.sees_screen(Springboard)
        await me.presses("enter")
        await me.sees("Point the lens")
        await me.presses("escape")
        await me.sees_screen(Springboard)
        await me.clicks("Settings")
        await me.sees("Airplane mode")

    play(walker.folder, story)


def test_a_wiped_phone_is_not_played(buys: Callable[..., Walker]) -> None:
    """After eight wrong tries there is no phone to switch on; the refusal says so."""
    walker = buys("phone")

    async def story(me: Fingers) -> None:
        await me.sees_screen(Restarted)
        for _ in range(MOST_TRIES):
            await me.types_element("1111")
        await me.sees("wiped")

    play(walker.folder, story)
    with pytest.raises(RefusalError, match=Reason.PHONE_WIPED.value):
        play(walker.folder, story)


def test_switching_off(buys: Callable[..., Walker]) -> None:
    """The button and Ctrl-Q end it, and the key is forgotten."""
    walker = buys("phone")

    async def story(me: Fingers) -> None:
        await me.taps("Switch off")
        me.handset.switch_off()
        with pytest.raises(RefusalError, match=Reason.WRONG_PIN.value):
            _ = me.handset.dek

    walker.walks(story)


def test_a_portal_that_repeats_its_texts(buys: Callable[..., Walker]) -> None:
    """The glass takes a text once, however often a portal sends it, and keeps the newest fifty."""
    walker = buys("phone", number="+15555550141")
    body = json.dumps({"v": 1, "texts": [{"sequence": 7, "text": "[SIMULATION] once", "sent_ms": 0}]}).encode()
    with TinyPortal(others=lambda _: Reply(body)).serving() as portal:
        handset = Handset(walker.home, portal=portal.origin, clock=SystemClock(), entropy=SystemEntropy())

        assert [handset.read_texts() for _ in range(3)] == [1, 0, 0]
        assert [text.body for text in handset.texts] == ["[SIMULATION] once"]
        handset.texts = tuple(Text(sequence, "old", 0) for sequence in range(-50, 0))
        assert handset.read_texts() == 1
    assert len(handset.texts) == 50
    assert handset.texts[-1].sequence == 7
