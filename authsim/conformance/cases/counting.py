"""What is counted: one use, so many tries, and guesses that come to an end. Also when many come at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

from authsim.conformance.bench import ALICE, HERE, Bench, NotTriedError, WronglyAcceptedError, WronglyRefusedError
from authsim.conformance.cases.case import Case
from authsim.conformance.target import Judged, Opened

#: How many hand in at once.
_HANDS: Final = 8
_ROUNDS: Final = 3


def _race(bench: Bench) -> None:
    for _ in range(_ROUNDS):
        bench.clear(ALICE)
        opened = bench.begin()
        judged = _hand_in(bench, opened, [bench.respond(opened)] * _HANDS)
        accepted = sum(one.accepted for one in judged)
        if accepted > 1:
            raise WronglyAcceptedError(f"a response that {_HANDS} handed in at once was accepted {accepted} times")
        if not accepted:
            raise WronglyRefusedError(f"a right response that {_HANDS} handed in at once was accepted by none")


def _tries_of(bench: Bench) -> int:
    if bench.abilities.tries is None:
        raise NotTriedError("the adapter does not tell tries")
    return bench.abilities.tries


def _after_tries(bench: Bench) -> None:
    tries = _tries_of(bench)
    bench.clear(ALICE)
    opened = bench.begin()
    right = bench.respond(opened)
    for _ in range(tries):
        bench.slip(opened)
    bench.require_rejected(opened, right, what=f"the right response after {tries} wrong ones")
    bench.clear(ALICE)
    opened = bench.begin()
    for _ in range(tries - 1):
        bench.slip(opened)
    bench.require_accepted(opened, what=f"the right response at try {tries}")


def _tries_at_once(bench: Bench) -> None:
    tries = _tries_of(bench)
    for _ in range(_ROUNDS):
        bench.clear(ALICE)
        opened = bench.begin()
        right = bench.respond(opened)
        wrong = bench.wrong(right)
        _hand_in(bench, opened, [wrong] * max(_HANDS, tries))
        bench.require_rejected(opened, right, what=f"the right response after {tries} wrong ones at once")


def _guess(session_of: Callable[[int], str]) -> Callable[[Bench], None]:
    """Return how a case is played that guesses until the limit, in sessions that `session_of` names."""

    def play(bench: Bench) -> None:
        bench.clear(ALICE)
        limit = bench.abilities.most_wrong
        for number in range(limit):
            opened = bench.begin_if_possible(session=session_of(number))
            if opened is None:
                return
            bench.slip(opened)
        opened = bench.begin_if_possible(session=session_of(limit))
        if opened is not None:
            bench.require_rejected(opened, bench.respond(opened), what=f"the right response after {limit} wrong ones")

    return play


def _hand_in(bench: Bench, opened: Opened, responses: Sequence[str]) -> list[Judged]:
    """Hand in all responses at the same moment, each by a hand of its own."""
    start = Barrier(len(responses))

    def hand(response: str) -> Judged:
        start.wait()
        return bench.target.answer(opened, response)

    with ThreadPoolExecutor(max_workers=len(responses)) as hands:
        return list(hands.map(hand, responses))


CASES: Final = (
    Case(
        name="race",
        shows="Of many who hand in the same right response at once, one is let in.",
        source="OWASP ASVS 5.0 15.4.2; CWE-367",
        play=_race,
    ),
    Case(
        name="after-tries",
        shows="After the tries that a challenge has, the right response comes too late.",
        source="OWASP ASVS 5.0 6.6.3; CWE-307",
        play=_after_tries,
    ),
    Case(
        name="tries-at-once",
        shows="Tries that come at once are counted each.",
        source="OWASP ASVS 5.0 15.4.2; CWE-362",
        play=_tries_at_once,
    ),
    Case(
        name="guessing",
        shows="Guessing comes to an end, login after login.",
        source="NIST SP 800-63B-4 3.2.2; RFC 4226 7.3; CWE-307",
        play=_guess(lambda _: HERE),
    ),
    Case(
        name="guessing-anew",
        shows="A new session for each guess is no new beginning.",
        source="NIST SP 800-63B-4 3.2.2; RFC 4226 7.3; CWE-307",
        play=_guess(lambda number: f"guess-{number}"),
    ),
)
