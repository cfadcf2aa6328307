"""What `ports.Logins` promises of a login whose second factor is chosen by its person, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.events import EventKind
from authsim.model import Device, DeviceId, LoginId, Mode, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import HASH, LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all, send

STARTED = [event(EventKind.LOGIN_STARTED)]


@pytest.fixture
def device(store: Store) -> Device:
    """An active device."""
    return add_device(store, add_user(store).user_id)


def test_an_offered_login_asks_nothing(store: Store, device: Device) -> None:
    """It is kept with its purpose and subject, found by token and by id, and has neither challenge nor request."""
    begun = nouns.login(device.user_id, purpose=4, subject=device.device_id, session_id=nouns.new_hex())

    store.logins.offer(begun, judged=HASH, events=STARTED)

    assert store.logins.find(begun.token_hash) == store.logins.get(begun.login_id) == begun
    assert store.logins.get(LoginId(nouns.new_hex())) is None
    assert store.logins.challenge_of(begun.login_id) is None
    assert store.pushes.latest_of_login(begun.login_id) is None
    assert read_all(store)[-1] is EventKind.LOGIN_STARTED


def test_a_remembered_login_moves_on_to_the_offer(store: Store, device: Device) -> None:
    """Token, mode and expiry are the offer's; the rest is what began. It moves once."""
    begun = nouns.login(device.user_id, state=states.Login.STARTED)
    store.logins.begin(begun, challenge=None, judged=HASH, events=STARTED)
    moved = replace(
        begun,
        state=states.Login.SECOND_FACTOR,
        token_hash=bytes.fromhex(nouns.new_hex(32)),
        mode=Mode.PAPER,
        expires_ms=SOON_MS + 1,
    )

    store.logins.offer(replace(moved, started_ms=LATER_MS), judged=HASH, events=STARTED)

    assert store.logins.get(begun.login_id) == moved
    with pytest.raises(StoreConflictError):
        store.logins.offer(moved, judged=HASH, events=STARTED)


@pytest.mark.parametrize("what", ["another password", "unknown user", "taken token"])
def test_an_offer_that_cannot_be_kept_leaves_nothing(store: Store, device: Device, what: str) -> None:
    """Another password than was judged, a user who is gone and a taken token are refused."""
    present = nouns.login(device.user_id)
    store.logins.offer(present, judged=HASH, events=STARTED)
    begun = nouns.login(UserId(nouns.new_hex()) if what == "unknown user" else device.user_id)
    if what == "taken token":
        begun = replace(begun, token_hash=present.token_hash)
    recorded = read_all(store)

    with pytest.raises(StoreConflictError if what == "taken token" else StoreStaleError):
        store.logins.offer(begun, judged="another" if what == "another password" else HASH, events=STARTED)

    assert store.logins.get(begun.login_id) is None
    assert read_all(store) == recorded


@pytest.mark.parametrize("with_push", [True, False])
def test_asking_supersedes_what_was_asked(store: Store, device: Device, with_push: bool) -> None:
    """Challenge and request are new, the old ones are superseded, also when no request takes the place of one."""
    login = nouns.login(device.user_id)
    first = send(store, device, of=login)
    old = store.logins.challenge_of(login.login_id)
    challenge = nouns.challenge(login, device.device_id, issued_ms=LATER_MS)
    push = nouns.push(login, device.device_id, issued_ms=LATER_MS) if with_push else None
    recorded = read_all(store)

    store.logins.ask(
        login.login_id,
        challenge=challenge,
        push=push,
        now_ms=LATER_MS,
        events=[event(EventKind.CHALLENGE_ISSUED)],
    )

    superseded = replace(first, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    newest = store.pushes.latest_of_login(login.login_id)
    assert old is not None
    assert newest is not None
    assert store.logins.challenge_of(login.login_id) == challenge
    assert store.pushes.get(first.request_id) == superseded
    assert newest == (superseded if push is None else replace(push, sequence=newest.sequence))
    assert store.logins.get(login.login_id) == login
    assert read_all(store) == [*recorded, EventKind.CHALLENGE_ISSUED]
    with pytest.raises(StoreConflictError):
        store.logins.fail(old, reason="wrong_response", now_ms=LATER_MS, event=event())


@pytest.mark.parametrize(
    "what", ["unknown", "late", "over", "suspended", "unknown device", "asked before", "taken push"]
)
def test_a_question_that_cannot_be_asked_leaves_the_old_one(store: Store, device: Device, what: str) -> None:
    """The login must wait, the device be active, and the question new; else what was asked before stays open."""
    login = nouns.login(device.user_id)
    first = send(store, device, of=login)
    challenge = nouns.challenge(login, device.device_id)
    push = nouns.push(login, device.device_id)
    if what == "over":
        store.logins.expire(login.login_id, now_ms=NOW_MS, event=event())
    if what == "suspended":
        suspend = states.DeviceEvent.SUSPEND
        store.devices.change(device.device_id, suspend, now_ms=NOW_MS, event=event(EventKind.DEVICE_SUSPENDED))
    if what == "unknown device":
        challenge = replace(challenge, device_id=DeviceId(nouns.new_hex()))
    before = store.logins.challenge_of(login.login_id)
    assert before is not None
    if what == "asked before":
        challenge = replace(challenge, question=before.question)
    if what == "taken push":
        push = replace(push, request_id=first.request_id)
    kept, recorded = store.pushes.get(first.request_id), read_all(store)

    with pytest.raises(StoreConflictError):
        store.logins.ask(
            LoginId(nouns.new_hex()) if what == "unknown" else login.login_id,
            challenge=challenge,
            push=push,
            now_ms=SOON_MS if what == "late" else NOW_MS,
            events=[event()],
        )

    assert store.logins.challenge_of(login.login_id) == before
    assert store.pushes.get(first.request_id) == kept
    assert read_all(store) == recorded


def test_challenges_are_counted_since_an_instant(store: Store, device: Device) -> None:
    """All of a user's phones count, in whatever state the challenges are; other users' do not."""
    for issued_ms in (NOW_MS, LATER_MS, LATER_MS + 1):
        nouns.ask(store, device, issued_ms=issued_ms)
    nouns.ask(store, add_device(store, add_user(store).user_id))

    counts = [store.logins.count_challenges(device.user_id, since_ms=ms) for ms in (NOW_MS, LATER_MS, SOON_MS)]

    assert counts == [3, 2, 0]
