"""What a ceremony returns when it succeeds: nothing else opens the next door."""

from dataclasses import dataclass

from authsim.model.logins import Challenge, LoginTransaction, PushRequest
from authsim.model.people import Client, PortalSession, User
from authsim.model.phones import ActivationCode
from authsim.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFactorPassed:
    """Proof that this user's password was right, at one instant.

    `login` and `token` are set when the proof was remembered while the live/paper switch was corrected: the transaction
    that began then goes on.
    """

    user: User
    at_ms: int
    client: Client
    login: LoginTransaction | None = None
    token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A login that waits for its second factor. `token` goes into the browser's cookie and nowhere else.

    `push` is the newest request to the device, announced or silent; None for a login of before there were requests.
    """

    token: Secret
    login: LoginTransaction
    challenge: Challenge
    push: PushRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedEntry:
    """Proof of one factor: opens the limited session that shows the activation code."""

    token: Secret
    session: PortalSession
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """Proof of both factors: the only thing that opens a full session."""

    token: Secret
    session: PortalSession
    user: User
    failures_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationOffer:
    """What the page draws: the one-time code, as URI (QR) and as typed Session ID."""

    code: ActivationCode
    uri: Secret
    typed: Secret
    fingerprint: str
