"""Getting a user onto this phone: activation in the app, Add User, Migrate; instructions, credentials, the text, Done.

The pages are the articles'. iOS asks the security element after Activate, Android has the PIN beside the code.
"""

from textual.app import ComposeResult
from textual.widgets import Input

from authsim.authenticator.activate import Activated
from authsim.authenticator.device import Platform
from mobile_cli.phone.element import ask_element
from mobile_cli.phone.enrolling import Way
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.given import Given
from mobile_cli.phone.screens.request import Outcome, tell_activated


class Instructions(Glass):
    """What will happen; for a migration, what it costs."""

    title_key = "register_title"

    def __init__(self, way: Way, *, username: str = "") -> None:
        super().__init__()
        self._way: Way = way
        self._username = username

    def body(self) -> ComposeResult:
        """Lay out the text and the way on."""
        if self._way == "migrate":
            yield line(self.say("migrate_text", user=self._username or "…"))
            yield press("go_on", self.say("migrate_again"), "main")
            return
        yield line(self.say("add_text"))
        yield press("go_on", self.say("continue"), "main")

    def press_go_on(self) -> None:
        """Android asks which way; iOS goes on to the credentials."""
        is_android = self.handset.platform is Platform.ANDROID and self._way != "migrate"
        self.app.switch_screen(ChooseWay(self._way) if is_android else Credentials(self._way, username=self._username))


class ChooseWay(Glass):
    """Android: Account Credentials or Session ID."""

    title_key = "register_title"

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way: Way = way

    def body(self) -> ComposeResult:
        """Lay out the two."""
        yield press("credentials", self.say("ways_credentials"), "main")
        yield press("session", self.say("ways_session"))

    def press_credentials(self) -> None:
        """The way with the text."""
        self.app.switch_screen(Credentials(self._way))

    def press_session(self) -> None:
        """The way with the portal's code."""
        self.app.switch_screen(SessionId())


class SessionId(Glass):
    """Android: what stands under the QR code, typed; or the code, scanned inside the app."""

    title_key = "ways_session"

    def body(self) -> ComposeResult:
        """Lay out both."""
        yield line(self.say("session_text"))
        if self.handset.portal is None:
            yield line(self.say("portal_field"), "label")
            yield Input(id="portal", placeholder="http://127.0.0.1:8765")
        yield line(self.say("session_field"), "label")
        yield Input(id="session")
        yield press("typed", self.say("continue"), "main")
        yield press("qr", self.say("ways_qr"))

    def press_qr(self) -> None:
        """Scan."""
        from mobile_cli.phone.screens.camera import Camera

        self.app.switch_screen(Camera())

    def press_typed(self) -> None:
        """Take what was typed."""
        if self.handset.portal is None:
            self.handset.portal = self.text_of("portal").strip()
        typed = self.text_of("session")
        self.start(lambda: self.handset.scanning.see_session_id(typed), lambda _: self.phone.open_scanned())


class Credentials(Glass):
    """Username and password of the user who comes onto this phone."""

    title_key = "credentials_title"

    def __init__(self, way: Way, *, username: str = "") -> None:
        super().__init__()
        self._way: Way = way
        self._username = username

    def body(self) -> ComposeResult:
        """Lay out the form; the portal is asked for only where it is not known."""
        if self.handset.portal is None:
            yield line(self.say("portal_field"), "label")
            yield Input(id="portal", placeholder="http://127.0.0.1:8765")
        yield line(self.say("username"), "label")
        yield Input(self._username, id="username")
        yield line(self.say("password"), "label")
        yield Input(id="password", password=True)
        yield press("go_on", self._button(), "main")

    def _button(self) -> str:
        if self._way == "recover":
            return self.say("recover_start")
        return self.say("get_code" if self.handset.platform is Platform.ANDROID else "continue")

    def on_input_submitted(self) -> None:
        """Enter goes on."""
        self.press_go_on()

    def press_go_on(self) -> None:
        """Compare the portal's key first where the phone does not know it."""
        if self.handset.portal is None:
            self.handset.portal = self.text_of("portal").strip()
        self.start(self.handset.enrolling.unknown_fingerprint, self._go_on)

    def _go_on(self, unknown: str) -> None:
        if unknown:
            self.app.push_screen(Trust(unknown))
            return
        name, password = self.text_of("username"), self.text_of("password")
        self.clear("password")
        self.start(
            lambda: self.handset.enrolling.begin(name, password, way=self._way),
            lambda _: self.app.switch_screen(Code(self._way)),
        )


class Trust(Glass):
    """The first contact with a portal: its key's fingerprint, to be compared."""

    title_key = "fingerprint"

    def __init__(self, fingerprint: str) -> None:
        super().__init__()
        self._fingerprint = fingerprint

    def body(self) -> ComposeResult:
        """Show it in two lines of four groups."""
        yield line(self.say("trust_text"))
        yield line(self._fingerprint, "code", id="fingerprint")
        yield press("same", self.say("trust"), "main")

    def press_same(self) -> None:
        """Keep the key and go back to the form."""
        self.start(self.handset.enrolling.trust, lambda _: self.action_back())


class Code(Glass):
    """The texted code; on Android the PIN beside it."""

    title_key = "activation_code"

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way: Way = way

    def body(self) -> ComposeResult:
        """Lay out the form of the platform."""
        yield line(self.say("sent_text"))
        yield line(self.say("activation_code"), "label")
        yield Input(id="code", max_length=12)
        if self.handset.platform is Platform.ANDROID:
            yield line(self.say("existing_pin"), "label")
            yield Input(id="pin", password=True)
        yield press("activate", self.say("submit" if self._way == "recover" else "activate_button"), "main")
        yield press("resend", self.say("resend"))

    def on_input_submitted(self) -> None:
        """Enter activates."""
        self.press_activate()

    def press_resend(self) -> None:
        """Ask for another text."""
        self.start(self.handset.enrolling.resend, lambda _: self.tell(self.say("resent")))

    def press_activate(self) -> None:
        """Send the code, with the security element."""
        code = self.text_of("code")
        if self.handset.platform is Platform.ANDROID:
            given = Given(typed=self.text_of("pin"))
            self.clear("pin")
            self.start(lambda: self.handset.enrolling.finish(code, given), self._show)
        else:
            ask_element(self, lambda given: self.handset.enrolling.finish(code, given), self._show)

    def _show(self, activated: Activated) -> None:
        key = "recovered" if self._way == "recover" else "active_text"
        self.app.switch_screen(Outcome(tell_activated(self, activated, key=key)))
