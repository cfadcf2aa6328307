"""A login that waits for its second factor: whether it still does, and if not, why.

It waits while its challenge can be answered, or its newest request; and once that request was approved, until the
browser has collected it or the login is over. Opening one is `login`, ending one `challenge_response` and `push`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.model import Challenge, Decision, Device, LoginTransaction, PendingLogin, PushRequest
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.records import client_facts
from authsim.verifier.requests import is_approved, settle_request
from authsim.verifier.sessions import is_open
from authsim.verifier.tokens import hash_token

#: Why a login whose challenge is in this state, and whose request helps no more, cannot go on.
CLOSED: Final[Mapping[states.OneShot, Reason]] = MappingProxyType(
    {
        states.OneShot.ISSUED: Reason.CHALLENGE_EXPIRED,
        states.OneShot.CONSUMED: Reason.CHALLENGE_CONSUMED,
        states.OneShot.FAILED: Reason.LOGIN_CLOSED,
        states.OneShot.EXPIRED: Reason.CHALLENGE_EXPIRED,
        states.OneShot.CANCELLED: Reason.NO_ACTIVE_DEVICE,
        states.OneShot.SUPERSEDED: Reason.CHALLENGE_SUPERSEDED,
    }
)

_DECLINED: Final[Mapping[Decision | None, Reason]] = MappingProxyType(
    {Decision.DENY: Reason.PUSH_DENIED, Decision.REPORT: Reason.PUSH_REPORTED}
)


def find_pending(verifier: Verifier, token: Secret) -> PendingLogin:
    """Return the login that waits for its second factor, with the same challenge and request at each reload.

    Refuses with `LOGIN_EXPIRED` (also when nothing is known of the token), `CHALLENGE_EXPIRED`, `CHALLENGE_CONSUMED`
    (it was completed), `PUSH_DENIED`, `PUSH_REPORTED`, `LOGIN_CLOSED` and `NO_ACTIVE_DEVICE`.
    """
    return require_pending(verifier, token, now_ms=verifier.clock.now_ms())


def require_pending(verifier: Verifier, token: Secret, *, now_ms: int) -> PendingLogin:
    """As `find_pending`, at the instant of the ceremony that asks. An expiry that is seen first is written."""
    # (1) known?
    login = verifier.store.logins.find(hash_token(token))
    if login is None:
        raise RefusalError(Reason.LOGIN_EXPIRED)
    challenge = verifier.store.logins.challenge_of(login.login_id)
    if challenge is None:
        if login.state is states.Login.STARTED and login.expires_ms > now_ms:
            raise RefusalError(Reason.LOGIN_CLOSED)
        _expire(verifier, login, EventKind.LOGIN_EXPIRED, now_ms=now_ms)
        raise RefusalError(Reason.LOGIN_EXPIRED)
    push = _find_request(verifier, login, now_ms=now_ms)
    pending = PendingLogin(
        token=token, login=login, challenge=challenge, push=push, offered=_find_offered(verifier, login)
    )
    # (4) still waiting?
    if login.state is not states.Login.SECOND_FACTOR:
        raise RefusalError(_why_over(login, challenge, push))
    # (5) fresh? Neither challenge nor request outlives its login.
    if challenge.state is states.OneShot.ISSUED and challenge.expires_ms > now_ms:
        return pending
    if login.expires_ms > now_ms and push is not None and (push.state is states.OneShot.ISSUED or is_approved(push)):
        return pending
    reason = CLOSED[challenge.state]
    if challenge.state is states.OneShot.ISSUED:
        _expire(verifier, login, EventKind.CHALLENGE_EXPIRED, now_ms=now_ms)
    raise RefusalError(reason)


def require_vouched(verifier: Verifier, pending: PendingLogin, *, now_ms: int) -> None:
    """Refuse a step-up whose limited session was signed out or expired: it vouched for the first factor."""
    session_id = pending.login.session_id
    if session_id is None:
        return
    sessions = verifier.store.sessions.list_open(pending.login.user_id, now_ms=now_ms)
    if not any(
        session.session_id == session_id and is_open(session, verifier.policy, now_ms=now_ms) for session in sessions
    ):
        event = Event(
            kind=EventKind.LOGIN_EXPIRED,
            at_ms=now_ms,
            user_id=pending.login.user_id,
            reason=Reason.SESSION_EXPIRED,
        )
        verifier.store.logins.expire(pending.login.login_id, now_ms=now_ms, event=event)
        raise RefusalError(Reason.LOGIN_CLOSED)


def _find_request(verifier: Verifier, login: LoginTransaction, *, now_ms: int) -> PushRequest | None:
    push = verifier.store.pushes.latest_of_login(login.login_id)
    return None if push is None else settle_request(verifier, push, now_ms=now_ms)


def _find_offered(verifier: Verifier, login: LoginTransaction) -> tuple[Device, ...]:
    device = verifier.store.devices.active_of(login.user_id)
    return () if device is None else (device,)


def _why_over(login: LoginTransaction, challenge: Challenge, push: PushRequest | None) -> Reason:
    """Return why a login is closed: completed, declined on the phone, or whatever closed its challenge."""
    if login.state is states.Login.DONE:
        return Reason.CHALLENGE_CONSUMED
    decision = None if push is None else push.decision
    return _DECLINED.get(decision, CLOSED[challenge.state])


def _expire(verifier: Verifier, login: LoginTransaction, kind: EventKind, *, now_ms: int) -> None:
    event = Event(kind=kind, at_ms=now_ms, user_id=login.user_id, facts=client_facts(login.client))
    verifier.store.logins.expire(login.login_id, now_ms=now_ms, event=event)
