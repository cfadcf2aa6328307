"""A phone that asks for a user who has another one: that other phone approves it, or nothing happens.

A texted code can be stolen with a telephone number, so it is not enough where the profile asks the active phone as
well. The request is a login of purpose 2 that no browser holds; its number are the first digits of the code that the
new phone shows, so that the person has both phones at hand. What the request is about is bound into its signature.
"""

import hashlib
from dataclasses import replace

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, Device, LoginId, LoginTransaction, PushRequest, User
from authsim.protocol.codes import Purpose
from authsim.protocol.transcript import Tag, encode_transcript
from authsim.verifier import Verifier
from authsim.verifier.confirmation import compute_confirmation, confirmed_event, end_pending
from authsim.verifier.device_changes import topics_of_user
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.requests import draw_request, find_limit, sent_event
from authsim.verifier.tokens import draw_id, draw_token, hash_token
from authsim.verifier.topics import device_topic, publish


def require_askable(verifier: Verifier, active: Device, *, now_ms: int) -> None:
    """Return when a request may be announced to the active phone now, else refuse as `requests.find_limit` says."""
    limit = find_limit(verifier, active, now_ms=now_ms)
    if limit is not None:
        raise limit


def begin_device_approval(
    verifier: Verifier, pending: Device, active: Device, *, user: User, client: Client, now_ms: int
) -> PushRequest:
    """Ask the active phone whether the pending one may take its place; return the request, which is announced."""
    login = LoginTransaction(
        login_id=LoginId(draw_id(verifier.entropy)),
        token_hash=hash_token(draw_token(verifier.entropy)),  # of a token that nobody is given
        user_id=user.user_id,
        state=states.Login.SECOND_FACTOR,
        mode=user.mode,
        session_id=None,
        client=client,
        purpose=Purpose.ADD_DEVICE,
        subject=pending.device_id,
        started_ms=now_ms,
        expires_ms=min(now_ms + verifier.policy.login_ms, pending.expires_ms or now_ms),
    )
    drawn = draw_request(
        verifier,
        login,
        user=user,
        device=active,
        notify=True,
        now_ms=now_ms,
        operation=compute_operation(verifier, pending),
    )
    number = compute_confirmation(verifier, pending)[: verifier.policy.push_number_digits]
    push = replace(drawn, number=number, is_notified=True)
    started = Event(kind=EventKind.LOGIN_STARTED, at_ms=now_ms, user_id=user.user_id, facts=client_facts(client))
    verifier.store.logins.begin(
        login, challenge=None, push=push, judged=user.password_hash, events=[started, sent_event(push)]
    )
    publish(verifier.bus, device_topic(active.device_id))
    return push


def compute_operation(verifier: Verifier, pending: Device) -> bytes:
    """Return what the approval is about: this user, that pending phone, and what it calls itself; 32 bytes."""
    transcript = encode_transcript(
        "add-device",
        [
            (Tag.INSTANCE_ID, bytes.fromhex(verifier.instance.instance_id)),
            (Tag.USER_ID, bytes.fromhex(pending.user_id)),
            (Tag.DEVICE_ID, bytes.fromhex(pending.device_id)),
            (Tag.DEVICE_LABEL, pending.label.encode()),
        ],
    )
    return hashlib.sha256(transcript).digest()


def settle_device_approval(verifier: Verifier, push: PushRequest, *, is_approved: bool, now_ms: int) -> None:
    """Do what was decided about a pending phone; nothing happens for a request that is about none.

    Approved: it becomes active, and the phone that approved gives way, in one change. Declined: it is given up. Asked
    again it changes nothing. Refuses with `ACTIVATION_EXPIRED` when the pending phone waits no more.
    """
    login = require_row(verifier.store.logins.get(push.login_id))
    if login.subject is None:
        return
    if not is_approved:
        end_pending(verifier, login.subject, now_ms=now_ms, by="user")
        return
    pending = require_row(verifier.store.devices.get(login.subject))
    if pending.state is states.Device.ACTIVE:
        return
    topics = topics_of_user(verifier, login.user_id, verifier.store.devices.current_of(login.user_id), now_ms=now_ms)
    try:
        verifier.store.devices.confirm(
            pending.device_id,
            approved_by=login.login_id,
            now_ms=now_ms,
            events=[confirmed_event(pending, login.client, now_ms=now_ms)],
        )
    except StoreConflictError:
        end_pending(verifier, pending.device_id, now_ms=now_ms, by="user")
        raise RefusalError(Reason.ACTIVATION_EXPIRED) from None
    publish(verifier.bus, device_topic(pending.device_id), *topics)
