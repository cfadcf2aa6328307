"""Signed-in browsers: found by the hash of their token, ended by time, by their user, or by a newer login.

Opening one takes a proof of a factor and is the last step of `activation` (one factor) or `challenge_response` (two).
Cookies belong to the shell.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, FactorKind, Factors, PortalSession, Reach, SessionId, User, UserId
from authsim.policy import SECOND, Policy
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.tokens import draw_id, hash_token

#: Last-seen is written at most this often, to spare a durable write with every page; the idle time may therefore end
#: a session this much too early, and never too late.
TOUCH_EVERY_MS = 30 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Proof that a browser's session is open, as of one instant."""

    session: PortalSession
    user: User


def draw_session(
    verifier: Verifier,
    user: User,
    token: Secret,
    *,
    factors: Factors,
    client: Client,
    now_ms: int,
    proof: FactorKind | None = None,
    reach: Reach = Reach.FULL,
    purpose: int = Purpose.LOG_IN,
) -> PortalSession:
    """Return a session that begins now, not yet kept; none outlives its account.

    `proof` is the second factor that opens it; another `purpose` than logging in is noted as what was proved just now.
    """
    is_verified = purpose != Purpose.LOG_IN
    return PortalSession(
        session_id=SessionId(draw_id(verifier.entropy)),
        token_hash=hash_token(token),
        user_id=user.user_id,
        factors=factors,
        proof=proof,
        reach=reach,
        verified_purpose=purpose if is_verified else None,
        verified_ms=now_ms if is_verified else None,
        client=client,
        opened_ms=now_ms,
        last_seen_ms=now_ms,
        expires_ms=min(now_ms + verifier.policy.session_seconds * SECOND, user.expires_ms),
    )


def is_open(session: PortalSession, policy: Policy, *, now_ms: int) -> bool:
    """Say whether a session has neither ended, nor reached its absolute end, nor been idle too long."""
    idle_ends_ms = session.last_seen_ms + policy.session_idle_seconds * SECOND
    return session.ended_ms is None and now_ms < min(session.expires_ms, idle_ends_ms)


def require_session(verifier: Verifier, token: Secret) -> SignedIn:
    """Return whose browser this is, or refuse with `SESSION_EXPIRED`; notes last-seen, and an expiry seen first."""
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known?
    session = verifier.store.sessions.find(hash_token(token))
    if session is None:
        raise RefusalError(Reason.SESSION_EXPIRED)
    # (4) still open? (5) fresh?
    if not is_open(session, verifier.policy, now_ms=now_ms):
        note_expiry(verifier, session, now_ms=now_ms)
        raise RefusalError(Reason.SESSION_EXPIRED)
    user = require_row(verifier.store.users.get(session.user_id))
    idle_ms = verifier.policy.session_idle_seconds * SECOND
    if now_ms - session.last_seen_ms >= min(TOUCH_EVERY_MS, idle_ms // 10):
        verifier.store.sessions.touch(session.session_id, now_ms=now_ms)
        session = replace(session, last_seen_ms=now_ms)
    return SignedIn(session=session, user=user)


def note_expiry(verifier: Verifier, session: PortalSession, *, now_ms: int) -> None:
    """Write an expiry of a session that was seen first; another request may have done so."""
    if session.ended_ms is None:
        with suppress(StoreConflictError):
            _end(verifier, session.session_id, session, now_ms=now_ms, kind=EventKind.SESSION_EXPIRED)


def require_two_factors(signed_in: SignedIn) -> SignedIn:
    """Return the session unless it has one factor only: `SECOND_FACTOR_REQUIRED`."""
    if signed_in.session.factors is not Factors.TWO:
        raise RefusalError(Reason.SECOND_FACTOR_REQUIRED)
    return signed_in


def require_reach(signed_in: SignedIn, *reaches: Reach) -> SignedIn:
    """Return the session when both factors opened it and it reaches one of these.

    Refuses with `SESSION_EXPIRED` (a trading device's session is none of the portal's), `SECOND_FACTOR_REQUIRED` and
    `OUT_OF_REACH`.
    """
    if signed_in.session.reach is Reach.TRADING:
        raise RefusalError(Reason.SESSION_EXPIRED)
    require_two_factors(signed_in)
    if signed_in.session.reach not in reaches:
        raise RefusalError(Reason.OUT_OF_REACH)
    return signed_in


def end_session(verifier: Verifier, session: PortalSession) -> None:
    """Sign this browser out. Signing out twice is no error."""
    end_session_at(verifier, session, now_ms=verifier.clock.now_ms())


def end_session_at(verifier: Verifier, session: PortalSession, *, now_ms: int) -> None:
    """Sign this browser out as `end_session` does, within a ceremony that has its instant."""
    with suppress(StoreConflictError):
        _end(verifier, session.session_id, session, now_ms=now_ms, kind=EventKind.SESSION_ENDED)


def end_other_session(verifier: Verifier, signed_in: SignedIn, session_id: SessionId) -> None:
    """Sign another browser of the same user out.

    Refuses with `SECOND_FACTOR_REQUIRED`, and with `NOT_YOURS` unless it is an open session of this user.
    """
    now_ms = verifier.clock.now_ms()
    require_two_factors(signed_in)
    try:
        _end(verifier, session_id, signed_in.session, now_ms=now_ms, kind=EventKind.SESSION_ENDED)
    except StoreConflictError:
        raise RefusalError(Reason.NOT_YOURS) from None


def list_sessions(verifier: Verifier, user_id: UserId) -> Sequence[PortalSession]:
    """Return the user's open sessions, newest first."""
    now_ms = verifier.clock.now_ms()
    sessions = verifier.store.sessions.list_open(user_id, now_ms=now_ms)
    return [session for session in sessions if is_open(session, verifier.policy, now_ms=now_ms)]


def _end(verifier: Verifier, session_id: SessionId, session: PortalSession, *, now_ms: int, kind: EventKind) -> None:
    event = Event(kind=kind, at_ms=now_ms, user_id=session.user_id, facts=client_facts(session.client))
    verifier.store.sessions.end(session_id, session.user_id, now_ms=now_ms, event=event)
