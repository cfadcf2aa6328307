"""The lab of one portal as one value: what `web/lab` and the decorated ports are given."""

from dataclasses import dataclass

from authsim.lab.board import Board
from authsim.lab.clock import LabClock
from authsim.lab.entropy import LabEntropy
from authsim.lab.ports import Journal, Record, Shelf, Snapshots
from authsim.lab.telling import Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """The parts of a lab, composed by `web/wiring.py` (and by tests)."""

    shelf: Shelf
    journal: Journal
    record: Record
    clock: LabClock
    entropy: LabEntropy
    teller: Teller
    board: Board
    snapshots: Snapshots
