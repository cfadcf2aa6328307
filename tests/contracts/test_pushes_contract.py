"""What `ports.Pushes` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Decision, Device, DeviceId, LoginId, PushRequest, RequestId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all, send

CLOSING = [states.OneShot.FAILED, states.OneShot.EXPIRED, states.OneShot.CANCELLED]


@pytest.fixture
def device(store: Store) -> Device:
    """An active device."""
    return add_device(store, add_user(store).user_id)


DIGEST = bytes(range(32))


def count(store: Store, push: PushRequest, *, counter: int = 1, now_ms: int = NOW_MS) -> PushRequest:
    """Count a decision."""
    return store.pushes.count_decision(
        push.request_id, counter=counter, now_ms=now_ms, event=event(EventKind.PUSH_COUNTED)
    )


def decide(store: Store, push: PushRequest, decision: Decision = Decision.APPROVE) -> None:
    """Keep a decision."""
    kind = {
        Decision.APPROVE: EventKind.PUSH_APPROVED,
        Decision.DENY: EventKind.PUSH_DENIED,
        Decision.REPORT: EventKind.PUSH_REPORTED,
    }[decision]
    store.pushes.decide(push, decision, digest=DIGEST, now_ms=LATER_MS, event=event(kind))


def revoke(store: Store, device: Device) -> None:
    """Take a device away."""
    fact = event(EventKind.DEVICE_REVOKED)
    store.devices.change(device.device_id, states.DeviceEvent.REVOKE, now_ms=LATER_MS, event=fact)


def test_a_request_is_kept_as_it_was_sent(store: Store, device: Device) -> None:
    """What was written is read, value for value, with a sequence."""
    push = send(store, device, number="", is_notified=False)

    assert push.sequence > 0
    assert store.pushes.get(push.request_id) == push
    assert store.pushes.latest_of_login(push.login_id) == push


def test_unknown_requests_are_nowhere(store: Store, device: Device) -> None:
    """An unknown id gives nothing, and cannot be counted, decided or closed."""
    unknown = replace(send(store, device), request_id=RequestId(nouns.new_hex()))

    assert store.pushes.get(unknown.request_id) is None
    assert store.pushes.latest_of_login(LoginId(nouns.new_hex())) is None
    assert store.pushes.list_notified(DeviceId(nouns.new_hex()), after=0, most=9) == []
    for deed in (count, decide):
        with pytest.raises(StoreConflictError):
            deed(store, unknown)
    with pytest.raises(StoreConflictError):
        store.pushes.close(unknown.request_id, states.OneShot.FAILED, now_ms=NOW_MS, event=event())


def test_a_newer_request_supersedes_the_older(store: Store, device: Device) -> None:
    """Of one user's requests only the newest is open, whichever login it belongs to; other users' stay."""
    theirs = send(store, add_device(store, add_user(store).user_id))
    first = send(store, device)
    second = send(store, device, issued_ms=LATER_MS)
    recorded = read_all(store)

    third = store.pushes.issue(
        replace(second, request_id=RequestId(nouns.new_hex()), issued_ms=LATER_MS + 1), event=event(EventKind.PUSH_SENT)
    )

    assert third.sequence > second.sequence > first.sequence
    assert store.pushes.get(first.request_id) == replace(first, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    superseded = replace(second, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS + 1)
    assert store.pushes.get(second.request_id) == superseded
    assert store.pushes.latest_of_login(second.login_id) == store.pushes.get(third.request_id) == third
    assert store.pushes.get(theirs.request_id) == theirs
    assert read_all(store) == [*recorded, EventKind.PUSH_SENT]


def test_a_request_needs_a_waiting_login_and_an_active_device(store: Store, device: Device) -> None:
    """Nothing is sent for a login that is over, or to a device that was taken away; what was open stays open."""
    push, recorded = send(store, device), read_all(store)
    again = replace(push, request_id=RequestId(nouns.new_hex()))
    started = nouns.login(device.user_id, state=states.Login.STARTED)
    store.logins.begin(started, challenge=None, judged=nouns.HASH, events=[])

    for unwanted in (
        replace(again, login_id=LoginId(nouns.new_hex())),
        replace(again, login_id=started.login_id),
        push,
    ):
        with pytest.raises(StoreConflictError):
            store.pushes.issue(unwanted, event=event(EventKind.PUSH_SENT))
    assert store.pushes.get(push.request_id) == push
    assert read_all(store) == recorded

    revoke(store, device)
    with pytest.raises(StoreConflictError):
        store.pushes.issue(again, event=event(EventKind.PUSH_SENT))
    store.logins.expire(push.login_id, now_ms=LATER_MS, event=event())
    with pytest.raises(StoreConflictError):
        store.pushes.issue(again, event=event(EventKind.PUSH_SENT))


def test_an_approved_login_is_asked_no_more(store: Store, device: Device) -> None:
    """Whoever sends again at the moment of the approval loses: one login is approved once, and the approval counts."""
    push = send(store, device)
    count(store, push)
    decide(store, push)
    recorded = read_all(store)
    again = replace(push, request_id=RequestId(nouns.new_hex()))

    with pytest.raises(StoreConflictError):
        store.pushes.issue(again, event=event(EventKind.PUSH_SENT))
    newest = store.pushes.latest_of_login(push.login_id)
    assert newest is not None
    assert (newest.request_id, newest.state) == (push.request_id, states.OneShot.CONSUMED)
    assert read_all(store) == recorded


def test_lists_tell_what_was_announced(store: Store, device: Device) -> None:
    """A phone reads what was announced to it, in order, after what it has read; what was not announced stays hidden."""
    other = add_device(store, add_user(store).user_id)
    elsewhere = send(store, other)
    one, silent, two, three = (
        send(store, device, is_notified=number != 1, issued_ms=NOW_MS + number) for number in range(4)
    )

    def read(after: int, most: int = 9) -> list[RequestId]:
        return [push.request_id for push in store.pushes.list_notified(device.device_id, after=after, most=most)]

    assert read(0) == [one.request_id, two.request_id, three.request_id]
    assert read(0, most=2) == [one.request_id, two.request_id]
    assert read(one.sequence) == read(silent.sequence) == [two.request_id, three.request_id]
    assert read(three.sequence) == []
    assert store.pushes.list_open(device.device_id, now_ms=NOW_MS) == [three]
    assert store.pushes.list_open(device.device_id, now_ms=SOON_MS) == []
    assert store.pushes.list_open(other.device_id, now_ms=NOW_MS) == [elsewhere]
    decided = store.pushes.list_decided(device.user_id, most=2)
    assert [push.request_id for push in decided] == [three.request_id, two.request_id]
    assert store.pushes.count_notified(device.user_id, since_ms=NOW_MS) == 3
    assert store.pushes.count_notified(device.user_id, since_ms=NOW_MS + 2) == 2
    assert store.pushes.count_notified(UserId(nouns.new_hex()), since_ms=0) == 0


def test_a_decision_is_counted_before_it_is_judged(store: Store, device: Device) -> None:
    """The try is counted on the request and its counter on the device; then there are no tries left."""
    push, recorded = send(store, device, attempts_allowed=2), read_all(store)

    assert count(store, push, counter=5) == replace(push, attempts=1)
    assert count(store, push, counter=6) == replace(push, attempts=2)
    with pytest.raises(StoreConflictError):
        count(store, push, counter=7)

    assert store.devices.get(device.device_id) == replace(device, counter=6)
    assert read_all(store) == [*recorded, EventKind.PUSH_COUNTED, EventKind.PUSH_COUNTED]


@pytest.mark.parametrize("what", ["repeated counter", "late", "closed", "device revoked"])
def test_a_decision_that_cannot_count_changes_nothing(store: Store, device: Device, what: str) -> None:
    """With a counter that is not new, a request that is over or a device that is gone, nothing counts."""
    push = send(store, device, attempts_allowed=9)
    count(store, push, counter=5)
    if what == "closed":
        store.pushes.close(push.request_id, states.OneShot.CANCELLED, now_ms=NOW_MS, event=event())
    if what == "device revoked":
        revoke(store, device)
    kept, keeper, recorded = store.pushes.get(push.request_id), store.devices.get(device.device_id), read_all(store)

    with pytest.raises(StoreConflictError):
        count(store, push, counter=5 if what == "repeated counter" else 6, now_ms=SOON_MS if what == "late" else NOW_MS)

    assert store.pushes.get(push.request_id) == kept
    assert store.devices.get(device.device_id) == keeper
    assert read_all(store) == recorded


def test_an_approval_makes_the_login_satisfiable(store: Store, device: Device) -> None:
    """The request is consumed, with decision and digest; login and challenge go on waiting for the browser."""
    login = nouns.login(device.user_id)
    push = send(store, device, of=login)
    asked = store.logins.challenge_of(push.login_id)

    decide(store, push)

    assert store.pushes.get(push.request_id) == replace(
        push,
        state=states.OneShot.CONSUMED,
        decision=Decision.APPROVE,
        decision_digest=DIGEST,
        closed_ms=LATER_MS,
    )
    assert store.logins.challenge_of(push.login_id) == asked
    assert store.logins.find(login.token_hash) == login


@pytest.mark.parametrize(
    ("decision", "reason"), [(Decision.DENY, Reason.PUSH_DENIED), (Decision.REPORT, Reason.PUSH_REPORTED)]
)
def test_a_refusal_ends_the_login(store: Store, device: Device, decision: Decision, reason: Reason) -> None:
    """Request, challenge and login have failed, together, with one row of the record."""
    login = nouns.login(device.user_id)
    push = send(store, device, of=login)
    asked, recorded = store.logins.challenge_of(push.login_id), read_all(store)
    assert asked is not None

    decide(store, push, decision)

    failed = {"state": states.OneShot.FAILED, "closed_ms": LATER_MS}
    assert store.pushes.get(push.request_id) == replace(push, decision=decision, decision_digest=DIGEST, **failed)
    assert store.logins.challenge_of(push.login_id) == replace(asked, **failed)
    assert store.logins.find(login.token_hash) == replace(
        login, state=states.Login.FAILED, closed_ms=LATER_MS, reason=reason.value
    )
    assert len(read_all(store)) == len(recorded) + 1


@pytest.mark.parametrize("decision", Decision)
def test_a_request_is_decided_once(store: Store, device: Device, decision: Decision) -> None:
    """Whatever was decided first stands, and a device that was taken away decides nothing."""
    push = send(store, device)
    decide(store, push, decision)
    kept = store.pushes.get(push.request_id)
    late = send(store, device)
    revoke(store, device)
    recorded = read_all(store)

    for again in Decision:
        for request in (push, late):
            with pytest.raises(StoreConflictError):
                decide(store, request, again)

    assert store.pushes.get(push.request_id) == kept
    assert read_all(store) == recorded


@pytest.mark.parametrize("state", CLOSING)
def test_a_request_is_closed_once(store: Store, device: Device, state: states.OneShot) -> None:
    """An issued request fails, expires or is cancelled; a closed one stays as it is."""
    push = send(store, device)

    store.pushes.close(push.request_id, state, now_ms=LATER_MS, event=event(EventKind.PUSH_REFUSED))

    recorded = read_all(store)
    for again in CLOSING:
        with pytest.raises(StoreConflictError):
            store.pushes.close(push.request_id, again, now_ms=NOW_MS, event=event(EventKind.PUSH_REFUSED))
    assert store.pushes.get(push.request_id) == replace(push, state=state, closed_ms=LATER_MS)
    assert recorded[-1] is EventKind.PUSH_REFUSED
    assert read_all(store) == recorded


def test_a_sequence_is_never_given_twice(store: Store) -> None:
    """Whatever was deleted, a newer request has a higher number: a phone that reads on misses nothing."""
    gone = send(store, add_device(store, add_user(store).user_id))
    store.users.remove(gone.user_id, event=event(EventKind.USER_REMOVED))

    assert send(store, add_device(store, add_user(store).user_id)).sequence > gone.sequence
