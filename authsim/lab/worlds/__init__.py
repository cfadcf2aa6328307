"""The portal's ports with faults behind them: each passes on what it is told, but where a fault strikes."""

from dataclasses import replace

from authsim.lab.laboratory import Lab
from authsim.lab.worlds.bus import LabBus
from authsim.lab.worlds.store import put_faults_before
from authsim.lab.worlds.users import FaultyPasswords, Judged
from authsim.lab.worlds.world import World
from authsim.verifier import Verifier


def surround(verifier: Verifier, lab: Lab) -> Verifier:
    """Return the verifier in the lab's world: its clock, its chance, and everything behind the ports."""
    bus = LabBus(verifier.bus, hands=lab.hands, agenda=lab.agenda)
    portal = replace(verifier, clock=lab.clock, entropy=lab.entropy, bus=bus)
    world, judged = World(lab, portal), Judged()
    return replace(portal, passwords=FaultyPasswords(world, judged), store=put_faults_before(world, judged))
