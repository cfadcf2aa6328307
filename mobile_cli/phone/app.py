"""The application: one phone, its screens, and the notifications that come in while it is on."""

from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from mobile_cli.ceremonies.listen import Notice
from mobile_cli.console import Console, visible
from mobile_cli.phone.frame import Glass
from mobile_cli.phone.handset import Handset
from mobile_cli.phone.words import find_word, words_of
from mobile_cli.purposes import is_grave
from mobile_cli.refusals import explain


class PhoneApp(App[None]):
    """A phone in a terminal. It starts as a phone does after a restart: asking for its Passcode or PIN."""

    CSS_PATH: ClassVar[str] = "look.tcss"
    TITLE = "AuthSim"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+q", "switch_off", "Switch off")]

    def __init__(self, handset: Handset, *, language: str) -> None:
        super().__init__()
        self.handset = handset
        self.language = language
        self.is_opened_early = False
        self._words = words_of(language)
        self._console = Console(language=language, as_json=False)

    def say(self, key: str, **facts: object) -> str:
        """Return words in the phone's language, as its platform says them."""
        harmless = {name: visible(fact) for name, fact in facts.items()}
        return find_word(self._words, key, self.handset.platform).format(**harmless)

    def explain(self, error: Exception) -> str:
        """Return what happened and what to do, as every other command says it."""
        _, sentence = explain(error, self._console, element=self.say("element"))
        return sentence

    def status_line(self) -> str:
        """Return what stands in the status bar: the number, and whether anything reaches the phone."""
        signal = self.say(f"signal_{self.handset.signal}")
        return " · ".join(part for part in (self.handset.number, signal) if part)

    def app_label(self) -> str:
        """Return the app's name, with a badge where notifications wait and the settings let it be seen."""
        count = sum(1 for notice in self.handset.open_notices() if notice.sight.has_badge)
        return f"{self.say('app')} ({count})" if count else self.say("app")

    def on_mount(self) -> None:
        """Show a new phone's first screen, or ask for the element of one that was off."""
        from mobile_cli.phone.screens.lock import Restarted
        from mobile_cli.phone.screens.setup import Setup

        self.theme = "textual-light"  # what the screens do not say themselves is then dark on light, as they are
        self.push_screen(Restarted() if self.handset.is_made else Setup())

    def on_unmount(self) -> None:
        """Forget what was unlocked."""
        self.handset.switch_off()

    def action_switch_off(self) -> None:
        """Switch the phone off."""
        self.exit()

    # --- notifications

    def wake(self) -> None:
        """Let notifications in from now on, and show the home screen."""
        # Not waited for: whoever listens may hear something when the glass has gone dark.
        self.handset.listen(lambda notice: self.call_later(self.receive, notice))
        self.go_home()

    def receive(self, notice: Notice) -> None:
        """Show a notification as the phone's settings let it be seen; what is here already came once more."""
        if any(known.request.request_id == notice.request.request_id for known in self.handset.notices):
            return
        self.handset.notices.append(notice)
        if notice.sight.sounds:
            self.bell()
        screen = self.screen
        if isinstance(screen, Glass):
            screen.show_notice(notice)

    def notice_text(self, notice: Notice) -> str:
        """Return what a notification says, as far as the settings let it."""
        if not notice.sight.shows_text:
            text = self.say("notice_hidden")
        elif is_grave(notice.request.purpose):
            effect = self.say(f"effect_{notice.request.purpose}")
            text = self.say("notice_effect", user=notice.account.label, effect=effect)
        else:
            text = self.say("notice_text", user=notice.account.label)
        return f"{self.say('notice_title')}\n{text}"

    def forget_notice(self, request_id: str) -> None:
        """Take a notification off the phone: it was answered."""
        self.handset.notices = [notice for notice in self.handset.notices if notice.request.request_id != request_id]

    # --- ways through the phone

    def go_home(self) -> None:
        """Leave whatever is open for the home screen."""
        from mobile_cli.phone.screens.springboard import Springboard

        self._start_over(Springboard())

    def open_app(self) -> None:
        """Tap the app: it asks what it has to ask first, then shows where the person is."""
        from mobile_cli.phone.screens.app_home import AskPermission

        self.go_home()
        self.is_opened_early = self.handset.switches.open_app()
        if self.handset.asks_permission:
            self.push_screen(AskPermission())
        else:
            self.go_on_in_app()

    def go_on_in_app(self) -> None:
        """Show a scanned code's user, a recovery that is due, the portfolio, or the login screen."""
        from mobile_cli.phone.screens.app_home import LoginPage, Portfolio, TwoFactor
        from mobile_cli.phone.screens.scanned import Scanned

        if self.handset.scanning.code is not None:
            self.push_screen(Scanned())
            return
        self.push_screen(Portfolio() if self.handset.trading.user else LoginPage())
        if self.handset.settings.app.needs_recovery:
            self.push_screen(TwoFactor())

    def open_scanned(self) -> None:
        """Go where a scanned code leads inside the app."""
        self.open_app()

    def open_authenticate(self) -> None:
        """Show where a challenge becomes a response."""
        from mobile_cli.phone.screens.authenticate import Authenticate

        self.push_screen(Authenticate())

    def open_request(self, request_id: str) -> None:
        """Tap a notification: the app opens and begins the authentication."""
        for notice in self.handset.notices:
            if notice.request.request_id == request_id:
                self.handset.switches.set_locked(is_locked=False)
                self.show_request(notice)
                return

    def show_request(self, notice: Notice) -> None:
        """Show a login request over the home screen."""
        from mobile_cli.phone.screens.request import LoginRequest

        self.go_home()
        self.push_screen(LoginRequest(notice))

    def _start_over(self, first: Glass) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(first)
