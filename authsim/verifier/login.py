"""From the first factor to a pending second one: the login transaction and its first challenge.

The transaction is bound to one browser by a token of 256 bits, of which the store keeps the hash. Judging the password
is `passwords`, judging the answer `challenge_response`.
"""

from dataclasses import replace

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import (
    Challenge,
    Client,
    FirstFactorPassed,
    LoginId,
    LoginTransaction,
    Mode,
    PendingLogin,
    PortalSession,
    User,
)
from authsim.policy import SECOND
from authsim.secret import Secret
from authsim.verifier import Verifier, lockout
from authsim.verifier.challenges import issue_challenge
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.tokens import draw_id, draw_token, hash_token

#: Why a login whose challenge is in this state cannot go on. `issued` is the one state that can.
CLOSED = {
    states.OneShot.CONSUMED: Reason.CHALLENGE_CONSUMED,
    states.OneShot.FAILED: Reason.LOGIN_CLOSED,
    states.OneShot.EXPIRED: Reason.CHALLENGE_EXPIRED,
    states.OneShot.CANCELLED: Reason.NO_ACTIVE_DEVICE,
    states.OneShot.SUPERSEDED: Reason.CHALLENGE_SUPERSEDED,
}


def begin_login(verifier: Verifier, first: FirstFactorPassed, *, mode: Mode) -> PendingLogin:
    """Open the transaction and ask the user's device a question.

    Refuses with `WRONG_MODE`, whose `continuation` lets the same browser correct the switch without the password;
    then with `NO_ACTIVE_DEVICE` (the caller opens a limited session) and `CHALLENGES_EXHAUSTED`; with `LOGIN_CLOSED`
    when a remembered first factor was used elsewhere meanwhile.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    user = first.user
    if mode is not user.mode:
        raise _refuse_mode(verifier, first, token, mode, now_ms=now_ms)
    device = verifier.store.devices.active_of(user.user_id)
    if device is None:
        _close_remembered(verifier, first, now_ms=now_ms)
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    started = first.login or _start(verifier, user, token, mode=mode, client=first.client, now_ms=now_ms)
    login = _await_second_factor(verifier, started, user, token, now_ms=now_ms)

    def keep(challenge: Challenge) -> None:
        if first.login is None:
            _keep_new(verifier, login, challenge)
        else:
            _keep_remembered(verifier, first.login, login, challenge)

    challenge = issue_challenge(verifier, login, device=device, now_ms=now_ms, keep=keep)
    return PendingLogin(token=token, login=login, challenge=challenge)


def begin_step_up(verifier: Verifier, session: PortalSession, *, client: Client) -> PendingLogin:
    """Ask for the second factor inside an open, limited session: *Sign in with your phone*.

    Refuses with `USER_LOCKED`, `NO_ACTIVE_DEVICE` and `CHALLENGES_EXHAUSTED`.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    # (1) known?
    user = require_row(verifier.store.users.get(session.user_id))
    # (3) limits
    lockout.require_unlocked(user.lockout, now_ms=now_ms)
    device = verifier.store.devices.active_of(user.user_id)
    if device is None:
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    started = _start(verifier, user, token, mode=user.mode, client=client, now_ms=now_ms)
    login = replace(_await_second_factor(verifier, started, user, token, now_ms=now_ms), session_id=session.session_id)

    def keep(challenge: Challenge) -> None:
        _keep_new(verifier, login, challenge)

    challenge = issue_challenge(verifier, login, device=device, now_ms=now_ms, keep=keep)
    return PendingLogin(token=token, login=login, challenge=challenge)


def find_pending(verifier: Verifier, token: Secret) -> PendingLogin:
    """Return the login that waits for its second factor, with the same challenge at each reload.

    Refuses with `LOGIN_EXPIRED` (also when nothing is known of the token), `CHALLENGE_EXPIRED`, `CHALLENGE_CONSUMED`
    (it was completed), `LOGIN_CLOSED` and `NO_ACTIVE_DEVICE`.
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
    # (4) still issued?
    if challenge.state in CLOSED:
        raise RefusalError(CLOSED[challenge.state])
    # (5) fresh? A challenge never outlives its login.
    if challenge.expires_ms <= now_ms:
        _expire(verifier, login, EventKind.CHALLENGE_EXPIRED, now_ms=now_ms)
        raise RefusalError(Reason.CHALLENGE_EXPIRED)
    return PendingLogin(token=token, login=login, challenge=challenge)


def _start(
    verifier: Verifier, user: User, token: Secret, *, mode: Mode, client: Client, now_ms: int
) -> LoginTransaction:
    """Return a transaction at its first state, which lasts only as long as a first factor is remembered."""
    remembered_ms = verifier.policy.remember_first_factor_seconds * SECOND
    return LoginTransaction(
        login_id=LoginId(draw_id(verifier.entropy)),
        token_hash=hash_token(token),
        user_id=user.user_id,
        state=states.Login.STARTED,
        mode=mode,
        session_id=None,
        client=client,
        started_ms=now_ms,
        expires_ms=min(now_ms + remembered_ms, user.expires_ms),
    )


def _await_second_factor(
    verifier: Verifier, started: LoginTransaction, user: User, token: Secret, *, now_ms: int
) -> LoginTransaction:
    """Return the transaction at its second state, in the user's own mode; no login outlives its account."""
    return replace(
        started,
        token_hash=hash_token(token),
        state=states.next_state(states.LOGIN, started.state, states.LoginEvent.AWAIT_SECOND_FACTOR),
        mode=user.mode,
        expires_ms=min(now_ms + verifier.policy.login_ms, user.expires_ms),
    )


def _keep_new(verifier: Verifier, login: LoginTransaction, challenge: Challenge) -> None:
    facts = client_facts(login.client)
    verifier.store.logins.begin(
        login,
        challenge=challenge,
        events=[
            Event(kind=EventKind.LOGIN_STARTED, at_ms=login.started_ms, user_id=login.user_id, facts=facts),
            Event(kind=EventKind.CHALLENGE_ISSUED, at_ms=challenge.issued_ms, user_id=login.user_id, facts=facts),
        ],
    )


def _keep_remembered(
    verifier: Verifier, started: LoginTransaction, login: LoginTransaction, challenge: Challenge
) -> None:
    """Advance the remembered transaction; a conflict is a used question only while it is still `started`."""
    event = Event(
        kind=EventKind.CHALLENGE_ISSUED,
        at_ms=challenge.issued_ms,
        user_id=login.user_id,
        facts=client_facts(login.client),
    )
    try:
        verifier.store.logins.advance(login, challenge=challenge, events=[event])
    except StoreConflictError:
        current = verifier.store.logins.find(started.token_hash)
        if current is None or current.state is not states.Login.STARTED:
            raise RefusalError(Reason.LOGIN_CLOSED) from None
        raise


def _refuse_mode(
    verifier: Verifier, first: FirstFactorPassed, token: Secret, mode: Mode, *, now_ms: int
) -> RefusalError:
    """Remember the first factor for a short while, and return the refusal that carries the way on."""
    if first.login is None:
        login = _start(verifier, first.user, token, mode=mode, client=first.client, now_ms=now_ms)
        event = Event(
            kind=EventKind.LOGIN_STARTED,
            at_ms=now_ms,
            user_id=first.user.user_id,
            facts=client_facts(first.client),
        )
        verifier.store.logins.begin(login, challenge=None, events=[event])
    refusal = refuse_login(verifier, Reason.WRONG_MODE, now_ms=now_ms, user_id=first.user.user_id, client=first.client)
    refusal.continuation = token if first.token is None else first.token
    return refusal


def _close_remembered(verifier: Verifier, first: FirstFactorPassed, *, now_ms: int) -> None:
    """Close a remembered transaction that no device can complete: the limited session takes over."""
    if first.login is not None:
        event = Event(
            kind=EventKind.LOGIN_EXPIRED,
            at_ms=now_ms,
            user_id=first.user.user_id,
            reason=Reason.NO_ACTIVE_DEVICE,
        )
        verifier.store.logins.expire(first.login.login_id, now_ms=now_ms, event=event)


def _expire(verifier: Verifier, login: LoginTransaction, kind: EventKind, *, now_ms: int) -> None:
    event = Event(kind=kind, at_ms=now_ms, user_id=login.user_id, facts=client_facts(login.client))
    verifier.store.logins.expire(login.login_id, now_ms=now_ms, event=event)
