"""The virtual phones of one portal with all that they are given: the shelf they lie on, chance, the way to the portal.

What a phone can do is told by `enrolling`, `answering` and `apps`; who lets it do so by itself by `hands`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, NamedTuple, final

from authsim import ports
from authsim.authenticator.attempts import MOST_TRIES
from authsim.authenticator.device import Account, Phone, Platform, accounts_named
from authsim.errors import MessageError, Reason, RefusalError, StoreError
from authsim.lab.agenda import Agenda
from authsim.lab.clock import PHONE as PHONE_CLOCK
from authsim.lab.clock import LabClock
from authsim.lab.phones.drawer import MOST_PHONES, Drawer
from authsim.lab.phones.handset import Handset, Policy, make_handset, open_handset, see_phone
from authsim.lab.phones.wire import Portal, UnreachableError
from authsim.lab.telling import PHONE, Teller
from authsim.secret import Secret

#: What a phone begins with that does nothing by itself.
FRESH: Final = Policy.MANUAL


class Opened(NamedTuple):
    """A phone that was opened with its PIN: its id, the data key, what the device knew then, and in which world."""

    phone_id: str
    dek: Secret
    phone: Phone
    policy: Policy
    world: int


@final
class Fleet:
    """All virtual phones. `entropy` is the lab's: keys and nonces of phones repeat with its seed."""

    __slots__ = ("_portal", "agenda", "clock", "drawer", "entropy", "teller")

    def __init__(
        self, drawer: Drawer, *, clock: LabClock, entropy: ports.Entropy, teller: Teller, agenda: Agenda
    ) -> None:
        self.drawer = drawer
        self.clock = clock
        self.entropy = entropy
        self.teller = teller
        self.agenda = agenda
        self._portal: Portal | None = None

    def connect(self, portal: Portal) -> None:
        """Give the phones their way to the portal."""
        self._portal = portal

    @property
    def portal(self) -> Portal:
        """The way to the portal. Raises `StoreError` before there is one."""
        if self._portal is None:
            raise StoreError("the phones have no way to the portal yet")
        return self._portal

    @property
    def is_connected(self) -> bool:
        """Say whether there is a way to the portal yet."""
        return self._portal is not None

    def clock_of(self, phone_id: str) -> LabClock:
        """Return the phone's own clock, which may be skewed."""
        return self.clock.of(f"{PHONE_CLOCK}{phone_id}")

    def make(self, platform: str, *, policy: Policy = FRESH, delay_ms: int = 0, phone_id: str | None = None) -> Handset:
        """Make a phone without users: `platform` is ios or android.

        Raises `MessageError` for another platform, and when there is one of that id. That there is room is asked first
        (`require_room`), once for as many as are made.
        """
        kind = _read_platform(platform)
        chosen = self._draw_id() if phone_id is None else phone_id
        handset = make_handset(
            chosen,
            kind,
            policy=policy,
            delay_ms=delay_ms,
            made_ms=self.clock_of(chosen).now_ms(),
            entropy=self.entropy,
        )
        self._put(handset)
        return handset

    def require_room(self, count: int) -> None:
        """Raise `MessageError` unless so many more phones may be made."""
        if len(self.drawer.list_ids()) + count > MOST_PHONES:
            raise MessageError(f"a lab has at most {MOST_PHONES} phones. Take some away first")

    def clone(self, phone_id: str) -> Handset:
        """Copy a phone with all that it holds: keys, counters, apps. The copy does nothing by itself.

        Raises `UnknownPhoneError`.
        """
        original = self.drawer.read(phone_id)
        self.require_room(1)
        copy = replace(original, phone_id=self._draw_id(), policy=FRESH, delay_ms=0)
        self._put(copy)
        return copy

    def erase(self, phone_id: str) -> None:
        """Take a phone away with its keys. Raises `UnknownPhoneError`."""
        self.drawer.erase(phone_id)

    def open(self, phone_id: str, *, is_listening: bool = False) -> Opened:
        """Type the PIN of a phone, as well as its person can. Refuses with `WRONG_PIN` and `PHONE_WIPED`.

        `is_listening`: the app was opened before, and only hears what comes; nobody types anything.
        """
        world = self.drawer.read_world()
        handset = self.drawer.read(phone_id)
        slips = handset.policy is Policy.WRONG_PIN and not is_listening
        done = open_handset(handset, is_mistyped=slips)
        counts = slips or (handset.tries_left != MOST_TRIES and not is_listening)
        if counts:  # one serialised step counts it
            told = [done]

            def count(current: Handset) -> Handset:
                told[0] = open_handset(current, is_mistyped=slips)
                return told[0][0]

            self.drawer.change(phone_id, count)
            done = told[0]
        after, dek = done
        if isinstance(dek, RefusalError):
            raise dek
        return Opened(phone_id, dek, see_phone(after, dek), after.policy, world)

    def tell(self, phone_id: str, what: str, *, user: str | None = None, why: Reason | None = None) -> None:
        """Write a line of the story: what the phone did, and no secret of it."""
        reason = None if why is None else why.value
        self.teller.tell(PHONE, f"phone:{what}", user=self._named(user), why=reason, phone=phone_id)

    @contextmanager
    def telling(self, phone_id: str, user: str | None = None) -> Iterator[None]:
        """Tell the story of a refusal that leaves this block."""
        try:
            yield
        except RefusalError as refusal:
            self.tell(phone_id, "refused", user=user, why=refusal.reason)
            raise
        except UnreachableError as error:
            self.teller.tell(PHONE, "phone:refused", user=self._named(user), phone=phone_id, status=error.status)
            raise

    def _named(self, user: str | None) -> str | None:
        """Return the name of a user; what was typed for nobody is told nowhere."""
        return user if user is not None and self.portal.knows(user) else None

    def _draw_id(self) -> str:
        while self.drawer.holds(drawn := self.drawer.draw_id()):
            pass  # somebody named one so
        return drawn

    def _put(self, handset: Handset) -> None:
        try:
            self.drawer.put(handset)
        except FileExistsError:
            raise MessageError("there is a phone of that name already. Choose another, or take that one away") from None


def _read_platform(text: str) -> Platform:
    try:
        return Platform(text)
    except ValueError:
        raise MessageError("platform is one of: ios, android") from None


def require_online(opened: Opened) -> None:
    """Refuse with `PHONE_OFFLINE` for a phone that hears nothing and sends nothing."""
    if opened.policy is Policy.OFFLINE:
        raise RefusalError(Reason.PHONE_OFFLINE)


def choose_accounts(phone: Phone, user: str | None) -> tuple[Account, ...]:
    """Return the accounts that may be meant. Refuses with `NOT_ENROLLED` when there is none."""
    found = phone.accounts if user is None else accounts_named(phone.accounts, user)
    if not found:
        raise RefusalError(Reason.NOT_ENROLLED)
    return found


def choose_account(phone: Phone, user: str | None) -> Account:
    """Return the one account that is meant. Raises `MessageError` when there are several; refuses as above."""
    found = choose_accounts(phone, user)
    if len(found) > 1:
        raise MessageError("this phone answers for several users: say for which one, with the member user")
    return found[0]
