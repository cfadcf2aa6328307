"""What was decided of an object: once, for all workers, and for as many objects as are of use."""

import json
from dataclasses import replace

import pytest

from authsim.lab.board import Board, Fault
from authsim.lab.catalogue import Step
from authsim.lab.worlds.world import MOST_KEPT, Marks, World
from tests.support.lab import LabTown, MemoryShelf, struck
from tests.support.people import Person


@pytest.fixture
def marks(town: LabTown) -> Marks:
    """What one worker keeps of the objects of a kind."""
    return Marks(World(town.lab, town.outside), "things")


def test_an_object_is_decided_once_for_all_workers(town: LabTown, board: Board, alice: Person, marks: Marks) -> None:
    """Whichever worker asks again is told what the first decided, and nothing is counted again."""
    other = Marks(World(town.lab, town.outside), "things")
    board.arm(Fault(name="push_late", nth=2, by_ms=7))
    asked = [
        one.decide("push_late", thing, alice.user.user_id, Step.NOTIFICATION)
        for thing in ("first", "second", "third")
        for one in (marks, other)
    ]
    assert asked == [None, None, 7, 7, None, None]
    assert [fault.seen for fault in board.list_on()] == [3]
    assert struck(town.lab) == [("push_late", "alice")]


def test_of_two_that_ask_at_once_one_decides(town: LabTown, board: Board, alice: Person, marks: Marks) -> None:
    """A worker that asks while another one is deciding finds the object spared, and counts nothing."""
    board.arm(Fault(name="push_late"))
    meanwhile: list[int | None] = []
    town.between.before(
        "users.get",
        lambda: meanwhile.append(
            Marks(World(town.lab, town.outside), "things").decide(
                "push_late", "thing", alice.user.user_id, Step.NOTIFICATION
            )
        ),
    )
    assert marks.decide("push_late", "thing", alice.user.user_id, Step.NOTIFICATION) == 20_000
    assert meanwhile == [None]
    assert marks.find("push_late", "thing") == 20_000
    assert struck(town.lab) == [("push_late", "alice")]


class OldLook(MemoryShelf):
    """A shelf of which the first look at a document shows what stood there a moment ago: nothing."""

    def __init__(self, documents: dict[str, str]) -> None:
        super().__init__()
        self.documents = documents
        self.seen: set[str] = {"faults"}

    def read(self, name: str) -> str | None:
        if name in self.seen:
            return super().read(name)
        self.seen.add(name)
        return None


def test_a_claim_that_was_lost_decides_nothing(town: LabTown, board: Board, alice: Person, marks: Marks) -> None:
    """A worker whose look was too old to see another's claim finds it when it claims."""
    board.arm(Fault(name="push_late"))
    marks.note("push_late", "thing", 5)
    lab = replace(town.lab, shelf=OldLook(town.shelf.documents))
    late = Marks(World(lab, town.outside), "things")
    assert late.decide("push_late", "thing", alice.user.user_id, Step.NOTIFICATION) == 5
    assert struck(town.lab) == []


def test_the_newest_verdicts_are_kept(town: LabTown, marks: Marks) -> None:
    """Of too many objects the oldest are forgotten; one that is noted again is new again."""
    everything = {str(number): {"word": number} for number in range(MOST_KEPT)}
    town.shelf.documents["struck:things"] = json.dumps(everything)
    marks.note("more", "0", 1)
    marks.note("word", "new", 1)
    kept = marks.read()
    assert len(kept) == MOST_KEPT
    assert "1" not in kept
    assert kept["0"] == {"word": 0, "more": 1}
    assert list(kept)[-1] == "new"


def test_a_user_who_is_gone_has_no_name(town: LabTown, board: Board, alice: Person) -> None:
    """A fault of everybody strikes what belongs to nobody any more, and tells no name."""
    here = World(town.lab, town.outside)
    town.outside.store.users.remove(alice.user.user_id, event=town.record()[-1])
    board.arm(Fault(name="push_lost"))
    assert here.strikes("push_lost", alice.user.user_id, Step.NOTIFICATION) is not None
    assert struck(town.lab) == [("push_lost", None)]
