"""The phone that is on: what it remembers between two taps. No screen is known here; what a tap does is its errands'.

Every method that takes time blocks, and runs in a thread of its own; what is refused is raised, as everywhere. Nothing
that was typed is kept but the key of the unlocked phone, which goes when the phone is switched off.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, final

from authsim.authenticator.device import Phone, Platform, full_name
from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.settings import Settings, preset, require_number
from authsim.authenticator.summary import Enrolled
from authsim.errors import Reason, RefusalError
from authsim.secret import Secret
from mobile_cli.ceremonies import app as app_ceremony
from mobile_cli.ceremonies.connection import require_app
from mobile_cli.ceremonies.decide import Asked
from mobile_cli.ceremonies.inbox import Text, read_texts
from mobile_cli.ceremonies.listen import Happening, Listener, Notice, take_notice
from mobile_cli.ceremonies.session import Line
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome, State
from mobile_cli.phone.answering import Answering
from mobile_cli.phone.enrolling import Enrolling
from mobile_cli.phone.given import Given, require_element
from mobile_cli.phone.scanning import Scanning
from mobile_cli.phone.switches import Switches
from mobile_cli.phone.trading import Trading

if TYPE_CHECKING:
    from authsim.authenticator.keystore import Unlocked
    from authsim.ports import Clock, Entropy

#: As many texts as the glass keeps; the inbox itself keeps more.
_MOST_TEXTS: Final = 50


@final
class Handset:
    """One phone, switched on. `portal` is the address that the app speaks to, where it is known."""

    def __init__(self, home: PhoneHome, *, portal: str | None, clock: "Clock", entropy: "Entropy") -> None:
        self.home: Final = home
        self.clock: Final = clock
        self.entropy: Final = entropy
        self.answering: Final = Answering(self)
        self.enrolling: Final = Enrolling(self)
        self.scanning: Final = Scanning(self)
        self.switches: Final = Switches(self)
        self.trading: Final = Trading(self)
        self.platform = Platform.IOS
        self.portal = portal
        self.settings: Settings = preset(Platform.IOS)
        self.notices: list[Notice] = []
        self.texts: tuple[Text, ...] = ()
        self.is_front_lens = False
        self.scans_codes = True
        self._enrolled: tuple[Enrolled, ...] = ()
        self._dek: Secret | None = None
        self._lines: dict[str, Line] = {}
        self._listener: Listener | None = None
        self._tell: Callable[[Notice], object] | None = None
        if self.is_made:
            self.learn()

    @property
    def is_made(self) -> bool:
        """Say whether a phone lies in the folder; one that was wiped is refused with `PHONE_WIPED`."""
        state = self.home.state()
        if state is State.WIPED:
            raise RefusalError(Reason.PHONE_WIPED)
        return state is State.READY

    @property
    def users(self) -> tuple[str, ...]:
        """Whom this phone answers for; with the portal where two portals share a name."""
        labels = [user.label for user in self._enrolled]
        return tuple(
            user.label if labels.count(user.label) == 1 else full_name(user.label, user.origin)
            for user in self._enrolled
        )

    @property
    def number(self) -> str:
        """The phone's number, or nothing."""
        return self.settings.number or ""

    @property
    def signal(self) -> str:
        """What keeps the phone from the world, in one word."""
        conditions = self.settings.conditions
        if conditions.airplane:
            return "airplane"
        if not conditions.is_online:
            return "offline"
        return "quiet" if conditions.do_not_disturb else "online"

    @property
    def label(self) -> str:
        """What the portal's pages call this phone."""
        return "iPhone" if self.platform is Platform.IOS else "Android phone"

    @property
    def asks_permission(self) -> bool:
        """Say whether the app, opened, asks whether it may notify."""
        return app_ceremony.asks_permission(self.settings.app)

    def suite_of(self, user: str) -> str:
        """Return the name of the suite of one of `users`, or refuse with `NOT_ENROLLED`."""
        for name, enrolled in zip(self.users, self._enrolled, strict=True):
            if name == user:
                return enrolled.suite
        raise RefusalError(Reason.NOT_ENROLLED)

    def require_portal(self) -> str:
        """Return the portal's address; none is known before the person named one."""
        if not self.portal:
            raise PhoneError(Exit.USAGE, "need_portal_url")
        return self.portal

    def seconds_left(self, notice: Notice) -> int:
        """Return how long a request may still be answered, by this machine's clock; only the portal's decides."""
        return max(0, -(-(notice.request.exp - self.clock.now_ms()) // 1000))

    def open_notices(self) -> list[Notice]:
        """Return the requests that may still be answered, oldest first."""
        return [notice for notice in self.notices if self.seconds_left(notice) > 0]

    def learn(self) -> None:
        """Read what the phone shows without its PIN; whom it answers for decides whom it listens for."""
        summary = self.home.read_summary()
        if summary is not None:
            self.platform, self._enrolled = summary.platform, summary.users
            if self.portal is None and len(set(summary.portals)) == 1:
                self.portal = summary.portals[0]
        self.reread()
        if self._tell is not None:
            self.listen(self._tell)

    def reread(self) -> Settings:
        """Read what the phone is set to."""
        self.settings = self.home.settings.read()
        return self.settings

    def make(self, element: str, *, number: str) -> bool:
        """Make a new phone of the chosen platform, without the app, and switch it on."""
        pin = require_element(element, PinPolicy.CLASSIC)
        kept = require_number(number) if number else None
        phone = Phone(platform=self.platform, pin_policy=PinPolicy.CLASSIC, created_ms=self.clock.now_ms())
        self.home.create(phone, pin=pin, entropy=self.entropy)
        app_ceremony.furnish(self.home, has_app=False, number=kept)
        return self.switch_on(element)

    def switch_on(self, element: str) -> bool:
        """Open the phone once after it was off: from now on it can receive."""
        self._dek = self.open(Given(typed=element)).dek
        self.learn()
        return True

    def switch_off(self) -> None:
        """Hear nothing more, and forget the key."""
        self._stop_listening()
        self._tell = None
        self._dek = None
        self._lines = {}

    def open(self, given: Given) -> "Unlocked":
        """Return the opened phone, or refuse as `PhoneHome.unlock` and `PhoneHome.look`."""
        try:
            if given.is_match is not None:
                return self.home.look(is_match=given.is_match)
            summary = self.home.read_summary()
            return self.home.unlock(require_element(given.typed, None if summary is None else summary.pin_policy))
        finally:
            self.reread()

    @property
    def dek(self) -> Secret:
        """The key of the phone that is on."""
        if self._dek is None:
            raise RefusalError(Reason.WRONG_PIN, attempts_remaining=self.home.count_tries_left())
        return self._dek

    def lines(self) -> list[Line]:
        """Return a line to the portal for each account. Refuses while the app is away, or waits for its recovery."""
        require_app(self.home)
        phone = self.home.change(self.dek, lambda phone: phone, entropy=self.entropy)
        for account in phone.accounts:
            if account.device_id not in self._lines:
                self._lines[account.device_id] = Line(self.home, self.dek, account, entropy=self.entropy)
        return [self._lines[account.device_id] for account in phone.accounts]

    def listen(self, tell: Callable[[Notice], object]) -> None:
        """Let requests in from now on, for every user of this phone; `tell` is called from other threads."""
        self._stop_listening()
        self._tell = tell
        if not self._enrolled or not self.settings.app.is_installed or self.settings.app.needs_recovery:
            return

        def hear(happening: Happening) -> None:
            if isinstance(happening, Asked) and happening.request.state == "issued":
                tell(take_notice(Asked(happening.line.twin(), happening.request)))

        self._listener = Listener([line.twin() for line in self.lines()], hear)
        self._listener.start()

    def read_texts(self) -> int:
        """Read the texts that came to this phone's number; return how many are new. Old ones go."""
        if not (self.portal and self.number):
            return 0
        after = self.texts[-1].sequence if self.texts else 0
        found = read_texts(self.home, self.portal, self.number, after=after)
        # A portal that repeats itself, or counts backwards, tells nothing new.
        new = tuple(text for text in found if text.sequence > after)
        self.texts = (*self.texts, *new)[-_MOST_TEXTS:]
        return len(new)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
