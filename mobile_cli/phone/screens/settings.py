"""The phone's own Settings: notifications by the article's path, connection, quiet, face or finger, camera."""

from textual.app import ComposeResult
from textual.widgets import Button

from authsim.authenticator.device import Platform
from authsim.authenticator.settings import condition_switches, get_value, list_values, notification_switches
from mobile_cli.phone.element import ask_element
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.question import ask


class SettingsHome(Glass):
    """The first page of Settings."""

    title_key = "settings"

    def body(self) -> ComposeResult:
        """Lay out the rows, in the platform's words."""
        if self.handset.platform is Platform.IOS:
            yield press("notifications", self.say("set_notifications"))
            yield press("biometrics", self.say("set_biometrics"))
        else:
            yield press("apps", self.say("set_apps"))
            yield line(self.say("set_apps_note"), "label")
            yield press("clear_data", self.say("set_clear"), "row", "grave")
        yield press("camera", self.say("set_camera"))
        for name in condition_switches():
            if name != "locked":
                yield _switch(self, name)
        yield press("update", self.say("set_update"))

    def press_notifications(self) -> None:
        """iOS: on to the list of apps."""
        self.app.push_screen(AppList())

    def press_apps(self) -> None:
        """Android: on to the list of apps."""
        self.app.push_screen(AppList())

    def press_camera(self) -> None:
        """On to the camera's switch."""
        self.app.push_screen(CameraSettings())

    def press_biometrics(self) -> None:
        """On to Face ID, Touch ID."""
        self.app.push_screen(BiometricSettings())

    def press_update(self) -> None:
        """Update the operating system."""
        self.start(self.handset.switches.update_system, lambda _: self.tell(self.say("set_update_done")))

    def press_clear_data(self) -> None:
        """Clear what the app keeps, once it is said what that costs."""
        done = self.say("set_clear_done")
        ask(self, self.say("set_clear_ask"), self.handset.switches.clear_data, lambda _: self.tell(done))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A switch moves to its next value; everything else goes the way of every screen."""
        _move(self, event)


class AppList(Glass):
    """The apps of this phone: there is one."""

    @property
    def title_key(self) -> str:  # type: ignore[override]
        """The title is the row that led here."""
        return "set_notifications" if self.handset.platform is Platform.IOS else "set_apps"

    def body(self) -> ComposeResult:
        """Lay out the app."""
        if self.handset.settings.app.is_installed:
            yield press("app", self.say("set_app"))

    def press_app(self) -> None:
        """iOS: to the switches. Android: to the page of the app first."""
        is_ios = self.handset.platform is Platform.IOS
        self.app.push_screen(AppNotifications() if is_ios else AppInfo())


class AppInfo(Glass):
    """Android: the page of the app."""

    title_key = "set_app"

    def body(self) -> ComposeResult:
        """Lay out the way to its notifications."""
        yield press("app_notifications", self.say("set_app_notifications"))

    def press_app_notifications(self) -> None:
        """On to the switches."""
        self.app.push_screen(AppNotifications())


class AppNotifications(Glass):
    """The switches that the article lists."""

    title_key = "set_app"

    def body(self) -> ComposeResult:
        """Lay out each with its value."""
        for name in notification_switches(self.handset.platform):
            yield _switch(self, name)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A switch moves to its next value; everything else goes the way of every screen."""
        _move(self, event)


class CameraSettings(Glass):
    """Whether the camera reads codes at all."""

    title_key = "set_camera"

    def body(self) -> ComposeResult:
        """Lay out the one switch."""
        yield press("scan", self._label())

    def press_scan(self) -> None:
        """Move the switch."""
        self.handset.scans_codes = not self.handset.scans_codes
        self.query_one("#scan", Button).label = self._label()

    def _label(self) -> str:
        return f"{self.say('camera_scan')}: {self.say('on' if self.handset.scans_codes else 'off')}"


class BiometricSettings(Glass):
    """Face ID or Touch ID, set up with the Passcode."""

    title_key = "set_biometrics"

    def body(self) -> ComposeResult:
        """Lay out the choices; the present one is marked."""
        present = self.handset.settings.biometrics.kind.value
        for kind, key in (("face-id", "value_face-id"), ("touch-id", "value_touch-id"), ("off", "off")):
            mark = "● " if kind == present else "○ "
            yield press(kind, mark + self.say(key))

    def press_face_id(self) -> None:
        """Set up Face ID."""
        self._set("face-id")

    def press_touch_id(self) -> None:
        """Set up Touch ID."""
        self._set("touch-id")

    def press_off(self) -> None:
        """Ask for the Passcode only."""
        self._set("off")

    def _set(self, kind: str) -> None:
        ask_element(
            self,
            lambda element: self.handset.switches.set_biometrics(kind, element),
            lambda _: self.refresh(recompose=True),
            only_typed=True,
        )


def _switch(screen: Glass, name: str) -> Button:
    return press(f"switch-{name}", _switch_label(screen, name))


def _switch_label(screen: Glass, name: str) -> str:
    value = get_value(screen.handset.settings, name)
    shown = screen.say(value if value in ("on", "off") else f"value_{value}")
    return f"{screen.say(f'set_{name}')}: {shown}"


def _move(screen: Glass, event: Button.Pressed) -> None:
    """Move a switch to its next value, if the button is one. Textual then asks the handler of `Glass` by itself."""
    name = (event.button.id or "").removeprefix("switch-")
    if name == event.button.id:
        return
    event.prevent_default()
    event.stop()
    values = list_values(screen.handset.settings, name)
    following = values[(values.index(get_value(screen.handset.settings, name)) + 1) % len(values)]

    def show(_: object) -> None:
        event.button.label = _switch_label(screen, name)
        screen.show_status()

    screen.start(lambda: screen.handset.switches.set_value(name, following), show)
