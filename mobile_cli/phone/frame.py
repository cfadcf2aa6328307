"""The glass of the phone: what every screen has around it, and how a screen works while it waits.

A screen names its title and its body; buttons are found by their `id`. Whatever blocks (a PIN is stretched, a portal is
asked) runs in a thread, and what is refused is shown where the person looks, in the words of every other command.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from authsim.authenticator.settings import BannerStyle
from authsim.authenticator.sight import BANNER_SECONDS
from authsim.errors import AuthsimError
from mobile_cli.exits import PhoneError
from mobile_cli.labels import BANNER

if TYPE_CHECKING:
    from mobile_cli.ceremonies.listen import Notice
    from mobile_cli.phone.app import PhoneApp
    from mobile_cli.phone.handset import Handset

T = TypeVar("T")

#: What the shell of the phone may raise to a person: everything else is a bug.
EXPECTED = (AuthsimError, PhoneError, OSError)


def line(text: str, *classes: str, id: str | None = None) -> Static:  # noqa: A002 - Textual's own word
    """Return text as it is: nothing in it is markup."""
    return Static(text, id=id, classes=" ".join(classes), markup=False)


def notice_button(text: str, notice: "Notice") -> Button:
    """Return a notification that can be tapped."""
    return Button(Content(text), id=f"notice-{notice.request.request_id}", classes="notice")


def press(name: str, text: str, *classes: str) -> Button:
    """Return a button; its `press_…` method is named after it."""
    return Button(Content(text), id=name, classes=" ".join(classes or ("row",)))


class Glass(Screen[None]):
    """One screen of the phone. `title_key` names its title; `left` and `right` are the corner buttons' (id, key)."""

    title_key: str = "app"
    left: tuple[str, str] | None = ("back", "back")
    right: tuple[str, str] | None = None
    AUTO_FOCUS: ClassVar[str | None] = "#body Input, #body Button"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "Back")]

    @property
    def phone(self) -> "PhoneApp":
        """The running application."""
        from mobile_cli.phone.app import PhoneApp

        app = self.app
        if not isinstance(app, PhoneApp):
            raise TypeError("a screen of the phone runs in the phone")
        return app

    @property
    def handset(self) -> "Handset":
        """What the phone knows and can do."""
        return self.phone.handset

    def say(self, key: str, **facts: object) -> str:
        """Return words in the phone's language, as its platform says them."""
        return self.phone.say(key, **facts)

    def compose(self) -> ComposeResult:
        """Lay out banner, status bar, title, body and the line for what happened."""
        with Vertical(id="glass"):
            yield Static(BANNER, id="banner", markup=False)
            yield Static(self.phone.status_line(), id="status", markup=False)
            yield Vertical(id="notice")
            with Horizontal(id="title"):
                yield from self._corner(self.left, "left")
                yield Static(self.say(self.title_key), id="title-text", markup=False)
                yield from self._corner(self.right, "right")
            with VerticalScroll(id="body", can_focus=False):
                yield from self.body()
            yield Static("", id="said", markup=False)
            yield from self.foot()

    def body(self) -> ComposeResult:
        """Lay out what this screen is for."""
        yield from ()

    def foot(self) -> ComposeResult:
        """Lay out a bar at the lower edge, where the platform has one."""
        yield from ()

    def _corner(self, corner: tuple[str, str] | None, side: str) -> ComposeResult:
        if corner is None:
            yield Static("", classes=f"corner {side}")
        else:
            yield press(corner[0], self.say(corner[1]), "corner", side)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Hand a button to its `press_…` method: `press_log_in` for the button `log_in`."""
        event.stop()
        name = (event.button.id or "").replace("-", "_")
        method = getattr(self, f"press_{name}", None)
        if method is not None:
            method()

    def press_back(self) -> None:
        """Go back where the person came from."""
        self.action_back()

    def action_back(self) -> None:
        """Leave this screen, unless it is the first one."""
        if self.left is not None and len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def text_of(self, field: str) -> str:
        """Return what was typed into the input of that id."""
        return self.query_one(f"#{field}", Input).value

    def clear(self, *fields: str) -> None:
        """Empty these inputs: what is secret does not stay on the glass."""
        for field in fields:
            self.query_one(f"#{field}", Input).value = ""

    def tell(self, text: str, *, is_bad: bool = False) -> None:
        """Say what happened in the line under the body; a screen reader's user finds it there too."""
        said = self.query_one("#said", Static)
        said.update(text)
        said.set_class(is_bad, "bad")
        said.set_class(bool(text), "shown")

    def show_status(self) -> None:
        """Write the status bar anew."""
        self.query_one("#status", Static).update(self.phone.status_line())

    def on_screen_resume(self) -> None:
        """Show the present when the person comes back."""
        self.show_status()

    def show_notice(self, notice: "Notice") -> None:
        """Show a banner at the top edge, for as long as the phone's settings let it stay."""
        self.show_status()
        if notice.sight.banner is None:
            return
        place = self.query_one("#notice", Vertical)
        place.remove_children()
        place.mount(notice_button(self.phone.notice_text(notice), notice))
        if notice.sight.banner is BannerStyle.TEMPORARY:
            self.set_timer(BANNER_SECONDS, place.remove_children)

    @on(Button.Pressed, ".notice")
    def tap_notice(self, event: Button.Pressed) -> None:
        """Open what the notification is about."""
        event.stop()
        self.query_one("#notice", Vertical).remove_children()
        self.phone.open_request((event.button.id or "").removeprefix("notice-"))

    @property
    def is_busy(self) -> bool:
        """Say whether something is being done: a second press of a button is then no press."""
        return self._is_busy

    _is_busy: bool = False

    @work
    async def start(self, task: Callable[[], T], then: Callable[[T], object], *, quietly: bool = False) -> None:
        """Run what blocks in a thread, then go on with its value, or say why it was refused. One thing at a time."""
        if self._is_busy:
            return
        self._is_busy = True
        if not quietly:
            self.tell(self.say("working"))
        try:
            found = await asyncio.to_thread(task)
        except EXPECTED as error:
            self.tell(self.phone.explain(error), is_bad=True)
            return
        finally:
            self._is_busy = False
        if not quietly:
            self.tell("")
        then(found)
