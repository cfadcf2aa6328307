"""Authenticate: a challenge code becomes the response string. iOS asks the element last, Android the PIN first."""

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Select

from authsim.authenticator.device import Platform
from authsim.protocol.codes import Purpose
from mobile_cli.console import visible
from mobile_cli.phone.element import ask_element
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.given import Given
from mobile_cli.phone.question import ask_before
from mobile_cli.purposes import CHOSEN, is_grave


class Authenticate(Glass):
    """The IB Key module's screen; a selector only where this phone answers for several users."""

    title_key = "auth_title"

    def body(self) -> ComposeResult:
        """Lay out the form of the platform."""
        users = self.handset.users
        if self.handset.settings.app.needs_recovery or not users:
            yield line(self.say("needs_recovery" if self.handset.settings.app.needs_recovery else "no_user"), "bubble")
        if users:
            yield from self._form(users)
        yield press("requests", self.say("requests"))
        yield press("add_user", self.say("add_user"))
        if self.handset.platform is Platform.ANDROID and users:
            yield press("change_pin", self.say("change_pin"))

    def _form(self, users: tuple[str, ...]) -> ComposeResult:
        if len(users) > 1:
            yield line(self.say("auth_user"), "label")
            names = [(Content(visible(name)), name) for name in users]
            yield Select(names, id="user", allow_blank=False, compact=True)
        if self.handset.answering.asks_purpose:
            purposes = [(self.say(f"effect_{purpose}"), purpose) for purpose in CHOSEN]
            yield Select(purposes, id="purpose", allow_blank=False, compact=True)
        if self.handset.platform is Platform.ANDROID:
            yield line(self.say("element"), "label")
            yield Input(id="pin", password=True)
        yield line(self.say("challenge"), "label")
        yield Input(id="challenge", max_length=24)
        yield press("generate", self.say("generate"), "main")

    def on_input_submitted(self) -> None:
        """Enter does what the button does."""
        self.press_generate()

    def press_generate(self) -> None:
        """Compute the response with the security element; more than a login is asked for once more."""
        challenge, user = self.text_of("challenge"), self._user()
        given = None
        if self.handset.platform is Platform.ANDROID:
            given = Given(typed=self.text_of("pin"))
            self.clear("pin")
        # A mistyped challenge is noticed before anybody is asked for a face or a Passcode.
        self.start(
            lambda: self.handset.answering.require_challenge(user, challenge),
            lambda digits: self._confirm(user, digits, given),
        )

    def _confirm(self, user: str, digits: str, given: Given | None) -> None:
        purpose = self.handset.answering.purpose_of(user, digits, self._purpose())
        if is_grave(purpose):
            words = self.say("ask_effect", effect=self.say(f"effect_{purpose}"))
            ask_before(self, words, lambda: self._answer(user, digits, purpose, given))
        else:
            self._answer(user, digits, purpose, given)

    def _answer(self, user: str, digits: str, purpose: Purpose, given: Given | None) -> None:
        answering = self.handset.answering
        if given is None:
            ask_element(self, lambda given: answering.respond(user, digits, given, purpose=purpose), self._show)
        else:
            self.start(lambda: answering.respond(user, digits, given, purpose=purpose), self._show)

    def _purpose(self) -> Purpose:
        if not self.handset.answering.asks_purpose:
            return Purpose.LOG_IN
        chosen = self.query_one("#purpose", Select).value
        return Purpose(chosen) if isinstance(chosen, int) else Purpose.LOG_IN

    def _user(self) -> str:
        users = self.handset.users
        return str(self.query_one("#user", Select).value) if len(users) > 1 else users[0]

    def _show(self, response: str) -> None:
        self.app.push_screen(Response(response))

    def press_add_user(self) -> None:
        """On to the instructions."""
        from mobile_cli.phone.screens.enrol import Instructions

        self.app.push_screen(Instructions("add_user" if self.handset.users else "activate"))

    def press_change_pin(self) -> None:
        """Android: on to the new PIN."""
        from mobile_cli.phone.screens.change_pin import ChangePin

        self.app.push_screen(ChangePin())

    def press_requests(self) -> None:
        """Ask the portal what waits, also where no notification was seen."""
        self.start(self.handset.answering.find_requests, lambda found: self.phone.show_request(found[0]))


class Response(Glass):
    """The response string, to be typed elsewhere."""

    title_key = "response"

    def __init__(self, response: str) -> None:
        super().__init__()
        self._response = response

    def body(self) -> ComposeResult:
        """Show it alone in its box."""
        yield line(self._response, "code", id="response")
        yield line(self.say("response_next"))
        yield press("done", self.say("done"), "main")

    def press_done(self) -> None:
        """Go back."""
        self.action_back()
