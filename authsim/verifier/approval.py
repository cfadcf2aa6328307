"""What a browser does with the request that its login sent: sends another, and collects the approval of one.

The approval satisfies the login it belongs to and no other; the token that opens the session is drawn here, for the
browser that holds the login's own. Whether the phone approved is judged in `push`.
"""

from dataclasses import replace

from authsim.errors import Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Authenticated,
    Challenge,
    Client,
    FactorKind,
    Lockout,
    PendingLogin,
    PortalSession,
    PushRequest,
    User,
)
from authsim.secret import Secret
from authsim.verifier import Verifier, lockout
from authsim.verifier.device_changes import require_active
from authsim.verifier.entering import draw_entry, entry_events, settle_entry
from authsim.verifier.pending import require_pending, require_vouched
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.requests import draw_request, find_limit, is_approved, require_pause, sent_event
from authsim.verifier.tokens import draw_token
from authsim.verifier.topics import device_topic, login_topic, publish


def resend_request(verifier: Verifier, *, token: Secret, client: Client) -> PendingLogin:
    """Send the login's request again: a new one, which supersedes the older; the challenge stays.

    A user without notifications gets a silent one, for a fresh QR code. Refuses as `find_pending` does; with
    `PUSH_CLOSED` when it was approved already; with `PUSH_SUPERSEDED` when the login asks for something else now; with
    `RESENT_TOO_SOON` (`retry_after_ms`); with `PUSHES_BLOCKED` and `PUSHES_SPENT` (`retry_after_ms`, or None when only
    a completed login helps).
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still waiting? (5) fresh?
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    if pending.push is not None and is_approved(pending.push):
        raise RefusalError(Reason.PUSH_CLOSED)
    if pending.challenge is None:  # the phone is not what this login asks
        raise RefusalError(Reason.PUSH_SUPERSEDED)
    device = require_active(require_row(verifier.store.devices.get(pending.challenge.device_id)))
    # (3) limits
    require_pause(verifier, pending.login, now_ms=now_ms)
    limit = find_limit(verifier, device, now_ms=now_ms) if user.is_seamless else None
    if limit is not None:
        raise limit
    # (8) issue, and (9) record; the place that the phone shows is where it was asked again
    login = replace(pending.login, client=client)
    push = draw_request(verifier, login, user=user, device=device, notify=True, now_ms=now_ms)
    try:
        kept = verifier.store.pushes.issue(push, event=sent_event(push))
    except StoreConflictError:
        present = require_pending(verifier, token, now_ms=now_ms).push
        if present is not None and is_approved(present):
            raise RefusalError(Reason.PUSH_CLOSED) from None
        raise
    publish(verifier.bus, device_topic(device.device_id), login_topic(login.login_id))
    return replace(pending, push=kept)


def complete_approved(verifier: Verifier, *, token: Secret, client: Client) -> Authenticated:
    """Open the session of a login whose newest request was approved.

    Refuses as `find_pending` does; with `PUSH_NOT_APPROVED`, which ends nothing; with `USER_LOCKED`
    (`retry_after_ms`), which ends the login.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    session_token = draw_token(verifier.entropy)
    # (1) known? (4) still waiting? (5) fresh?
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    require_vouched(verifier, pending, now_ms=now_ms)
    push, challenge = pending.push, pending.challenge
    if push is None or challenge is None or not is_approved(push):
        raise RefusalError(Reason.PUSH_NOT_APPROVED)
    # (3) limits: nothing is guessed here, so nothing is counted
    if lockout.locked_for_ms(user.lockout, now_ms=now_ms):
        raise _refuse_locked(verifier, challenge, user, client=client, now_ms=now_ms)
    # (8) complete: wins once, and (9) the record goes with it
    session = draw_entry(
        verifier, pending.login, user, session_token, proof=FactorKind.IB_KEY, client=client, now_ms=now_ms
    )
    _complete(verifier, pending, challenge, push, session, user, now_ms=now_ms)
    return Authenticated(
        token=session_token,
        session=session,
        user=replace(user, lockout=Lockout()),
        failures_before=len(user.lockout.failures_ms),
    )


def _complete(
    verifier: Verifier,
    pending: PendingLogin,
    challenge: Challenge,
    push: PushRequest,
    session: PortalSession,
    user: User,
    *,
    now_ms: int,
) -> None:
    """Open the session, unless the login is closed by now, or somebody locked the user since."""
    try:
        verifier.store.logins.complete_approved(
            push,
            session=session,
            replaces=pending.login.session_id,
            sessions_allowed=verifier.policy.sessions_per_user,
            locked_until_ms=user.lockout.locked_until_ms,
            now_ms=now_ms,
            events=entry_events(pending.login, session, now_ms=now_ms),
        )
    except StoreStaleError:
        locked = require_row(verifier.store.users.get(user.user_id))
        raise _refuse_locked(verifier, challenge, locked, client=session.client, now_ms=now_ms) from None
    except StoreConflictError:
        require_pending(verifier, pending.token, now_ms=now_ms)
        raise
    publish(verifier.bus, device_topic(push.device_id))
    settle_entry(verifier, pending.login, session, user, now_ms=now_ms)


def _refuse_locked(
    verifier: Verifier, challenge: Challenge, user: User, *, client: Client, now_ms: int
) -> RefusalError:
    """End the login of a user who was locked after the first factor; the lock itself stays as it is."""
    event = Event(
        kind=EventKind.LOGIN_REFUSED,
        at_ms=now_ms,
        user_id=user.user_id,
        reason=Reason.USER_LOCKED,
        facts=client_facts(client),
    )
    try:
        verifier.store.logins.fail(challenge, reason=Reason.USER_LOCKED.value, now_ms=now_ms, event=event)
    except StoreConflictError:  # somebody else ended the login meanwhile
        verifier.store.audit.append(event)
    publish(verifier.bus, login_topic(challenge.login_id))
    return RefusalError(Reason.USER_LOCKED, retry_after_ms=lockout.locked_for_ms(user.lockout, now_ms=now_ms))
