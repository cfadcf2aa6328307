"""The board of faults: what is on, for whom, and when each strikes."""

from dataclasses import replace
from pathlib import Path

import pytest

from authsim.adapters.lab_file import LabFile
from authsim.errors import MessageError
from authsim.lab.board import MOST_BY_MS, MOST_NTH, MOST_SECONDS, Board, Fault, require_kind
from authsim.lab.catalogue import FAULTS, Step
from authsim.lab.telling import Teller
from tests.support.lab import CountedRecord, LabTown, struck, told
from tests.support.ports import FakeClock


@pytest.fixture
def town() -> LabTown:
    """A portal in a lab."""
    return LabTown()


@pytest.fixture
def board(town: LabTown) -> Board:
    """Its board of faults."""
    return town.lab.board


def test_a_fault_that_is_off_does_not_strike(town: LabTown, board: Board) -> None:
    """A fault that nobody switched on neither strikes nor is told."""
    assert board.find("push_lost") is None
    assert board.strikes("push_lost", user="alice", step=Step.NOTIFICATION) is None
    assert told(town.lab) == []


def test_a_fault_strikes_until_it_is_off(town: LabTown, board: Board) -> None:
    """A fault strikes at each call while it is on, and the journal tells of each, with the user and the step."""
    board.arm(Fault(name="push_lost"))
    for _ in range(2):
        assert board.strikes("push_lost", user="alice", step=Step.NOTIFICATION) is not None
    assert [fault.struck for fault in board.list_on()] == [2]
    board.disarm("push_lost")
    assert board.strikes("push_lost", user="alice", step=Step.NOTIFICATION) is None
    assert [line["what"] for line in told(town.lab)] == ["fault:on", "fault:struck", "fault:struck", "fault:off"]
    assert struck(town.lab) == [("push_lost", "alice")] * 2
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "notification"


def test_what_narrows_a_fault_is_told(town: LabTown, board: Board) -> None:
    """The story says of a fault all that it takes to switch the same one on again."""
    board.arm(Fault(name="slow_answer", user="alice", step="page", every=2, seconds=1.5, by_ms=40))
    board.arm(Fault(name="push_lost", nth=3))

    assert [(line["user"], line["facts"]) for line in told(town.lab)] == [
        ("alice", {"fault": "slow_answer", "step": "page", "every": 2, "seconds": 1.5, "by_ms": 40}),
        (None, {"fault": "push_lost", "nth": 3}),
    ]


def test_a_fault_of_one_user_spares_the_others(board: Board) -> None:
    """A fault that is told whose it is strikes nobody else, and their calls are not counted."""
    board.arm(Fault(name="push_lost", user="alice", nth=1))
    assert board.strikes("push_lost", user="bob") is None
    assert board.strikes("push_lost", user=None) is None
    assert board.strikes("push_lost", user="alice") is not None


def test_a_fault_at_one_step_spares_the_others(board: Board) -> None:
    """A fault that is told its step strikes at that step alone; where no step is known, it strikes."""
    board.arm(Fault(name="locked_out", step="response"))
    assert board.strikes("locked_out", user="alice", step=Step.PASSWORD) is None
    assert board.strikes("locked_out", user="alice", step=Step.RESPONSE) is not None
    assert board.find("locked_out", user="alice") is not None


def test_nth_strikes_once_and_every_again_and_again(board: Board) -> None:
    """`nth` is that one call; `every` is each call whose number it divides."""
    board.arm(Fault(name="push_lost", nth=2))
    assert [board.strikes("push_lost") is not None for _ in range(4)] == [False, True, False, False]
    board.arm(Fault(name="push_lost", every=2))
    assert [board.strikes("push_lost") is not None for _ in range(5)] == [False, True, False, True, False]


def test_a_fault_ends_by_the_labs_clock(town: LabTown, board: Board) -> None:
    """A fault with a duration is over when the lab's clock says so, to the millisecond."""
    board.arm(Fault(name="push_lost", seconds=10))
    town.lab.clock.freeze(True)
    town.lab.clock.advance(9_999)
    assert board.strikes("push_lost") is not None
    town.lab.clock.advance(1)
    assert board.strikes("push_lost") is None
    assert board.find("push_lost") is None
    assert board.list_on() == []


def test_arming_again_begins_the_count_anew(board: Board) -> None:
    """A fault that is switched on again stands in place of the old one: its counts begin at nothing."""
    board.arm(Fault(name="push_lost"))
    board.strikes("push_lost")
    again = board.arm(Fault(name="push_lost", nth=3, seen=7, struck=7))
    assert (again.seen, again.struck) == (0, 0)
    assert [fault.nth for fault in board.list_on()] == [3]


def test_a_fault_about_time_has_a_time(board: Board) -> None:
    """One that is about time takes what the catalogue says, unless it is told another."""
    assert board.arm(Fault(name="push_late")).by_ms == FAULTS["push_late"].by_ms
    assert board.arm(Fault(name="push_late", by_ms=5)).by_ms == 5


def test_all_faults_go_at_once(town: LabTown, board: Board) -> None:
    """`disarm_all` leaves nothing on, and tells which faults went."""
    board.arm(Fault(name="text_lost"))
    board.arm(Fault(name="push_lost"))
    assert [fault.name for fault in board.list_on()] == ["push_lost", "text_lost"]
    board.disarm_all()
    assert board.list_on() == []
    assert [line["facts"]["fault"] for line in told(town.lab, "fault:off")] == ["push_lost", "text_lost"]


def test_what_was_not_on_is_not_told_as_switched_off(town: LabTown, board: Board) -> None:
    """Switching off what is not on is no error, and no news."""
    board.disarm("push_lost")
    board.disarm_all()
    assert told(town.lab) == []


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Fault(name="push_last"), "there is no such fault"),
        (Fault(name="push_lost", step="password"), "strikes at: notification"),
        (Fault(name="push_lost", nth=0), "nth"),
        (Fault(name="push_lost", nth=MOST_NTH + 1), "nth"),
        (Fault(name="push_lost", every=0), "every"),
        (Fault(name="push_lost", nth=1, every=1), "not both"),
        (Fault(name="push_lost", seconds=0), "seconds"),
        (Fault(name="push_lost", seconds=MOST_SECONDS + 1), "seconds"),
        (Fault(name="push_lost", seconds=float("nan")), "seconds"),
        (Fault(name="push_lost", by_ms=1), "not about time"),
        (Fault(name="push_late", by_ms=-1), "by_ms"),
        (Fault(name="push_late", by_ms=MOST_BY_MS + 1), "by_ms"),
    ],
)
def test_what_cannot_be_played_is_refused(board: Board, wanted: Fault, says: str) -> None:
    """A fault that cannot be played is refused with what is wrong, and nothing is on then."""
    with pytest.raises(MessageError, match=says):
        board.arm(wanted)
    assert board.list_on() == []


def test_an_unknown_name_is_told_the_known_ones() -> None:
    """Whoever asks for a fault that there is not learns which there are."""
    with pytest.raises(MessageError, match="push_lost"):
        require_kind("nothing")


def test_looking_ahead_counts_nothing(board: Board) -> None:
    """Whether the next call is struck can be asked beforehand, as often as wanted."""
    board.arm(Fault(name="wrong_mode", user="alice", nth=2))
    assert not any(board.would_strike("wrong_mode", user="alice") for _ in range(3))
    board.strikes("wrong_mode", user="alice")
    assert all(board.would_strike("wrong_mode", user="alice") for _ in range(3))
    assert not board.would_strike("wrong_mode", user="bob")
    assert board.is_on("push_lost", "wrong_mode")
    assert not board.is_on("push_lost")


def test_workers_count_together(tmp_path: Path, town: LabTown) -> None:
    """Two processes with the same file see one fault, and its calls are counted over both."""
    clock = FakeClock()
    record = CountedRecord(town.verifier.store.audit)
    LabFile.create(tmp_path / "lab.sqlite3").close()
    files = [LabFile(tmp_path / "lab.sqlite3") for _ in range(2)]
    boards = [Board(file, clock, Teller(file, clock, record)) for file in files]
    boards[0].arm(Fault(name="push_lost", nth=2))
    assert [board.strikes("push_lost") is not None for board in boards] == [False, True]
    boards[1].disarm("push_lost")
    assert boards[0].list_on() == []
    for file in files:
        file.close()


def test_an_idle_board_costs_one_look(town: LabTown, board: Board) -> None:
    """While no fault is on, asking for one reads the one document, and changes nothing."""
    before = (town.shelf.reads, dict(town.shelf.documents))
    board.strikes("push_lost", user="alice", step=Step.NOTIFICATION)
    assert (town.shelf.reads - before[0], town.shelf.documents) == (1, before[1])


def test_a_fault_switched_off_between_look_and_count_does_not_strike(town: LabTown) -> None:
    """Two workers: what one switches off while the other is about to count, does not strike."""

    class Meanwhile:
        """A shelf on which somebody switches all off just before it changes."""

        def read(self, name: str) -> str | None:
            return town.shelf.read(name)

        def list_names(self, prefix: str) -> list[str]:
            return list(town.shelf.list_names(prefix))

        def turns(self) -> int:
            return town.shelf.turns()

        def change(self, name: str, change):  # type: ignore[no-untyped-def]
            town.shelf.documents.clear()
            return town.shelf.change(name, change)

    town.lab.board.arm(Fault(name="push_lost"))
    assert Board(Meanwhile(), town.lab.clock, town.lab.teller).strikes("push_lost") is None
    assert struck(town.lab) == []


def test_every_kind_can_be_played_as_it_stands(board: Board) -> None:
    """Each fault of the catalogue can be switched on by its name alone, or with a user where it needs one."""
    for kind in FAULTS.values():
        wanted = Fault(name=kind.name)
        if kind.needs_user:
            with pytest.raises(MessageError, match="needs a user"):
                board.arm(wanted)
            wanted = replace(wanted, user="alice")
        board.arm(wanted)
    assert {fault.name for fault in board.list_on()} == set(FAULTS)
