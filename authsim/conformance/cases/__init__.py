"""All cases, in the order in which they are tried: what must be accepted first, else the rest proves nothing."""

from typing import Final

from authsim.conformance.cases import binding, counting, drawing, lifetime, spelling, taking
from authsim.conformance.cases.case import Case

CASES: Final[tuple[Case, ...]] = (
    *taking.CASES,
    *spelling.CASES,
    *binding.CASES,
    *lifetime.CASES,
    *counting.CASES,
    *drawing.CASES,
)
