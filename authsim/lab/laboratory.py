"""The lab of one portal as one value: what `web/lab` and the decorated ports are given."""

from collections.abc import Callable
from dataclasses import dataclass

from authsim import ports
from authsim.lab.agenda import Agenda
from authsim.lab.board import Board
from authsim.lab.clock import LabClock
from authsim.lab.entropy import LabEntropy
from authsim.lab.phones.drawer import Drawer
from authsim.lab.phones.fleet import Fleet
from authsim.lab.phones.hands import Hands
from authsim.lab.ports import Journal, Record, Shelf, Snapshots
from authsim.lab.telling import Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """The parts of a lab, composed by `compose_lab`."""

    shelf: Shelf
    journal: Journal
    record: Record
    clock: LabClock
    entropy: LabEntropy
    teller: Teller
    board: Board
    snapshots: Snapshots
    agenda: Agenda
    fleet: Fleet
    hands: Hands

    def close(self) -> None:
        """End the threads of this process that wait and act in the lab."""
        self.agenda.close()
        self.hands.close()


def compose_lab(
    *,
    shelf: Shelf,
    journal: Journal,
    record: Record,
    snapshots: Snapshots,
    clock: ports.Clock,
    entropy: ports.Entropy,
    wake_all: Callable[[], None] = lambda: None,
) -> Lab:
    """Return a lab that keeps itself in these ports, around the machine's clock and chance.

    `wake_all` lets everybody look again, in every process: it is called when the clock was changed.
    """
    shown, drawn = LabClock(shelf, clock, changed=wake_all), LabEntropy(shelf, entropy)
    teller = Teller(journal, shown, record)
    agenda = Agenda(shelf, shown)
    fleet = Fleet(Drawer(shelf, entropy), clock=shown, entropy=drawn, teller=teller, agenda=agenda)
    return Lab(
        shelf=shelf,
        journal=journal,
        record=record,
        clock=shown,
        entropy=drawn,
        teller=teller,
        board=Board(shelf, shown, teller),
        snapshots=snapshots,
        agenda=agenda,
        fleet=fleet,
        hands=Hands(fleet, agenda),
    )
