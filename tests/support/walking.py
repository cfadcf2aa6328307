"""A person with a phone who follows an article, step by step, on the glass of the full-screen phone."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.authenticator.device import Phone, Platform
from authsim.authenticator.pin import PinPolicy
from authsim.secret import Secret
from mobile_cli.ceremonies.app import furnish
from mobile_cli.ceremonies.inbox import Text, read_texts
from mobile_cli.home import PhoneHome
from mobile_cli.phone.given import Given
from mobile_cli.phone.handset import Handset
from tests.support.child import LONGEST_S
from tests.support.glass import Fingers, play, play_beside
from tests.support.portal import LivePortal

ELEMENT = "2468"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """One person, one phone. `number` is the SIM card's."""

    folder: Path
    portal: LivePortal
    platform: str
    language: str
    number: str

    @property
    def home(self) -> PhoneHome:
        """The phone's folder."""
        return PhoneHome(str(self.folder))

    @property
    def users(self) -> list[str]:
        """Whom the phone answers for."""
        summary = self.home.read_summary()
        assert summary is not None
        return [user.label for user in summary.users]

    def walks(self, story: Callable[[Fingers], Awaitable[None]]) -> None:
        """Switch the phone on, unlock it, and follow the article."""

        async def whole(me: Fingers) -> None:
            await me.wakes(ELEMENT)
            await story(me)

        play(self.folder, whole, language=self.language, portal=self.portal.address)

    async def walks_beside(self, story: Callable[[Fingers], Awaitable[None]]) -> None:
        """The same while another phone's story is being told, in the same event loop."""

        async def whole(me: Fingers) -> None:
            await me.wakes(ELEMENT)
            await story(me)

        await play_beside(self.folder, whole, language=self.language, portal=self.portal.address)

    def activates(self, name: str) -> None:
        """Become this user's authentication device, by a code from the operator."""
        handset = Handset(self.home, portal=self.portal.address, clock=SystemClock(), entropy=SystemEntropy())
        handset.scanning.see(self.portal.activation_uri(name))
        assert handset.scanning.activate(Given(typed=ELEMENT)).account.label == name

    def reads_code(self, *, after: int = 0) -> str:
        """Wait for the next text to this phone's number; return the code in it."""
        return self._wait(after).code or ""

    def last_text(self) -> int:
        """The place of the newest text in the inbox."""
        texts = read_texts(self.home, self.portal.address, self.number)
        return texts[-1].sequence if texts else 0

    def _wait(self, after: int) -> Text:
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            texts = read_texts(self.home, self.portal.address, self.number, after=after, wait_s=2)
            if texts:
                return texts[-1]
        raise AssertionError(f"no text for {self.number}")


def make_walker(
    folder: Path, portal: LivePortal, *, platform: str, language: str, number: str, has_app: bool
) -> Walker:
    """Make the phone that somebody brings along; without the app, as it comes out of its box."""
    home, clock = PhoneHome(str(folder)), SystemClock()
    phone = Phone(platform=Platform(platform), pin_policy=PinPolicy.CLASSIC, created_ms=clock.now_ms())
    home.create(phone, pin=Secret(ELEMENT), entropy=SystemEntropy())
    furnish(home, has_app=has_app, number=number or None)
    return Walker(folder=folder, portal=portal, platform=platform, language=language, number=number)
