"""The full-screen phone under a test's fingers: taps what carries a label, types into what a label stands above.

Textual needs an event loop of its own, so a story runs in a thread of its own; what it waits for is looked at again and
again until it is there, for a bounded time.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input, RadioButton, Static

from authsim.adapters.system import SystemClock, SystemEntropy
from mobile_cli.home import PhoneHome
from mobile_cli.phone.app import PhoneApp
from mobile_cli.phone.frame import Glass
from mobile_cli.phone.given import Given
from mobile_cli.phone.handset import Handset
from tests.support.child import LONGEST_S

SIZE = (60, 34)


class Fingers:
    """Somebody who holds the phone, reads its glass, and taps."""

    def __init__(self, app: PhoneApp, pilot: Pilot[None]) -> None:
        self.app = app
        self._pilot = pilot

    @property
    def handset(self) -> Handset:
        """The phone behind the glass."""
        return self.app.handset

    @property
    def text(self) -> str:
        """All that stands on the glass, line by line."""
        return "\n".join(_text(widget) for widget in self.app.screen.query(Widget) if widget.display and _text(widget))

    async def until(self, what: Callable[[], bool], wanted: str) -> None:
        """Wait until something holds, for a bounded time."""
        end = time.monotonic() + LONGEST_S
        while not what():
            assert time.monotonic() < end, f"waited for {wanted!r}; the glass says:\n{self.text}"
            await asyncio.sleep(0.01)

    async def sees(self, *words: str) -> None:
        """Wait until all of it stands on the glass."""
        for word in words:
            await self.until(lambda word=word: word in self.text, word)  # type: ignore[misc]

    async def sees_screen(self, kind: type[Screen[None]]) -> None:
        """Wait until a screen of that kind is in front."""
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)

    async def taps(self, label: str) -> None:
        """Press the button that carries this label, once the phone is ready for it."""
        is_taken = False
        while not is_taken:
            await self.until(lambda: self._find(label) is not None, f"[{label}]")
            await self._quiet()
            found = self._find(label)
            if isinstance(found, Button):
                is_taken = await self._presses(found)
            elif isinstance(found, RadioButton):
                found.value = is_taken = True
        for _ in range(3):  # the screen tells the phone, the phone the next screen
            await self._pilot.pause(0.01)

    async def _presses(self, button: Button) -> bool:
        """Press a button; say whether its screen took it and began what is to be done, or laid another one out."""
        pressed = Button.Pressed(button)
        button.post_message(pressed)
        # Whoever takes it stops it, and does at once what it is for.
        await self.until(lambda: pressed._stop_propagation or not button.is_attached, f"[{_label(button)}] to be taken")
        return pressed._stop_propagation

    async def clicks(self, label: str) -> None:
        """Press it with the mouse."""
        await self.until(lambda: self._find(label) is not None, f"[{label}]")
        await self._quiet()
        await self._pilot.pause()
        found = self._find(label)
        assert found is not None
        found.scroll_visible(animate=False, immediate=True)
        await self._pilot.pause()
        await self._pilot.click(found)

    async def types(self, label: str, text: str) -> None:
        """Put text into the field that stands under this label, as a terminal pastes it."""
        await self.until(lambda: self._field(label) is not None, f"{label}: ____")
        await self._quiet()
        field = self._field(label)
        assert field is not None
        field.value = ""
        field.focus()
        field.post_message(events.Paste(text))
        await self.until(lambda: field.value == text, text)

    def forgets_what_was_said(self) -> None:
        """Empty the line for what happened, so that the same words said again are new ones."""
        screen = self.app.screen
        assert isinstance(screen, Glass)
        screen.tell("")

    async def presses(self, *keys: str) -> None:
        """Press keys, once the screen is laid out and knows where they go."""
        await self._pilot.pause(0)
        await self._pilot.press(*keys)

    async def gives(self, element: str) -> None:
        """Type the security element into the sheet that asks for it."""
        await self.until(lambda: bool(self.app.screen.query("#typed")), "the sheet of the security element")
        self.app.screen.query_one("#typed", Input).focus()
        await self._pilot.press(*element, "enter")

    async def types_element(self, element: str) -> None:
        """Give the element that a phone wants after a restart; return when it was judged."""
        await self._quiet()
        field = self.app.screen.query_one("#element", Input)
        field.focus()
        await self._pilot.press(*element, "enter")
        await self.until(lambda: not field.value, "the element to be taken")
        await self._quiet()

    async def wakes(self, element: str) -> None:
        """Switch the phone on."""
        await self.until(lambda: bool(self.app.screen.query("#element")), "the first screen after a restart")
        self.app.screen.query_one("#element", Input).focus()
        await self._pilot.press(*element, "enter")
        await self.sees(self.app.say("camera"), self.app.say("messages"))

    async def taps_back_to(self, label: str) -> None:
        """Leave screen after screen until this label is on the glass."""
        while self._find(label) is None:
            before = self.app.screen
            await self.presses("escape")
            await self.until(lambda before=before: self.app.screen is not before, "another screen")  # type: ignore[misc]

    def typed(self, element: str) -> Given:
        """The security element as the person types it."""
        return Given(typed=element)

    def code(self) -> str:
        """The code that stands in its box."""
        return str(self.app.screen.query_one(".code", Static).visual).strip()

    def labels(self) -> list[str]:
        """The labels of all buttons on the glass, from top to bottom."""
        return [str(button.label) for button in self.app.screen.query(Button) if button.display]

    async def _quiet(self) -> None:
        """Wait until nothing is under way on this screen."""
        await self.until(lambda: not getattr(self.app.screen, "is_busy", False), "the phone to be ready")

    def _find(self, label: str) -> Widget | None:
        buttons: list[Widget] = [*self.app.screen.query(Button), *self.app.screen.query(RadioButton)]
        exact = [button for button in buttons if _label(button) == label]
        found = exact or [button for button in buttons if _says(_label(button), label)]
        return found[0] if found else None

    def _field(self, label: str) -> Input | None:
        before: str = ""
        for widget in self.app.screen.query(Widget):
            if isinstance(widget, Input) and before.startswith(label):
                return widget
            if isinstance(widget, Static) and widget.has_class("label"):
                before = _text(widget)
        return None


def play(
    folder: Path,
    story: Callable[[Fingers], Awaitable[None]],
    *,
    language: str = "en",
    portal: str | None = None,
) -> None:
    """Switch the phone in `folder` on and play a story on it, to its end."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(play_beside(folder, story, language=language, portal=portal))
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


async def play_beside(
    folder: Path, story: Callable[[Fingers], Awaitable[None]], *, language: str, portal: str | None
) -> None:
    """The same inside a running event loop."""
    handset = Handset(PhoneHome(str(folder)), portal=portal, clock=SystemClock(), entropy=SystemEntropy())
    app = PhoneApp(handset, language=language)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await story(Fingers(app, pilot))


def _text(widget: Widget) -> str:
    if isinstance(widget, Button):
        return f"[{widget.label}]"
    return str(widget.visual) if isinstance(widget, Static) else ""


def _label(button: Widget) -> str:
    return str(button.label) if isinstance(button, Button | RadioButton) else ""


def _says(label: str, wanted: str) -> bool:
    """Say whether a label means the wanted one: a switch has its value behind it, a notification has several lines."""
    return label.startswith((f"{wanted}:", f"{wanted} (")) or any(
        line.startswith(wanted) for line in label.split("\n")[1:]
    )
