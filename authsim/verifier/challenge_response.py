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
    Lockout,
    PendingLogin,
    PortalSession,
    User,
)
from authsim.protocol.codes import RESPONSE_DIGITS, compute_challenge_response
from authsim.protocol.encodings import require_digits
from authsim.secret import Secret
from authsim.verifier import Verifier, limits, lockout
from authsim.verifier.entering import draw_entry, entry_events, settle_entry
from authsim.verifier.pending import require_pending, require_vouched
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.sealing import open_seed
from authsim.verifier.tokens import draw_token
from authsim.verifier.topics import device_topic, login_topic, publish


def complete_challenge(verifier: Verifier, *, token: Secret, response: str, client: Client) -> Authenticated:
    """Judge a response and, when it is right, open the session.

    `response` is what a person typed: ASCII blanks and hyphens are deleted, then it must be 8 digits.
    Refuses with `LOGIN_EXPIRED`, `CHALLENGE_EXPIRED`, `CHALLENGE_CONSUMED`, `LOGIN_CLOSED` and `NO_ACTIVE_DEVICE`; with
    `CHALLENGE_SUPERSEDED` when the login asks for something else now; with `PUSH_DENIED` and `PUSH_REPORTED`, when the
    phone declined meanwhile; with `MALFORMED_RESPONSE`, `SECOND_FACTOR_BLOCKED`, `TYPED_MODE_LOCKED` and `SLOW_DOWN`,
    which count nothing; with `USER_LOCKED` (`retry_after_ms`); with `WRONG_RESPONSE`, whose `attempts_remaining` is
    above 0 when the same challenge may be tried again.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    session_token = draw_token(verifier.entropy)
    # (1) known?
    pending = _require_typing(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    require_vouched(verifier, pending, now_ms=now_ms)
    asked = _require_challenge(pending)
    typed = _require_response(response, asked)
    # (3) limits of the profile: what they refuse is neither counted nor judged
    limits.take_answer(verifier, user_id=user.user_id, device_id=asked.device_id, client=client, now_ms=now_ms)
    # (2) count the attempt, durably: the same conditional update asks (4) still issued? and (5) fresh?
    challenge, before, after = _count(verifier, pending, asked, client=client, now_ms=now_ms)
    # (3) the lock-out: an attempt during a lock begins the lock anew, and is not judged
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
    session = draw_entry(
        verifier, pending.login, user, session_token, proof=FactorKind.IB_KEY, client=client, now_ms=now_ms
    )
    _complete(verifier, pending, challenge, session, user, after, now_ms=now_ms)
    return Authenticated(
        token=session_token,
        session=session,
        user=replace(user, lockout=Lockout()),
        failures_before=len(before.failures_ms),
    )


def _require_typing(verifier: Verifier, token: Secret, *, now_ms: int) -> PendingLogin:
    """As `require_pending`; but whoever types answers the challenge, whether or not a notification was shown too."""
    try:
        return require_pending(verifier, token, now_ms=now_ms)
    except RefusalError as refusal:
        if refusal.reason is Reason.PUSH_EXPIRED:
            raise RefusalError(Reason.CHALLENGE_EXPIRED) from None
        raise


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
    user: User,
    after: Lockout,
    *,
    now_ms: int,
) -> None:
    """Open the session, unless the challenge is closed by now, or the user was locked since the try was counted."""
    try:
        verifier.store.logins.complete(
            challenge,
            session=session,
            replaces=pending.login.session_id,
            sessions_allowed=verifier.policy.sessions_per_user,
            locked_until_ms=after.locked_until_ms,
            now_ms=now_ms,
            events=entry_events(pending.login, session, now_ms=now_ms),
        )
    except StoreStaleError:
        locked = require_row(verifier.store.users.get(user.user_id))
        raise _refuse_locked(verifier, challenge, locked.lockout, client=session.client, now_ms=now_ms) from None
    except StoreConflictError:
        raise _refuse_lost(verifier, pending, now_ms=now_ms) from None
    publish(verifier.bus, device_topic(challenge.device_id))
    settle_entry(verifier, pending.login, session, user, typed_on=challenge.device_id, now_ms=now_ms)


def _refuse_lost(verifier: Verifier, pending: PendingLogin, *, now_ms: int) -> RefusalError:
    """Return why no response is taken: a challenge that still looks open is being judged for another request."""
    try:
        current = _require_challenge(_require_typing(verifier, pending.token, now_ms=now_ms))
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
