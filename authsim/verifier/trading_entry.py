"""The trading device: a user who opted out of the secure login system gets in with credentials alone.

The session is one of one factor that reaches nothing of the portal. Everybody else is asked for a device there as
everywhere (`login`), and nothing is announced to it: what the trading device shows is typed.
"""

from dataclasses import dataclass

from authsim.errors import Reason, RefusalError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Challenge,
    Device,
    Factors,
    FirstFactorPassed,
    PortalSession,
    Reach,
    SecureLogin,
    User,
)
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.choosing import choose_factor
from authsim.verifier.login import begin_login
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.secure_login import stands
from authsim.verifier.sessions import SignedIn, draw_session, require_session
from authsim.verifier.tokens import draw_token


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredTrading:
    """Proof of one factor, where one is enough. `failures_before`: failed logins since the last completed one."""

    token: Secret
    session: PortalSession
    user: User
    failures_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTrading:
    """A login that waits for the response of a phone: `token` belongs to this one login."""

    token: Secret
    challenge: Challenge


def enter_trading(verifier: Verifier, first: FirstFactorPassed) -> EnteredTrading | AskedTrading:
    """Open the trading device to a user who opted out; ask anybody else's phone, silently as it is there.

    A trading device takes the response of a phone and nothing else: without an active one it refuses with
    `NO_ACTIVE_DEVICE`, before anything is asked. Refuses as `begin_login` does without a switch, and with
    `WRONG_PASSWORD` when the password was replaced meanwhile.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    user = first.user
    if stands(user, now_ms=now_ms) is not SecureLogin.OPTED_OUT:
        return _ask_phone(verifier, first)
    # (8) open the session, and (9) the record goes with it
    session = draw_session(
        verifier, user, token, factors=Factors.ONE, reach=Reach.TRADING, client=first.client, now_ms=now_ms
    )
    facts = client_facts(first.client)
    opened = Event(kind=EventKind.SESSION_OPENED, at_ms=now_ms, user_id=user.user_id, facts=facts)
    try:
        verifier.store.sessions.open(
            session, judged=user.password_hash, sessions_allowed=verifier.policy.sessions_per_user, event=opened
        )
    except StoreStaleError:
        raise refuse_login(
            verifier, Reason.WRONG_PASSWORD, now_ms=now_ms, user_id=user.user_id, client=first.client
        ) from None
    # The failures stay: a password alone must not buy its holder new tries at the portal's second factor.
    completed = Event(
        kind=EventKind.LOGIN_COMPLETED, at_ms=now_ms, user_id=user.user_id, facts={"factors": "one"} | dict(facts)
    )
    verifier.store.audit.append(completed)
    return EnteredTrading(
        token=token,
        session=session,
        user=user,
        failures_before=len(user.lockout.failures_ms),
    )


def require_trading(verifier: Verifier, token: Secret) -> SignedIn:
    """Return whose session is open on the trading device: one of both factors, or of a user who is opted out now.

    Refuses with `SESSION_EXPIRED`, also for a session that the portal opened to a password alone or for its card alone.
    """
    signed_in = require_session(verifier, token)
    session = signed_in.session
    if session.reach is Reach.TRADING:
        is_in = stands(signed_in.user, now_ms=verifier.clock.now_ms()) is SecureLogin.OPTED_OUT
    else:
        is_in = session.factors is Factors.TWO and session.reach is not Reach.CARD_ONLY
    if not is_in:
        raise RefusalError(Reason.SESSION_EXPIRED)
    return signed_in


def _ask_phone(verifier: Verifier, first: FirstFactorPassed) -> AskedTrading:
    """Begin a login and ask the phone, also where the user holds something else beside it."""
    if verifier.store.devices.active_of(first.user.user_id) is None:
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    pending = begin_login(verifier, first, mode=None, notify=False)
    if pending.challenge is None:
        phones = [one.device_id for one in pending.offered if isinstance(one, Device)]
        if not phones:  # it was stopped at this very moment
            raise RefusalError(Reason.NO_ACTIVE_DEVICE)
        pending = choose_factor(verifier, token=pending.token, choice=phones[0], client=first.client, notify=False)
    return AskedTrading(token=pending.token, challenge=require_row(pending.challenge))
