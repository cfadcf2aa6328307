"""The app's own first screens: the question about notifications, login, Services, and what lies behind More or Menu."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from authsim.authenticator.device import Platform
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.trading import Asked


class AskPermission(Glass):
    """What the phone asks when the app is opened for the first time."""

    title_key = "app"
    left = None

    def body(self) -> ComposeResult:
        """Lay out the question."""
        yield line(self.say("allow_title"))
        yield press("allow", self.say("allow"), "main")
        yield press("dont_allow", self.say("dont_allow"))

    def press_allow(self) -> None:
        """Let it notify."""
        self._answer(is_allowed=True)

    def press_dont_allow(self) -> None:
        """Keep it quiet."""
        self._answer(is_allowed=False)

    def _answer(self, *, is_allowed: bool) -> None:
        def go_on(_: object) -> None:
            self.app.pop_screen()
            self.phone.go_on_in_app()

        self.start(lambda: self.handset.switches.allow_notifications(is_allowed=is_allowed), go_on)


class LoginPage(Glass):
    """The login screen: Services in the top left corner, credentials below."""

    title_key = "login_title"
    left = ("services", "services")
    right = ("home", "close")

    def body(self) -> ComposeResult:
        """Lay out the form; the portal is asked for only where it is not known."""
        if self.phone.is_opened_early:
            yield line(self.say("store_early"), "bubble")
        if self.handset.portal is None:
            yield line(self.say("portal_field"), "label")
            yield Input(id="portal", placeholder="http://127.0.0.1:8765")
        yield line(self.say("username"), "label")
        yield Input(id="username")
        yield line(self.say("password"), "label")
        yield Input(id="password", password=True)
        yield press("log_in", self.say("log_in"), "main")

    def action_back(self) -> None:
        """Leave the app."""
        self.phone.go_home()

    def press_home(self) -> None:
        """Leave the app."""
        self.phone.go_home()

    def press_services(self) -> None:
        """On to what needs no login."""
        self.app.push_screen(Services())

    def on_input_submitted(self) -> None:
        """Enter logs in."""
        self.press_log_in()

    def press_log_in(self) -> None:
        """Send the credentials; the second factor comes next, unless its user has opted out."""
        if self.handset.portal is None:
            self.handset.portal = self.text_of("portal").strip()
        name, password = self.text_of("username"), self.text_of("password")
        self.clear("password")
        self.start(lambda: self.handset.trading.log_in(name, password), self._go_on)

    def _go_on(self, asked: Asked | None) -> None:
        from mobile_cli.phone.screens.trading import ChooseFactor

        if asked is None:
            self.phone.open_app()
        else:
            self.app.push_screen(ChooseFactor(asked))


class Portfolio(Glass):
    """The app, logged in. iOS has More at the lower right, Android Menu at the upper left."""

    title_key = "home_title"
    left = None

    def compose(self) -> ComposeResult:
        """Put Menu where Android has it."""
        if self.handset.platform is Platform.ANDROID:
            self.left = ("menu", "menu")
        yield from super().compose()

    def body(self) -> ComposeResult:
        """Say who is logged in."""
        yield line(self.say("home_text", user=self.handset.trading.user or ""))
        if self.handset.trading.is_opted_out:
            yield line(self.say("home_open"))

    def foot(self) -> ComposeResult:
        """Lay out the bar at the lower edge."""
        with Horizontal(id="foot"):
            yield press("home", self.say("close"), "corner")
            if self.handset.platform is Platform.IOS:
                yield press("more", self.say("more"), "corner", "right")

    def action_back(self) -> None:
        """Leave the app."""
        self.phone.go_home()

    def press_home(self) -> None:
        """Leave the app."""
        self.phone.go_home()

    def press_more(self) -> None:
        """IOS: on to everything else."""
        self.app.push_screen(More())

    def press_menu(self) -> None:
        """Android: on to everything else."""
        self.app.push_screen(More())


class More(Glass):
    """What lies behind More (iOS) and Menu (Android)."""

    @property
    def title_key(self) -> str:  # type: ignore[override]
        """More on iOS, Menu on Android."""
        return "more" if self.handset.platform is Platform.IOS else "menu"

    def body(self) -> ComposeResult:
        """Lay out the rows."""
        yield press("two_factor", self.say("two_factor"))
        yield press("authenticate", self.say("authenticate"))
        yield press("log_out", self.say("log_out"))

    def press_two_factor(self) -> None:
        """On to the IB Key module."""
        self.app.push_screen(TwoFactor())

    def press_authenticate(self) -> None:
        """On to the challenge."""
        self.phone.open_authenticate()

    def press_log_out(self) -> None:
        """End the trading session."""
        self.start(self.handset.trading.log_out, lambda _: self.phone.open_app())


class Services(Glass):
    """What the app offers without a login."""

    title_key = "services"

    def body(self) -> ComposeResult:
        """Lay out the rows."""
        yield press("authenticate", self.say("authenticate"))
        yield press("two_factor", self.say("two_factor"))

    def press_authenticate(self) -> None:
        """On to the challenge."""
        self.phone.open_authenticate()

    def press_two_factor(self) -> None:
        """On to the IB Key module."""
        self.app.push_screen(TwoFactor())


class TwoFactor(Glass):
    """The IB Key module: activate, add a user, generate a response, recover."""

    title_key = "two_factor"

    def body(self) -> ComposeResult:
        """Lay out what makes sense on this phone."""
        if self.handset.settings.app.needs_recovery:
            yield line(self.say("needs_recovery"), "bubble")
            yield press("recover", self.say("recover"), "main")
            return
        if self.handset.users:
            yield press("generate", self.say("generate"))
            yield press("add_user", self.say("add_user"))
        else:
            yield press("activate", self.say("activate"))
        yield press("migrate", self.say("migrate"))

    def press_generate(self) -> None:
        """On to the challenge."""
        self.phone.open_authenticate()

    def press_add_user(self) -> None:
        """On to the instructions."""
        self._enrol()

    def press_activate(self) -> None:
        """On to the instructions."""
        self._enrol()

    def press_migrate(self) -> None:
        """On to the consequence."""
        from mobile_cli.phone.screens.enrol import Instructions

        self.app.push_screen(Instructions("migrate"))

    def press_recover(self) -> None:
        """On to recovery."""
        from mobile_cli.phone.screens.recovery import Recovery

        self.app.push_screen(Recovery())

    def _enrol(self) -> None:
        from mobile_cli.phone.screens.enrol import Instructions

        self.app.push_screen(Instructions("add_user" if self.handset.users else "activate"))
