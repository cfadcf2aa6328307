"""Activation, the phone's side: message A1 consumes a one-time code, enrols the device, and is answered with A2.

The rules, in order of what the phone did. Bytes that are not the protocol, among them public keys of low order, are a
`MessageError` and burn nothing. A well-formed request that names an issued code burns it: it is consumed, or it failed.
An identical request, sent again because the reply was lost, gets the stored reply until the code expires.
"""

import hashlib
import hmac
from dataclasses import dataclass

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError, StoreError
from authsim.events import Event, EventKind
from authsim.model import ActivationCode, CodeId, Device, DeviceId, User
from authsim.protocol.keys import (
    ActivationKeys,
    agreement_public_key,
    compute_shared,
    derive_seed,
    require_mac,
    require_signature,
    require_signing_key,
)
from authsim.protocol.messages import (
    ActivateReply,
    ActivateRequest,
    activate_reply_transcript,
    activate_request_transcript,
    format_activate_reply,
)
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.records import require_row
from authsim.verifier.sealing import open_keys, seal_seed
from authsim.verifier.tokens import draw_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What the portal drew for one request, before anything was judged; `kx` is used once and forgotten."""

    device_id: DeviceId
    server_nonce: bytes
    kx: Secret
    now_ms: int


def redeem(verifier: Verifier, request: ActivateRequest) -> str:
    """Return the JSON of A2.

    Raises `MessageError` for keys that the protocol refuses. Refuses with `ACTIVATION_UNKNOWN`, `ACTIVATION_USED`,
    `ACTIVATION_EXPIRED`, `ACTIVATION_MISMATCH` and `DEVICE_ALREADY_ACTIVE`; the public hears one word for all of them.
    """
    # (0) one instant
    draft = _Draft(
        now_ms=verifier.clock.now_ms(),
        device_id=DeviceId(draw_id(verifier.entropy)),
        server_nonce=verifier.entropy.token_bytes(32),
        kx=Secret(verifier.entropy.token_bytes(32)),
    )
    require_signing_key(request.dsk)
    shared = compute_shared(draft.kx, request.dkx)
    try:
        return _judge(verifier, request, draft, shared)
    except StoreConflictError:
        # Another request was faster: judge once more, by what it left behind.
        return _judge(verifier, request, draft, shared)


def _judge(verifier: Verifier, request: ActivateRequest, draft: _Draft, shared: Secret) -> str:
    """Return the stored reply, or consume the code and return the new one; a lost race is a `StoreConflictError`."""
    now_ms = draft.now_ms
    # (1) known?
    code = verifier.store.activations.get(CodeId(request.code_id))
    if code is None:
        event = Event(kind=EventKind.ACTIVATION_REFUSED, at_ms=now_ms, reason=Reason.ACTIVATION_UNKNOWN)
        verifier.store.audit.append(event)
        raise RefusalError(Reason.ACTIVATION_UNKNOWN)
    # (6) recompute and (7) compare; an answer is no proof of anything before (4) and (5)
    keys = open_keys(verifier, code)
    transcript = _request_transcript(verifier, request)
    is_genuine = _is_genuine(verifier, request, keys, transcript)
    digest = hashlib.sha256(transcript).digest()
    # (4) still issued? (5) fresh?
    if code.state is not states.OneShot.ISSUED:
        return _answer_again(verifier, code, digest, is_genuine=is_genuine, now_ms=now_ms)
    if code.expires_ms <= now_ms:
        raise _burn(verifier, code, states.OneShot.EXPIRED, Reason.ACTIVATION_EXPIRED, now_ms=now_ms)
    if not is_genuine:
        raise _burn(verifier, code, states.OneShot.FAILED, Reason.ACTIVATION_MISMATCH, now_ms=now_ms)
    if verifier.store.devices.active_of(code.user_id) is not None:
        raise _burn(verifier, code, states.OneShot.FAILED, Reason.DEVICE_ALREADY_ACTIVE, now_ms=now_ms)
    # (8) consume, once, and (9) record
    return _enrol(verifier, request, draft, shared, code, keys, digest)


def _enrol(
    verifier: Verifier,
    request: ActivateRequest,
    draft: _Draft,
    shared: Secret,
    code: ActivationCode,
    keys: ActivationKeys,
    digest: bytes,
) -> str:
    """Consume the code and insert the device, active, in one change; return A2."""
    user = require_row(verifier.store.users.get(code.user_id))
    suite = verifier.instance.suite
    pkx = agreement_public_key(draft.kx)
    transcript = _reply_transcript(verifier, request, draft, code, user, pkx)
    reply = format_activate_reply(
        ActivateReply(
            device_id=draft.device_id,
            user_id=user.user_id,
            user_label=user.name,
            pkx=pkx,
            sn=draft.server_nonce,
            iat=draft.now_ms,
            exp=code.expires_ms,
            sig=verifier.vault.sign(transcript),
        )
    )
    seed = derive_seed(keys.psk, shared, transcript)
    device = Device(
        device_id=draft.device_id,
        user_id=user.user_id,
        state=states.Device.ACTIVE,
        label=request.label,
        suite=suite,
        sign_pk=request.dsk,
        seed=seal_seed(verifier, seed, user_id=user.user_id, device_id=draft.device_id, suite=suite),
        activated_ms=draft.now_ms,
    )
    event = Event(
        kind=EventKind.ACTIVATION_CONSUMED,
        at_ms=draft.now_ms,
        user_id=user.user_id,
        facts={"label": device.label},
    )
    verifier.store.activations.redeem(
        code.code_id, device=device, request_digest=digest, reply=reply, now_ms=draft.now_ms, event=event
    )
    return reply


def _answer_again(verifier: Verifier, code: ActivationCode, digest: bytes, *, is_genuine: bool, now_ms: int) -> str:
    """Return the stored reply to the same request, until the code expires; refuse everything else.

    The MAC is asked of a resend as well: only who holds the code is answered.
    """
    if is_genuine and now_ms < code.expires_ms and hmac.compare_digest(code.request_digest or b"", digest):
        return require_row(code.reply)
    was_used = code.state in (states.OneShot.CONSUMED, states.OneShot.FAILED)
    reason = Reason.ACTIVATION_USED if was_used else Reason.ACTIVATION_EXPIRED
    verifier.store.audit.append(_refused(code, reason, now_ms=now_ms))
    raise RefusalError(reason)


def _request_transcript(verifier: Verifier, request: ActivateRequest) -> bytes:
    """Return RT from the portal's own values and the request's; the suite is the one that the phone believes in."""
    return activate_request_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        code_id=request.code_id,
        client_nonce=request.cn,
        dsk=request.dsk,
        dkx=request.dkx,
        psk=verifier.vault.signing_public_key(),
        suite=request.suite,
        label=request.label,
    )


def _reply_transcript(
    verifier: Verifier, request: ActivateRequest, draft: _Draft, code: ActivationCode, user: User, pkx: bytes
) -> bytes:
    """Return ST, which the portal signs and both ends derive the seed from."""
    return activate_reply_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        user_id=user.user_id,
        device_id=draft.device_id,
        code_id=request.code_id,
        server_nonce=draft.server_nonce,
        client_nonce=request.cn,
        iat=draft.now_ms,
        exp=code.expires_ms,
        dsk=request.dsk,
        dkx=request.dkx,
        psk=verifier.vault.signing_public_key(),
        pkx=pkx,
        suite=verifier.instance.suite,
        label=request.label,
        user_label=user.name,
    )


def _is_genuine(verifier: Verifier, request: ActivateRequest, keys: ActivationKeys, transcript: bytes) -> bool:
    """Say whether the request comes from who holds the code and the signing key, and believes in our suite."""
    try:
        require_mac(keys.mac, transcript, request.mac)
        require_signature(request.dsk, transcript, request.sig)
    except MessageError:
        return False
    return request.suite == verifier.instance.suite


def _burn(
    verifier: Verifier, code: ActivationCode, state: states.OneShot, reason: Reason, *, now_ms: int
) -> RefusalError:
    """Close the code for good, with the record, and return the refusal; a lost race is a `StoreConflictError`."""
    verifier.store.activations.close(code.code_id, state, now_ms=now_ms, event=_refused(code, reason, now_ms=now_ms))
    return RefusalError(reason)


def _refused(code: ActivationCode, reason: Reason, *, now_ms: int) -> Event:
    return Event(kind=EventKind.ACTIVATION_REFUSED, at_ms=now_ms, user_id=code.user_id, reason=reason)


def require_origin(verifier: Verifier) -> str:
    """Return the origin that stands in QR codes and in both transcripts; a portal that was served once has one."""
    if verifier.instance.origin is None:
        raise StoreError("the portal has no address yet: serve it once, or name its origin")
    return verifier.instance.origin
