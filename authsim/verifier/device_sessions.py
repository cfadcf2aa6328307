"""A phone proves its key, and may read its own requests for a while.

The nonce that it signs is not kept: the portal recognises its own by a MAC. A signature is good once all the same,
because it carries the device's counter, and a counter is accepted only above the last. A repeated one is what a copied
keystore looks like: it is counted as an alarm, and the alarm after the last suspends the device.
Nothing here changes a login: that takes a signature of its own (`push`).
"""

import hmac
from dataclasses import dataclass
from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, Device, DeviceId, DeviceSession, FirstFactorPassed, User
from authsim.policy import SECOND
from authsim.protocol.credentials import Credentials
from authsim.protocol.device_session import (
    SessionReply,
    SessionRequest,
    StateReply,
    device_session_transcript,
    device_state_transcript,
    format_session_reply,
    format_state_reply,
    nonce_transcript,
)
from authsim.protocol.keys import require_signature
from authsim.protocol.transcript import u64
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.device_changes import INACTIVE, require_active
from authsim.verifier.identity import require_origin
from authsim.verifier.passwords import require_password
from authsim.verifier.records import refuse_login, require_row
from authsim.verifier.tokens import draw_token, hash_token
from authsim.verifier.topics import device_topic, publish

_INSTANT_BYTES: Final = 8
_MAC_BYTES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSignedIn:
    """Proof that a phone showed its key a short while ago, as of one instant. It opens nothing but its own requests."""

    session: DeviceSession
    device: Device
    user: User


def draw_nonce(verifier: Verifier, device_id: str) -> bytes:
    """Return 32 bytes for a device to sign: the instant, and a MAC over it and the id, which need not exist."""
    return _nonce(verifier, device_id, issued_ms=verifier.clock.now_ms())


def open_device_session(verifier: Verifier, request: SessionRequest) -> str:
    """Return JSON: the token of a new session, or, signed by the portal, the state of a device that is not active.

    Refuses with `DEVICE_UNKNOWN`; with `DEVICE_MISMATCH` for a nonce that is not ours or too old, and for a signature
    that does not fit; with `ACCOUNT_EXPIRED`; with `CLONE_SUSPECTED`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    try:
        return _judge(verifier, request, token, now_ms=now_ms)
    except StoreConflictError:
        # Another request was faster: judge once more, by what it left behind.
        return _judge(verifier, request, token, now_ms=now_ms)


def require_device_session(verifier: Verifier, token: Secret) -> DeviceSignedIn:
    """Return which phone holds this token.

    Refuses with `DEVICE_SESSION_EXPIRED` (also when nothing is known of the token), and with why the device answers
    nothing: `DEVICE_SUSPENDED`, `DEVICE_REVOKED`, `DEVICE_REPLACED`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (5) fresh?
    session = verifier.store.device_sessions.find(hash_token(token))
    if session is None or session.expires_ms <= now_ms:
        raise RefusalError(Reason.DEVICE_SESSION_EXPIRED)
    # (4) still active?
    device = require_active(require_row(verifier.store.devices.get(session.device_id)))
    return DeviceSignedIn(session=session, device=device, user=require_row(verifier.store.users.get(session.user_id)))


def require_credentials(
    verifier: Verifier, signed_in: DeviceSignedIn, credentials: Credentials, *, client: Client
) -> FirstFactorPassed:
    """Return the proof of the first factor of the phone's own user: what *Change PIN* asks for.

    Counted and refused as in `require_password`. Another user's name is refused with `WRONG_PASSWORD`, unseen: a phone
    is no place to try out other people's passwords.
    """
    if credentials.username != signed_in.user.name:
        raise refuse_login(
            verifier,
            Reason.WRONG_PASSWORD,
            now_ms=verifier.clock.now_ms(),
            user_id=signed_in.user.user_id,
            client=client,
        )
    return require_password(verifier, name=signed_in.user.name, password=credentials.password, client=client)


def require_counter(verifier: Verifier, device: Device, counter: int, *, now_ms: int) -> None:
    """Return when a good signature carries a counter above the kept one; else count an alarm and refuse.

    Refuses with `CLONE_SUSPECTED`: two phones hold this key, or somebody repeats what was sent.
    """
    if counter > device.counter:
        return
    event = Event(
        kind=EventKind.DEVICE_CLONE_SUSPECTED, at_ms=now_ms, user_id=device.user_id, facts={"label": device.label}
    )
    verifier.store.devices.count_alarm(
        device.device_id, alarms_allowed=verifier.policy.clone_alarms, now_ms=now_ms, event=event
    )
    publish(verifier.bus, device_topic(device.device_id))
    raise RefusalError(Reason.CLONE_SUSPECTED)


def _judge(verifier: Verifier, request: SessionRequest, token: Secret, *, now_ms: int) -> str:
    """Open the session, or say what the device is; a lost race is a `StoreConflictError`."""
    # (1) known?
    device = verifier.store.devices.get(DeviceId(request.device_id))
    if device is None:
        raise _refuse(verifier, None, Reason.DEVICE_UNKNOWN, now_ms=now_ms)
    # (5) fresh? (6) recompute and (7) compare, before anything is counted or told
    if not (_is_fresh(verifier, request, now_ms=now_ms) and _is_genuine(verifier, device, request)):
        raise _refuse(verifier, device, Reason.DEVICE_MISMATCH, now_ms=now_ms)
    # (4) still active?
    if device.state is not states.Device.ACTIVE:
        _refuse(verifier, device, INACTIVE[device.state], now_ms=now_ms)
        return _state_answer(verifier, device, request)
    # (3) limits
    user = require_row(verifier.store.users.get(device.user_id))
    if user.expires_ms <= now_ms:
        raise _refuse(verifier, device, Reason.ACCOUNT_EXPIRED, now_ms=now_ms)
    # (2) the counter, (8) the session, and (9) the record, together
    require_counter(verifier, device, request.ctr, now_ms=now_ms)
    session = DeviceSession(
        token_hash=hash_token(token),
        device_id=device.device_id,
        user_id=user.user_id,
        opened_ms=now_ms,
        expires_ms=min(now_ms + verifier.policy.device_session_seconds * SECOND, user.expires_ms),
    )
    event = Event(
        kind=EventKind.DEVICE_SESSION_OPENED, at_ms=now_ms, user_id=user.user_id, facts={"label": device.label}
    )
    verifier.store.device_sessions.open(session, counter=request.ctr, event=event)
    return format_session_reply(SessionReply(token=token, expires_in=(session.expires_ms - now_ms) // SECOND))


def _nonce(verifier: Verifier, device_id: str, *, issued_ms: int) -> bytes:
    transcript = nonce_transcript(device_id=device_id, issued_ms=issued_ms)
    return u64(issued_ms) + verifier.vault.mac(transcript)[:_MAC_BYTES]


def _is_fresh(verifier: Verifier, request: SessionRequest, *, now_ms: int) -> bool:
    """Say whether the nonce is one of ours for this device, and young enough."""
    issued_ms = int.from_bytes(request.sn[:_INSTANT_BYTES])
    is_ours = hmac.compare_digest(_nonce(verifier, request.device_id, issued_ms=issued_ms), request.sn)
    return is_ours and issued_ms <= now_ms < issued_ms + verifier.policy.device_nonce_seconds * SECOND


def _is_genuine(verifier: Verifier, device: Device, request: SessionRequest) -> bool:
    transcript = device_session_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        device_id=device.device_id,
        server_nonce=request.sn,
        client_nonce=request.cn,
        counter=request.ctr,
    )
    try:
        require_signature(device.sign_pk, transcript, request.sig)
    except MessageError:
        return False
    return True


def _state_answer(verifier: Verifier, device: Device, request: SessionRequest) -> str:
    """Return what the phone may believe of its own end, because the portal's key signed it for these nonces."""
    transcript = device_state_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        device_id=device.device_id,
        server_nonce=request.sn,
        client_nonce=request.cn,
        state=device.state.value,
    )
    return format_state_reply(StateReply(state=device.state.value, sig=verifier.vault.sign(transcript)))


def _refuse(verifier: Verifier, device: Device | None, reason: Reason, *, now_ms: int) -> RefusalError:
    """Record the refusal, and return it for its caller to raise."""
    verifier.store.audit.append(
        Event(
            kind=EventKind.DEVICE_REFUSED,
            at_ms=now_ms,
            user_id=None if device is None else device.user_id,
            reason=reason,
            facts={} if device is None else {"label": device.label},
        )
    )
    return RefusalError(reason)
