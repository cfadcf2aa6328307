"""Enrolment by credentials and a texted code, its second half: B2 brings the code and is answered with A2.

A try is counted before the code is compared; the last wrong one ends the enrolment. Whatever device the user had gives
way in the same change: at no instant are there two. The same request, sent again because the reply was lost, gets the
stored reply until the enrolment expires.
"""

import hashlib
import hmac
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, Enrolment, FlowId, User, UserId
from authsim.protocol.add_user import AddUserFinish, add_user_finish_transcript, code_transcript, derive_text_psk
from authsim.protocol.keys import require_signature
from authsim.secret import Secret
from authsim.verifier import Verifier, limits, lockout
from authsim.verifier.device_approval import begin_device_approval, require_askable
from authsim.verifier.device_changes import require_active, topics_of_user
from authsim.verifier.enrolment import Draft, OfferedKey, draft_device, enrol, require_keys
from authsim.verifier.identity import require_origin
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.topics import publish

#: Why an enrolment in this state takes no code any more.
CLOSED: Final[Mapping[states.OneShot, Reason]] = MappingProxyType(
    {
        states.OneShot.CONSUMED: Reason.ENROLMENT_USED,
        states.OneShot.FAILED: Reason.CODE_TRIES_SPENT,
        states.OneShot.EXPIRED: Reason.ENROLMENT_EXPIRED,
        states.OneShot.CANCELLED: Reason.ENROLMENT_EXPIRED,
        states.OneShot.SUPERSEDED: Reason.ENROLMENT_EXPIRED,
    }
)

#: What only the answer to a flow that exists could tell.
_UNIFORM: Final = frozenset(
    {Reason.ENROLMENT_UNKNOWN, Reason.ENROLMENT_MISMATCH, Reason.USER_LOCKED, Reason.WRONG_CODE, *CLOSED.values()}
)


def complete_add_user(verifier: Verifier, request: AddUserFinish, *, client: Client) -> str:
    """Return the JSON of A2, in which the flow stands in the place of the code's id.

    Refuses with `ENROLMENT_UNKNOWN`, `ENROLMENT_MISMATCH` (the signature: nothing is counted), `ENROLMENT_USED`,
    `ENROLMENT_EXPIRED`, `CODE_TRIES_SPENT` and `USER_LOCKED` (`retry_after_ms`); with `WRONG_CODE`, whose
    `attempts_remaining` is above 0 when the same enrolment may be tried again; where the profile says so, after a right
    code, as `require_no_stop` and `device_approval.require_askable` do. Where logins are uniform every refusal before
    the right code is `WRONG_CODE`, as for a flow that does not exist.
    """
    # (0) one instant
    draft = draft_device(verifier, now_ms=verifier.clock.now_ms())
    try:
        try:
            return _judge(verifier, request, draft, client=client)
        except StoreConflictError:
            # Another request was faster: judge once more, by what it left behind.
            return _judge(verifier, request, draft, client=client)
    except RefusalError as refusal:
        if verifier.policy.uniform_login and refusal.reason in _UNIFORM:
            raise RefusalError(Reason.WRONG_CODE) from None
        raise


def compute_code_mac(verifier: Verifier, user_id: UserId, flow_id: FlowId, code: Secret) -> bytes:
    """Return what the store keeps of a texted code: it fits one user and one enrolment."""
    transcript = code_transcript(user_id=user_id, flow_id=flow_id, code=code.reveal_text())
    return verifier.vault.mac(transcript)


def require_open(verifier: Verifier, flow_id: FlowId, *, now_ms: int, client: Client) -> Enrolment:
    """Return an enrolment that still takes a code, or refuse with why not; an expiry that is seen first is written."""
    enrolment = _require_known(verifier, flow_id, now_ms=now_ms, client=client)
    if enrolment.state is not states.OneShot.ISSUED:
        raise _refuse(verifier, enrolment, CLOSED[enrolment.state], now_ms=now_ms, client=client)
    if enrolment.expires_ms <= now_ms:
        event = Event(kind=EventKind.ENROLMENT_EXPIRED, at_ms=now_ms, user_id=enrolment.user_id)
        verifier.store.enrolments.close(flow_id, states.OneShot.EXPIRED, now_ms=now_ms, event=event)
        raise RefusalError(Reason.ENROLMENT_EXPIRED)
    if enrolment.attempts >= enrolment.attempts_allowed:  # the last try is being judged for another request
        raise _refuse(verifier, enrolment, Reason.CODE_TRIES_SPENT, now_ms=now_ms, client=client)
    return enrolment


def require_no_stop(verifier: Verifier, user_id: UserId, *, now_ms: int) -> None:
    """Return when a text may bring in a phone for this user; where the profile asks for more, it may not always.

    Refuses with `DEVICE_SUSPENDED` while the user's phone is: stopping it must not open this door. Refuses with
    `HOLD_NOT_OVER` (`retry_after_ms`) for a while after a phone was revoked.
    """
    device = verifier.store.devices.current_of(user_id)
    if device is None:
        limits.require_no_hold(verifier, user_id, now_ms=now_ms)
    elif verifier.policy.add_user_by_device:
        require_active(device)


def refuse_enrolment(
    verifier: Verifier,
    reason: Reason,
    *,
    now_ms: int,
    client: Client,
    user_id: UserId | None = None,
    attempts_remaining: int | None = None,
    retry_after_ms: int | None = None,
) -> RefusalError:
    """Record a refused enrolment, and return the refusal for its caller to raise."""
    verifier.store.audit.append(_refused(reason, user_id, now_ms=now_ms, client=client))
    return RefusalError(reason, attempts_remaining=attempts_remaining, retry_after_ms=retry_after_ms)


def _judge(verifier: Verifier, request: AddUserFinish, draft: Draft, *, client: Client) -> str:
    """Return the stored reply, or consume the enrolment and return the new one; `StoreConflictError`: a lost race."""
    now_ms, flow_id = draft.now_ms, FlowId(request.flow_id)
    # (1) known?
    enrolment = _require_known(verifier, flow_id, now_ms=now_ms, client=client)
    # (6) recompute and (7) compare: only the phone that began it spends its tries
    transcript = _transcript(verifier, enrolment, request)
    if not _is_genuine(enrolment, transcript, request):
        raise _refuse(verifier, enrolment, Reason.ENROLMENT_MISMATCH, now_ms=now_ms, client=client)
    digest = hashlib.sha256(transcript).digest()
    if _is_repeated(enrolment, digest, now_ms=now_ms):
        return require_row(enrolment.reply)
    # (4) still issued? (5) fresh?
    require_open(verifier, flow_id, now_ms=now_ms, client=client)
    # (2) count the try, durably
    event = Event(kind=EventKind.ENROLMENT_COUNTED, at_ms=now_ms, user_id=enrolment.user_id, facts=client_facts(client))
    counted = verifier.store.enrolments.count_try(flow_id, now_ms=now_ms, event=event)
    # (3) limits: a try during a lock is counted and not judged
    user = require_row(verifier.store.users.get(counted.user_id))
    locked_ms = lockout.locked_for_ms(user.lockout, now_ms=now_ms)
    if locked_ms:
        raise _refuse_try(verifier, counted, Reason.USER_LOCKED, now_ms=now_ms, client=client, retry_after_ms=locked_ms)
    # (7) the one constant-time comparison of the code
    if not hmac.compare_digest(compute_code_mac(verifier, user.user_id, flow_id, request.code), counted.code_mac):
        raise _refuse_try(verifier, counted, Reason.WRONG_CODE, now_ms=now_ms, client=client)
    # (3) limits of the profile, told only to who brought the code
    require_no_stop(verifier, user.user_id, now_ms=now_ms)
    # (8) consume, once, and (9) record
    return _complete(verifier, request, draft, counted, user, digest, client=client)


def _complete(
    verifier: Verifier,
    request: AddUserFinish,
    draft: Draft,
    enrolment: Enrolment,
    user: User,
    digest: bytes,
    *,
    client: Client,
) -> str:
    """Make the device active in the place of the user's other one, in one change; return A2.

    Where the policy says so the device waits instead: for its confirmation, or for the approval of the other one.
    """
    present = verifier.store.devices.current_of(user.user_id)
    approver = present if verifier.policy.add_user_by_device else None
    if approver is not None:
        require_askable(verifier, approver, now_ms=draft.now_ms)
    offered = OfferedKey(
        flow_id=enrolment.flow_id,
        sign_pk=enrolment.sign_pk,
        kx_pk=enrolment.kx_pk,
        client_nonce=enrolment.client_nonce,
        label=enrolment.label,
    )
    enrolled = enrol(
        verifier,
        draft,
        offered,
        user=user,
        psk=derive_text_psk(request.code, enrolment.flow_id),
        shared=require_keys(draft, sign_pk=enrolment.sign_pk, kx_pk=enrolment.kx_pk),
        expires_ms=enrolment.expires_ms,
        is_pending=bool(verifier.policy.confirm_activation) or approver is not None,
    )
    event = Event(
        kind=EventKind.ENROLMENT_COMPLETED,
        at_ms=draft.now_ms,
        user_id=user.user_id,
        facts={"label": enrolment.label} | dict(client_facts(client)),
    )
    topics = topics_of_user(verifier, user.user_id, present, now_ms=draft.now_ms)
    verifier.store.enrolments.complete(
        enrolment.flow_id,
        device=enrolled.device,
        request_digest=digest,
        reply=enrolled.reply,
        now_ms=draft.now_ms,
        events=[event],
    )
    publish(verifier.bus, *topics)
    if approver is not None:
        begin_device_approval(verifier, enrolled.device, approver, user=user, client=client, now_ms=draft.now_ms)
    return enrolled.reply


def _require_known(verifier: Verifier, flow_id: FlowId, *, now_ms: int, client: Client) -> Enrolment:
    enrolment = verifier.store.enrolments.get(flow_id)
    if enrolment is None:
        raise refuse_enrolment(verifier, Reason.ENROLMENT_UNKNOWN, now_ms=now_ms, client=client)
    return enrolment


def _transcript(verifier: Verifier, enrolment: Enrolment, request: AddUserFinish) -> bytes:
    """Return what B2 signs, from the portal's own values: of the request it takes the code alone."""
    user = require_row(verifier.store.users.get(enrolment.user_id))
    return add_user_finish_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        client_nonce=enrolment.client_nonce,
        dsk=enrolment.sign_pk,
        dkx=enrolment.kx_pk,
        psk=verifier.vault.signing_public_key(),
        suite=enrolment.suite,
        label=enrolment.label,
        username=user.name,
        flow_id=enrolment.flow_id,
        code=request.code,
    )


def _is_genuine(enrolment: Enrolment, transcript: bytes, request: AddUserFinish) -> bool:
    try:
        require_signature(enrolment.sign_pk, transcript, request.sig)
    except MessageError:
        return False
    return True


def _is_repeated(enrolment: Enrolment, digest: bytes, *, now_ms: int) -> bool:
    """Say whether this very request completed the enrolment, which is not over yet."""
    return now_ms < enrolment.expires_ms and hmac.compare_digest(enrolment.request_digest or b"", digest)


def _refuse_try(
    verifier: Verifier,
    enrolment: Enrolment,
    reason: Reason,
    *,
    now_ms: int,
    client: Client,
    retry_after_ms: int | None = None,
) -> RefusalError:
    """Record a try that led nowhere; the last one ends the enrolment."""
    remaining = enrolment.attempts_allowed - enrolment.attempts
    if remaining:
        return _refuse(
            verifier,
            enrolment,
            reason,
            now_ms=now_ms,
            client=client,
            attempts_remaining=remaining,
            retry_after_ms=retry_after_ms,
        )
    event = _refused(reason, enrolment.user_id, now_ms=now_ms, client=client)
    with suppress(StoreConflictError):  # superseded meanwhile
        verifier.store.enrolments.close(enrolment.flow_id, states.OneShot.FAILED, now_ms=now_ms, event=event)
    return RefusalError(reason, attempts_remaining=0, retry_after_ms=retry_after_ms)


def _refuse(
    verifier: Verifier,
    enrolment: Enrolment,
    reason: Reason,
    *,
    now_ms: int,
    client: Client,
    attempts_remaining: int | None = None,
    retry_after_ms: int | None = None,
) -> RefusalError:
    return refuse_enrolment(
        verifier,
        reason,
        now_ms=now_ms,
        client=client,
        user_id=enrolment.user_id,
        attempts_remaining=attempts_remaining,
        retry_after_ms=retry_after_ms,
    )


def _refused(reason: Reason, user_id: UserId | None, *, now_ms: int, client: Client) -> Event:
    return Event(
        kind=EventKind.ENROLMENT_REFUSED, at_ms=now_ms, user_id=user_id, reason=reason, facts=client_facts(client)
    )
