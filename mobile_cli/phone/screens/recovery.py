"""Recovery on the same phone: iOS restores with the security element, Android with credentials, a text and the PIN."""

from textual.app import ComposeResult

from authsim.authenticator.device import Platform
from mobile_cli.phone.element import ask_element
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.screens.request import Outcome


class Recovery(Glass):
    """What the app asks when it finds that users were enrolled before."""

    title_key = "recover"

    def body(self) -> ComposeResult:
        """Lay out the platform's way."""
        if self.handset.platform is Platform.IOS:
            yield line(self.say("restore_question"))
            yield press("restore", self.say("yes"), "main")
            yield press("back", self.say("no"))
        else:
            yield line(self.say("recover_text"))
            yield press("begin", self.say("continue"), "main")

    def press_restore(self) -> None:
        """IOS: the security element is enough."""
        ask_element(
            self,
            self.handset.switches.restore,
            lambda _: self.app.switch_screen(Outcome(self.say("recovered"))),
            only_typed=True,
        )

    def press_begin(self) -> None:
        """Android: on to the credentials."""
        from mobile_cli.phone.screens.enrol import Credentials

        self.app.switch_screen(Credentials("recover"))
