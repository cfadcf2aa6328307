"""Android: the app's PIN is changed, after the portal has judged the user's credentials."""

from textual.app import ComposeResult
from textual.widgets import Input

from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.screens.request import Outcome


class ChangePin(Glass):
    """Everything on one page, as the article has it."""

    title_key = "change_pin"

    def body(self) -> ComposeResult:
        """Lay out the form."""
        for name, is_secret in (
            ("username", False),
            ("password", True),
            ("current_pin", True),
            ("new_pin", True),
            ("repeat_pin", True),
        ):
            yield line(self.say(name), "label")
            yield Input(id=name, password=is_secret)
        yield press("submit", self.say("submit"), "main")

    def press_submit(self) -> None:
        """Change it."""
        name, password, current, new, repeat = map(
            self.text_of, ("username", "password", "current_pin", "new_pin", "repeat_pin")
        )
        self.clear("password", "current_pin", "new_pin", "repeat_pin")
        if new != repeat:
            self.tell(self.say("new_differs"), is_bad=True)
            return
        self.start(
            lambda: self.handset.switches.change_pin(name, password, current, new),
            lambda _: self.app.switch_screen(Outcome(self.say("pin_changed"))),
        )
