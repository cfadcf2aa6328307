"""What `ports.Devices` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Challenge, DeviceId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, add_device, add_user, ask, event, read_all


def change(
    store: Store, device_id: DeviceId, step: states.DeviceEvent = states.DeviceEvent.REVOKE, **facts: str
) -> None:
    """Move a device on."""
    fact = event(EventKind.DEVICE_REVOKED, facts=facts)
    store.devices.change(device_id, step, now_ms=LATER_MS, event=fact)


def cancelled(asked: Challenge) -> Challenge:
    """What becomes of a challenge whose device is taken away."""
    return replace(asked, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)


def test_a_device_is_kept_as_it_was_made(store: Store) -> None:
    """What was written is read, value for value."""
    user = add_user(store)

    device = add_device(store, user.user_id, closed_ms=None, last_used_ms=NOW_MS)

    assert store.devices.get(device.device_id) == device
    assert store.devices.active_of(user.user_id) == device


def test_unknown_devices_are_nowhere(store: Store) -> None:
    """An unknown id gives nothing, and a user without devices has none."""
    user = add_user(store)

    assert store.devices.get(DeviceId(nouns.new_hex())) is None
    assert store.devices.active_of(user.user_id) is None
    assert store.devices.list_of(UserId(nouns.new_hex())) == []
    with pytest.raises(StoreConflictError):
        change(store, DeviceId(nouns.new_hex()))


def test_devices_are_listed_newest_first(store: Store) -> None:
    """The order is that of activation; of one millisecond, the one that came last is the newest."""
    user = add_user(store)
    devices = []
    for activated_ms in (NOW_MS, NOW_MS, LATER_MS, NOW_MS - 1):
        devices.append(add_device(store, user.user_id, activated_ms=activated_ms))
        change(store, devices[-1].device_id)
    add_device(store, add_user(store).user_id)

    listed = [device.device_id for device in store.devices.list_of(user.user_id)]

    assert listed == [devices[position].device_id for position in (2, 1, 0, 3)]


def test_closing_a_device_cancels_what_it_was_asked(store: Store) -> None:
    """Its issued challenges are cancelled in the same change; closed ones and those of other devices stay."""
    device, other = (add_device(store, add_user(store).user_id) for _ in range(2))
    issued, failed, elsewhere = ask(store, device), ask(store, device), ask(store, other)
    store.logins.fail(failed, reason="wrong_response", now_ms=NOW_MS, event=event(EventKind.LOGIN_REFUSED))

    change(store, device.device_id)

    assert store.devices.get(device.device_id) == replace(device, state=states.Device.REVOKED, closed_ms=LATER_MS)
    assert store.devices.active_of(device.user_id) is None
    assert store.logins.challenge_of(issued.login_id) == replace(
        issued, state=states.OneShot.CANCELLED, closed_ms=LATER_MS
    )
    assert store.logins.challenge_of(failed.login_id) == replace(failed, state=states.OneShot.FAILED, closed_ms=NOW_MS)
    assert store.logins.challenge_of(elsewhere.login_id) == elsewhere
    assert read_all(store)[-1] is EventKind.DEVICE_REVOKED


@pytest.mark.parametrize("step", states.DeviceEvent)
@pytest.mark.parametrize("state", states.Device)
def test_a_device_moves_where_the_table_says_so(store: Store, state: states.Device, step: states.DeviceEvent) -> None:
    """Every pair of a state and a step is allowed or refused as the state table says; a refusal changes nothing."""
    device = add_device(store, add_user(store).user_id, state=state)
    asked, recorded = ask(store, device), read_all(store)

    if step in states.DEVICE[state]:
        change(store, device.device_id, step)
        after = states.next_state(states.DEVICE, state, step)
        closed_ms = LATER_MS if states.is_terminal(states.DEVICE, after) else None
        is_open = after is states.Device.ACTIVE
        assert store.devices.get(device.device_id) == replace(device, state=after, closed_ms=closed_ms)
        assert store.logins.challenge_of(asked.login_id) == (asked if is_open else cancelled(asked))
        assert read_all(store) == [*recorded, EventKind.DEVICE_REVOKED]
    else:
        with pytest.raises(StoreConflictError):
            change(store, device.device_id, step)
        assert store.devices.get(device.device_id) == device
        assert store.logins.challenge_of(asked.login_id) == asked
        assert read_all(store) == recorded


def test_a_new_device_may_follow_a_closed_one(store: Store) -> None:
    """A user whose device was revoked may activate another, which is then the active one."""
    user = add_user(store)
    change(store, add_device(store, user.user_id).device_id)

    device = add_device(store, user.user_id)

    assert store.devices.active_of(user.user_id) == device
