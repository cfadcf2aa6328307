"""A run: each case on a bench of its own, and how it ended."""

import enum
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from authsim.conformance.bench import Bench, NotTriedError, WronglyAcceptedError, WronglyRefusedError
from authsim.conformance.cases.case import Case
from authsim.conformance.target import MalformedAnswerError, Target, UnreachableError
from authsim.ports import Entropy


class Outcome(enum.Enum):
    """How a case ended."""

    HELD = "held"
    WRONGLY_ACCEPTED = "wrongly accepted"
    WRONGLY_REFUSED = "wrongly refused"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A case, how it ended, what was seen when it did not hold, and how long it took."""

    case: Case
    outcome: Outcome
    detail: str
    seconds: float


def try_all(target: Target, cases: Sequence[Case], *, entropy: Entropy) -> Iterator[Tried]:
    """Yield how each case ends, as soon as it has.

    Raises `UnreachableError` and `MalformedAnswerError` with the case's name before the text.
    """
    for case in cases:
        began = time.monotonic()
        outcome, detail = _try(case, lambda: Bench(target, entropy=entropy))
        yield Tried(case=case, outcome=outcome, detail=detail, seconds=round(time.monotonic() - began, 3))


def _try(case: Case, make: Callable[[], Bench]) -> tuple[Outcome, str]:
    try:
        case.play(make())
    except WronglyAcceptedError as error:
        return Outcome.WRONGLY_ACCEPTED, str(error)
    except WronglyRefusedError as error:
        return Outcome.WRONGLY_REFUSED, str(error)
    except NotTriedError as error:
        return Outcome.NOT_TRIED, str(error)
    except (UnreachableError, MalformedAnswerError) as error:
        raise type(error)(f"in the case {case.name}: {error}") from None
    return Outcome.HELD, ""
