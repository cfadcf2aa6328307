"""Who there is: the portal itself, usernames, and the browsers that are signed in."""

import enum
from dataclasses import dataclass, field

from authsim.model.ids import InstanceId, SessionId, UserId


class Role(enum.Enum):
    """Whether a user may change the account's security settings."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Mode(enum.Enum):
    """Live or paper trading: the switch on the login page must agree with the user."""

    LIVE = "live"
    PAPER = "paper"


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
    is_seamless: bool = True
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from, for the user's own activity page; lengths are capped by the shell."""

    address: str = ""
    agent: str = ""


class Factors(enum.Enum):
    """How many factors opened a session: one is the limited session that shows a QR code."""

    ONE = "one"
    TWO = "two"


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
