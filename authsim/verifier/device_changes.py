"""Taking a device out of use, and back into it: the one place where a ceremony changes a device's state.

What the device holds open ends in the same change (`ports.Devices.change`); whoever waits for it is woken afterwards.
Who may ask for it is told by the ceremonies. Giving way to a new device is `add_user`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.model import Client, Device, UserId
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts
from authsim.verifier.topics import device_topic, login_topic, publish, session_topic

_KINDS: Final[Mapping[states.DeviceEvent, EventKind]] = MappingProxyType(
    {
        states.DeviceEvent.SUSPEND: EventKind.DEVICE_SUSPENDED,
        states.DeviceEvent.RESUME: EventKind.DEVICE_RESUMED,
        states.DeviceEvent.REVOKE: EventKind.DEVICE_REVOKED,
        states.DeviceEvent.EXPIRE: EventKind.DEVICE_REVOKED,
    }
)

#: Why a device in this state answers nothing.
INACTIVE: Final[Mapping[states.Device, Reason]] = MappingProxyType(
    {
        states.Device.PENDING: Reason.CONFIRMATION_REQUIRED,
        states.Device.SUSPENDED: Reason.DEVICE_SUSPENDED,
        states.Device.REVOKED: Reason.DEVICE_REVOKED,
        states.Device.REPLACED: Reason.DEVICE_REPLACED,
        states.Device.EXPIRED: Reason.DEVICE_REVOKED,
    }
)


def change_device(
    verifier: Verifier,
    device: Device,
    change: states.DeviceEvent,
    *,
    now_ms: int,
    by: str,
    client: Client | None = None,
) -> Device:
    """Suspend, resume or revoke a device, or give up one that was never confirmed; return it as it is then.

    `by` is who asked: `user` or `operator`. `StoreConflictError` when somebody else just changed it.
    """
    topics = topics_of_user(verifier, device.user_id, device, now_ms=now_ms)
    event = Event(
        kind=_KINDS[change],
        at_ms=now_ms,
        user_id=device.user_id,
        facts={"label": device.label, "by": by} | dict(client_facts(client or Client())),
    )
    verifier.store.devices.change(device.device_id, change, now_ms=now_ms, event=event)
    publish(verifier.bus, *topics)
    return replace(device, state=states.next_state(states.DEVICE, device.state, change))


def suspend(verifier: Verifier, user_id: UserId, *, now_ms: int, by: str, client: Client | None = None) -> Device:
    """Suspend the user's device and return it, also when it is suspended already; refuses with `NO_ACTIVE_DEVICE`.

    `StoreConflictError` as in `change_device`.
    """
    device = verifier.store.devices.current_of(user_id)
    if device is None:
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    if device.state is states.Device.SUSPENDED:
        return device
    return change_device(verifier, device, states.DeviceEvent.SUSPEND, now_ms=now_ms, by=by, client=client)


def topics_of_user(verifier: Verifier, user_id: UserId, device: Device | None, *, now_ms: int) -> list[str]:
    """Return whom a change of the user's device concerns, as of now: read before the change, published after it."""
    sessions = verifier.store.sessions.list_open(user_id, now_ms=now_ms)
    topics = [session_topic(session.session_id) for session in sessions]
    if device is not None:
        topics.append(device_topic(device.device_id))
        topics += [
            login_topic(push.login_id) for push in verifier.store.pushes.list_open(device.device_id, now_ms=now_ms)
        ]
    return topics


def require_active(device: Device) -> Device:
    """Return the device, or refuse with why it answers nothing (`INACTIVE`)."""
    if device.state is not states.Device.ACTIVE:
        raise RefusalError(INACTIVE[device.state])
    return device
