"""Challenges: drawn, not counted up; long enough; never the same."""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final

from authsim.conformance.bench import ALICE, BOB, ELSEWHERE, Bench, WronglyAcceptedError
from authsim.conformance.cases.case import Case

#: How many challenges are looked at. Of 900,000 drawn ones two of so many are the same once in about 14,000 runs.
_DRAWN: Final = 12
_LEAST_DIGITS: Final = 6
_LEAST_SIGNS: Final = 4
_SHARED: Final = 3


def _draw(bench: Bench) -> list[str]:
    """Return the challenges of as many logins, each of which is completed."""
    bench.clear(ALICE)
    drawn = []
    for _ in range(_DRAWN):
        opened = bench.begin()
        drawn.append(opened.challenge)
        bench.require_accepted(opened)
    return drawn


def _repeated(bench: Bench) -> None:
    drawn = _draw(bench)
    if len(set(drawn)) != len(drawn):
        raise WronglyAcceptedError(f"of {len(drawn)} challenges {len(drawn) - len(set(drawn))} had been issued before")


def _guessable(bench: Bench) -> None:
    drawn = _draw(bench)
    common = _count_common(drawn)  # as a purpose that each of them names
    numbers = [_number_of(challenge[common:]) for challenge in drawn]
    if len({after - before for before, after in pairwise(numbers)}) == 1:
        raise WronglyAcceptedError(f"each of {len(drawn)} challenges lies as far from the one before as the next")
    if numbers in (sorted(numbers), sorted(numbers, reverse=True)):
        raise WronglyAcceptedError(f"{len(drawn)} challenges only rise, or only fall")
    if len(drawn[0]) - common < _LEAST_SIGNS:
        raise WronglyAcceptedError(f"{len(drawn)} challenges differ in their last {len(drawn[0]) - common} signs only")


def _short(bench: Bench) -> None:
    bench.clear(ALICE)
    challenge = bench.begin().challenge
    least = _LEAST_DIGITS if challenge.isdecimal() else _LEAST_SIGNS
    if len(challenge) < least:
        raise WronglyAcceptedError(f"a challenge has {len(challenge)} signs, {least} are the least")


def _shared(bench: Bench) -> None:
    same = 0
    for _ in range(_SHARED):
        bench.clear(ALICE, BOB)
        same += bench.begin(ALICE).challenge == bench.begin(BOB, session=ELSEWHERE).challenge
    if same == _SHARED:
        raise WronglyAcceptedError("two users were asked the same, every time")


def _count_common(challenges: Sequence[str]) -> int:
    """Return with how many signs all of them begin."""
    places = takewhile(lambda signs: len(set(signs)) == 1, zip(*challenges, strict=False))
    return sum(1 for _ in places)


def _number_of(challenge: str) -> int:
    return int(challenge) if challenge.isdecimal() else int.from_bytes(challenge.encode())


CASES: Final = (
    Case(
        name="challenge-repeated",
        shows="No user is asked the same twice: an answer that was overheard once would fit.",
        source="RFC 6287 7.1; CWE-294",
        play=_repeated,
    ),
    Case(
        name="challenge-guessable",
        shows="What is asked next cannot be told from what was asked before.",
        source="OWASP ASVS 5.0 6.5.3; CWE-340",
        play=_guessable,
    ),
    Case(
        name="challenge-short",
        shows="A challenge has at least 6 digits, or 4 letters and digits.",
        source="OWASP ASVS 5.0 6.5.4; CWE-331",
        play=_short,
    ),
    Case(
        name="challenge-shared",
        shows="Two users who log in at the same time are asked different things.",
        source="RFC 6287 7.1; CWE-341",
        play=_shared,
    ),
)
