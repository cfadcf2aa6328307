"""What must be accepted. A verifier that refuses this rejects everything, and proves nothing by it."""

from typing import Final

from authsim.conformance.bench import ALICE, BOB, ELSEWHERE, Bench, NotTriedError
from authsim.conformance.cases.case import Case
from authsim.conformance.target import CLOCK

_SECOND_MS: Final = 1_000


def _right(bench: Bench) -> None:
    bench.clear(ALICE)
    bench.require_accepted(bench.begin())


def _again(bench: Bench) -> None:
    bench.clear(ALICE)
    for _ in range(3):
        bench.require_accepted(bench.begin())


def _two_users(bench: Bench) -> None:
    bench.clear(ALICE, BOB)
    alice, bob = bench.begin(ALICE), bench.begin(BOB, session=ELSEWHERE)
    answers = bench.respond(alice), bench.respond(bob)
    bench.require_accepted(bob, answers[1], what="the right response of the second of two users")
    bench.require_accepted(alice, answers[0], what="the right response of the first of two users")


def _in_time(bench: Bench) -> None:
    bench.require(CLOCK)
    life_ms = bench.abilities.life_ms
    if life_ms is None:
        raise NotTriedError("the adapter does not tell life_ms")
    bench.clear(ALICE)
    opened = bench.begin()
    response = bench.respond(opened)
    bench.target.advance(life_ms - min(_SECOND_MS, life_ms // 2))
    bench.require_accepted(opened, response, what="a response shortly before the end")


def _after_a_wrong_login(bench: Bench) -> None:
    bench.clear(ALICE)
    bench.slip(bench.begin())
    bench.require_accepted(bench.begin(), what="the right response in the login after a wrong one")


CASES: Final = (
    Case(
        name="right",
        shows="The right response is accepted: without it nothing is proven.",
        source="RFC 6287 7.1",
        play=_right,
    ),
    Case(
        name="right-again",
        shows="The same user logs in again, and again.",
        source="RFC 6287 7.1",
        play=_again,
    ),
    Case(
        name="two-users",
        shows="Two users log in at the same time, each with their own response.",
        source="RFC 6287 7.1",
        play=_two_users,
    ),
    Case(
        name="in-time",
        shows="The right response is accepted until shortly before its end.",
        source="OWASP ASVS 5.0 6.5.5",
        play=_in_time,
    ),
    Case(
        name="after-a-slip",
        shows="One wrong response does not shut its user out.",
        source="NIST SP 800-63B-4 3.2.2",
        play=_after_a_wrong_login,
    ),
)
