"""The confirmation of a new phone: until the code that it shows is typed where its user sits, it answers nothing.

Whoever photographs a QR code and is faster gets a phone that waits, and whose code the user never sees. The code is
typed into the browser session that showed the QR code; after an activation by an operator's code or by a text there is
no such session, and it is typed as the answer of the next login (`uniform_login`). A phone that asks for a user who has
another one is approved by that one instead (`device_approval`).
"""

import hmac
from contextlib import suppress

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, Device, DeviceId, PortalSession, User
from authsim.protocol.codes import RESPONSE_DIGITS, Purpose, compute_challenge_response
from authsim.protocol.encodings import require_digits
from authsim.verifier import Verifier
from authsim.verifier.device_changes import change_device, topics_of_user
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.sealing import open_seed
from authsim.verifier.topics import publish


def confirm_activation(verifier: Verifier, session: PortalSession, *, code: str, client: Client) -> Device:
    """Judge the code that the phone shows, in the session that showed the QR code; return the device, active.

    Refuses with `ACTIVATION_UNKNOWN` when no phone used this session's code, and as `judge_confirmation` does. Asked
    again when the phone is active by now it changes nothing.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known?
    activation = verifier.store.activations.latest_of_session(session.session_id)
    if activation is None or activation.device_id is None:
        raise RefusalError(Reason.ACTIVATION_UNKNOWN)
    device = require_row(verifier.store.devices.get(activation.device_id))
    if device.state is states.Device.ACTIVE:
        return device
    return judge_confirmation(verifier, device, code=code, client=client, now_ms=now_ms)


def judge_confirmation(verifier: Verifier, device: Device, *, code: str, client: Client, now_ms: int) -> Device:
    """Judge a typed confirmation code, and make the device active when it is right; return it as it is then.

    `code` is what a person typed: ASCII blanks and hyphens are deleted, then it must be 8 digits. Refuses with
    `MALFORMED_RESPONSE`, which counts nothing; with `ACTIVATION_EXPIRED` for a device that waits no more; with
    `WRONG_CONFIRMATION` (`attempts_remaining` above 0) and, for the last one, `CONFIRMATION_TRIES_SPENT`: that device
    is taken out of use.
    """
    try:
        typed = require_digits(code, length=RESPONSE_DIGITS)
    except MessageError:
        remaining = device.confirmations_allowed - device.confirmations
        raise RefusalError(Reason.MALFORMED_RESPONSE, attempts_remaining=remaining) from None
    # (2) count the attempt, durably: the same conditional update asks (4) still pending? and (5) fresh?
    counted = _count(verifier, device, client=client, now_ms=now_ms)
    # (6) recompute and (7) the one constant-time comparison
    if not hmac.compare_digest(compute_confirmation(verifier, counted).encode("ascii"), typed.encode("ascii")):
        raise _refuse_wrong(verifier, counted, client=client, now_ms=now_ms)
    # (8) confirm: wins once, and (9) the record goes with it
    user = require_row(verifier.store.users.get(device.user_id))
    topics = topics_of_user(verifier, user.user_id, device, now_ms=now_ms)
    try:
        verifier.store.devices.confirm(
            device.device_id, approved_by=None, now_ms=now_ms, events=[confirmed_event(device, client, now_ms=now_ms)]
        )
    except StoreConflictError:
        raise _refuse_closed(verifier, device, client=client, now_ms=now_ms) from None
    publish(verifier.bus, *topics)
    return require_row(verifier.store.devices.get(device.device_id))


def compute_confirmation(verifier: Verifier, device: Device) -> str:
    """Return the code that a pending phone shows: its response to its own question, purpose 8, 8 digits."""
    return compute_challenge_response(
        device.suite, open_seed(verifier, device), challenge=device.question, purpose=Purpose.ACTIVATION
    )


def confirmed_event(device: Device, client: Client, *, now_ms: int) -> Event:
    """Return the row that goes with a device's confirmation."""
    facts = {"label": device.label} | dict(client_facts(client))
    return Event(kind=EventKind.DEVICE_CONFIRMED, at_ms=now_ms, user_id=device.user_id, facts=facts)


def find_unconfirmed(verifier: Verifier, user: User, *, now_ms: int) -> Device | None:
    """Return the device of a user without an active or suspended one that waits for its code."""
    current = verifier.store.devices.current_of(user.user_id)
    waiting = verifier.store.devices.pending_of(user.user_id, now_ms=now_ms)
    return waiting if current is None else None


def _count(verifier: Verifier, device: Device, *, client: Client, now_ms: int) -> Device:
    event = Event(
        kind=EventKind.CONFIRMATION_COUNTED,
        at_ms=now_ms,
        user_id=device.user_id,
        facts={"label": device.label} | dict(client_facts(client)),
    )
    try:
        return verifier.store.devices.count_confirmation(device.device_id, now_ms=now_ms, event=event)
    except StoreConflictError:
        raise _refuse_closed(verifier, device, client=client, now_ms=now_ms) from None


def _refuse_closed(verifier: Verifier, device: Device, *, client: Client, now_ms: int) -> RefusalError:
    """Return why no code is taken for a device any more; one that has waited too long is written so."""
    present = require_row(verifier.store.devices.get(device.device_id))
    if present.state is states.Device.PENDING and present.confirmations >= present.confirmations_allowed:
        return _refuse(verifier, device, Reason.CONFIRMATION_TRIES_SPENT, client=client, now_ms=now_ms)
    end_pending(verifier, present.device_id, now_ms=now_ms, by="user")
    return _refuse(verifier, device, Reason.ACTIVATION_EXPIRED, client=client, now_ms=now_ms)


def _refuse_wrong(verifier: Verifier, device: Device, *, client: Client, now_ms: int) -> RefusalError:
    """Record a wrong code; the last one takes the device out of use."""
    remaining = device.confirmations_allowed - device.confirmations
    if remaining:
        refusal = _refuse(verifier, device, Reason.WRONG_CONFIRMATION, client=client, now_ms=now_ms)
        refusal.attempts_remaining = remaining
        return refusal
    end_pending(verifier, device.device_id, now_ms=now_ms, by="user")
    return _refuse(verifier, device, Reason.CONFIRMATION_TRIES_SPENT, client=client, now_ms=now_ms)


def end_pending(verifier: Verifier, device_id: DeviceId, *, now_ms: int, by: str) -> None:
    """Take a device that waits for its confirmation out of use; nothing happens to one that waits no more."""
    device = require_row(verifier.store.devices.get(device_id))
    if device.state is states.Device.PENDING:
        with suppress(StoreConflictError):  # somebody else was faster
            change_device(verifier, device, states.DeviceEvent.EXPIRE, now_ms=now_ms, by=by)


def _refuse(verifier: Verifier, device: Device, reason: Reason, *, client: Client, now_ms: int) -> RefusalError:
    event = Event(
        kind=EventKind.ACTIVATION_REFUSED,
        at_ms=now_ms,
        user_id=device.user_id,
        reason=reason,
        facts={"label": device.label} | dict(client_facts(client)),
    )
    verifier.store.audit.append(event)
    return RefusalError(reason)
