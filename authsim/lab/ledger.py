"""What is known of each user's open logins, codes, phones and factors while the record is read row by row.

The record says who and what, not which of several. So each thing is either known for certain or not; only what is
certain leads to a claim about what moved (`Ledger.moved`), and whatever a row leaves open makes the rest uncertain.
`coverage` says which row is read how.
"""

from collections import Counter
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, final

from authsim import states
from authsim.events import Event, EventKind
from authsim.model import UserId
from authsim.policy import Policy

ISSUED: Final = states.OneShot.ISSUED
APPROVED: Final = states.OneShot.CONSUMED

#: Every machine by its name, with its table: a one-shot is a machine of its own for each thing that is one.
MACHINES: Final[Mapping[str, Mapping[Any, Mapping[Any, Any]]]] = MappingProxyType(
    {
        "login": states.LOGIN,
        "challenge": states.ONE_SHOT,
        "request": states.ONE_SHOT,
        "prompt": states.ONE_SHOT,
        "activation": states.ONE_SHOT,
        "enrolment": states.ONE_SHOT,
        "device": states.DEVICE,
        "factor": states.FACTOR,
        "brokerage": states.BROKERAGE,
    }
)


@final
class OpenLogin:
    """A login that has not ended. `challenge`, `request` and `prompt`: what it asks now, as far as is known.

    `is_sure`: whether all of it is known; a login that may have ended, or may ask something else, is not.
    """

    __slots__ = (
        "answers",
        "challenge",
        "decisions",
        "has_asked",
        "is_remembered",
        "is_sure",
        "prompt",
        "request",
        "started_ms",
    )

    def __init__(self, *, started_ms: int) -> None:
        self.started_ms = started_ms
        self.is_remembered = False
        self.challenge = False
        self.request: states.OneShot | None = None
        self.prompt: str | None = None
        self.answers = 0
        self.decisions = 0
        self.has_asked = False
        self.is_sure = True


@final
class Held:
    """The factors of one kind that a user has: at most one waits, at most one is active. None: not known.

    `announced`: how many rows still come about factors that gave way to another.
    """

    __slots__ = ("active", "announced", "is_shared", "waiting")

    def __init__(self) -> None:
        self.waiting: bool | None = False
        self.active: bool | None = False
        self.is_shared = False
        self.announced = 0

    @property
    def is_known(self) -> bool:
        """Say whether both are known."""
        return self.waiting is not None and self.active is not None


@final
class Person:
    """What is known of one user. For `activation` and `enrolment`, None is: not known.

    `device` is the state of the phone that the user has, None: none, and `waiting` counts those that wait for their
    confirmation; `knows_device`: whether that is certain. `closing`: the kind of factor that ended while it waited.
    `counted`: what was counted last and not judged yet: the kind of row, and the login that it was for.
    """

    __slots__ = (
        "activation",
        "asked",
        "closing",
        "counted",
        "device",
        "enrolment",
        "has_old_codes",
        "held",
        "knows_device",
        "last",
        "logins",
        "tries",
        "waiting",
    )

    def __init__(self) -> None:
        self.logins: list[OpenLogin] = []
        self.activation: bool | None = False
        self.has_old_codes = False
        self.enrolment: bool | None = False
        self.tries = 0
        self.device: states.Device | None = None
        self.waiting = 0
        self.knows_device = True
        self.held: dict[str, Held] = {}
        self.closing: str | None = None
        self.counted: tuple[EventKind, OpenLogin | None] | None = None
        self.asked: OpenLogin | None = None
        self.last: Event | None = None

    def holds(self, kind: str) -> Held:
        """Return what is known of the user's factors of a kind."""
        return self.held.setdefault(kind, Held())

    def blur(self) -> None:
        """Nothing is certain of any open login from here on: one of them changed, and nobody knows which."""
        for login in self.logins:
            login.is_sure = False

    def end(self, login: OpenLogin) -> None:
        """Forget a login that has ended."""
        self.logins = [kept for kept in self.logins if kept is not login]
        if self.asked is login:
            self.asked = None


@final
class Ledger:
    """All users, and what was exercised so far. Counting begins with the first row of the record."""

    __slots__ = ("people", "policy", "seen_states", "seen_transitions")

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.people: dict[UserId | None, Person] = {}
        self.seen_states: Counter[str] = Counter()
        self.seen_transitions: Counter[str] = Counter()

    def of(self, event: Event) -> Person:
        """Return whoever a row is about."""
        return self.people.setdefault(event.user_id, Person())

    def born(self, machine: str, state: Enum) -> None:
        """Claim that something came into being in a state."""
        self.seen_states[f"{machine}.{state.value}"] += 1

    def moved(self, machine: str, state: Enum, event: Enum) -> None:
        """Claim a transition. `TransitionError` for one that no table has: a bug of ours."""
        self.born(machine, states.next_state(MACHINES[machine], state, event))
        self.seen_transitions[f"{machine}.{state.value}.{event.value}"] += 1

    def ask_otherwise(self, login: OpenLogin, how: states.OneShotEvent) -> None:
        """Let whatever a login asks now end this way."""
        if login.is_sure:
            if login.challenge:
                self.moved("challenge", ISSUED, how)
            if login.request is ISSUED:
                self.moved("request", ISSUED, how)
            if login.prompt is not None:
                self.moved("prompt", ISSUED, how)
        login.challenge, login.prompt, login.answers = False, None, 0
        if login.request is ISSUED:
            login.request = None

    def end_login(
        self, person: Person, login: OpenLogin, event: states.LoginEvent, questions: states.OneShotEvent
    ) -> None:
        """Let a login end, and with it, in another way, what it asks."""
        self.ask_otherwise(login, questions)
        if not login.is_remembered:
            self.moved("login", states.Login.SECOND_FACTOR, event)
        elif login.is_sure:
            self.moved("login", states.Login.STARTED, event)
        person.end(login)


def find_only(logins: list[OpenLogin]) -> OpenLogin | None:
    """Return the login, if it can be only this one."""
    return logins[0] if len(logins) == 1 else None


def list_fresh(ledger: Ledger, person: Person, event: Event) -> list[OpenLogin]:
    """Return the open logins that were not over by the clock when a row was written."""
    return [login for login in person.logins if event.at_ms < login.started_ms + ledger.policy.login_ms]
