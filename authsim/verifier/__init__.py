"""The portal's half. One ceremony per file, read top to bottom; this file holds what every ceremony is given."""

from dataclasses import dataclass

from authsim import ports
from authsim.model import Instance
from authsim.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """The ports, the policy and the identity of one portal, composed by `web/wiring.py` (and by tests)."""

    clock: ports.Clock
    entropy: ports.Entropy
    passwords: ports.Passwords
    vault: ports.Vault
    store: ports.Store
    bus: ports.Bus
    instance: Instance
    policy: Policy
