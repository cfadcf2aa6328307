"""Trying a verifier with all cases of the conformance kit."""

from collections.abc import Callable

from authsim.adapters.system import SystemEntropy
from authsim.conformance.cases import CASES
from authsim.conformance.cases.case import Case
from authsim.conformance.http_target import HttpTarget
from authsim.conformance.loopback import require_loopback
from authsim.conformance.trying import Tried, try_all


def try_at(address: str, *, before: Callable[[Case], None] = lambda _: None) -> list[Tried]:
    """Try all cases at an address; `before` hears of each before it begins."""
    tried: list[Tried] = []
    with HttpTarget(require_loopback(address)) as target:
        for case in CASES:
            before(case)
            tried += try_all(target, [case], entropy=SystemEntropy())
    return tried
