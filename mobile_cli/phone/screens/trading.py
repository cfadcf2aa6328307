"""This phone as the trading device: after the credentials, which way to go on, and the other phone's response."""

from textual.app import ComposeResult
from textual.widgets import Input

from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.trading import Asked


class ChooseFactor(Glass):
    """Two-Factor Authentication, or Migrate IB Key."""

    title_key = "choose_title"

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    def body(self) -> ComposeResult:
        """Lay out the two choices."""
        yield press("two_factor", self.say("two_factor"), "main")
        yield press("migrate", self.say("migrate"))

    def press_two_factor(self) -> None:
        """Show the challenge."""
        self.app.switch_screen(EnterResponse(self._asked))

    def press_migrate(self) -> None:
        """Show the consequence first."""
        from mobile_cli.phone.screens.enrol import Instructions

        self.app.switch_screen(Instructions("migrate", username=self._asked.username))


class EnterResponse(Glass):
    """The challenge, and the field for what the authentication device makes of it."""

    title_key = "two_factor"

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    def body(self) -> ComposeResult:
        """Lay out challenge and field."""
        yield line(self.say("challenge"), "label")
        yield line(self._asked.challenge.challenge, "code", id="challenge")
        yield line(self.say("response_field"), "label")
        yield Input(id="response", max_length=24)
        yield press("send", self.say("send"), "main")

    def on_input_submitted(self) -> None:
        """Enter sends."""
        self.press_send()

    def press_send(self) -> None:
        """Send the response; the app opens when it is right."""
        response = self.text_of("response")
        self.clear("response")
        self.start(lambda: self.handset.trading.respond(self._asked, response), lambda _: self.phone.open_app())
