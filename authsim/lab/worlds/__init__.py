"""The portal's ports with faults behind them: each passes on what it is told, but where a fault strikes."""

from dataclasses import replace

from authsim.lab.laboratory import Lab
from authsim.lab.worlds.bus import LabBus
from authsim.verifier import Verifier


def surround(verifier: Verifier, lab: Lab) -> Verifier:
    """Return the verifier in the lab's world: its clock, its chance, and everything behind the ports."""
    bus = LabBus(verifier.bus, hands=lab.hands, agenda=lab.agenda)
    return replace(verifier, clock=lab.clock, entropy=lab.entropy, bus=bus)
