"""The bench on which a case tries a verifier: users, logins, right responses, and what must come of them.

A case ends by one of three exceptions, or by none, when all was as it must be. Which cases there are is `cases`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from authsim.conformance.target import CLOCK, Abilities, Declined, Judged, Opened, Target
from authsim.ports import Entropy

ALICE: Final = "alice"
BOB: Final = "bob"
#: The browser of whoever logs in, and another one.
HERE: Final = "here"
ELSEWHERE: Final = "elsewhere"

#: How long is waited, where there is a clock, when a login is declined for a while.
PAUSE_MS: Final = 600_000


class WronglyAcceptedError(Exception):
    """The verifier took what it must reject; the text says what that was."""


class WronglyRefusedError(Exception):
    """The verifier refused what it must take: nothing else that it refuses proves anything then."""


class NotTriedError(Exception):
    """The adapter does not offer what the case needs; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Something that is no right response: `make` gets the bench, the login and its right response."""

    name: str
    make: "Callable[[Bench, Opened, str], str]"


@final
class Bench:
    """A target and chance, for one case. `entropy` draws what an attacker would guess."""

    def __init__(self, target: Target, *, entropy: Entropy) -> None:
        self.target = target
        self.entropy = entropy
        self.abilities: Abilities = target.read_abilities()

    @property
    def purpose(self) -> str:
        """What a login is for."""
        return self.abilities.purposes[0]

    def require(self, ability: str) -> None:
        """End the case when the adapter does not offer an ability."""
        if ability not in self.abilities.offers:
            raise NotTriedError(f"the adapter does not offer {ability}")

    def clear(self, *users: str) -> None:
        """Begin anew, with these users."""
        self.target.reset()
        for user in users:
            self.target.add_user(user)

    def begin(self, user: str = ALICE, *, session: str = HERE, purpose: str | None = None) -> Opened:
        """Begin a login, which must be possible."""
        opened = self.target.begin(user, session=session, purpose=purpose or self.purpose)
        if isinstance(opened, Declined):
            raise WronglyRefusedError(f"no login was begun{_because(opened.why)}")
        return opened

    def renew(self, opened: Opened) -> Opened:
        """Ask for another challenge, which must be possible."""
        renewed = self.target.renew(opened)
        if isinstance(renewed, Declined):
            raise WronglyRefusedError(f"no other challenge was issued{_because(renewed.why)}")
        return renewed

    def respond(self, opened: Opened, *, user: str | None = None, purpose: str | None = None) -> str:
        """Return what an authenticator answers to a login's challenge: that of its user, for its purpose, or not."""
        return self.target.respond(user or opened.user, opened.challenge, purpose or opened.purpose)

    def require_accepted(self, opened: Opened, response: str | None = None, *, what: str = "the right response") -> str:
        """Answer a login, rightly where no response is given, and end the case unless that is accepted."""
        given = self.respond(opened) if response is None else response
        judged = self.target.answer(opened, given)
        if not judged.accepted:
            raise WronglyRefusedError(f"{what} was refused{_because(judged.why)}")
        return given

    def require_rejected(
        self, opened: Opened, response: str, *, what: str, user: str | None = None, session: str | None = None
    ) -> Judged:
        """Answer a login, as somebody else or elsewhere where that is given, and end the case if that is accepted."""
        asked = replace(opened, user=user or opened.user, session=session or opened.session)
        judged = self.target.answer(asked, response)
        if judged.accepted:
            raise WronglyAcceptedError(f"{what} was accepted")
        return judged

    def reject_each(self, wrongs: Sequence[Wrong], *users: str) -> None:
        """Hand in each wrong thing made of the right response, in a login of its own after a fresh start.

        After the last one the right response to a fresh login must be accepted. What happens to be right is left out.
        """
        for wrong in wrongs:
            self.clear(ALICE, *users)
            opened = self.begin()
            right = self.respond(opened)
            made = wrong.make(self, opened, right)
            if made != right:
                self.require_rejected(opened, made, what=wrong.name)
        self.clear(ALICE, *users)
        self.require_accepted(self.begin())

    def slip(self, opened: Opened) -> Judged:
        """Hand in a wrong response, and end the case if that is accepted."""
        return self.require_rejected(opened, self.wrong(self.respond(opened)), what="a wrong response")

    def wrong(self, right: str) -> str:
        """Return a response of the same form, none of whose signs is right."""
        return "".join(shift(sign) for sign in right)

    def random(self, right: str) -> str:
        """Return a drawn response of the same form, which is not the right one."""
        drawn = "".join(str(self.entropy.randbelow(10)) if sign.isdecimal() else sign for sign in right)
        return self.wrong(right) if drawn == right else drawn

    def begin_if_possible(self, *, session: str = HERE) -> Opened | None:
        """Begin a login; where that is declined and there is a clock, once more later. None: it stays declined."""
        opened = self.target.begin(ALICE, session=session, purpose=self.purpose)
        if isinstance(opened, Declined) and CLOCK in self.abilities.offers:
            self.target.advance(PAUSE_MS)
            opened = self.target.begin(ALICE, session=session, purpose=self.purpose)
        return opened if isinstance(opened, Opened) else None


def shift(sign: str) -> str:
    """Return another sign of the same kind: the next digit, or the other of two letters."""
    if sign.isdecimal():
        return str((int(sign) + 1) % 10)
    return "b" if sign in "aA" else "a"


def _because(why: str) -> str:
    return f": {why}" if why else ""
