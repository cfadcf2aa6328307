"""What the ports promise of a device that waits for its confirmation, and of what an active one ends."""

from dataclasses import replace
from typing import Any

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Decision, Device, DeviceId, FactorKind, LoginId, LoginTransaction, User, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.factor_nouns import add_factor, issue
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all

PENDING: dict[str, Any] = {
    "state": states.Device.PENDING,
    "question": "12345678",
    "confirmations_allowed": 3,
    "expires_ms": SOON_MS,
}
ENDED = (FactorKind.TEXT, FactorKind.ONLINE_CARD, FactorKind.TEMPORARY_PASSCODE)


@pytest.fixture
def user(store: Store) -> User:
    """Who gets the device."""
    return add_user(store)


@pytest.fixture
def pending(store: Store, user: User) -> Device:
    """A device that waits for its confirmation."""
    return add_device(store, user.user_id, **PENDING)


def count(store: Store, device: Device, *, now_ms: int = NOW_MS) -> Device:
    """Count a try."""
    fact = event(EventKind.CONFIRMATION_COUNTED)
    return store.devices.count_confirmation(device.device_id, now_ms=now_ms, event=fact)


def confirm(store: Store, device: Device, *, by: LoginId | None = None, now_ms: int = LATER_MS) -> Device | None:
    """Confirm it; return the device as it is then."""
    fact = event(EventKind.DEVICE_CONFIRMED)
    store.devices.confirm(device.device_id, approved_by=by, now_ms=now_ms, events=[fact])
    return store.devices.get(device.device_id)


def enrol(store: Store, user: User, **fields: Any) -> Device:
    """Complete an enrolment for a device."""
    begun, device = nouns.enrol(store, user.user_id), nouns.device(user.user_id, **fields)
    store.enrolments.complete(
        begun.flow_id,
        device=device,
        request_digest=b"",
        reply="",
        now_ms=LATER_MS,
        events=[event(EventKind.ENROLMENT_COMPLETED)],
    )
    return device


def approve(store: Store, by: Device, login: LoginTransaction, decision: Decision = Decision.APPROVE) -> None:
    """Let the active device answer what a login is about."""
    push = nouns.send(store, by, of=login)
    store.pushes.decide(push, decision, digest=bytes(32), now_ms=NOW_MS, event=event(EventKind.PUSH_APPROVED))


def test_a_pending_device_is_found_while_it_is_fresh(store: Store, user: User, pending: Device) -> None:
    """Of several the newest is returned, with all its values; a late one, and one of another user, is not."""
    newer = add_device(store, user.user_id, **PENDING | {"expires_ms": SOON_MS + 1})
    add_device(store, add_user(store).user_id, **PENDING)

    assert store.devices.get(pending.device_id) == pending
    assert store.devices.pending_of(user.user_id, now_ms=SOON_MS) == newer
    assert store.devices.pending_of(user.user_id, now_ms=SOON_MS + 1) is None
    assert store.devices.pending_of(UserId(nouns.new_hex()), now_ms=NOW_MS) is None
    assert store.devices.current_of(user.user_id) is None


def test_confirmations_are_counted(store: Store, pending: Device) -> None:
    """Each try within the limit is counted and recorded before anyone compares; none beyond it."""
    recorded = read_all(store)

    tries = [count(store, pending).confirmations for _ in range(3)]

    assert tries == [1, 2, 3]
    with pytest.raises(StoreConflictError):
        count(store, pending)
    assert store.devices.get(pending.device_id) == replace(pending, confirmations=3)
    assert read_all(store) == [*recorded, *[EventKind.CONFIRMATION_COUNTED] * 3]


def test_only_a_fresh_pending_device_is_confirmed(store: Store, user: User, pending: Device) -> None:
    """A late, an unknown and an active device take neither a try nor a confirmation."""
    unknown = replace(pending, device_id=DeviceId(nouns.new_hex()))
    active = add_device(store, add_user(store).user_id, **PENDING | {"state": states.Device.ACTIVE})
    recorded = read_all(store)

    for device, now_ms in ((pending, SOON_MS), (unknown, NOW_MS), (active, NOW_MS)):
        for deed in (count, confirm):
            with pytest.raises(StoreConflictError):
                deed(store, device, now_ms=now_ms)

    assert store.devices.list_of(user.user_id) == [pending]
    assert read_all(store) == recorded


def test_a_pending_device_ends_nothing(store: Store, user: User) -> None:
    """However it came, the active phone, the factors and the sessions of its user stay as they are."""
    active = add_device(store, user.user_id)
    held = [add_factor(store, user.user_id, kind=kind) for kind in ENDED]
    offered = nouns.code(user.user_id)
    store.activations.issue(offered, event=event())
    session = nouns.session(user.user_id)
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    recorded = read_all(store)

    device = enrol(store, user, **PENDING)

    assert store.devices.get(device.device_id) == device
    assert store.devices.active_of(user.user_id) == active
    assert [store.factors.get(factor.factor_id) for factor in held] == held
    assert store.activations.get(offered.code_id) == offered
    assert store.sessions.find(session.token_hash) == session
    assert read_all(store) == [*recorded, EventKind.ENROLMENT_STARTED, EventKind.ENROLMENT_COMPLETED]


def test_a_pending_device_that_ends_leaves_the_sessions(store: Store, user: User, pending: Device) -> None:
    """Nobody came in by it: its user's browsers stay signed in when it expires."""
    session = nouns.session(user.user_id)
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    recorded = read_all(store)

    expire = states.DeviceEvent.EXPIRE
    store.devices.change(pending.device_id, expire, now_ms=LATER_MS, event=event(EventKind.DEVICE_REVOKED))

    expired = replace(pending, state=states.Device.EXPIRED, closed_ms=LATER_MS)
    assert store.devices.get(pending.device_id) == expired
    assert store.sessions.find(session.token_hash) == session
    assert read_all(store) == [*recorded, EventKind.DEVICE_REVOKED]


def test_confirming_takes_the_place_of_the_other_phone(store: Store, user: User) -> None:
    """All as when an enrolment is completed: the other phone, its questions, sessions and the temporary factors end."""
    old = add_device(store, user.user_id)
    asked = nouns.send(store, old)
    session, offered = nouns.session(user.user_id), nouns.code(user.user_id)
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    held = add_factor(store, user.user_id, kind=FactorKind.TEXT)
    pending = enrol(store, user, **PENDING)
    store.activations.issue(offered, event=event())
    recorded = read_all(store)

    confirmed = confirm(store, pending)

    assert confirmed == replace(pending, state=states.Device.ACTIVE, activated_ms=LATER_MS)
    assert store.devices.active_of(user.user_id) == confirmed
    assert store.devices.get(old.device_id) == replace(old, state=states.Device.REPLACED, closed_ms=LATER_MS)
    assert store.pushes.get(asked.request_id) == replace(asked, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
    assert store.sessions.find(session.token_hash) == replace(session, ended_ms=LATER_MS)
    superseded = replace(offered, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    assert store.activations.get(offered.code_id) == superseded
    assert store.factors.get(held.factor_id) == replace(held, state=states.Factor.REPLACED, closed_ms=LATER_MS)
    ends = [EventKind.DEVICE_REPLACED, EventKind.SESSION_ENDED, EventKind.FACTOR_CLOSED]
    assert read_all(store) == [*recorded, EventKind.DEVICE_CONFIRMED, *ends]


def test_the_active_phone_may_approve_the_new_one(store: Store, user: User) -> None:
    """The login about the pending device is done with it, without a session; it serves once."""
    old = add_device(store, user.user_id)
    pending = enrol(store, user, **PENDING)
    login = nouns.login(user.user_id, purpose=2, subject=pending.device_id)
    approve(store, old, login)

    confirmed = confirm(store, pending, by=login.login_id)

    assert confirmed is not None
    assert confirmed.state is states.Device.ACTIVE
    assert store.logins.get(login.login_id) == replace(login, state=states.Login.DONE, closed_ms=LATER_MS)
    challenge = store.logins.challenge_of(login.login_id)
    assert challenge is not None
    assert challenge.state is states.OneShot.CANCELLED
    assert store.sessions.list_open(user.user_id, now_ms=NOW_MS) == []
    with pytest.raises(StoreConflictError):
        confirm(store, pending, by=login.login_id)


@pytest.mark.parametrize("what", ["unknown", "denied", "unanswered", "another subject", "another user", "late", "lost"])
def test_without_an_approval_nothing_is_confirmed(store: Store, user: User, what: str) -> None:
    """The login must be about this device, its user's, fresh, and approved by a phone that is still active."""
    old = add_device(store, user.user_id)
    pending = enrol(store, user, **PENDING)
    subject = DeviceId(nouns.new_hex()) if what == "another subject" else pending.device_id
    expires_ms = LATER_MS if what == "late" else SOON_MS
    login = nouns.login(user.user_id, purpose=2, subject=subject, expires_ms=expires_ms)
    if what == "another user":
        other = add_device(store, add_user(store).user_id)
        login = nouns.login(other.user_id, purpose=2, subject=subject)
        approve(store, other, login)
    elif what == "unanswered":
        nouns.send(store, old, of=login)
    else:
        approve(store, old, login, Decision.DENY if what == "denied" else Decision.APPROVE)
    if what == "lost":
        store.devices.change(old.device_id, states.DeviceEvent.SUSPEND, now_ms=NOW_MS, event=event())
    kept, recorded = store.logins.get(login.login_id), read_all(store)

    with pytest.raises(StoreConflictError):
        confirm(store, pending, by=LoginId(nouns.new_hex()) if what == "unknown" else login.login_id)

    assert store.devices.get(pending.device_id) == pending
    assert store.logins.get(login.login_id) == kept
    assert read_all(store) == recorded


@pytest.mark.parametrize("way", ["redeemed", "enrolled", "confirmed"])
def test_an_active_phone_ends_what_is_temporary(store: Store, user: User, way: str) -> None:
    """Texts, online card and passcode are replaced in the same change, each with its row; their prompts are over."""
    pending = enrol(store, user, **PENDING) if way == "confirmed" else None
    ended = [add_factor(store, user.user_id, kind=kind) for kind in ENDED]
    lasting = add_factor(store, user.user_id)
    asked = issue(store, ended[0])
    recorded = read_all(store)

    if pending is not None:
        confirm(store, pending)
    elif way == "redeemed":
        add_device(store, user.user_id)
    else:
        enrol(store, user)

    kept = [store.factors.get(factor.factor_id) for factor in (*ended, lasting)]
    assert kept[-1] == lasting
    assert [factor.state for factor in kept[:-1] if factor] == [states.Factor.REPLACED] * 3
    prompt = store.prompts.latest_of_login(asked.login_id)
    assert prompt is not None
    assert prompt.state is states.OneShot.CANCELLED
    assert read_all(store)[-3:] == [EventKind.FACTOR_CLOSED] * 3
    rows = store.audit.read(after=len(recorded), most=99)
    told = [row.event.facts["kind"] for row in rows if row.event.kind is EventKind.FACTOR_CLOSED]
    assert told == [kind.value for kind in ENDED]
