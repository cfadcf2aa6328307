"""The second factor: a typed response to the one challenge of a login, judged once.

Order is the whole point: a try is counted on the challenge and on the user before anybody compares, and a success is
one conditional change that consumes the challenge, closes the login, clears the lock-out and opens the session.
Issuing the challenge is `login`, the other way to complete a login `push`.
"""

import hmac
from dataclasses import replace

from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Authenticated,
    Challenge,
    Client,
    FactorKind,
    Factors,
    Lockout,
    PendingLogin,
    PortalSession,
)
from authsim.protocol.codes import RESPONSE_DIGITS, compute_challenge_response
from authsim.protocol.encodings import require_digits
from authsim.secret import Secret
from authsim.verifier import Verifier, lockout
from authsim.verifier.pending import require_pending, require_vouched
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.sealing import open_seed
from authsim.verifier.sessions import draw_session
from authsim.verifier.tokens import draw_token
from authsim.verifier.topics import device_topic, login_topic, publish, session_topic


def complete_challenge(verifier: Verifier, *, token: Secret, response: str, client: Client) -> Authenticated:
    """Judge a response and, when it is right, open the session.

    `response` is what a person typed: ASCII blanks and hyphens are deleted, then it must be 8 digits.
    Refuses with `LOGIN_EXPIRED`, `CHALLENGE_EXPIRED`, `CHALLENGE_CONSUMED`, `LOGIN_CLOSED` and `NO_ACTIVE_DEVICE`; with
    `PUSH_DENIED` and `PUSH_REPORTED`, when the phone declined meanwhile; with `MALFORMED_RESPONSE`, which counts
    nothing; with `USER_LOCKED` (`retry_after_ms`); with `WRONG_RESPONSE`, whose `attempts_remaining` is above 0 when
    the same challenge may be tried again.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    session_token = draw_token(verifier.entropy)
    # (1) known?
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    require_vouched(verifier, pending, now_ms=now_ms)
    asked = _require_challenge(pending)
    typed = _require_response(response, asked)
    # (2) count the attempt, durably: the same conditional update asks (4) still issued? and (5) fresh?
    challenge, before, after = _count(verifier, pending, asked, client=client, now_ms=now_ms)
    # (3) limits: an attempt during a lock begins the lock anew, and is not judged
    if lockout.locked_for_ms(before, now_ms=now_ms):
        raise _refuse_locked(verifier, challenge, after, client=client, now_ms=now_ms)
    # (6) recompute
    device = require_row(verifier.store.devices.get(challenge.device_id))
    expected = compute_challenge_response(
        challenge.suite,
        open_seed(verifier, device),
        challenge=challenge.question,
        purpose=challenge.purpose,
    )
    # (7) the one constant-time comparison
    if not hmac.compare_digest(expected.encode("ascii"), typed.encode("ascii")):
        raise _refuse_wrong(verifier, challenge, after, client=client, now_ms=now_ms)
    # (8) consume: wins once, and (9) the record goes with it
    session = draw_session(
        verifier,
        user,
        session_token,
        factors=Factors.TWO,
        proof=FactorKind.IB_KEY,
        purpose=pending.login.purpose,
        client=client,
        now_ms=now_ms,
    )
    _complete(verifier, pending, challenge, session, after, now_ms=now_ms)
    return Authenticated(
        token=session_token,
        session=session,
        user=replace(user, lockout=Lockout()),
        failures_before=len(before.failures_ms),
    )


def _require_challenge(pending: PendingLogin) -> Challenge:
    """Return what the phone is asked; a login that asks it nothing now takes no response."""
    if pending.challenge is None:
        raise RefusalError(Reason.CHALLENGE_SUPERSEDED)
    return pending.challenge


def _require_response(response: str, challenge: Challenge) -> str:
    """Return the 8 digits that were typed; anything else is refused before it counts, and the challenge lives on."""
    try:
        return require_digits(response, length=RESPONSE_DIGITS)
    except MessageError:
        remaining = challenge.attempts_allowed - challenge.attempts
        raise RefusalError(Reason.MALFORMED_RESPONSE, attempts_remaining=remaining) from None


def _count(
    verifier: Verifier, pending: PendingLogin, asked: Challenge, *, client: Client, now_ms: int
) -> tuple[Challenge, Lockout, Lockout]:
    """Count the try; when the conditional update does not find the challenge open, say what became of it."""
    event = Event(
        kind=EventKind.RESPONSE_COUNTED,
        at_ms=now_ms,
        user_id=pending.login.user_id,
        facts=client_facts(client),
    )
    try:
        return verifier.store.logins.count_response(
            asked.challenge_id,
            now_ms=now_ms,
            change=lambda current: lockout.add_failure(current, verifier.policy, now_ms=now_ms),
            event=event,
        )
    except StoreConflictError:
        raise _refuse_lost(verifier, pending, now_ms=now_ms) from None


def _complete(
    verifier: Verifier,
    pending: PendingLogin,
    challenge: Challenge,
    session: PortalSession,
    after: Lockout,
    *,
    now_ms: int,
) -> None:
    """Open the session, unless the challenge is closed by now, or the user was locked since the try was counted."""
    facts = client_facts(session.client)
    user_id = pending.login.user_id
    try:
        verifier.store.logins.complete(
            challenge,
            session=session,
            replaces=pending.login.session_id,
            sessions_allowed=verifier.policy.sessions_per_user,
            locked_until_ms=after.locked_until_ms,
            now_ms=now_ms,
            events=[
                Event(kind=EventKind.LOGIN_COMPLETED, at_ms=now_ms, user_id=user_id, facts=facts),
                Event(kind=EventKind.SESSION_OPENED, at_ms=now_ms, user_id=user_id, facts=facts),
            ],
        )
    except StoreStaleError:
        user = require_row(verifier.store.users.get(user_id))
        raise _refuse_locked(verifier, challenge, user.lockout, client=session.client, now_ms=now_ms) from None
    except StoreConflictError:
        raise _refuse_lost(verifier, pending, now_ms=now_ms) from None
    publish(verifier.bus, device_topic(challenge.device_id), login_topic(pending.login.login_id))
    if pending.login.session_id is not None:
        publish(verifier.bus, session_topic(pending.login.session_id))


def _refuse_lost(verifier: Verifier, pending: PendingLogin, *, now_ms: int) -> RefusalError:
    """Return why no response is taken: a challenge that still looks open is being judged for another request."""
    try:
        current = _require_challenge(require_pending(verifier, pending.token, now_ms=now_ms))
    except RefusalError as refusal:
        return refusal
    is_late = current.expires_ms <= now_ms  # the login waits on, for its request
    return RefusalError(Reason.CHALLENGE_EXPIRED if is_late else Reason.CHALLENGE_CONSUMED)


def _refuse_locked(
    verifier: Verifier, challenge: Challenge, after: Lockout, *, client: Client, now_ms: int
) -> RefusalError:
    _fail(verifier, challenge, Reason.USER_LOCKED, client=client, now_ms=now_ms)
    return RefusalError(Reason.USER_LOCKED, retry_after_ms=lockout.locked_for_ms(after, now_ms=now_ms))


def _refuse_wrong(
    verifier: Verifier, challenge: Challenge, after: Lockout, *, client: Client, now_ms: int
) -> RefusalError:
    """Record a wrong response; it ends the login when it was the last try, or the failure that locked the user."""
    is_locked = lockout.locked_for_ms(after, now_ms=now_ms) > 0
    remaining = 0 if is_locked else challenge.attempts_allowed - challenge.attempts
    if remaining:
        return refuse_login(
            verifier,
            Reason.WRONG_RESPONSE,
            now_ms=now_ms,
            user_id=challenge.user_id,
            client=client,
            attempts_remaining=remaining,
        )
    _fail(verifier, challenge, Reason.WRONG_RESPONSE, client=client, now_ms=now_ms)
    if is_locked:
        verifier.store.audit.append(Event(kind=EventKind.USER_LOCKED, at_ms=now_ms, user_id=challenge.user_id))
    return RefusalError(Reason.WRONG_RESPONSE, attempts_remaining=0)


def _fail(verifier: Verifier, challenge: Challenge, reason: Reason, *, client: Client, now_ms: int) -> None:
    """Close challenge and login as failed, with the record; if they were closed meanwhile, the record alone."""
    event = Event(
        kind=EventKind.LOGIN_REFUSED,
        at_ms=now_ms,
        user_id=challenge.user_id,
        reason=reason,
        facts=client_facts(client),
    )
    try:
        verifier.store.logins.fail(challenge, reason=reason.value, now_ms=now_ms, event=event)
    except StoreConflictError:
        verifier.store.audit.append(event)
    publish(verifier.bus, device_topic(challenge.device_id), login_topic(challenge.login_id))
