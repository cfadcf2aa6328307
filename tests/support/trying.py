"""Trying a verifier with all cases of the conformance kit."""

from authsim.adapters.system import SystemEntropy
from authsim.conformance.cases import CASES
from authsim.conformance.http_target import HttpTarget
from authsim.conformance.loopback import require_loopback
from authsim.conformance.trying import Tried, try_all


def try_at(address: str) -> list[Tried]:
    """Try all cases at an address."""
    with HttpTarget(require_loopback(address)) as target:
        return list(try_all(target, CASES, entropy=SystemEntropy()))
