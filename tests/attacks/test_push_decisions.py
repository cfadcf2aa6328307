"""Attack: a decision is read, changed, repeated, forged, or collected by somebody else (A21 to A26)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.model import Decision, Instance, InstanceId, PushRequest, RequestId
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.push import RequestsReply, format_request, format_requests_reply
from authsim.verifier import push
from authsim.verifier.device_sessions import open_device_session
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def victim(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def test_the_number_is_never_sent_to_the_device() -> None:
    """In a hundred logins nothing that a phone receives contains the number that its owner must type (A21)."""
    town = Town(policy=replace(PROFILES[HARDENED], push_burst=0, push_unanswered=0))
    town.under(challenges_open=0, challenges_per_hour=0, challenges_per_day=0)
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    for _ in range(100):
        _, asked = alice.is_asked()
        # Random bytes that spell the number by chance, in base64url, are no leak: the nonce was drawn before.
        signed_in = phone.opens_device_session(town.verifier)
        info = push.request_info(town.verifier, push.get_request(town.verifier, signed_in, asked.request_id))
        received = [
            open_device_session(town.verifier, phone.asks_for_session(town.verifier)),
            format_request(info),
            format_requests_reply(RequestsReply(requests=(info,), seamless=True)),
            push.login_uri(town.verifier, asked).reveal_text(),
            repr(info),
            repr(asked),
        ]

        assert len(asked.number) == info.digits == 6
        assert [text for text in received if asked.number in text] == []


CHANGES: dict[str, Callable[[PushRequest], PushRequest]] = {
    "user": lambda asked: replace(asked, user_id=type(asked.user_id)("0" * 32)),
    "request": lambda asked: replace(asked, request_id=RequestId("0" * 32)),
    "purpose": lambda asked: replace(asked, purpose=3),
    "nonce": lambda asked: replace(asked, server_nonce=bytes(32)),
    "address": lambda asked: replace(asked, client=replace(asked.client, address="198.51.100.1")),
    "agent": lambda asked: replace(asked, client=replace(asked.client, agent="another browser")),
    "issued": lambda asked: replace(asked, issued_ms=asked.issued_ms + 1),
    "expires": lambda asked: replace(asked, expires_ms=asked.expires_ms + 1),
}


@pytest.mark.parametrize("field", CHANGES)
def test_what_was_shown_is_what_is_approved(town: Town, victim: Person, phone: TestPhone, field: str) -> None:
    """A phone that was shown anything else than the portal keeps approves nothing (A22)."""
    pending, asked = victim.is_asked()
    shown = push.request_info(town.verifier, CHANGES[field](asked))
    if field == "user":
        assert phone.reply is not None
        phone.reply = replace(phone.reply, user_id="0" * 32)

    with refused(Reason.DEVICE_MISMATCH):
        push.decide(town.verifier, asked.request_id, phone.signs_decision(town.verifier, shown, Decision.APPROVE))

    assert victim.device is not None
    assert (victim.device.counter, victim.device.alarms) == (0, 0)
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(pending)


@pytest.mark.parametrize("field", ["decision", "number", "ctr", "sig"])
def test_nothing_of_a_decision_can_be_changed(town: Town, victim: Person, phone: TestPhone, field: str) -> None:
    """A denial does not become an approval, a counter does not become another one (A22)."""
    _, asked = victim.is_asked()
    signed = phone.signs_decision(town.verifier, push.request_info(town.verifier, asked), Decision.DENY)
    changes: dict[str, object] = {"decision": 1, "number": "123456", "ctr": signed.ctr + 1, "sig": bytes(64)}

    with refused(Reason.DEVICE_MISMATCH):
        push.decide(town.verifier, asked.request_id, replace(signed, **{field: changes[field]}))

    kept = town.verifier.store.pushes.get(asked.request_id)
    assert kept is not None
    assert (kept.state, kept.attempts) == (states.OneShot.ISSUED, 0)


def test_a_decision_for_another_portal(town: Town, victim: Person, phone: TestPhone) -> None:
    """Neither another instance nor another address takes a signature that was made for this one (A22)."""
    pending, asked = victim.is_asked()
    elsewhere: list[Callable[[Instance], Instance]] = [
        lambda here: replace(here, instance_id=InstanceId("0" * 32)),
        lambda here: replace(here, origin="https://portal.test"),
    ]
    for change in elsewhere:
        other = replace(town.verifier, instance=change(town.verifier.instance))
        signed = phone.signs_decision(town.verifier, push.request_info(town.verifier, asked), Decision.APPROVE)

        with refused(Reason.DEVICE_MISMATCH):
            push.decide(other, asked.request_id, signed)
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(pending)
    assert len(victim.full_sessions) == 0


def test_a_decision_is_not_replayed(town: Town, victim: Person, phone: TestPhone) -> None:
    """On its own request it is answered as it was and opens nothing more; on the next one it is refused (A22)."""
    pending, asked = victim.is_asked()
    signed = phone.signs_decision(town.verifier, push.request_info(town.verifier, asked), Decision.APPROVE)
    push.decide(town.verifier, asked.request_id, signed)
    victim.collects(pending)
    _, later = victim.is_asked()

    rows = len(town.events())
    assert push.decide(town.verifier, asked.request_id, signed) is Decision.APPROVE
    assert len(town.events()) == rows
    with refused(Reason.DEVICE_MISMATCH):
        push.decide(town.verifier, later.request_id, signed)
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(victim.begins())
    assert len(victim.full_sessions) == 1


@pytest.mark.parametrize("decision", list(Decision))
def test_replays_do_not_stop_the_phone(town: Town, victim: Person, phone: TestPhone, decision: Decision) -> None:
    """Whoever reads the wire and sends a decision again, as often as he likes, raises no alarm (A22)."""
    _, asked = victim.is_asked()
    signed = phone.signs_decision(town.verifier, push.request_info(town.verifier, asked), decision)
    push.decide(town.verifier, asked.request_id, signed)

    for _ in range(10):
        assert push.decide(town.verifier, asked.request_id, signed) is decision
    assert victim.device is not None
    assert (victim.device.alarms, victim.device.state) == (0, states.Device.ACTIVE)


def test_replays_of_a_wrong_number_do_not_stop_the_phone(town: Town, victim: Person, phone: TestPhone) -> None:
    """A number that was wrong once is wrong again: it costs no further try and raises no alarm (A22)."""
    town.under(push_number_digits=6, push_tries=3)
    _, asked = victim.is_asked()
    wrong = f"{(int(asked.number) + 1) % 10**6:06d}"
    signed = phone.signs_decision(
        town.verifier, push.request_info(town.verifier, asked), Decision.APPROVE, number=wrong
    )

    for _ in range(10):
        with refused(Reason.WRONG_NUMBER):
            push.decide(town.verifier, asked.request_id, signed)
    assert victim.device is not None
    assert victim.device.alarms == 0
    assert phone.approves(town.verifier, asked, number=asked.number) is Decision.APPROVE


def test_another_users_phone_decides_nothing(town: Town, victim: Person) -> None:
    """bob's phone, which is active, signs for alice's request: it is not alice's key (A22)."""
    bob, phone = town.adds("bob"), town.sells_phone()
    bob.activates(phone)
    _, asked = victim.is_asked()

    for decision in Decision:
        with refused(Reason.DEVICE_MISMATCH):
            phone.decides(town.verifier, asked, decision)
    kept = town.verifier.store.pushes.get(asked.request_id)
    assert kept is not None
    assert kept.state is states.OneShot.ISSUED


def test_clone_detected(town: Town, victim: Person, phone: TestPhone) -> None:
    """Of two phones with one key, the one that falls behind is noticed; the second time the device stops (A23)."""
    thief = phone.is_copied()
    for _ in range(3):
        victim.logs_in_by_push(with_=phone)

    reasons = []
    for _ in range(3):
        _, asked = victim.is_asked()
        with pytest.raises(RefusalError) as caught:
            thief.approves(town.verifier, asked)
        reasons.append(caught.value.reason)
        if victim.device is None:
            break

    assert reasons == [Reason.CLONE_SUSPECTED] * 2
    assert phone.hears_its_state(town.verifier) == "suspended"
    assert len(victim.full_sessions) == 0


def test_a_clone_that_is_ahead_gives_the_owner_away(town: Town, victim: Person, phone: TestPhone) -> None:
    """When the thief is faster, the owner's own phone raises the alarm, and the device is stopped (A23)."""
    thief = phone.is_copied()
    for _ in range(3):
        victim.logs_in_by_push(with_=thief)

    for _ in range(2):
        _, asked = victim.is_asked()
        with refused(Reason.CLONE_SUSPECTED):
            phone.approves(town.verifier, asked)

    with refused(Reason.NO_ACTIVE_DEVICE):
        victim.begins()


def test_the_approval_is_not_collected_by_another_browser(town: Town, victim: Person, phone: TestPhone) -> None:
    """A thief with the password has a login of their own: the victim's approval does not open it (A24)."""
    thief = victim.begins()
    pending, asked = victim.is_asked()
    phone.approves(town.verifier, asked)

    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(thief)

    assert len(victim.full_sessions) == 0
    victim.collects(pending)
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(thief)
    assert len(victim.full_sessions) == 1


def test_a_newer_login_of_a_thief_takes_the_approval_from_the_older(
    town: Town, victim: Person, phone: TestPhone
) -> None:
    """What the owner sees last is the thief's request, with the thief's address; the older takes no answer (A24)."""
    pending, asked = victim.is_asked()
    victim.begins()

    with refused(Reason.PUSH_SUPERSEDED):
        phone.approves(town.verifier, asked)
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(pending)
    assert len(victim.full_sessions) == 0


def test_scanning_alone_approves_nothing(town: Town, victim: Person, phone: TestPhone) -> None:
    """A QR code that was lured before the victim's camera shows where it comes from, and waits for an answer (A25)."""
    thief, asked = victim.is_asked(notify=False)

    shown = phone.scans(town.verifier, push.login_uri(town.verifier, asked))

    assert shown.context.ip == asked.client.address
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(thief)
    phone.denies(town.verifier, asked)
    with refused(Reason.PUSH_DENIED):
        victim.collects(thief)


def test_a_stolen_token_changes_nothing(town: Town, victim: Person, phone: TestPhone) -> None:
    """Whoever has the token of a phone's session reads what waits; each read leaves everything as it was (A26)."""
    pending, asked = victim.is_asked()
    stolen = phone.opens_device_session(town.verifier)
    before = town.events()

    push.list_requests(town.verifier, stolen)
    push.read_requests(town.verifier, stolen, after=0)
    push.request_info(town.verifier, push.get_request(town.verifier, stolen, asked.request_id))

    assert town.events() == before
    with refused(Reason.PUSH_NOT_APPROVED):
        victim.collects(pending)
