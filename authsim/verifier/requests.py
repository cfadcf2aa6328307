"""Asking a phone to approve a login: what is asked, and whether it may be announced.

Each login that awaits a second factor has a request, announced as a notification or silent; the silent one waits to be
fetched by a phone that scans the login's QR code. A newer request of a user supersedes the older. The limits against
push fatigue look back at what was announced since the last completed login. Judging the answer is `push`.
"""

import hashlib
from contextlib import suppress
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Decision, Device, LoginTransaction, PushRequest, RequestId, User
from authsim.policy import SECOND
from authsim.protocol.codes import Purpose
from authsim.protocol.transcript import Tag, encode_transcript, u8
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.tokens import draw_id

NONCE_BYTES: Final = 32
#: One that expired or was answered is not waited for: what the person asks for then is news to the phone.
_SHOWN: Final = frozenset({states.OneShot.ISSUED, states.OneShot.SUPERSEDED})
#: A request that blocks is the newest that was announced, or was overtaken by the few that were under way with it.
_LOOK_BACK: Final = 20


def draw_request(
    verifier: Verifier,
    login: LoginTransaction,
    *,
    user: User,
    device: Device,
    notify: bool,
    now_ms: int,
    operation: bytes | None = None,
) -> PushRequest:
    """Return a request for a login, not kept yet; it never outlives its login.

    It is announced when `notify` asks for it, the user has notifications on, and no limit stands against it.
    `operation` is the digest of what another purpose than logging in is about; without one it is `operation_of`.
    """
    is_notified = notify and user.is_seamless and find_limit(verifier, device, now_ms=now_ms) is None
    digits = verifier.policy.push_number_digits
    operation = operation_of(verifier, login) if operation is None else operation
    return PushRequest(
        request_id=RequestId(draw_id(verifier.entropy)),
        login_id=login.login_id,
        user_id=login.user_id,
        device_id=device.device_id,
        purpose=login.purpose,
        number=f"{verifier.entropy.randbelow(10**digits):0{digits}d}" if digits else "",
        client=login.client,
        server_nonce=verifier.entropy.token_bytes(NONCE_BYTES),
        is_notified=is_notified,
        operation=operation,
        state=states.OneShot.ISSUED,
        attempts=0,
        attempts_allowed=verifier.policy.push_tries,
        issued_ms=now_ms,
        expires_ms=min(now_ms + verifier.policy.push_ms, login.expires_ms),
    )


def operation_of(verifier: Verifier, login: LoginTransaction) -> bytes | None:
    """Return what stands for the operation that a login is about, 32 bytes: user, session and purpose. None: log in."""
    if login.purpose == Purpose.LOG_IN:
        return None
    transcript = encode_transcript(
        "identity-proof",
        [
            (Tag.INSTANCE_ID, bytes.fromhex(verifier.instance.instance_id)),
            (Tag.USER_ID, bytes.fromhex(login.user_id)),
            (Tag.FLOW_ID, bytes.fromhex(login.session_id or login.login_id)),
            (Tag.PURPOSE, u8(login.purpose)),
        ],
    )
    return hashlib.sha256(transcript).digest()


def sent_event(push: PushRequest) -> Event:
    """Return the row that goes with a new request."""
    facts = dict(client_facts(push.client)) | {"announced": "yes" if push.is_notified else "no"}
    return Event(kind=EventKind.PUSH_SENT, at_ms=push.issued_ms, user_id=push.user_id, facts=facts)


def is_approved(push: PushRequest) -> bool:
    """Say whether a person approved it."""
    return push.state is states.OneShot.CONSUMED and push.decision is Decision.APPROVE


def require_pause(verifier: Verifier, login: LoginTransaction, *, now_ms: int) -> None:
    """Return when this login may announce another request; refuses with `RESENT_TOO_SOON` (`retry_after_ms`)."""
    push = verifier.store.pushes.latest_of_login(login.login_id)
    if push is not None and push.is_notified and push.state in _SHOWN:
        ends_ms = push.issued_ms + verifier.policy.push_resend_seconds * SECOND
        if ends_ms > now_ms:
            raise RefusalError(Reason.RESENT_TOO_SOON, retry_after_ms=ends_ms - now_ms)


def settle_request(verifier: Verifier, push: PushRequest, *, now_ms: int) -> PushRequest:
    """Return a request as it stands now; an expiry that is seen first is written."""
    if push.state is not states.OneShot.ISSUED or push.expires_ms > now_ms:
        return push
    event = Event(kind=EventKind.PUSH_EXPIRED, at_ms=now_ms, user_id=push.user_id, facts=client_facts(push.client))
    with suppress(StoreConflictError):  # somebody else closed it meanwhile
        verifier.store.pushes.close(push.request_id, states.OneShot.EXPIRED, now_ms=now_ms, event=event)
    return require_row(verifier.store.pushes.get(push.request_id))


def find_limit(verifier: Verifier, device: Device, *, now_ms: int) -> RefusalError | None:
    """Return why no request to this device may be announced now, or None.

    `PUSHES_BLOCKED`: since the last completed login a person said *It wasn't me*, or typed wrong numbers until a
    request was over. `PUSHES_SPENT`: too many within a while (`retry_after_ms`), or too many in a row that led nowhere.
    """
    policy = verifier.policy
    success_ms = max(device.activated_ms, device.last_used_ms or 0)
    if policy.push_report_blocks:
        newest = verifier.store.pushes.list_decided(device.user_id, most=_LOOK_BACK)
        if any(_is_alarming(push) and (push.closed_ms or 0) >= success_ms for push in newest):
            return RefusalError(Reason.PUSHES_BLOCKED)
    if policy.push_unanswered:
        unanswered = verifier.store.pushes.count_notified(device.user_id, since_ms=success_ms)
        if unanswered >= policy.push_unanswered:
            return RefusalError(Reason.PUSHES_SPENT)
    if policy.push_burst:
        newest = verifier.store.pushes.list_decided(device.user_id, most=policy.push_burst)
        ends_ms = newest[-1].issued_ms + policy.push_burst_seconds * SECOND if newest else 0
        if len(newest) == policy.push_burst and ends_ms > now_ms:
            return RefusalError(Reason.PUSHES_SPENT, retry_after_ms=ends_ms - now_ms)
    return None


def _is_alarming(push: PushRequest) -> bool:
    """Say whether a request ended by a report, or by the last of the wrong numbers."""
    was_guessed = push.decision is None and push.attempts >= push.attempts_allowed
    return push.state is states.OneShot.FAILED and (push.decision is Decision.REPORT or was_guessed)
