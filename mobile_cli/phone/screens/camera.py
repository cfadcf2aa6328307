"""The camera: what it sees is typed, pasted, or read from a picture; a banner offers where a code leads."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from mobile_cli.phone.frame import Glass, line, press


class Camera(Glass):
    """Point the lens at a QR code; nothing is photographed."""

    title_key = "camera"
    right = ("lens", "camera_lens")

    def body(self) -> ComposeResult:
        """Lay out the lens, and room for the banner."""
        yield Vertical(id="banner-at-top")
        yield line(self._lens(), "label", id="which-lens")
        yield line(self.say("camera_text"))
        yield line(self.say("camera_field"), "label")
        yield Input(id="seen")
        yield press("point", self.say("camera_point"), "main")
        yield press("screen", self.say("camera_screen"))

    def on_input_submitted(self) -> None:
        """Enter points the lens."""
        self.press_point()

    def press_lens(self) -> None:
        """Switch between the front and the rear lens."""
        self.handset.is_front_lens = not self.handset.is_front_lens
        self.query_one("#which-lens").update(self._lens())  # type: ignore[attr-defined]
        self.tell("")

    def press_point(self) -> None:
        """Look at what was named."""
        self._look(self.text_of("seen").strip())

    def press_screen(self) -> None:
        """Look at the computer's screen."""
        self._look(None)

    def _lens(self) -> str:
        return self.say("camera_front" if self.handset.is_front_lens else "camera_rear")

    def _look(self, source: str | None) -> None:
        self.query_one("#banner-at-top").remove_children()
        if self.handset.is_front_lens:
            self.tell(self.say("camera_front_sees"), is_bad=True)
        elif not self.handset.scans_codes:
            self.tell(self.say("camera_no_scan"), is_bad=True)
        elif source == "":
            self.tell(self.say("camera_nothing"), is_bad=True)
        else:
            self.start(lambda: self.handset.scanning.see(source), self._offer)

    def _offer(self, _: object) -> None:
        key = "camera_open_app" if self.handset.settings.app.is_installed else "camera_open_site"
        self.clear("seen")
        self.query_one("#banner-at-top").mount(press("follow", self.say(key), "notice"))

    def press_follow(self) -> None:
        """Tap the banner: it leads into the app, or to the web site while there is none."""
        from mobile_cli.phone.screens.store import Website

        self.query_one("#banner-at-top").remove_children()
        if self.handset.settings.app.is_installed:
            self.phone.open_scanned()
        else:
            self.handset.scanning.forget()  # without the app nobody keeps the code: it has to be scanned again
            self.app.push_screen(Website())
