"""Who there is: the portal itself, usernames, and the browsers that are signed in."""

import enum
from dataclasses import dataclass, field

from authsim.model.factors import FactorKind
from authsim.model.ids import InstanceId, SessionId, UserId


class Role(enum.Enum):
    """What a user may do: change the account's security settings, only use it, or answer the telephone for others."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    HELP_DESK = "help_desk"


class SecureLogin(enum.Enum):
    """Whether the trading login asks for a second factor. The portal always does."""

    ENROLLED = "enrolled"
    OPTING_OUT = "opting_out"
    OPTED_OUT = "opted_out"


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
    """A username and what belongs to it. One person may own several.

    `opts_out_ms`: when an opting out takes effect, or took it. `region` is an ISO 3166-1 code of two letters.
    """

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
    secure_login: SecureLogin = SecureLogin.ENROLLED
    opts_out_ms: int | None = None
    region: str = "US"
    phone_verified_ms: int | None = None
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from, for the user's own activity page; lengths are capped by the shell."""

    address: str = ""
    agent: str = ""


class Reach(enum.Enum):
    """What a session may touch.

    `RESTRICTED` is everything but second factors, the number and the secure login system; `CARD_ONLY` the online card
    and nothing else; `TRADING` the trading device, and no page of the portal.
    """

    FULL = "full"
    RESTRICTED = "restricted"
    CARD_ONLY = "card_only"
    TRADING = "trading"


class Factors(enum.Enum):
    """How many factors opened a session: one is the limited session that shows a QR code."""

    ONE = "one"
    TWO = "two"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSession:
    """A browser that is signed in, found by the hash of its 256-bit token.

    `proof` is the second factor that opened it, None for one factor. `verified_purpose` is what its user proved to be
    there for at `verified_ms`, once: the operation that asks for it spends it.
    """

    session_id: SessionId
    token_hash: bytes
    user_id: UserId
    factors: Factors
    proof: FactorKind | None = None
    reach: Reach = Reach.FULL
    verified_purpose: int | None = None
    verified_ms: int | None = None
    client: Client
    opened_ms: int
    last_seen_ms: int
    expires_ms: int
    ended_ms: int | None = None
