"""What comes too late."""

from typing import Final

from authsim.conformance.bench import ALICE, Bench, NotTriedError
from authsim.conformance.cases.case import Case
from authsim.conformance.target import CLOCK, Opened

_SECOND_MS: Final = 1_000
_DAY_MS: Final = 86_400_000


def _life_of(bench: Bench) -> int:
    bench.require(CLOCK)
    if bench.abilities.life_ms is None:
        raise NotTriedError("the adapter does not tell life_ms")
    return bench.abilities.life_ms


def _reject_after(bench: Bench, milliseconds: int, what: str) -> Opened:
    bench.clear(ALICE)
    opened = bench.begin()
    response = bench.respond(opened)
    bench.target.advance(milliseconds)
    bench.require_rejected(opened, response, what=what)
    return opened


def _stale(bench: Bench) -> None:
    _reject_after(bench, _life_of(bench) + _SECOND_MS, "a response one second after its end")
    bench.require_accepted(bench.begin())


def _long_stale(bench: Bench) -> None:
    _reject_after(bench, _life_of(bench) + _DAY_MS, "a response a day after its end")
    bench.require_accepted(bench.begin())


def _stale_twice(bench: Bench) -> None:
    opened = _reject_after(bench, _life_of(bench) + _SECOND_MS, "a response one second after its end")
    bench.require_rejected(opened, bench.respond(opened), what="a late response, handed in again")


CASES: Final = (
    Case(
        name="stale",
        shows="A response that comes after its end is rejected.",
        source="OWASP ASVS 5.0 6.5.5; CWE-613",
        play=_stale,
    ),
    Case(
        name="long-stale",
        shows="A response of yesterday is rejected: time that went round does not help.",
        source="OWASP ASVS 5.0 6.5.5; CWE-613",
        play=_long_stale,
    ),
    Case(
        name="stale-twice",
        shows="Being told that it is too late gives no new time.",
        source="OWASP ASVS 5.0 6.5.5; CWE-613",
        play=_stale_twice,
    ),
)
