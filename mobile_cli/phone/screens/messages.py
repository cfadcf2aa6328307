"""The texts that came to this phone's number."""

from textual.app import ComposeResult
from textual.widgets import Button, Input

from mobile_cli.console import visible
from mobile_cli.phone.frame import Glass, line, press


class Messages(Glass):
    """The inbox; without a number, the question which one it is."""

    title_key = "messages_title"

    def body(self) -> ComposeResult:
        """Lay out the texts, newest last."""
        if not self.handset.number:
            yield line(self.say("messages_number"))
            yield Input(id="number", placeholder="+15555550101")
            yield press("keep", self.say("messages_keep"), "main")
            return
        if not self.handset.texts:
            yield line(self.say("messages_empty", number=self.handset.number))
        for place, text in enumerate(self.handset.texts):
            yield line("\n".join(map(visible, text.body.splitlines())), "bubble")
            if text.code is not None:
                yield press(f"copy-{place}", self.say("messages_copy"))

    def on_mount(self) -> None:
        """Look for new texts at once, and while the screen is open."""
        self._look()
        self.set_interval(2, self._look)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Copy the code of a text; every other button goes its way."""
        for place, text in enumerate(self.handset.texts):
            if event.button.id == f"copy-{place}" and text.code is not None:
                self.app.copy_to_clipboard(text.code)
                self.tell(self.say("copied"))

    def press_keep(self) -> None:
        """Keep the number."""
        number = self.text_of("number")
        self.start(lambda: self.handset.switches.set_number(number), lambda _: self.refresh(recompose=True))

    def _look(self) -> None:
        if self.handset.number and self.handset.portal and not self.is_busy:
            self.start(self.handset.read_texts, lambda new: new and self.refresh(recompose=True), quietly=True)
