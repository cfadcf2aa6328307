"""What `ports.DeviceSessions` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Device, DeviceId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, add_device, add_user, event, read_all


@pytest.fixture
def device(store: Store) -> Device:
    """An active device."""
    return add_device(store, add_user(store).user_id)


def test_a_session_is_kept_as_it_was_opened(store: Store, device: Device) -> None:
    """What was written is read, value for value, and the counter that asked for it is kept on the device."""
    session = nouns.device_session(device)

    store.device_sessions.open(session, counter=4, event=event(EventKind.DEVICE_SESSION_OPENED))

    assert store.device_sessions.find(session.token_hash) == session
    assert store.device_sessions.find(bytes(32)) is None
    assert store.devices.get(device.device_id) == replace(device, counter=4)
    assert read_all(store)[-1] is EventKind.DEVICE_SESSION_OPENED


def test_expired_sessions_are_dropped(store: Store, device: Device) -> None:
    """A new session takes the expired ones of its device away, and nobody else's."""
    other = add_device(store, add_user(store).user_id)
    over, lasting, theirs = (
        nouns.device_session(one, expires_ms=expires_ms)
        for one, expires_ms in ((device, LATER_MS), (device, LATER_MS + 1), (other, LATER_MS))
    )
    for counter, session in enumerate((over, lasting, theirs), start=1):
        store.device_sessions.open(session, counter=counter, event=event())
    newest = nouns.device_session(device, opened_ms=LATER_MS)

    store.device_sessions.open(newest, counter=9, event=event())

    assert store.device_sessions.find(over.token_hash) is None
    for kept in (lasting, theirs, newest):
        assert store.device_sessions.find(kept.token_hash) == kept


@pytest.mark.parametrize("what", ["repeated counter", "suspended", "unknown", "taken token"])
def test_a_session_that_is_not_due_is_not_opened(store: Store, device: Device, what: str) -> None:
    """A counter that is not new, a device that is not active and a token that is taken open nothing."""
    first = nouns.device_session(device)
    store.device_sessions.open(first, counter=3, event=event())
    session = nouns.device_session(device)
    if what == "suspended":
        store.devices.change(device.device_id, states.DeviceEvent.SUSPEND, now_ms=NOW_MS, event=event())
    elif what == "unknown":
        session = replace(session, device_id=DeviceId(nouns.new_hex()))
    elif what == "taken token":
        session = replace(session, token_hash=first.token_hash)
    recorded, keeper = read_all(store), store.devices.get(device.device_id)

    with pytest.raises(StoreConflictError):
        store.device_sessions.open(session, counter=3 if what == "repeated counter" else 4, event=event())

    found = store.device_sessions.find(session.token_hash)
    assert found == (first if what == "taken token" else None)
    assert store.devices.get(device.device_id) == keeper
    assert read_all(store) == recorded
