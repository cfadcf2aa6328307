"""Challenges that live shortly, and activation codes that somebody else's attempt has burnt."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.lab.board import Board, Fault
from authsim.model import FactorKind, Mode
from authsim.verifier import activation, login, passwords
from authsim.verifier.topics import session_topic
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.holding import give
from tests.support.lab import LabTown, struck, told
from tests.support.people import BROWSER, Person, question_of, refused


def test_a_challenge_lives_shortly(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The right response is too late after `by_ms`; the notification of that login is answered all the same."""
    board.arm(Fault(name="challenge_short", user="alice", by_ms=5_000))
    pending, asked = alice.is_asked()
    shown = login.find_pending(town.verifier, pending.token).challenge
    assert shown is not None
    assert shown.expires_ms == shown.issued_ms + 5_000
    town.clock.advance(seconds=5)
    with refused(Reason.CHALLENGE_EXPIRED):
        alice.answers(pending, phone.respond(question_of(pending)))
    phone.approves(town.verifier, asked)
    alice.collects(pending)
    assert struck(town.lab) == [("challenge_short", "alice")]
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "challenge"
    board.disarm("challenge_short")
    pending = alice.begins()
    town.clock.advance(seconds=179)
    alice.answers(pending, phone.respond(question_of(pending)))


def test_a_challenge_in_time_is_taken(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Until then it is answered as ever; with `nth` the others live as long as always."""
    board.arm(Fault(name="challenge_short", nth=2, by_ms=5_000))
    first = alice.begins()
    town.clock.advance(seconds=6)
    alice.answers(first, phone.respond(question_of(first)))
    second = alice.begins()
    town.clock.advance(ms=4_999)
    alice.answers(second, phone.respond(question_of(second)))
    assert struck(town.lab) == [("challenge_short", "alice")]


def test_a_challenge_of_no_time_lives_a_moment(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Even a fault of 0 ms leaves a challenge that was there."""
    board.arm(Fault(name="challenge_short", by_ms=0))
    pending = alice.begins()
    town.clock.advance(ms=1)
    with refused(Reason.CHALLENGE_EXPIRED):
        alice.answers(pending, phone.respond(question_of(pending)))


def test_a_corrected_switch_meets_it_too(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """A login that goes on from a remembered password asks a challenge that is as short."""
    with refused(Reason.WRONG_MODE) as caught:
        alice.begins(mode=Mode.PAPER)
    token = caught.value.continuation
    assert token is not None
    board.arm(Fault(name="challenge_short"))
    first = passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)
    pending = login.begin_login(town.verifier, first, mode=Mode.LIVE)
    town.clock.advance(seconds=5)
    with refused(Reason.CHALLENGE_EXPIRED):
        alice.answers(pending, phone.respond(question_of(pending)))
    assert struck(town.lab) == [("challenge_short", "alice")]


def test_a_phone_that_is_chosen_meets_it_too(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Beside another factor the phone is asked when it is chosen, and its notification is lost with the fault."""
    give(town.outside, alice.user, FactorKind.SECURITY_CARD)
    pending = alice.begins()
    board.arm(Fault(name="challenge_short"))
    board.arm(Fault(name="push_lost"))
    chosen = login.choose_factor(town.verifier, token=pending.token, choice=phone.device_id, client=BROWSER)
    assert phone.sees(town.verifier) == []
    town.clock.advance(seconds=5)
    with refused(Reason.CHALLENGE_EXPIRED):
        alice.answers(chosen, phone.respond(question_of(chosen)))
    assert sorted(struck(town.lab)) == [("challenge_short", "alice"), ("push_lost", "alice")]


def test_an_activation_code_is_burnt(town: LabTown, board: Board, alice: Person) -> None:
    """The phone is told that the code was used, the page offers none any more; a fresh login shows a good one."""
    board.arm(Fault(name="qr_burnt", user="alice"))
    entry, sold = alice.enters(), town.sells_phone()
    uri = alice.sees_code(entry)
    bell = town.verifier.bus.subscribe(session_topic(entry.session.session_id))
    with refused(Reason.ACTIVATION_USED):
        sold.activate(town.verifier, uri)
    assert bell.wait(LONGEST_S)
    bell.close()
    view = activation.show_activation(town.verifier, session=entry.session, token=entry.token)
    assert (view.state, view.offer) == (states.OneShot.FAILED, None)
    assert alice.events()[-2:] == [
        (EventKind.ACTIVATION_REFUSED, Reason.ACTIVATION_MISMATCH),
        (EventKind.ACTIVATION_REFUSED, Reason.ACTIVATION_USED),
    ]
    assert struck(town.lab) == [("qr_burnt", "alice")]
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "activation"
    with refused(Reason.ACTIVATION_USED):
        sold.activate(town.verifier, uri)
    assert len(struck(town.lab)) == 1
    board.disarm("qr_burnt")
    alice.activates(sold)
    alice.logs_in(with_=sold)


def test_a_code_of_an_operator_is_burnt(town: LabTown, board: Board, alice: Person) -> None:
    """A code that no page shows burns the same way; the next one is good when only the first is struck."""
    board.arm(Fault(name="qr_burnt", nth=1))
    sold = town.sells_phone()
    for _ in range(2):
        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
        if struck(town.lab):
            sold.activate(town.verifier, offer.uri)
        else:
            with refused(Reason.ACTIVATION_USED):
                sold.activate(town.verifier, offer.uri)
    assert struck(town.lab) == [("qr_burnt", "alice")]
    alice.logs_in(with_=sold)


def test_a_code_that_was_really_used_meanwhile(town: LabTown, board: Board, alice: Person) -> None:
    """When another phone was faster in earnest, the one that is struck hears of that one."""
    entry = alice.enters()
    uri = alice.sees_code(entry)
    first, second = town.sells_phone(), town.sells_phone()
    town.between.before("activations.close", lambda: first.activate(town.verifier, uri))
    board.arm(Fault(name="qr_burnt", nth=1))
    with refused(Reason.ACTIVATION_USED):
        second.activate(town.verifier, uri)
    assert alice.device is not None
    assert alice.device.device_id == first.device_id


@pytest.mark.parametrize("name", ["qr_burnt", "challenge_short"])
def test_bob_is_spared(town: LabTown, board: Board, bob: Person, name: str) -> None:
    """A fault of alice's does not touch bob."""
    board.arm(Fault(name=name, user="alice"))
    his = town.sells_phone()
    bob.activates(his)
    pending = bob.begins()
    town.clock.advance(seconds=60)
    bob.answers(pending, his.respond(question_of(pending)))
    assert struck(town.lab) == []
