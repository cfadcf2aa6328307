"""A request on the glass: what for, who, where, from what; approve, deny, or say that it wasn't you."""

from textual.app import ComposeResult
from textual.widgets import Input

from authsim.authenticator.activate import Activated
from mobile_cli.ceremonies.listen import Notice
from mobile_cli.phone.element import ask_element
from mobile_cli.phone.frame import Glass, line, press
from mobile_cli.phone.notices import Answer
from mobile_cli.phone.question import ask_before
from mobile_cli.purposes import is_grave


class LoginRequest(Glass):
    """One request, from a notification or from a scanned code."""

    title_key = "request_title"

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self._notice = notice
        if is_grave(notice.request.purpose):
            self.title_key = "request_title_effect"

    def body(self) -> ComposeResult:
        """Lay out what is asked and the three answers."""
        notice = self._notice
        if is_grave(notice.request.purpose):
            yield line(self.say(f"effect_{notice.request.purpose}"), "grave", id="effect")
            yield line(self.say("request_of", user=notice.account.label), id="for")
        else:
            yield line(self.say("request_for", user=notice.account.label), id="for")
        yield line(self.say("request_at", portal=notice.account.origin), "label")
        yield line(self.say("request_from", address=notice.request.context.ip or "-"), "label")
        yield line(self.say("request_agent", agent=notice.request.context.agent or "-"), "label")
        yield line("", "label", id="left")
        if notice.request.digits:
            yield line(self.say("request_number"), "label")
            yield Input(id="number", max_length=notice.request.digits)
        yield press("approve", self.say("approve"), "main")
        yield press("deny", self.say("deny"))
        yield press("report", self.say("report"), "row", "grave")

    def on_mount(self) -> None:
        """Count the seconds down."""
        self._count_down()
        self.set_interval(1, self._count_down)

    def _count_down(self) -> None:
        left = self.say("request_left", seconds=self.handset.seconds_left(self._notice))
        self.query_one("#left").update(left)  # type: ignore[attr-defined]

    def press_approve(self) -> None:
        """Approve with the security element; more than a login is asked for once more, by what it does."""
        purpose = self._notice.request.purpose
        if is_grave(purpose):
            ask_before(self, self.say("ask_effect", effect=self.say(f"effect_{purpose}")), self._approve)
        else:
            self._approve()

    def _approve(self) -> None:
        number = self.text_of("number") if self._notice.request.digits else ""
        ask_element(self, lambda given: self.handset.answering.approve(self._notice, number, given), self._show)

    def press_deny(self) -> None:
        """Deny; that asks nothing."""
        self.start(lambda: self.handset.answering.deny(self._notice), self._show)

    def press_report(self) -> None:
        """Say that it was somebody else; that asks nothing either."""
        self.start(lambda: self.handset.answering.report(self._notice), self._show)

    def _show(self, answer: Answer) -> None:
        self.phone.forget_notice(self._notice.request.request_id)
        self.app.switch_screen(Outcome(self.say(answer.value)))


def tell_activated(glass: Glass, activated: Activated, *, key: str = "active_text") -> str:
    """Return what is said of a new user: active, or, with the code to type elsewhere, waiting for its confirmation."""
    user, code = activated.account.label, activated.confirmation
    return glass.say(key, user=user) if code is None else glass.say("waiting_text", user=user, code=code)


class Outcome(Glass):
    """One sentence, and Done."""

    title_key = "app"

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def body(self) -> ComposeResult:
        """Show it."""
        yield line(self._sentence, id="outcome")
        yield press("done", self.say("done"), "main")

    def press_done(self) -> None:
        """Back to the app."""
        self.phone.open_app()
