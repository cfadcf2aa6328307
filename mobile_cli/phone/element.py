"""The security element: a face or finger, the Passcode, the PIN. A sheet that slides in from below, and goes."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from authsim.authenticator.biometrics import Biometry
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.given import Given

T = TypeVar("T")


class Element(ModalScreen[Given | None]):
    """Ask once. None when the person turned away."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Cancel")]

    def __init__(self, host: Glass, *, only_typed: bool = False) -> None:
        super().__init__()
        self._host = host
        look = host.handset.settings.biometrics
        self._is_typed = only_typed or not look.is_on or look.is_locked

    def compose(self) -> ComposeResult:
        """Lay out the sheet; after five looks without a match only the Passcode is offered."""
        say, biometrics = self._host.say, self._host.handset.settings.biometrics
        with Vertical(id="sheet"):
            if self._is_typed:
                yield line(say("element"), id="element-name")
                yield Input(id="typed", password=True)
                yield press("ok", say("element_ok"), "main")
            else:
                which = "face" if biometrics.kind is Biometry.FACE_ID else "touch"
                yield line(say(f"element_look_{which}"), id="element-name")
                yield press("match", say(f"element_match_{which}"), "main")
                yield press("miss", say("element_miss"))
                yield press("passcode", say("element_passcode"))
            yield press("cancel", say("cancel"))

    def on_input_submitted(self) -> None:
        """Enter does what OK does."""
        self._give()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return what was given, or ask for digits instead of a look."""
        event.stop()
        match event.button.id:
            case "ok":
                self._give()
            case "match" | "miss":
                self.dismiss(Given(is_match=event.button.id == "match"))
            case "passcode":
                self._is_typed = True
                self.refresh(recompose=True)
            case _:
                self.dismiss(None)

    def action_leave(self) -> None:
        """Turn away."""
        self.dismiss(None)

    def _give(self) -> None:
        self.dismiss(Given(typed=self.query_one("#typed", Input).value))


def ask_element(
    host: Glass, task: Callable[[Given], T], then: Callable[[T], object], *, only_typed: bool = False
) -> None:
    """Ask for the security element, run `task` with it, and go on unless it was refused."""

    def given(element: Given | None) -> None:
        if element is not None:
            host.start(lambda: task(element), then)

    host.app.push_screen(Element(host, only_typed=only_typed), given)
