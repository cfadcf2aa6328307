"""What the plain model of a town is made of: users, keys, sessions, logins, requests, codes, flows, as bare facts.

Instants are milliseconds. Identity tells two of them apart; `portal_id` is what the portal calls one, to be compared.
"""

from dataclasses import dataclass, field

ACTIVE, SUSPENDED, GONE = "active", "suspended", "gone"
ISSUED, APPROVED, CONSUMED, CLOSED = "issued", "approved", "consumed", "closed"


@dataclass(slots=True, kw_only=True, eq=False)
class Key:
    """One user's key on a phone. `counter` is the highest that was accepted; `is_thief` who brought the phone."""

    user: "User"
    made_ms: int
    is_thief: bool = False
    state: str = ACTIVE
    counter: int = 0
    alarms: int = 0
    portal_id: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Code:
    """What a QR code for activation carries."""

    user: "User"
    ends_ms: int
    state: str = ISSUED
    key: Key | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """A browser that is signed in. `key` is the one that opened it; without one it is limited, and may show a code."""

    place: str
    user: "User"
    key: Key | None
    seen_ms: int
    ends_ms: int
    is_ended: bool = False
    code: Code | None = None
    portal_id: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Request:
    """A question to a phone that a person answers with a tap. `is_overtaken`: a newer one of the user came."""

    login: "Login"
    key: Key
    is_announced: bool
    issued_ms: int
    ends_ms: int
    state: str = ISSUED
    is_overtaken: bool = False
    tries: int = 0
    alarmed_ms: int | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Login:
    """One attempt to log in, in one browser. `session` is the limited one that steps up."""

    place: str
    user: "User"
    key: Key
    session: Session | None
    challenge_ms: int
    ends_ms: int
    is_open: bool = True
    tries: int = 0
    requests: list[Request] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Flow:
    """An enrolment by password and text."""

    user: "User"
    ends_ms: int
    is_thief: bool
    state: str = ISSUED
    tries: int = 0
    sends: int = 1
    code: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """A user name; `key` is the device, active or suspended."""

    name: str
    password: str
    key: Key | None = None
    is_seamless: bool = True
    failures: list[int] = field(default_factory=list)
    locked_ms: int | None = None
    texted_ms: int | None = None
    used_ms: int = 0
    sessions: list[Session] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
