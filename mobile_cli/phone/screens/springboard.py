"""The home screen: the phone's apps, the list of notifications, and the lock."""

from textual.app import ComposeResult
from textual.containers import Horizontal

from mobile_cli.phone.frame import Glass, line, notice_button, press


class Springboard(Glass):
    """Everything begins here."""

    title_key = "phone"
    left = ("lock", "lock")
    right = ("notices", "notices_title")
    _icon = ""

    def body(self) -> ComposeResult:
        """Lay out the icons; the app has one only while it is installed."""
        with Horizontal(classes="icons"):
            yield press("camera", self.say("camera"), "icon")
            yield press("settings", self.say("settings"), "icon")
        with Horizontal(classes="icons"):
            yield press("store", self.say("store"), "icon")
            yield press("messages", self.say("messages"), "icon")
        self._icon = self._present_icon()
        with Horizontal(classes="icons"):
            if self._icon:
                yield press("app", self._icon, "icon", "main")
        yield line(self.say("home_hint"), "label")
        yield press("off", self.say("switch_off"), "row")

    def action_back(self) -> None:
        """There is nothing behind the home screen."""

    def on_screen_resume(self) -> None:
        """Show the app's icon or none: it may have come or gone. Textual asks the handler of `Glass` as well."""
        if self._icon != self._present_icon():
            self.refresh(recompose=True)

    def _present_icon(self) -> str:
        return self.phone.app_label() if self.handset.settings.app.is_installed else ""

    def press_camera(self) -> None:
        """Open the camera."""
        from mobile_cli.phone.screens.camera import Camera

        self.app.push_screen(Camera())

    def press_settings(self) -> None:
        """Open the Settings app."""
        from mobile_cli.phone.screens.settings import SettingsHome

        self.app.push_screen(SettingsHome())

    def press_store(self) -> None:
        """Open the store."""
        from mobile_cli.phone.screens.store import Store

        self.app.push_screen(Store())

    def press_messages(self) -> None:
        """Open the texts."""
        from mobile_cli.phone.screens.messages import Messages

        self.app.push_screen(Messages())

    def press_app(self) -> None:
        """Open the app."""
        self.phone.open_app()

    def press_notices(self) -> None:
        """Pull the list of notifications down."""
        self.app.push_screen(Notices())

    def press_lock(self) -> None:
        """Lock the screen."""
        from mobile_cli.phone.screens.lock import Locked

        self.start(lambda: self.handset.switches.set_locked(is_locked=True), lambda _: self.app.push_screen(Locked()))

    def press_off(self) -> None:
        """Switch the phone off."""
        self.phone.action_switch_off()


class Notices(Glass):
    """The list that is pulled down from the top edge."""

    title_key = "notices_title"

    def body(self) -> ComposeResult:
        """Show what the settings let be found here, newest first."""
        found = [notice for notice in reversed(self.handset.notices) if notice.sight.in_list]
        if not found:
            yield line(self.say("no_notifications"), "label")
        for notice in found:
            yield notice_button(self.phone.notice_text(notice), notice)
