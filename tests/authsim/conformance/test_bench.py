"""How cases end on the bench where a verifier, or chance, is out of the ordinary."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.conformance.bench import ALICE, Bench, NotTriedError, WronglyRefusedError
from authsim.conformance.cases import CASES
from authsim.conformance.portal_target import PortalTarget
from authsim.conformance.target import Abilities, Declined, Judged, MalformedAnswerError, Opened, UnreachableError
from authsim.testing import Lab
from tests.support.kept_port import kept_port
from tests.support.verifier_server import serve

PLAY = {case.name: case.play for case in CASES}


@dataclass(slots=True, kw_only=True)
class Verifier:
    """A verifier of one user, in this process: `make` answers the n-th challenge; a locked one begins nothing."""

    make: Callable[[int], str]
    offers: frozenset[str] = frozenset({"respond"})
    is_locked: bool = False
    begun: int = 0
    waited_ms: list[int] = field(default_factory=list)

    def read_abilities(self) -> Abilities:
        return Abilities(name="one user", offers=self.offers)

    def reset(self) -> None:
        self.begun = 0

    def add_user(self, user: str) -> None:
        assert user == ALICE

    def begin(self, user: str, *, session: str, purpose: str) -> Opened | Declined:
        if self.is_locked:
            return Declined(why="locked")
        self.begun += 1
        return Opened(login=str(self.begun), challenge=str(self.begun), user=user, session=session, purpose=purpose)

    def renew(self, opened: Opened) -> Opened | Declined:
        return Declined(why="") if self.is_locked else replace(opened, challenge=opened.challenge + "0")

    def respond(self, user: str, challenge: str, purpose: str) -> str:  # noqa: ARG002 - the face of a target
        return self.make(int(challenge))

    def answer(self, opened: Opened, response: str) -> Judged:
        return Judged(accepted=response == self.make(int(opened.challenge)))

    def advance(self, milliseconds: int) -> None:
        self.waited_ms.append(milliseconds)

    def revoke(self, user: str) -> None:  # noqa: ARG002 - the face of a target
        raise AssertionError("it is not offered")


class Loaded:
    """Chance that always comes to the same digit."""

    def __init__(self, digit: int) -> None:
        self.digit = digit

    def token_bytes(self, count: int) -> bytes:
        return bytes(count)

    def randbelow(self, bound: int) -> int:
        return self.digit % bound


def bench_of(verifier: Verifier) -> Bench:
    """A bench with the machine's own chance."""
    return Bench(verifier, entropy=SystemEntropy())


def test_responses_of_letters_are_tried_as_such() -> None:
    """What only means something for digits is not tried; the rest finds nothing wrong."""
    bench = bench_of(Verifier(make=lambda number: f"{number:04x}beef"))

    for name in ("any-response", "near-miss", "lengthened", "patterns"):
        PLAY[name](bench)
    for name in ("numbers", "other-scripts"):
        with pytest.raises(NotTriedError, match="no digits"):
            PLAY[name](bench)


def test_a_zero_that_never_comes_first() -> None:
    """After many logins it is given up, and told as not tried."""
    with pytest.raises(NotTriedError, match="of 200 responses none"):
        PLAY["leading-zero"](bench_of(Verifier(make=lambda number: f"1{number:07}")))


def test_a_guess_is_never_the_right_response() -> None:
    """Where chance would draw it, another one is handed in."""
    bench = Bench(Verifier(make=str), entropy=Loaded(7))

    assert bench.random("77777777") == "88888888"
    assert bench.random("12345678") == "77777777"
    assert bench.random("7a7") == "8b8"


def test_a_verifier_that_begins_nothing_refuses_wrongly() -> None:
    """What was asked for, and why it was refused, is told."""
    bench = bench_of(Verifier(make=str, offers=frozenset({"respond", "renew"}), is_locked=True))
    opened = Opened(login="1", challenge="1", user=ALICE, session="here", purpose="log-in")

    with pytest.raises(WronglyRefusedError, match=r"^no login was begun: locked$"):
        bench.begin()
    with pytest.raises(WronglyRefusedError, match=r"^no other challenge was issued$"):
        bench.renew(opened)


def test_guessing_waits_where_there_is_a_clock() -> None:
    """A login that is declined for a while is begun later, once; without a clock it stays declined."""
    patient = Verifier(make=str, offers=frozenset({"respond", "clock"}), is_locked=True)

    assert bench_of(patient).begin_if_possible() is None
    assert len(patient.waited_ms) == 1
    hasty = Verifier(make=str, is_locked=True)
    assert bench_of(hasty).begin_if_possible() is None
    assert hasty.waited_ms == []


def test_a_portal_that_is_gone_is_unreachable() -> None:
    """And one without a lab does not keep the contract: its sentence says so."""
    with serve({}) as address:
        there = address.removesuffix("/verifier")
        with Lab(there, "t" * 32) as lab, pytest.raises(MalformedAnswerError, match="no lab"):
            PortalTarget(lab).reset()
    with (
        kept_port() as port,
        Lab(f"http://127.0.0.1:{port}", "t" * 32) as lab,
        pytest.raises(UnreachableError, match="does not answer"),
    ):
        PortalTarget(lab).reset()


def test_users_are_those_of_the_cases() -> None:
    """A case that wished for another user would be a mistake of ours."""
    with Lab("http://127.0.0.1:1", "t" * 32) as lab, pytest.raises(ValueError, match="carol"):
        PortalTarget(lab).add_user("carol")
