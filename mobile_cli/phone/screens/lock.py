"""The lock screen: after a restart it wants the Passcode or PIN; later it shows the notifications that may be seen."""

from textual.app import ComposeResult
from textual.widgets import Input

from mobile_cli.ceremonies.listen import Notice
from mobile_cli.phone.frame import Glass, line, notice_button, press


class Restarted(Glass):
    """The first screen of a phone that was off."""

    title_key = "locked"
    left = None

    def body(self) -> ComposeResult:
        """Ask for the security element once: from then on the phone can receive."""
        yield line(self.say("restarted"))
        yield Input(id="element", password=True)
        yield press("unlock", self.say("element_ok"), "main")

    def on_input_submitted(self) -> None:
        """Enter does what the button does."""
        self.press_unlock()

    def press_unlock(self) -> None:
        """Open the phone."""
        typed = self.text_of("element")
        self.clear("element")
        self.start(lambda: self.handset.switch_on(typed), lambda _: self.phone.wake())


class Locked(Glass):
    """The phone lies there with its screen locked."""

    title_key = "locked"
    left = None

    def body(self) -> ComposeResult:
        """Show the notifications that the settings let be seen here."""
        seen = [notice for notice in self.handset.notices if notice.sight.on_lock_screen]
        if not seen:
            yield line(self.say("no_notifications"), "label", id="none")
        for notice in seen:
            yield notice_button(self.phone.notice_text(notice), notice)
        yield press("unlock", self.say("unlock"), "main")

    def show_notice(self, notice: Notice) -> None:
        """Add a notification that came while the phone was locked."""
        if notice.sight.on_lock_screen:
            self.query("#none").remove()
            self.query_one("#body").mount(notice_button(self.phone.notice_text(notice), notice), before="#unlock")

    def press_unlock(self) -> None:
        """Go on to the home screen."""
        self.start(lambda: self.handset.switches.set_locked(is_locked=False), lambda _: self.phone.go_home())
