"""What the app does with a code that the camera saw: activate a user here, or show a login request."""

from textual.app import ComposeResult

from authsim.authenticator.activate import Activated
from authsim.authenticator.device import Platform
from authsim.protocol.login_uri import LoginUri
from mobile_cli.phone.element import ask_element
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.screens.request import LoginRequest, Outcome, tell_activated


class Scanned(Glass):
    """One tap before the security element: no username, no password, no text is asked for."""

    title_key = "register_title"

    def body(self) -> ComposeResult:
        """Lay out whose portal it is, and the way on."""
        yield line(self.say("request_at", portal=self.handset.scanning.portal), "label")
        yield line(self.handset.scanning.fingerprint, "code", id="fingerprint")
        yield press("activate", self.say("activate_button"), "main")

    def on_mount(self) -> None:
        """A login code leads to its request at once."""
        if isinstance(self.handset.scanning.code, LoginUri):
            self.start(self.handset.scanning.fetch_request, lambda notice: self.app.switch_screen(LoginRequest(notice)))

    def action_back(self) -> None:
        """Put the code aside."""
        self.handset.scanning.forget()
        super().action_back()

    def press_activate(self) -> None:
        """Ask for the element, then activate."""
        is_android = self.handset.platform is Platform.ANDROID
        ask_element(self, self.handset.scanning.activate, self._show, only_typed=is_android)

    def _show(self, activated: Activated) -> None:
        self.app.switch_screen(Outcome(tell_activated(self, activated)))
