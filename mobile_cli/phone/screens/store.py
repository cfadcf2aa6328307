"""Getting the app: the web site that a code leads to without it, and the store of the platform."""

from textual.app import ComposeResult

from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.question import ask


class Website(Glass):
    """Where the banner leads while the app is not on the phone."""

    title_key = "site_title"

    def body(self) -> ComposeResult:
        """Lay out the one way on."""
        yield line(self.say("site_text"))
        yield press("go", self.say("site_go"), "main")

    def press_go(self) -> None:
        """Go to the store."""
        self.app.switch_screen(Store())


class Store(Glass):
    """The page of the app in the platform's store."""

    title_key = "store"

    def body(self) -> ComposeResult:
        """Lay out the app, and what can be done with it."""
        yield line(self.say("app"))
        yield line(self.say("store_text"), "label")
        if not self.handset.settings.app.is_installed:
            yield press("get", self.say("store_get"), "main")
            return
        yield line(self.say("store_wait"), id="wait")
        yield press("open", self.say("store_open"))
        yield press("remove", self.say("store_remove"), "row", "grave")

    def press_get(self) -> None:
        """Install the app."""
        self.start(self.handset.switches.install, lambda _: self.refresh(recompose=True))

    def press_open(self) -> None:
        """Open the app, although it was said not to."""
        self.phone.open_app()

    def press_remove(self) -> None:
        """Remove the app, once it is said what that costs."""
        words = self.say("store_remove_ask")
        ask(self, words, self.handset.switches.remove, lambda _: self.refresh(recompose=True))
