"""A phone that does not exist yet: whose platform it plays, its number, its Passcode or PIN."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Input, RadioButton, RadioSet

from authsim.authenticator.device import Platform
from mobile_cli.phone.frame import Glass, line, press


class Setup(Glass):
    """Ask for what a new phone needs, make it, and go to its home screen."""

    AUTO_FOCUS: ClassVar[str | None] = "#platform"
    title_key = "new_title"
    left = None

    def body(self) -> ComposeResult:
        """Lay out the questions."""
        yield line(self.say("new_text"))
        with RadioSet(id="platform"):
            yield RadioButton(self.say("new_ios"), value=True, id="ios")
            yield RadioButton(self.say("new_android"), id="android")
        yield line(self.say("new_number"), "label")
        yield Input(id="number", placeholder="+15555550101")
        yield line(self.say("new_element"), "label", id="element-label")
        yield Input(id="element", password=True)
        yield line(self.say("new_repeat"), "label")
        yield Input(id="repeat", password=True)
        yield press("make", self.say("new_make"), "main")

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Call the security element as the chosen platform does."""
        self.handset.platform = Platform(event.pressed.id or "ios")
        self.query_one("#element-label").update(self.say("new_element"))  # type: ignore[attr-defined]

    def press_make(self) -> None:
        """Make the phone."""
        element, repeat, number = self.text_of("element"), self.text_of("repeat"), self.text_of("number")
        self.clear("element", "repeat")
        if element != repeat:
            self.tell(self.say("new_differs"), is_bad=True)
            return
        self.start(lambda: self.handset.make(element, number=number), lambda _: self.phone.wake())
