"""What the page of the second factor is told to show, as `web/lab` asks for it: the rest is tested over the wire."""

from authsim.errors import Reason
from authsim.lab.board import Board, Fault
from authsim.lab.worlds.second_page import note_shown, order_choices
from authsim.model import PendingLogin
from authsim.policy import Policy
from authsim.verifier.login import find_pending
from tests.support.device import TestPhone
from tests.support.lab import LabTown, struck
from tests.support.people import Person, question_of, refused


def shows(town: LabTown, pending: PendingLogin) -> str:
    """Show the challenge of a login, and return it."""
    note_shown(town.verifier, town.lab, pending.token, is_wanted=True)
    return question_of(find_pending(town.verifier, pending.token))


def test_a_reload_supersedes_what_was_shown(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The challenge of before is superseded by the portal's rule; the notification of that login goes with it."""
    board.arm(Fault(name="challenge_changes"))
    pending, asked = alice.is_asked()
    assert shows(town, pending) != shows(town, pending)
    with refused(Reason.PUSH_SUPERSEDED):
        phone.approves(town.verifier, asked)
    alice.answers(pending, phone.respond(question_of(find_pending(town.verifier, pending.token))))
    assert struck(town.lab) == [("challenge_changes", "alice")]


def test_where_no_more_may_be_asked_it_stays() -> None:
    """When the profile allows no other question, the page goes on showing the one that there is."""
    town = LabTown(policy=Policy(challenges_per_hour=2))
    carol, sold = town.adds("carol"), town.sells_phone()
    carol.activates(sold)
    town.lab.board.arm(Fault(name="challenge_changes"))
    pending = carol.begins()
    shown = [shows(town, pending) for _ in range(4)]
    assert shown[0] != shown[1] == shown[2] == shown[3]
    carol.answers(pending, sold.respond(shown[3]))


def test_a_challenge_that_is_over_is_not_changed(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """One whose time is over while its notification waits stays as it is."""
    board.arm(Fault(name="challenge_short", by_ms=1_000))
    board.arm(Fault(name="challenge_changes"))
    pending = alice.begins()
    first = shows(town, pending)
    town.clock.advance(seconds=1)
    assert shows(town, pending) == shows(town, pending) == first


def test_nothing_is_noted_while_the_fault_is_off(town: LabTown, alice: Person, phone: TestPhone) -> None:
    """Showing a page costs nothing and changes nothing where the fault is off."""
    pending = alice.begins()
    assert shows(town, pending) == shows(town, pending)
    assert order_choices(town.verifier, town.lab, pending.login, "ab") == "ab"
    assert town.shelf.documents == {}


def test_a_login_that_is_approved_or_over_is_left_alone(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """A page that shows no challenge, or a login that asks nothing more, changes nothing."""
    board.arm(Fault(name="challenge_changes"))
    pending, asked = alice.is_asked()
    for _ in range(2):
        note_shown(town.verifier, town.lab, pending.token, is_wanted=False)  # the page tells of the notification
    first = shows(town, pending)
    phone.approves(town.verifier, asked)
    assert shows(town, pending) == first
    alice.collects(pending)
    note_shown(town.verifier, town.lab, pending.token, is_wanted=True)
    assert struck(town.lab) == []


def test_a_list_is_turned_once_and_for_good(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """What was decided for a login holds after the fault is off; a list of one has no order."""
    board.arm(Fault(name="picker_order", nth=1))
    struck_one, spared = alice.begins().login, alice.begins().login
    assert order_choices(town.verifier, town.lab, struck_one, "a") == "a"
    assert list(order_choices(town.verifier, town.lab, struck_one, "ab")) == ["b", "a"]
    assert list(order_choices(town.verifier, town.lab, spared, "ab")) == ["a", "b"]
    board.disarm("picker_order")
    assert list(order_choices(town.verifier, town.lab, struck_one, "ab")) == ["b", "a"]
    assert struck(town.lab) == [("picker_order", "alice")]
