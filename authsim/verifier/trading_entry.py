"""The trading device: a user who opted out of the secure login system gets in with credentials alone.

The session is one of one factor that reaches nothing of the portal. Everybody else is asked for a device there as
everywhere (`login`), and nothing is announced to it: what the trading device shows is typed.
"""

from dataclasses import dataclass, replace

from authsim.errors import Reason, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import Factors, FirstFactorPassed, Lockout, PendingLogin, PortalSession, Reach, SecureLogin, User
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.login import begin_login
from authsim.verifier.records import client_facts, refuse_login
from authsim.verifier.secure_login import stands
from authsim.verifier.sessions import draw_session
from authsim.verifier.tokens import draw_token


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredTrading:
    """Proof of one factor, where one is enough. `failures_before`: failed logins since the last completed one."""

    token: Secret
    session: PortalSession
    user: User
    failures_before: int


def enter_trading(verifier: Verifier, first: FirstFactorPassed) -> EnteredTrading | PendingLogin:
    """Open the trading device to a user who opted out; begin a login for anybody else, silent as it is there.

    Refuses as `begin_login` does without a switch, and with `WRONG_PASSWORD` when the password was replaced meanwhile.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    user = first.user
    if stands(user, now_ms=now_ms) is not SecureLogin.OPTED_OUT:
        return begin_login(verifier, first, mode=None, notify=False)
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
    _clear_failures(verifier, user)
    completed = Event(
        kind=EventKind.LOGIN_COMPLETED, at_ms=now_ms, user_id=user.user_id, facts={"factors": "one"} | dict(facts)
    )
    verifier.store.audit.append(completed)
    return EnteredTrading(
        token=token,
        session=session,
        user=replace(user, lockout=Lockout()),
        failures_before=len(user.lockout.failures_ms),
    )


def _clear_failures(verifier: Verifier, user: User) -> None:
    """A completed login resets the count; a lock that somebody set since the password was judged stays."""
    judged = user.lockout.locked_until_ms
    verifier.store.users.change_lockout(
        user.user_id, lambda current: Lockout() if current.locked_until_ms == judged else current
    )
