"""Activation, the phone's side: message A1 consumes a one-time code, enrols the device, and is answered with A2.

The rules, in order of what the phone did. Bytes that are not the protocol, among them public keys of low order, are a
`MessageError` and burn nothing. A well-formed request that names an issued code burns it: it is consumed, or it failed.
An identical request, sent again because the reply was lost, gets the stored reply until the code expires.
"""

import hashlib
import hmac

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import ActivationCode, CodeId
from authsim.protocol.keys import ActivationKeys, require_mac, require_signature
from authsim.protocol.messages import ActivateRequest, activate_request_transcript
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.enrolment import Draft, OfferedKey, draft_device, enrol, require_keys
from authsim.verifier.identity import require_origin
from authsim.verifier.records import require_row
from authsim.verifier.sealing import open_keys
from authsim.verifier.topics import publish, session_topic


def redeem(verifier: Verifier, request: ActivateRequest) -> str:
    """Return the JSON of A2.

    Raises `MessageError` for keys that the protocol refuses. Refuses with `ACTIVATION_UNKNOWN`, `ACTIVATION_USED`,
    `ACTIVATION_EXPIRED`, `ACTIVATION_MISMATCH` and `DEVICE_ALREADY_ACTIVE`; the public hears one word for all of them.
    """
    # (0) one instant
    draft = draft_device(verifier, now_ms=verifier.clock.now_ms())
    shared = require_keys(draft, sign_pk=request.dsk, kx_pk=request.dkx)
    try:
        return _judge(verifier, request, draft, shared)
    except StoreConflictError:
        # Another request was faster: judge once more, by what it left behind.
        return _judge(verifier, request, draft, shared)


def _judge(verifier: Verifier, request: ActivateRequest, draft: Draft, shared: Secret) -> str:
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
    if verifier.store.devices.current_of(code.user_id) is not None:
        raise _burn(verifier, code, states.OneShot.FAILED, Reason.DEVICE_ALREADY_ACTIVE, now_ms=now_ms)
    # (8) consume, once, and (9) record
    return _enrol(verifier, request, draft, shared, code, keys, digest)


def _enrol(
    verifier: Verifier,
    request: ActivateRequest,
    draft: Draft,
    shared: Secret,
    code: ActivationCode,
    keys: ActivationKeys,
    digest: bytes,
) -> str:
    """Consume the code and insert the device, active or waiting for its confirmation, in one change; return A2."""
    user = require_row(verifier.store.users.get(code.user_id))
    offered = OfferedKey(
        flow_id=code.code_id,
        sign_pk=request.dsk,
        kx_pk=request.dkx,
        client_nonce=request.cn,
        label=request.label,
    )
    enrolled = enrol(
        verifier,
        draft,
        offered,
        user=user,
        psk=keys.psk,
        shared=shared,
        expires_ms=code.expires_ms,
        is_pending=bool(verifier.policy.confirm_activation),
    )
    event = Event(
        kind=EventKind.ACTIVATION_CONSUMED,
        at_ms=draft.now_ms,
        user_id=user.user_id,
        facts={"label": enrolled.device.label},
    )
    verifier.store.activations.redeem(
        code.code_id,
        device=enrolled.device,
        request_digest=digest,
        reply=enrolled.reply,
        now_ms=draft.now_ms,
        event=event,
    )
    _wake(verifier, code)
    return enrolled.reply


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
    _wake(verifier, code)
    return RefusalError(reason)


def _wake(verifier: Verifier, code: ActivationCode) -> None:
    """Tell the page that shows the code, if one does."""
    if code.session_id is not None:
        publish(verifier.bus, session_topic(code.session_id))


def _refused(code: ActivationCode, reason: Reason, *, now_ms: int) -> Event:
    return Event(kind=EventKind.ACTIVATION_REFUSED, at_ms=now_ms, user_id=code.user_id, reason=reason)
