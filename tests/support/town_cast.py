"""Who acts in the state machine: browsers, hands that hold a phone, and what they have seen so far.

Three thieves sit in the cellar and share nothing: one knows the passwords that were good at the beginning, one reads
every text, one has keystores, of phones that are in use (copied) and of phones that were replaced. Each pair here is
one thing twice: as the model knows it, and as it really is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from authsim.errors import Reason, RefusalError
from authsim.model import Client, Decision, PendingLogin, PushRequest
from authsim.protocol.push import DecisionRequest
from authsim.secret import Secret
from tests.support.adding import Adding
from tests.support.device import TestPhone
from tests.support.model_nouns import Code, Flow, Key, Login, Request, Session

T = TypeVar("T")

CELLAR = "cellar"


class SignedIn(NamedTuple):
    session: Session
    token: Secret


class Begun(NamedTuple):
    login: Login
    pending: PendingLogin


class Asked(NamedTuple):
    request: Request
    push: PushRequest


class Sent(NamedTuple):
    asked: Asked
    key: Key
    decision: Decision
    is_number_right: bool
    message: DecisionRequest
    refused_for: Reason | None


@dataclass(slots=True, kw_only=True)
class Hand:
    """A hand that holds a phone, or a copy of one."""

    phone: TestPhone
    is_thief: bool = False
    key: Key | None = None

    def copies(self) -> "Hand":
        """A thief's copy of the keystore."""
        return Hand(phone=self.phone.is_copied(), is_thief=True, key=self.key)


class Shown(NamedTuple):
    code: Code
    uri: Secret


class Adds(NamedTuple):
    flow: Flow
    adding: Adding
    hand: Hand


@dataclass(slots=True, kw_only=True)
class Place:
    """One browser: its two cookies, and the QR codes that it showed."""

    name: str
    is_in: SignedIn | None = None
    begun: Begun | None = None
    shown: list[Shown] = field(default_factory=list)

    @property
    def is_thief(self) -> bool:
        return self.name == CELLAR

    @property
    def client(self) -> Client:
        return Client(address="127.0.0.1", agent=f"a browser, {self.name}")


def happens(act: Callable[[], T]) -> T | None:
    """What a ceremony returns; None when it refuses."""
    try:
        return act()
    except RefusalError:
        return None
