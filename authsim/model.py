"""The nouns of the portal: frozen values, no behaviour beyond what a value can say of itself.

Identifiers are 16 random bytes written as 32 lower-case hex digits. Times are integer milliseconds since the epoch on
the portal's clock; a name ending in `_ms` says so. Anything secret is either hashed, sealed, or wrapped in `Secret`.
"""

import enum
from dataclasses import dataclass, field
from typing import NewType

from authsim import states
from authsim.secret import Secret

InstanceId = NewType("InstanceId", str)
UserId = NewType("UserId", str)
DeviceId = NewType("DeviceId", str)
LoginId = NewType("LoginId", str)
ChallengeId = NewType("ChallengeId", str)
CodeId = NewType("CodeId", str)
SessionId = NewType("SessionId", str)


class Role(enum.Enum):
    """Whether a user may change the account's security settings."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Mode(enum.Enum):
    """Live or paper trading: the switch on the login page must agree with the user."""

    LIVE = "live"
    PAPER = "paper"


class Factors(enum.Enum):
    """How many factors opened a session: one is the limited session that shows a QR code."""

    ONE = "one"
    TWO = "two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One portal: who it is, which profile it was made with."""

    instance_id: InstanceId
    profile: str
    suite: str
    policy: str
    origin: str | None
    created_ms: int
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockout:
    """The failed logins since the last completed one; the newest `lockout_failures` instants, oldest first."""

    failures_ms: tuple[int, ...] = ()
    locked_until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A username and what belongs to it. One person may own several."""

    user_id: UserId
    name: str
    role: Role
    account: str
    mode: Mode
    phone: str | None
    locale: str
    password_hash: str = field(repr=False)
    lockout: Lockout = Lockout()
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """AES-256-GCM under the portal's master key `key_id`: a 12-byte nonce and ciphertext with its tag."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One user's key on one phone, as the portal knows it."""

    device_id: DeviceId
    user_id: UserId
    state: states.Device
    label: str
    suite: str
    sign_pk: bytes
    seed: Sealed
    activated_ms: int
    closed_ms: int | None = None
    last_used_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationCode:
    """A one-time activation. The code itself is not kept: `keys` seals what checks it (mac key, then psk: 64 bytes).

    `display` is the code sealed under a key that only the browser's cookie holds, so that a reload shows the same QR;
    it is None for codes that an operator made. `request_digest` and `reply` make a resend idempotent.
    """

    code_id: CodeId
    user_id: UserId
    session_id: SessionId | None
    state: states.OneShot
    keys: Sealed
    display: bytes | None
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None
    device_id: DeviceId | None = None
    request_digest: bytes | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from, for the user's own activity page; lengths are capped by the shell."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTransaction:
    """One attempt to log in, bound to one browser by the hash of its 256-bit token.

    `session_id` is set when an already open, limited session steps up to two factors.
    """

    login_id: LoginId
    token_hash: bytes
    user_id: UserId
    state: states.Login
    mode: Mode
    session_id: SessionId | None
    client: Client
    started_ms: int
    expires_ms: int
    closed_ms: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A question that one device may answer once, inside one login transaction."""

    challenge_id: ChallengeId
    login_id: LoginId
    user_id: UserId
    device_id: DeviceId
    question: str
    purpose: int
    suite: str
    state: states.OneShot
    attempts: int
    attempts_allowed: int
    issued_ms: int
    expires_ms: int
    closed_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSession:
    """A browser that is signed in, found by the hash of its 256-bit token."""

    session_id: SessionId
    token_hash: bytes
    user_id: UserId
    factors: Factors
    client: Client
    opened_ms: int
    last_seen_ms: int
    expires_ms: int
    ended_ms: int | None = None


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
    """A login that waits for its second factor. `token` goes into the browser's cookie and nowhere else."""

    token: Secret
    login: LoginTransaction
    challenge: Challenge


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
