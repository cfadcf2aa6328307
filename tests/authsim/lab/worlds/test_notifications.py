"""Notifications that are not sent, lost, late, or come twice: what the phone, the page and the journal see."""

from collections.abc import Sequence

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.lab.agenda import RING, Entry
from authsim.lab.board import Board, Fault
from authsim.model import PushRequest
from authsim.protocol.push import RequestInfo
from authsim.verifier import push
from authsim.verifier.push import login_uri
from authsim.verifier.topics import device_topic
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.lab import LabTown, struck, told
from tests.support.people import Person, question_of, refused


def ids_of(requests: Sequence[PushRequest | RequestInfo]) -> list[str]:
    """Return which requests those are."""
    return [one.request_id for one in requests]


def test_a_lost_notification_never_arrives(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The portal sent it and waits; the phone lists nothing, at any look, even after the fault is off."""
    board.arm(Fault(name="push_lost", user="alice"))
    pending, asked = alice.is_asked()
    assert asked.is_notified
    assert phone.sees(town.verifier) == phone.sees(town.verifier) == []
    board.disarm("push_lost")
    assert phone.sees(town.verifier) == []
    assert push.read_requests(town.verifier, phone.opens_device_session(town.verifier), after=0) == []
    assert struck(town.lab) == [("push_lost", "alice")]
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "notification"

    alice.answers(pending, phone.respond(question_of(pending)))  # the challenge helps
    alice.logs_in_by_push(with_=phone)
    assert len(struck(town.lab)) == 1


def test_a_lost_notification_can_be_fetched_by_its_qr_code(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """Only the announcement is lost: whoever scans the page's code approves."""
    board.arm(Fault(name="push_lost"))
    pending, asked = alice.is_asked()
    info = phone.scans(town.verifier, login_uri(town.verifier, asked))
    assert info.request_id == asked.request_id
    phone.approves(town.verifier, asked)
    alice.collects(pending)


def test_a_resent_notification_is_another_one(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """With `nth` only that notification is lost: the one that is asked for again arrives."""
    board.arm(Fault(name="push_lost", nth=1))
    pending, _ = alice.is_asked()
    assert phone.sees(town.verifier) == []
    again = alice.resends(pending)
    assert ids_of(phone.sees(town.verifier)) == [again.request_id]
    phone.approves(town.verifier, again)
    alice.collects(pending)
    assert struck(town.lab) == [("push_lost", "alice")]


def test_every_other_notification_is_lost(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """`every` counts notifications, not looks at the list."""
    board.arm(Fault(name="push_lost", every=2))
    arrived = []
    for _ in range(4):
        alice.begins()
        arrived.append([len(phone.sees(town.verifier)) for _ in range(3)])
        town.clock.advance(seconds=10)
    assert arrived == [[1] * 3, [0] * 3, [1] * 3, [0] * 3]


def test_a_fault_of_alice_spares_bob(town: LabTown, board: Board, alice: Person, bob: Person, phone: TestPhone) -> None:
    """A fault with a user strikes that user's notifications only, by name."""
    hers, his = phone, town.sells_phone()
    bob.activates(his)
    board.arm(Fault(name="push_lost", user="alice"))
    bob.logs_in_by_push(with_=his)
    alice.is_asked()
    assert hers.sees(town.verifier) == []
    assert struck(town.lab) == [("push_lost", "alice")]


def test_a_fault_with_a_duration_is_over_in_time(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """After `seconds` on the lab's clock notifications arrive again."""
    board.arm(Fault(name="push_lost", seconds=60))
    alice.is_asked()
    assert phone.sees(town.verifier) == []
    town.clock.advance(seconds=60)
    alice.logs_in_by_push(with_=phone)
    assert len(struck(town.lab)) == 1


def test_a_silent_request_is_not_struck(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """A login that announces nothing has no notification that could be lost."""
    board.arm(Fault(name="push_lost"))
    alice.begins(notify=False)
    assert struck(town.lab) == []


def test_a_late_notification_arrives_later(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """It is there after `by_ms`, to the millisecond, whoever looks, and the phone is woken then."""
    board.arm(Fault(name="push_late", by_ms=20_000))
    pending, asked = alice.is_asked()
    due_ms = asked.issued_ms + 20_000
    assert list(town.lab.agenda.list_waiting()) == [Entry(due_ms, RING, device_topic(phone.device_id))]
    town.clock.advance(ms=19_999)
    assert phone.sees(town.verifier) == []
    bell = town.verifier.bus.subscribe(device_topic(phone.device_id))
    town.clock.advance(ms=1)
    town.lab.agenda.do_due()
    assert bell.wait(LONGEST_S)
    bell.close()
    assert ids_of(phone.sees(town.verifier)) == [asked.request_id]
    phone.approves(town.verifier, asked)
    alice.collects(pending)
    board.disarm("push_late")
    alice.logs_in_by_push(with_=phone)
    assert struck(town.lab) == [("push_late", "alice")]
    town.lab.agenda.close()


def test_a_stream_that_begins_meanwhile_hears_the_late_one(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """A phone that begins to listen while a notification is under way takes its place before that one."""
    board.arm(Fault(name="push_late", by_ms=20_000))
    _, asked = alice.is_asked()
    signed_in = phone.opens_device_session(town.verifier)
    newest = town.verifier.store.pushes.list_decided(signed_in.user.user_id, most=1)
    assert newest == []
    town.clock.advance(seconds=20)
    assert ids_of(push.read_requests(town.verifier, signed_in, after=0)) == [asked.request_id]
    town.lab.agenda.close()


def test_a_notification_that_is_later_than_its_request(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """One that arrives after the request expired is answered with that, and ends nothing but itself."""
    board.arm(Fault(name="push_late", by_ms=181_000))
    pending, asked = alice.is_asked()
    town.clock.advance(seconds=181)
    assert ids_of(push.read_requests(town.verifier, phone.opens_device_session(town.verifier), after=0)) == [
        asked.request_id
    ]
    with refused(Reason.PUSH_EXPIRED):
        phone.approves(town.verifier, asked)
    with refused(Reason.PUSH_EXPIRED):
        alice.collects(pending)
    town.lab.agenda.close()


def test_a_skewed_carrier_is_slow(town: LabTown, alice: Person, phone: TestPhone) -> None:
    """Without any fault, a clock of `push` that is behind delays each notification by as much."""
    town.lab.clock.skew("push", -5_000)
    pending, asked = alice.is_asked()
    assert phone.sees(town.verifier) == []
    town.clock.advance(seconds=5)
    assert ids_of(phone.sees(town.verifier)) == [asked.request_id]
    phone.approves(town.verifier, asked)
    alice.collects(pending)


def test_a_notification_that_comes_twice_is_answered_once(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """The phone lists one request twice; the second answer to it is too late."""
    board.arm(Fault(name="push_twice"))
    pending, asked = alice.is_asked()
    assert ids_of(phone.sees(town.verifier)) == [asked.request_id] * 2
    phone.approves(town.verifier, asked)
    with refused(Reason.PUSH_CLOSED):
        phone.approves(town.verifier, asked)
    alice.collects(pending)
    board.disarm("push_twice")
    _, asked = alice.is_asked()
    assert ids_of(phone.sees(town.verifier)) == [asked.request_id]
    assert struck(town.lab) == [("push_twice", "alice")]


def test_no_notification_is_sent(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The request is silent, in the store and in the record; the challenge and the QR code are there as ever."""
    board.arm(Fault(name="no_push"))
    pending, asked = alice.is_asked()
    assert not asked.is_notified
    sent = [event for event in town.record() if event.kind is EventKind.PUSH_SENT]
    assert [dict(event.facts)["announced"] for event in sent] == ["no"]
    assert phone.sees(town.verifier) == []
    alice.answers(pending, phone.respond(question_of(pending)))
    board.disarm("no_push")
    alice.logs_in_by_push(with_=phone)
    assert struck(town.lab) == [("no_push", "alice")]


def test_a_resent_one_is_not_sent_either(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """*Resend notification* sends none either, while the fault is on."""
    board.arm(Fault(name="no_push"))
    pending, _ = alice.is_asked()
    assert not alice.resends(pending).is_notified
    assert struck(town.lab) == [("no_push", "alice")] * 2


def test_a_page_of_lost_notifications_is_turned(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Whoever reads page by page finds what came behind a page of lost ones."""
    board.arm(Fault(name="push_lost"))
    for _ in range(4):
        alice.begins()
        town.clock.advance(seconds=10)
    board.disarm("push_lost")
    _, asked = alice.is_asked()
    found = town.verifier.store.pushes.list_notified(phone.device_id, after=0, most=2)
    assert ids_of(found) == [asked.request_id]
    assert found[0].state is states.OneShot.ISSUED


@pytest.mark.parametrize("name", ["push_lost", "push_late", "push_twice", "no_push"])
def test_a_notification_is_decided_once(
    town: LabTown, board: Board, alice: Person, phone: TestPhone, name: str
) -> None:
    """A question that the phone was asked before is drawn again: its notification is counted once all the same."""
    first = alice.begins(notify=False)
    question = int(question_of(first))
    board.arm(Fault(name=name))
    town.entropy.queue = [question, question, 123_456]
    _, asked = alice.is_asked()
    assert asked is not None
    assert struck(town.lab) == [(name, "alice")]
    town.lab.agenda.close()
