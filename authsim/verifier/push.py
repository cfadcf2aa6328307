"""The second factor, as a request that a phone answers: judging a signed decision.

The signature is judged over the portal's own values before anything is counted; then the decision and its counter are
counted, and only then a typed number is compared. An approval opens nothing by itself: it lets the one browser that
holds the login's token complete that login (`approval`). Issuing a request is `requests`.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Decision, Device, PushRequest, RequestId
from authsim.policy import DAY, SECOND
from authsim.protocol.keys import require_signature
from authsim.protocol.login_uri import LoginUri, format_login_uri
from authsim.protocol.push import DecisionRequest, RequestContext, RequestInfo, push_decision_transcript
from authsim.protocol.transcript import Tag, encode_transcript
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.approval import complete_approved, resend_request
from authsim.verifier.device_approval import settle_device_approval
from authsim.verifier.device_changes import INACTIVE
from authsim.verifier.device_sessions import DeviceSignedIn, require_counter
from authsim.verifier.identity import require_origin
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.requests import settle_request
from authsim.verifier.topics import device_topic, login_topic, publish

__all__: Final = [
    "complete_approved",
    "decide",
    "get_request",
    "list_requests",
    "login_uri",
    "read_requests",
    "request_info",
    "resend_request",
]

#: What a phone is told of where a request comes from: the simulator knows no other place.
PLACE: Final = "AuthSim"
#: As many requests as one answer carries.
MOST_REQUESTS: Final = 50

#: Why a request in this state takes no decision.
CLOSED: Final[Mapping[states.OneShot, Reason]] = MappingProxyType(
    {
        states.OneShot.CONSUMED: Reason.PUSH_CLOSED,
        states.OneShot.FAILED: Reason.PUSH_CLOSED,
        states.OneShot.EXPIRED: Reason.PUSH_EXPIRED,
        states.OneShot.CANCELLED: Reason.PUSH_CLOSED,
        states.OneShot.SUPERSEDED: Reason.PUSH_SUPERSEDED,
    }
)

_KINDS: Final[Mapping[Decision, EventKind]] = MappingProxyType(
    {
        Decision.APPROVE: EventKind.PUSH_APPROVED,
        Decision.DENY: EventKind.PUSH_DENIED,
        Decision.REPORT: EventKind.PUSH_REPORTED,
    }
)
_REASONS: Final[Mapping[Decision, Reason]] = MappingProxyType(
    {Decision.DENY: Reason.PUSH_DENIED, Decision.REPORT: Reason.PUSH_REPORTED}
)


def decide(verifier: Verifier, request_id: RequestId, request: DecisionRequest) -> Decision:
    """Judge a phone's decision and keep it. The signature alone authorises: no session is asked for.

    Refuses with `PUSH_UNKNOWN`; with `DEVICE_MISMATCH` (the signature: nothing is counted); with `DEVICE_SUSPENDED`,
    `DEVICE_REVOKED`, `DEVICE_REPLACED` and `CLONE_SUSPECTED`; with `PUSH_EXPIRED`, `PUSH_SUPERSEDED` and `PUSH_CLOSED`
    for a tap that comes too late; with `WRONG_NUMBER`, whose `attempts_remaining` is above 0 when the same request may
    be answered again. Deny and report end the login. The very decision that was accepted, sent again, is answered as it
    was, and raises no alarm. Where the request is about another phone (`device_approval`), the decision settles that
    too; `ACTIVATION_EXPIRED` when that phone waits no more.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    decision = Decision(request.decision)
    repeated = _find_repeated(verifier, request_id, request)
    if repeated is not None:
        settle_device_approval(verifier, repeated, is_approved=decision is Decision.APPROVE, now_ms=now_ms)
        return decision
    try:
        push = _count(verifier, request_id, request, now_ms=now_ms)
    except StoreConflictError:
        # Another request was faster: judge once more, by what it left behind.
        push = _count(verifier, request_id, request, now_ms=now_ms)
    # (7) the one constant-time comparison of the number
    if decision is Decision.APPROVE and not hmac.compare_digest(push.number.encode(), request.number.encode()):
        raise _refuse_number(verifier, push, request, now_ms=now_ms)
    # (8) consume: wins once, and (9) the record goes with it
    try:
        verifier.store.pushes.decide(
            push,
            decision,
            digest=_digest(request),
            now_ms=now_ms,
            event=_event(_KINDS[decision], push, _REASONS.get(decision), now_ms=now_ms),
        )
    except StoreConflictError:
        current = require_row(verifier.store.pushes.get(push.request_id))
        raise _refuse(verifier, push, CLOSED.get(current.state, Reason.PUSH_CLOSED), now_ms=now_ms) from None
    publish(verifier.bus, device_topic(push.device_id), login_topic(push.login_id))
    settle_device_approval(verifier, push, is_approved=decision is Decision.APPROVE, now_ms=now_ms)
    return decision


def get_request(verifier: Verifier, signed_in: DeviceSignedIn, request_id: RequestId) -> PushRequest:
    """Return a request to this phone, announced or not: what a scanned QR code names.

    Refuses with `PUSH_UNKNOWN`, also for a request to another phone.
    """
    push = verifier.store.pushes.get(request_id)
    if push is None or push.device_id != signed_in.device.device_id:
        raise RefusalError(Reason.PUSH_UNKNOWN)
    return push


def list_requests(verifier: Verifier, signed_in: DeviceSignedIn) -> Sequence[PushRequest]:
    """Return the announced requests that this phone can answer now, oldest first."""
    return verifier.store.pushes.list_open(signed_in.device.device_id, now_ms=verifier.clock.now_ms())


def read_requests(verifier: Verifier, signed_in: DeviceSignedIn, *, after: int) -> Sequence[PushRequest]:
    """Return the announced requests to this phone with `sequence > after`, in whatever state, oldest first."""
    return verifier.store.pushes.list_notified(signed_in.device.device_id, after=after, most=MOST_REQUESTS)


def request_info(verifier: Verifier, push: PushRequest) -> RequestInfo:
    """Return what travels of a request as it stands now: how many digits its number has, never the number.

    An expiry that is seen first is written.
    """
    push = settle_request(verifier, push, now_ms=verifier.clock.now_ms())
    return RequestInfo(
        request_id=push.request_id,
        purpose=push.purpose,
        context=_context(push),
        sn=push.server_nonce,
        iat=push.issued_ms,
        exp=push.expires_ms,
        digits=len(push.number),
        state=push.state.value,
        op=push.operation,
    )


def login_uri(verifier: Verifier, push: PushRequest) -> Secret:
    """Return what the login's QR code says: which request the phone may fetch, and sign like any other."""
    uri = LoginUri(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        request_id=push.request_id,
        expires_s=push.expires_ms // SECOND,
    )
    return format_login_uri(uri)


def _count(verifier: Verifier, request_id: RequestId, request: DecisionRequest, *, now_ms: int) -> PushRequest:
    """Judge who decides and count it, durably; return the request with the try. `StoreConflictError`: a lost race."""
    # (1) known?
    push = verifier.store.pushes.get(request_id)
    if push is None:
        event = Event(kind=EventKind.PUSH_REFUSED, at_ms=now_ms, reason=Reason.PUSH_UNKNOWN)
        verifier.store.audit.append(event)
        raise RefusalError(Reason.PUSH_UNKNOWN)
    device = require_row(verifier.store.devices.get(push.device_id))
    # (6) recompute and (7) compare the signature, before anything is counted or told
    if not _is_genuine(verifier, device, push, request):
        raise _refuse(verifier, push, Reason.DEVICE_MISMATCH, now_ms=now_ms)
    # (4) is the device still active, and its counter new?
    if device.state is not states.Device.ACTIVE:
        raise _refuse(verifier, push, INACTIVE[device.state], now_ms=now_ms)
    if request.ctr <= device.counter and verifier.store.tallies.count(_counted_key(verifier, request), since_ms=0):
        raise _refuse(verifier, push, Reason.WRONG_NUMBER, now_ms=now_ms)  # the wrong number of before, sent again
    require_counter(verifier, device, request.ctr, now_ms=now_ms)
    # (4) is the request still issued? (5) fresh? If not, the counter was used all the same.
    push = settle_request(verifier, push, now_ms=now_ms)
    if push.state is not states.OneShot.ISSUED or push.attempts >= push.attempts_allowed:
        with suppress(StoreConflictError):
            verifier.store.devices.count_signature(device.device_id, counter=request.ctr)
        raise _refuse(verifier, push, CLOSED.get(push.state, Reason.PUSH_CLOSED), now_ms=now_ms)
    # (2) count the decision, durably
    event = _event(EventKind.PUSH_COUNTED, push, None, now_ms=now_ms)
    return verifier.store.pushes.count_decision(request_id, counter=request.ctr, now_ms=now_ms, event=event)


def _find_repeated(verifier: Verifier, request_id: RequestId, request: DecisionRequest) -> PushRequest | None:
    """Return the request that this very decision was accepted for, if it was."""
    push = verifier.store.pushes.get(request_id)
    if push is None or not hmac.compare_digest(push.decision_digest or b"", _digest(request)):
        return None
    device = require_row(verifier.store.devices.get(push.device_id))
    return push if _is_genuine(verifier, device, push, request) else None


def _digest(request: DecisionRequest) -> bytes:
    """Return what stands for a decision: its signature names all of it."""
    return hashlib.sha256(request.sig).digest()


def _counted_key(verifier: Verifier, request: DecisionRequest) -> bytes:
    """Return the key under which a decision with a wrong number is remembered."""
    return verifier.vault.mac(encode_transcript("tally-decision", [(Tag.CONTEXT_DIGEST, _digest(request))]))


def _is_genuine(verifier: Verifier, device: Device, push: PushRequest, request: DecisionRequest) -> bool:
    """Say whether the device signed this decision on this request; number, decision and counter are the phone's own."""
    transcript = push_decision_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        user_id=push.user_id,
        device_id=push.device_id,
        request_id=push.request_id,
        purpose=push.purpose,
        server_nonce=push.server_nonce,
        number=request.number,
        decision=request.decision,
        context=_context(push),
        iat=push.issued_ms,
        exp=push.expires_ms,
        counter=request.ctr,
        operation=push.operation,
    )
    try:
        require_signature(device.sign_pk, transcript, request.sig)
    except MessageError:
        return False
    return True


def _context(push: PushRequest) -> RequestContext:
    return RequestContext(ip=push.client.address, agent=push.client.agent, place=PLACE)


def _refuse_number(verifier: Verifier, push: PushRequest, request: DecisionRequest, *, now_ms: int) -> RefusalError:
    """Record a wrong number; the last one ends the request, and leaves the login to its challenge."""
    verifier.store.tallies.take(_counted_key(verifier, request), now_ms=now_ms, spans=[(1, DAY)])
    remaining = push.attempts_allowed - push.attempts
    if remaining:
        _refuse(verifier, push, Reason.WRONG_NUMBER, now_ms=now_ms)
        return RefusalError(Reason.WRONG_NUMBER, attempts_remaining=remaining)
    event = _event(EventKind.PUSH_REFUSED, push, Reason.WRONG_NUMBER, now_ms=now_ms)
    with suppress(StoreConflictError):  # closed meanwhile
        verifier.store.pushes.close(push.request_id, states.OneShot.FAILED, now_ms=now_ms, event=event)
    publish(verifier.bus, device_topic(push.device_id), login_topic(push.login_id))
    return RefusalError(Reason.WRONG_NUMBER, attempts_remaining=0)


def _refuse(verifier: Verifier, push: PushRequest, reason: Reason, *, now_ms: int) -> RefusalError:
    """Record a decision that is not taken, and return the refusal."""
    verifier.store.audit.append(_event(EventKind.PUSH_REFUSED, push, reason, now_ms=now_ms))
    return RefusalError(reason)


def _event(kind: EventKind, push: PushRequest, reason: Reason | None, *, now_ms: int) -> Event:
    return Event(kind=kind, at_ms=now_ms, user_id=push.user_id, reason=reason, facts=client_facts(push.client))
