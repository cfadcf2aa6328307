"""What is tried: a verifier behind an adapter, in the few words that every case is told in.

`http_target` speaks to one in any language, `portal_target` to AuthSim's own. Which cases there are is `cases`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

#: The name and the number of the adapter's contract: `GET abilities` names it, before anything else is asked.
CONTRACT: Final = "authsim-conformance/1"

#: What an adapter may offer beside the least; what is not offered is not tried.
CLOCK: Final = "clock"
RESPOND: Final = "respond"
RENEW: Final = "renew"
REVOKE: Final = "revoke"
SESSIONS: Final = "sessions"
GROUPED: Final = "grouped"
ABILITIES: Final = (CLOCK, RESPOND, RENEW, REVOKE, SESSIONS, GROUPED)

#: How many wrong answers are given where the adapter names no limit: NIST SP 800-63B-4 allows 100 in a row at most.
MOST_WRONG: Final = 100


class UnreachableError(Exception):
    """Nothing answers at the target; the text says what to do."""


class MalformedAnswerError(Exception):
    """An answer of the adapter is not as its contract has it; the text names the request and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What an adapter says of its verifier.

    `life_ms` is how long a challenge may be answered, `tries` how many answers it takes, None where that is not told;
    `most_wrong` is after how many wrong answers of one user no right one counts. The first of `purposes` is the one of
    a login. `begins` are those of them that something can be begun for. With `suite` (RFC 6287) the kit answers for
    the authenticator: `inputs` maps each purpose to the suite's session bytes, where it has any.
    """

    name: str
    offers: frozenset[str] = frozenset()
    life_ms: int | None = None
    tries: int | None = None
    most_wrong: int = MOST_WRONG
    purposes: tuple[str, ...] = ("log-in",)
    begins: tuple[str, ...] = ("log-in",)
    suite: str | None = None
    inputs: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A login that waits for a response: whose it is, in which session and for what it was begun."""

    login: str
    challenge: str
    user: str
    session: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The verifier begins nothing now, as when a user is locked."""

    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of a response."""

    accepted: bool
    why: str = ""


class Target(Protocol):
    """A verifier that can be tried. Each method raises `UnreachableError` and `MalformedAnswerError`."""

    def read_abilities(self) -> Abilities:
        """Return what it offers."""

    def reset(self) -> None:
        """Forget every user and login; what time it is may stay."""

    def add_user(self, user: str) -> None:
        """Make a user who has an authenticator."""

    def begin(self, user: str, *, session: str, purpose: str) -> Opened | Declined:
        """Begin a login, after the first factor, and return its challenge."""

    def renew(self, opened: Opened) -> Opened | Declined:
        """Ask the same login for another challenge, which takes the place of the first."""

    def respond(self, user: str, challenge: str, purpose: str) -> str:
        """Return what the authenticator of `user` answers, whoever the challenge was issued to."""

    def answer(self, opened: Opened, response: str) -> Judged:
        """Hand a response in: for the login, as the user and in the session that `opened` names."""

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""

    def revoke(self, user: str) -> None:
        """Take the authenticator of a user out of use."""
