"""Texts that are lost, late, or arrive in the other order, from each ceremony that sends one."""

import pytest

from authsim.errors import Reason
from authsim.lab.agenda import RING, Entry
from authsim.lab.board import Board, Fault
from authsim.model import Channel, FactorKind, PendingLogin
from authsim.policy import Policy
from authsim.verifier import add_user, choosing, inbox, prompted, temporary_passcode
from authsim.verifier.topics import inbox_topic
from tests.support.adding import code_in
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.holding import give
from tests.support.lab import LabTown, struck, told
from tests.support.people import BROWSER, NUMBER, Person, refused

WAIT_S = 30


@pytest.fixture
def town() -> LabTown:
    """A portal in a lab that sends another text after half a minute."""
    return LabTown(policy=Policy(sms_resend_seconds=WAIT_S))


def begins_by_text(town: LabTown, person: Person) -> PendingLogin:
    """Let a user whose one factor is a texted code begin a login."""
    give(town.outside, person.user, FactorKind.TEXT)
    return person.begins()


def types(town: LabTown, pending: PendingLogin, code: str) -> None:
    """Type a texted code into the page of a login."""
    prompted.complete_prompt(town.verifier, token=pending.token, answer=code, client=BROWSER)


def resends(town: LabTown, pending: PendingLogin, channel: Channel = Channel.TEXT) -> None:
    """Wait as long as one has to, and ask for another code."""
    town.clock.advance(seconds=WAIT_S)
    choosing.resend_code(town.verifier, token=pending.token, channel=channel, client=BROWSER)


def test_a_lost_text_never_arrives(town: LabTown, board: Board, alice: Person) -> None:
    """The portal sent it; the inbox stays empty, even after the fault is off; another one arrives."""
    board.arm(Fault(name="text_lost", user="alice", nth=1))
    pending = begins_by_text(town, alice)
    assert alice.texts() == alice.texts() == []
    board.disarm("text_lost")
    assert alice.texts() == []
    assert struck(town.lab) == [("text_lost", "alice")]
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "text"
    resends(town, pending)
    types(town, pending, alice.reads_code())


def test_a_call_arrives_where_texts_are_lost(town: LabTown, board: Board, alice: Person) -> None:
    """Who asks for a call instead of a text hears the code: the carrier loses texts alone."""
    board.arm(Fault(name="text_lost"))
    pending = begins_by_text(town, alice)
    resends(town, pending)
    assert alice.texts() == []
    assert struck(town.lab) == [("text_lost", "alice")] * 2
    resends(town, pending, Channel.VOICE)
    types(town, pending, alice.reads_code())
    assert len(struck(town.lab)) == 2


def test_the_text_of_an_enrolment_is_lost(town: LabTown, board: Board, alice: Person) -> None:
    """An enrolment by texted code meets the same; another text brings a code that works."""
    board.arm(Fault(name="text_lost", every=2))
    phone = town.sells_phone()
    attempt = phone.starts_adding(town.verifier, "alice", alice.password)
    assert len(alice.texts()) == 1
    town.clock.advance(seconds=WAIT_S)
    add_user.resend_code(town.verifier, attempt.flow_id)
    assert len(alice.texts()) == 1
    assert struck(town.lab) == [("text_lost", "alice")]
    town.clock.advance(seconds=WAIT_S)
    add_user.resend_code(town.verifier, attempt.flow_id)
    phone.finishes_adding(attempt, alice.reads_code())
    alice.logs_in(with_=phone)


def test_an_enrolment_that_is_refused_sends_no_text(town: LabTown, board: Board, alice: Person) -> None:
    """A text that was never sent is not counted: `nth` counts texts."""
    phone = town.sells_phone()
    phone.starts_adding(town.verifier, "alice", alice.password)
    board.arm(Fault(name="text_lost", nth=1))
    with refused(Reason.TEXT_TOO_SOON):
        phone.starts_adding(town.verifier, "alice", alice.password)
    assert [fault.seen for fault in board.list_on()] == [0]


def test_texts_of_bob_arrive(town: LabTown, board: Board, alice: Person, bob: Person) -> None:
    """A fault of alice's texts spares bob's."""
    board.arm(Fault(name="text_lost", user="alice"))
    types(town, begins_by_text(town, bob), bob.reads_code())
    begins_by_text(town, alice)
    assert struck(town.lab) == [("text_lost", "alice")]


def test_a_passcode_by_text_is_lost(town: LabTown, board: Board, alice: Person) -> None:
    """A passcode that the help desk texts is a text as well; a factor that sends none is not counted."""
    board.arm(Fault(name="text_lost"))
    give(town.verifier, alice.user, FactorKind.CODE_CARD)
    assert struck(town.lab) == []
    temporary_passcode.issue_passcode(town.verifier, alice.user, by="desk", reason="lost phone")
    assert alice.texts() == []
    assert struck(town.lab) == [("text_lost", "alice")]


def test_a_late_text_arrives_later(town: LabTown, board: Board, alice: Person) -> None:
    """It is in the inbox after `by_ms`, to the millisecond, and whoever waits there is woken then."""
    board.arm(Fault(name="text_late", by_ms=30_000))
    pending = begins_by_text(town, alice)
    due_ms = town.verifier.clock.now_ms() + 30_000
    assert list(town.lab.agenda.list_waiting()) == [Entry(due_ms, RING, inbox_topic(NUMBER))]
    bell = town.verifier.bus.subscribe(inbox_topic(NUMBER))
    town.clock.advance(ms=29_999)
    assert alice.texts() == []
    town.clock.advance(ms=1)
    town.lab.agenda.do_due()
    assert bell.wait(LONGEST_S)
    bell.close()
    types(town, pending, alice.reads_code())
    board.disarm("text_late")
    types(town, alice.begins(), alice.reads_code())
    assert struck(town.lab) == [("text_late", "alice")]
    town.lab.agenda.close()


def test_a_text_that_is_later_than_its_code(town: LabTown, board: Board, alice: Person) -> None:
    """A code that arrives after its three minutes is refused as expired."""
    board.arm(Fault(name="text_late", by_ms=181_000))
    pending = begins_by_text(town, alice)
    town.clock.advance(seconds=181)
    with refused(Reason.PROMPT_EXPIRED):
        types(town, pending, alice.reads_code())
    town.lab.agenda.close()


def test_whoever_reads_on_misses_no_late_text(town: LabTown, board: Board, alice: Person) -> None:
    """Texts are numbered as they arrive: one that is overtaken follows the number of the one that overtook it."""
    board.arm(Fault(name="text_late", nth=1, by_ms=70_000))
    pending = begins_by_text(town, alice)
    resends(town, pending)
    [second] = inbox.list_texts(town.verifier, NUMBER)
    town.clock.advance(seconds=40)
    [late] = inbox.list_texts(town.verifier, NUMBER, after=second.sequence)
    assert late.sequence > second.sequence
    assert late.sent_ms < second.sent_ms
    assert inbox.list_texts(town.verifier, NUMBER, after=late.sequence) == []
    assert inbox.list_texts(town.verifier, NUMBER, most=1) == [late]
    town.lab.agenda.close()


def test_a_slow_carrier_delays_every_text(town: LabTown, alice: Person) -> None:
    """Without any fault, a clock of `text` that is behind delays each text by as much; one ahead of it delays none."""
    town.lab.clock.skew("text", -10_000)
    pending = begins_by_text(town, alice)
    town.clock.advance(seconds=9)
    assert alice.texts() == []
    town.clock.advance(seconds=1)
    types(town, pending, alice.reads_code())
    town.lab.clock.skew("text", 10_000)
    assert len(alice.texts()) == 1


def test_two_texts_arrive_in_the_other_order(town: LabTown, board: Board, alice: Person) -> None:
    """The first waits for the second and follows it: the newest text holds the code that counts no more."""
    board.arm(Fault(name="text_swapped"))
    pending = begins_by_text(town, alice)
    assert alice.texts() == []
    resends(town, pending)
    first, second = inbox.list_texts(town.verifier, NUMBER)
    assert first.sent_ms > second.sent_ms
    assert first.sequence < second.sequence
    with refused(Reason.WRONG_CODE):
        types(town, pending, code_in(second.text))
    types(town, pending, code_in(first.text))
    assert struck(town.lab) == [("text_swapped", "alice")]


def test_pairs_are_swapped_one_after_the_other(town: LabTown, board: Board, alice: Person) -> None:
    """A text that lets another one follow is not held back itself, the one after it is; off, all goes in order."""
    board.arm(Fault(name="text_swapped"))
    pending = begins_by_text(town, alice)
    resends(town, pending)
    resends(town, pending)
    assert len(alice.texts()) == 2
    assert len(struck(town.lab)) == 2
    board.disarm("text_swapped")
    town.clock.advance(seconds=WAIT_S)
    pending = alice.begins()
    assert len(alice.texts()) == 4
    newest = inbox.list_texts(town.verifier, NUMBER)
    assert [text.sequence for text in newest] == sorted(text.sequence for text in newest)
    types(town, pending, code_in(newest[2].text))


def test_a_held_text_follows_a_late_one(town: LabTown, board: Board, alice: Person) -> None:
    """The text that waits for another one waits as long as that one is late."""
    board.arm(Fault(name="text_swapped", nth=1))
    pending = begins_by_text(town, alice)
    board.arm(Fault(name="text_late", by_ms=7_000))
    resends(town, pending)
    assert alice.texts() == []
    town.clock.advance(seconds=7)
    assert len(alice.texts()) == 2
    types(town, pending, code_in(alice.texts()[0]))
    town.lab.agenda.close()


def test_a_lost_text_lets_nobody_follow(town: LabTown, board: Board, alice: Person) -> None:
    """A text that is lost arrives in no order: the one that waits goes on waiting for the next that arrives."""
    board.arm(Fault(name="text_swapped", nth=1))
    pending = begins_by_text(town, alice)
    board.arm(Fault(name="text_lost", nth=1))
    resends(town, pending)
    assert alice.texts() == []
    resends(town, pending)
    assert len(alice.texts()) == 2


def test_a_phone_of_one_number_reads_no_other(
    town: LabTown, board: Board, alice: Person, bob: Person, phone: TestPhone
) -> None:
    """Inboxes stay apart, whatever is marked: a held text of alice follows no text of bob's."""
    board.arm(Fault(name="text_swapped", user="alice"))
    begins = town.sells_phone()
    begins.starts_adding(town.verifier, "alice", alice.password)
    town.sells_phone().starts_adding(town.verifier, "bob", bob.password)
    assert alice.texts() == []
    assert len(bob.texts()) == 1
    assert inbox.list_numbers(town.verifier) == [NUMBER, "+12125550143"]
    alice.logs_in(with_=phone)
