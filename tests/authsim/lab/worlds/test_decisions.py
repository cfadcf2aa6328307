"""Decisions of a phone that come to nothing: overtaken by a newer request, or accepted and then ignored."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.lab.board import Board, Fault
from authsim.model import Decision, PushRequest
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.codes import Purpose
from authsim.protocol.suite import STRICT10
from authsim.verifier import push
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone
from tests.support.lab import LabTown, struck, told
from tests.support.people import Person, question_of, refused


def with_another_phone() -> tuple[LabTown, TestPhone, TestPhone]:
    """Return a town of the hardened profile in which a second phone waits for the word of the first."""
    town = LabTown(policy=PROFILES[HARDENED], suite=STRICT10)
    carol = town.adds("carol")
    old, new = town.sells_phone(), town.sells_phone()
    carol.activates(old)
    town.clock.advance(seconds=1)
    carol.adds_herself(new)
    return town, old, new


def newest(town: LabTown, phone: TestPhone) -> PushRequest:
    """Return the newest request to a phone."""
    device = town.verifier.store.devices.get(phone.device_id)
    assert device is not None
    return town.verifier.store.pushes.list_decided(device.user_id, most=1)[0]


def is_active(town: LabTown, phone: TestPhone) -> bool:
    """Say whether a phone answers."""
    device = town.verifier.store.devices.get(phone.device_id)
    return device is not None and device.state is states.Device.ACTIVE


def test_an_approval_finds_its_request_superseded(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """At the first tap a newer request has taken the place of the one on the phone; the newer one can be approved."""
    board.arm(Fault(name="push_superseded", user="alice", nth=1))
    pending, asked = alice.is_asked()
    bell = town.verifier.bus.subscribe(f"login:{pending.login.login_id}")
    with refused(Reason.PUSH_SUPERSEDED):
        phone.approves(town.verifier, asked)
    assert bell.wait(LONGEST_S)  # the page shows the newer one
    bell.close()
    assert (EventKind.PUSH_REFUSED, Reason.PUSH_SUPERSEDED) in alice.events()
    newer = town.verifier.store.pushes.latest_of_login(pending.login.login_id)
    assert newer is not None
    assert newer.request_id != asked.request_id
    assert [info.request_id for info in phone.sees(town.verifier)] == [newer.request_id]
    phone.approves(town.verifier, newer)
    alice.collects(pending)
    assert struck(town.lab) == [("push_superseded", "alice")]


def test_every_approval_is_overtaken_until_the_fault_is_off(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """Each tap counts once; a login after the fault goes as ever."""
    board.arm(Fault(name="push_superseded"))
    pending, asked = alice.is_asked()
    for _ in range(3):
        with refused(Reason.PUSH_SUPERSEDED):
            phone.approves(town.verifier, asked)
        newer = town.verifier.store.pushes.latest_of_login(pending.login.login_id)
        assert newer is not None
        asked = newer
    board.disarm("push_superseded")
    phone.approves(town.verifier, asked)
    alice.collects(pending)
    assert struck(town.lab) == [("push_superseded", "alice")] * 3


def test_a_denial_is_overtaken_too(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """Whatever the phone answers, it answers something that is no longer asked; the login goes on."""
    board.arm(Fault(name="push_superseded", nth=1))
    pending, asked = alice.is_asked()
    with refused(Reason.PUSH_SUPERSEDED):
        phone.denies(town.verifier, asked)
    alice.answers(pending, phone.respond(question_of(pending)))


def test_a_login_that_is_over_is_not_asked_again(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """When the login was completed meanwhile, the tap is told that, and no newer request is made."""
    pending, asked = alice.is_asked()
    alice.answers(pending, phone.respond(question_of(pending)))
    board.arm(Fault(name="push_superseded"))
    with refused(Reason.PUSH_CLOSED):
        phone.approves(town.verifier, asked)
    assert struck(town.lab) == []


def test_a_login_that_ends_while_it_is_overtaken(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """A login that ends in the very moment of the tap makes no newer request either; the tap is told what happened."""
    pending, asked = alice.is_asked()
    board.arm(Fault(name="push_superseded"))
    town.between.before("pushes.issue", lambda: alice.answers(pending, phone.respond(question_of(pending))))
    with refused(Reason.PUSH_CLOSED):
        phone.approves(town.verifier, asked)
    assert struck(town.lab) == [("push_superseded", "alice")]


def test_the_number_of_another_phone_is_kept() -> None:
    """A newer request about another phone asks for the number that stands on that phone."""
    town, old, new = with_another_phone()
    town.lab.board.arm(Fault(name="push_superseded", nth=1))
    number = new.confirmation[: town.policy.push_number_digits]
    with refused(Reason.PUSH_SUPERSEDED):
        old.approves(town.verifier, newest(town, old), number=number)
    newer = newest(town, old)
    assert newer.purpose == Purpose.ADD_DEVICE
    assert old.approves(town.verifier, newer, number=number) is Decision.APPROVE
    assert is_active(town, new)


def test_after_a_missed_alert_every_later_one_errs(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """Nothing happens until a notification was missed; from then on approvals are refused, until a typed response."""
    board.arm(Fault(name="push_stuck", user="alice"))
    alice.logs_in_by_push(with_=phone)
    assert struck(town.lab) == []
    alice.begins()
    town.clock.advance(seconds=181)  # nobody answers
    pending, asked = alice.is_asked()
    with refused(Reason.PUSH_SUPERSEDED):
        phone.approves(town.verifier, asked)
    assert struck(town.lab) == [("push_stuck", "alice")]
    town.clock.advance(seconds=1)
    alice.answers(pending, phone.respond(question_of(pending)))
    town.clock.advance(seconds=1)
    alice.logs_in_by_push(with_=phone)
    board.disarm("push_stuck")
    alice.logs_in_by_push(with_=phone)
    assert len(struck(town.lab)) == 1


def test_an_approval_is_accepted_and_ignored(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The phone is told that it approved and lists nothing any more; the page waits until the login is over."""
    board.arm(Fault(name="approval_ignored", user="alice"))
    pending, asked = alice.is_asked()
    info = push.request_info(town.verifier, asked)
    request = phone.signs_decision(town.verifier, info, Decision.APPROVE)
    assert push.decide(town.verifier, asked.request_id, request) is Decision.APPROVE
    assert push.decide(town.verifier, asked.request_id, request) is Decision.APPROVE  # sent again: told the same
    assert phone.sees(town.verifier) == []
    signed_in = phone.opens_device_session(town.verifier)
    told_of = push.request_info(town.verifier, push.get_request(town.verifier, signed_in, asked.request_id))
    assert told_of.state == "consumed"
    assert [one.state.value for one in push.read_requests(town.verifier, signed_in, after=0)] == ["consumed"]
    with refused(Reason.PUSH_CLOSED):
        phone.approves(town.verifier, asked)
    with refused(Reason.PUSH_NOT_APPROVED):
        alice.collects(pending)
    assert (EventKind.PUSH_APPROVED, None) in alice.events()
    town.clock.advance(seconds=181)
    with refused(Reason.PUSH_EXPIRED):
        alice.collects(pending)
    assert struck(town.lab) == [("approval_ignored", "alice")]
    assert told(town.lab, "fault:struck")[0]["facts"]["step"] == "decision"
    board.disarm("approval_ignored")
    alice.logs_in_by_push(with_=phone)


def test_whoever_waits_in_vain_may_ask_again(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """After an ignored approval another notification can be sent and approved, or the challenge be answered."""
    board.arm(Fault(name="approval_ignored", nth=1))
    pending, asked = alice.is_asked()
    phone.approves(town.verifier, asked)
    again = alice.resends(pending)
    phone.approves(town.verifier, again)
    alice.collects(pending)
    assert len(alice.full_sessions) == 1

    board.arm(Fault(name="approval_ignored", nth=1))
    pending, asked = alice.is_asked()
    phone.approves(town.verifier, asked)
    alice.answers(pending, phone.respond(question_of(pending)))
    assert len(alice.full_sessions) == 2


def test_a_denial_is_never_ignored(town: LabTown, board: Board, alice: Person, phone: TestPhone) -> None:
    """The fault is about approvals: a denial ends the login."""
    board.arm(Fault(name="approval_ignored"))
    pending, asked = alice.is_asked()
    phone.denies(town.verifier, asked)
    with refused(Reason.PUSH_DENIED):
        alice.collects(pending)
    assert struck(town.lab) == []


def test_an_approval_that_comes_too_late_is_not_ignored(
    town: LabTown, board: Board, alice: Person, phone: TestPhone
) -> None:
    """An approval that loses a race is refused for what happened, with the fault as without."""
    board.arm(Fault(name="approval_ignored"))
    pending, asked = alice.is_asked()
    town.between.before("logins.get", lambda: alice.answers(pending, phone.respond(question_of(pending))))
    with refused(Reason.PUSH_CLOSED):
        phone.approves(town.verifier, asked)


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.DENY])
def test_another_phone_is_brought_in_all_the_same(decision: Decision) -> None:
    """An approval that no page waits for is not one that could be ignored."""
    town, old, new = with_another_phone()
    town.lab.board.arm(Fault(name="approval_ignored"))
    number = new.confirmation[: town.policy.push_number_digits] if decision is Decision.APPROVE else ""
    old.decides(town.verifier, newest(town, old), decision, number=number)
    assert is_active(town, new) is (decision is Decision.APPROVE)
    assert struck(town.lab) == []
