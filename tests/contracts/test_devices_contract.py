"""What `ports.Devices` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Challenge, Device, DeviceId, UserId
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


def test_the_current_device_is_active_or_suspended(store: Store) -> None:
    """A suspended device is the user's still, but answers nothing; a revoked one is nobody's."""
    device = add_device(store, add_user(store).user_id)
    assert store.devices.current_of(device.user_id) == device

    change(store, device.device_id, states.DeviceEvent.SUSPEND)
    suspended = replace(device, state=states.Device.SUSPENDED)
    assert store.devices.active_of(device.user_id) is None
    assert store.devices.current_of(device.user_id) == suspended

    change(store, device.device_id, states.DeviceEvent.REVOKE)
    assert store.devices.current_of(device.user_id) is None
    assert store.devices.current_of(UserId(nouns.new_hex())) is None


def test_a_pending_device_waits_for_its_place(store: Store) -> None:
    """While a user has a device, another one is not confirmed beside it, and stays as it is."""
    user = add_user(store)
    pending = add_device(store, user.user_id, state=states.Device.PENDING)
    current = add_device(store, user.user_id)

    with pytest.raises(StoreConflictError):
        change(store, pending.device_id, states.DeviceEvent.CONFIRM)

    assert store.devices.get(pending.device_id) == pending
    assert store.devices.current_of(user.user_id) == current


def test_a_signature_raises_the_counter(store: Store) -> None:
    """A counter above the kept one is kept; an equal or lower one, an inactive and an unknown device are refused."""
    device = add_device(store, add_user(store).user_id)

    assert store.devices.count_signature(device.device_id, counter=7) == replace(device, counter=7)
    for counter in (7, 6, 0):
        with pytest.raises(StoreConflictError):
            store.devices.count_signature(device.device_id, counter=counter)
    with pytest.raises(StoreConflictError):
        store.devices.count_signature(DeviceId(nouns.new_hex()), counter=1)
    assert store.devices.get(device.device_id) == replace(device, counter=7)

    change(store, device.device_id, states.DeviceEvent.SUSPEND)
    with pytest.raises(StoreConflictError):
        store.devices.count_signature(device.device_id, counter=8)


def test_the_alarm_after_the_last_suspends(store: Store) -> None:
    """Alarms are counted one by one; the one too many suspends the device, ends what it holds, and says so."""
    device = add_device(store, add_user(store).user_id)
    session = nouns.session(device.user_id)
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    asked, recorded = ask(store, device), read_all(store)

    def alarm() -> Device:
        fact = event(EventKind.DEVICE_CLONE_SUSPECTED, user_id=device.user_id)
        return store.devices.count_alarm(device.device_id, alarms_allowed=1, now_ms=LATER_MS, event=fact)

    assert alarm() == replace(device, alarms=1)
    assert store.logins.challenge_of(asked.login_id) == asked
    suspended = replace(device, alarms=2, state=states.Device.SUSPENDED)
    assert alarm() == store.devices.get(device.device_id) == suspended
    assert store.logins.challenge_of(asked.login_id) == cancelled(asked)
    assert store.sessions.find(session.token_hash) == replace(session, ended_ms=LATER_MS)
    assert alarm() == replace(suspended, alarms=3)

    suspecting = EventKind.DEVICE_CLONE_SUSPECTED
    ends = [EventKind.DEVICE_SUSPENDED, EventKind.SESSION_ENDED]
    assert read_all(store) == [*recorded, suspecting, suspecting, *ends, suspecting]
    rows = store.audit.list_of(device.user_id, most=3)
    assert [row.event.reason for row in rows] == [None, None, Reason.CLONE_SUSPECTED]


def test_an_unknown_device_raises_no_alarm(store: Store) -> None:
    """An alarm for a device that is gone is a conflict, and is not recorded."""
    with pytest.raises(StoreConflictError):
        store.devices.count_alarm(DeviceId(nouns.new_hex()), alarms_allowed=0, now_ms=LATER_MS, event=event())

    assert read_all(store) == []


def test_a_session_that_ends_with_its_device_says_by_whom(store: Store) -> None:
    """The rows of sessions that end with a device name who took it away, as the device's own row does."""
    device = add_device(store, add_user(store).user_id)
    store.sessions.open(nouns.session(device.user_id), judged=nouns.HASH, sessions_allowed=5, event=event())

    change(store, device.device_id, by="operator", label="a phone")

    newest = store.audit.list_of(device.user_id, most=1)[0].event
    assert (newest.kind, dict(newest.facts)) == (EventKind.SESSION_ENDED, {"by": "operator"})
