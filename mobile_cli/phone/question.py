"""A question before what cannot be undone: a sheet with the words of it, Yes, and Cancel, which has the focus."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button

from mobile_cli.phone.frame import Glass, line, press

T = TypeVar("T")


class Question(ModalScreen[bool]):
    """Ask once; turning away is no."""

    AUTO_FOCUS: ClassVar[str | None] = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Cancel")]

    def __init__(self, host: Glass, words: str) -> None:
        super().__init__()
        self._host = host
        self._words = words

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(id="sheet"):
            yield line(self._words)
            yield press("yes", self._host.say("yes"), "row", "grave")
            yield press("cancel", self._host.say("cancel"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the answer."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_leave(self) -> None:
        """Turn away."""
        self.dismiss(False)


def ask(host: Glass, words: str, task: Callable[[], T], then: Callable[[T], object]) -> None:
    """Ask, and do it on Yes alone."""
    ask_before(host, words, lambda: host.start(task, then))


def ask_before(host: Glass, words: str, go_on: Callable[[], object]) -> None:
    """Ask, and go on to what else is asked, on Yes alone."""

    def answered(is_yes: bool | None) -> None:
        if is_yes:
            go_on()

    host.app.push_screen(Question(host, words), answered)
