"""Verbs for tests of the portal's half: a town with one portal, and the people in it.

`alice.activates(phone)`, `alice.logs_in(with_=phone)`. A person holds a password and acts through the ceremonies only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from authsim.adapters.memory import MemoryStore
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.model import (
    Authenticated,
    Client,
    Device,
    Factors,
    FirstFactorPassed,
    LimitedEntry,
    Lockout,
    Mode,
    PendingLogin,
    PortalSession,
    PushRequest,
    Role,
    User,
)
from authsim.policy import Policy
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from authsim.verifier import (
    Verifier,
    activation,
    challenge_response,
    confirmation,
    inbox,
    login,
    operators,
    passwords,
    push,
    sessions,
)
from tests.support.adding import code_in
from tests.support.device import TestPhone
from tests.support.ports import BetweenSteps, CheapPasswords, CountedEntropy, FakeClock, make_verifier

PASSWORD = Secret("correct horse battery")
WRONG = Secret("wrong horse battery")
BROWSER = Client(address="127.0.0.1", agent="a browser")
NUMBER = "+12125550142"


@contextmanager
def refused(reason: Reason) -> Iterator[pytest.ExceptionInfo[RefusalError]]:
    """Expect that what happens inside is refused for this reason."""
    with pytest.raises(RefusalError) as caught:
        yield caught
    assert caught.value.reason is reason


def question_of(pending: PendingLogin) -> str:
    """Return what the phone is asked."""
    assert pending.challenge is not None
    return pending.challenge.question


@dataclass(slots=True)
class Person:
    """A user, and the verbs of somebody who knows the password."""

    town: "Town"
    user: User
    password: Secret = field(default_factory=lambda: PASSWORD)

    def passes_password(self) -> FirstFactorPassed:
        """Type the right password."""
        return passwords.require_password(
            self.town.verifier, name=self.user.name, password=self.password, client=BROWSER
        )

    def fails_password(self, reason: Reason = Reason.WRONG_PASSWORD) -> RefusalError:
        """Type a wrong password, and be refused for this reason."""
        with refused(reason) as caught:
            passwords.require_password(self.town.verifier, name=self.user.name, password=WRONG, client=BROWSER)
        return caught.value

    def is_refused(self, reason: Reason) -> RefusalError:
        """Type the right password, and be refused all the same."""
        with refused(reason) as caught:
            self.passes_password()
        return caught.value

    def enters(self) -> LimitedEntry:
        """Open the limited session that shows a QR code."""
        return activation.open_limited_session(self.town.verifier, self.passes_password())

    def sees_code(self, entry: LimitedEntry) -> Secret:
        """Return the URI in the QR code on the page."""
        view = activation.show_activation(self.town.verifier, session=entry.session, token=entry.token)
        assert view.offer is not None
        return view.offer.uri

    def activates(self, phone: TestPhone) -> LimitedEntry:
        """Sign in with the password, let the phone scan what the page shows, and confirm it where that is asked."""
        entry = self.enters()
        phone.activate(self.town.verifier, self.sees_code(entry))
        if self.town.policy.confirm_activation:
            self.confirms(entry, phone.confirmation)
        return entry

    def confirms(self, entry: LimitedEntry, code: str) -> Device:
        """Type the code that the phone shows into the page that showed the QR code."""
        return confirmation.confirm_activation(self.town.verifier, entry.session, code=code, client=BROWSER)

    def adds_herself(self, phone: TestPhone) -> None:
        """Let a phone enrol by credentials and texted code."""
        phone.add_user(self.town.verifier, self.user.name, self.password, reads=lambda: self.texts()[-1])

    def texts(self) -> list[str]:
        """What the number received, oldest first."""
        assert self.user.phone is not None
        return [received.text for received in inbox.list_texts(self.town.verifier, self.user.phone)]

    def reads_code(self) -> str:
        """The code in the newest text."""
        return code_in(self.texts()[-1])

    def switches_notifications(self, is_on: bool) -> None:
        """Have the help desk switch notifications at login on or off."""
        operators.set_seamless(self.town.verifier, self.user, is_on)

    def is_locked(self) -> None:
        """Have the help desk lock the user."""
        operators.lock(self.town.verifier, self.user)

    def takes_password(self, password: Secret) -> None:
        """Have the help desk set another password."""
        operators.set_password(self.town.verifier, self.user, password)
        self.password = password

    def begins(self, *, mode: Mode | None = Mode.LIVE, notify: bool = True) -> PendingLogin:
        """Pass the first factor and be asked a question, and the phone for an approval."""
        return login.begin_login(self.town.verifier, self.passes_password(), mode=mode, notify=notify)

    def is_asked(self, *, notify: bool = True) -> tuple[PendingLogin, PushRequest]:
        """Begin a login, and return it with its request."""
        pending = self.begins(notify=notify)
        assert pending.push is not None
        return pending, pending.push

    def resends(self, pending: PendingLogin) -> PushRequest:
        """Wait as long as one has to, and press *Resend notification*."""
        self.town.clock.advance(seconds=self.town.policy.push_resend_seconds)
        asked = push.resend_request(self.town.verifier, token=pending.token, client=BROWSER).push
        assert asked is not None
        return asked

    def collects(self, pending: PendingLogin) -> Authenticated:
        """Go on, in the browser of that login, after the phone approved."""
        return push.complete_approved(self.town.verifier, token=pending.token, client=BROWSER)

    def logs_in_by_push(self, *, with_: TestPhone) -> Authenticated:
        """Log in with both factors, without typing."""
        pending, asked = self.is_asked()
        with_.approves(self.town.verifier, asked, number=asked.number)
        return self.collects(pending)

    def steps_up(self, entry: LimitedEntry) -> PendingLogin:
        """Press *Sign in with your phone*."""
        return login.begin_step_up(self.town.verifier, entry.session, client=BROWSER)

    def answers(self, pending: PendingLogin, response: str) -> Authenticated:
        """Type a response into the page of that login."""
        return challenge_response.complete_challenge(
            self.town.verifier, token=pending.token, response=response, client=BROWSER
        )

    def logs_in(self, *, with_: TestPhone) -> Authenticated:
        """Log in with both factors."""
        pending = self.begins()
        return self.answers(pending, with_.respond(question_of(pending)))

    def fails_response(self, pending: PendingLogin, reason: Reason = Reason.WRONG_RESPONSE) -> RefusalError:
        """Type a response that is wrong in its last digit, or whatever else keeps it from being right."""
        with refused(reason) as caught:
            self.answers(pending, "00000000")
        return caught.value

    @property
    def lockout(self) -> Lockout:
        """The failures that the portal keeps of this user."""
        user = self.town.verifier.store.users.get(self.user.user_id)
        assert user is not None
        return user.lockout

    @property
    def is_seamless(self) -> bool:
        """Whether the portal announces this user's logins."""
        user = self.town.verifier.store.users.get(self.user.user_id)
        assert user is not None
        return user.is_seamless

    @property
    def device(self) -> Device | None:
        """The active device."""
        return self.town.verifier.store.devices.active_of(self.user.user_id)

    @property
    def full_sessions(self) -> list[PortalSession]:
        """The open sessions of two factors."""
        opened = sessions.list_sessions(self.town.verifier, self.user.user_id)
        return [session for session in opened if session.factors is Factors.TWO]

    def events(self) -> list[tuple[EventKind, Reason | None]]:
        """What the record says of this user, oldest first."""
        rows = self.town.verifier.store.audit.list_of(self.user.user_id, most=1_000)
        return [(row.event.kind, row.event.reason) for row in reversed(rows)]


@dataclass(slots=True)
class Town:
    """One portal in memory, its clock, and the people who use it."""

    policy: Policy = field(default_factory=Policy)
    suite: str = CLASSIC6
    between: BetweenSteps = field(default_factory=lambda: BetweenSteps(MemoryStore()))
    verifier: Verifier = field(init=False)
    phones: int = 0

    def __post_init__(self) -> None:
        self.verifier = make_verifier(policy=self.policy, suite=self.suite, store=self.between)

    @property
    def clock(self) -> FakeClock:
        """The portal's clock."""
        return cast(FakeClock, self.verifier.clock)

    @property
    def entropy(self) -> CountedEntropy:
        """The portal's entropy."""
        return cast(CountedEntropy, self.verifier.entropy)

    @property
    def passwords(self) -> CheapPasswords:
        """The portal's password hashing."""
        return cast(CheapPasswords, self.verifier.passwords)

    def under(self, **numbers: int) -> "Town":
        """Go on under other numbers."""
        self.policy = replace(self.policy, **numbers)
        self.verifier = replace(self.verifier, policy=self.policy)
        return self

    def adds(
        self,
        name: str,
        *,
        mode: Mode = Mode.LIVE,
        role: Role = Role.PRIMARY,
        account: str | None = None,
        number: str | None = NUMBER,
        locale: str = "en",
    ) -> Person:
        """Add a user with the usual password and number."""
        user = operators.add_user(
            self.verifier,
            name=name,
            password=PASSWORD,
            mode=mode,
            role=role,
            account=account,
            phone=number,
            locale=locale,
        )
        return Person(self, user)

    def sells_phone(self) -> TestPhone:
        """Return a new phone with its own randomness."""
        self.phones += 1
        return TestPhone(entropy=CountedEntropy(f"phone {self.phones}"), label=f"phone {self.phones}")

    def events(self) -> list[tuple[EventKind, Reason | None]]:
        """The whole record, oldest first."""
        return [(event.kind, event.reason) for event in self.record()]

    def record(self) -> list[Event]:
        """The whole record, oldest first, with all that it says."""
        return [row.event for row in self.verifier.store.audit.read(after=0, most=10_000)]
