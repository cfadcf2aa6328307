"""What a ceremony returns when it succeeds: nothing else opens the next door."""

from dataclasses import dataclass

from authsim.model.factors import Factor, Prompt
from authsim.model.logins import Challenge, LoginTransaction, PushRequest
from authsim.model.people import Client, PortalSession, User
from authsim.model.phones import ActivationCode, Device
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

    `offered` is what the person may choose from, in the order of the page. Of what was chosen there is either a
    `challenge`, with `push` as the newest request to the device, announced or silent, or a `prompt`; none of them
    while the person has still to choose.
    """

    token: Secret
    login: LoginTransaction
    challenge: Challenge | None
    push: PushRequest | None = None
    prompt: Prompt | None = None
    offered: tuple[Factor | Device, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformLogin:
    """What the second page of a uniform login shows, whoever typed whatever: a real pending login, or a decoy.

    `token` goes into the browser's cookie. `question` is the challenge, `number` what a request would ask for.
    `is_approved`: a phone has said yes, and the browser may go on; no decoy ever is.
    """

    token: Secret
    question: str
    number: str
    uri: Secret
    attempts_remaining: int
    issued_ms: int
    expires_ms: int
    is_approved: bool = False


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
