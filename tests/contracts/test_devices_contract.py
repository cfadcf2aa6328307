"""What `ports.Devices` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import DeviceId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, add_device, add_user, ask, event, read_all

ENDS = [state for state in states.Device if states.is_terminal(states.DEVICE, state)]
EVENT_TO = {
    states.Device.REVOKED: states.DeviceEvent.REVOKE,
    states.Device.REPLACED: states.DeviceEvent.REPLACE,
    states.Device.EXPIRED: states.DeviceEvent.EXPIRE,
}


def close(store: Store, device_id: DeviceId, state: states.Device = states.Device.REVOKED) -> None:
    """Close a device."""
    store.devices.close(device_id, state, now_ms=LATER_MS, event=event(EventKind.DEVICE_REVOKED))


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
        close(store, DeviceId(nouns.new_hex()))


def test_devices_are_listed_newest_first(store: Store) -> None:
    """The order is that of activation; of one millisecond, the one that came last is the newest."""
    user = add_user(store)
    devices = []
    for activated_ms in (NOW_MS, NOW_MS, LATER_MS, NOW_MS - 1):
        devices.append(add_device(store, user.user_id, activated_ms=activated_ms))
        close(store, devices[-1].device_id)
    add_device(store, add_user(store).user_id)

    listed = [device.device_id for device in store.devices.list_of(user.user_id)]

    assert listed == [devices[position].device_id for position in (2, 1, 0, 3)]


def test_closing_a_device_cancels_what_it_was_asked(store: Store) -> None:
    """Its issued challenges are cancelled in the same change; closed ones and those of other devices stay."""
    device, other = (add_device(store, add_user(store).user_id) for _ in range(2))
    issued, failed, elsewhere = ask(store, device), ask(store, device), ask(store, other)
    store.logins.fail(failed, reason="wrong_response", now_ms=NOW_MS, event=event(EventKind.LOGIN_REFUSED))

    close(store, device.device_id)

    assert store.devices.get(device.device_id) == replace(device, state=states.Device.REVOKED, closed_ms=LATER_MS)
    assert store.devices.active_of(device.user_id) is None
    assert store.logins.challenge_of(issued.login_id) == replace(
        issued, state=states.OneShot.CANCELLED, closed_ms=LATER_MS
    )
    assert store.logins.challenge_of(failed.login_id) == replace(failed, state=states.OneShot.FAILED, closed_ms=NOW_MS)
    assert store.logins.challenge_of(elsewhere.login_id) == elsewhere
    assert read_all(store)[-1] is EventKind.DEVICE_REVOKED


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("state", states.Device)
def test_a_device_closes_where_the_table_says_so(store: Store, state: states.Device, end: states.Device) -> None:
    """Every pair of a state and an end is allowed or refused as the state table says, and a refusal changes nothing."""
    device = add_device(store, add_user(store).user_id, state=state)
    asked, recorded = ask(store, device), read_all(store)

    if EVENT_TO[end] in states.DEVICE[state]:
        close(store, device.device_id, end)
        assert store.devices.get(device.device_id) == replace(device, state=end, closed_ms=LATER_MS)
    else:
        recorded = read_all(store)
        with pytest.raises(StoreConflictError):
            close(store, device.device_id, end)
        assert store.devices.get(device.device_id) == device
        assert store.logins.challenge_of(asked.login_id) == asked
        assert read_all(store) == recorded


@pytest.mark.parametrize("state", [state for state in states.Device if state not in ENDS])
def test_a_device_is_only_closed_into_an_end(store: Store, state: states.Device) -> None:
    """To close a device into a state that is no end is a bug of the caller, and changes nothing."""
    device = add_device(store, add_user(store).user_id)

    with pytest.raises(ValueError, match="not a terminal state"):
        close(store, device.device_id, state)

    assert store.devices.get(device.device_id) == device


def test_a_new_device_may_follow_a_closed_one(store: Store) -> None:
    """A user whose device was revoked may activate another, which is then the active one."""
    user = add_user(store)
    close(store, add_device(store, user.user_id).device_id)

    device = add_device(store, user.user_id)

    assert store.devices.active_of(user.user_id) == device
