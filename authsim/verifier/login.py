"""From the first factor to a pending second one: the login transaction, its first challenge and its first request.

The transaction is bound to one browser by a token of 256 bits, of which the store keeps the hash. Judging the password
is `passwords`; whether the login still waits is `pending`; judging the phone's answer `challenge_response` and `push`.
"""

from dataclasses import replace
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Challenge,
    Client,
    Device,
    FirstFactorPassed,
    LoginId,
    LoginTransaction,
    Mode,
    PendingLogin,
    PortalSession,
    PushRequest,
    User,
)
from authsim.policy import SECOND
from authsim.secret import Secret
from authsim.verifier import Verifier, lockout
from authsim.verifier.challenges import issue_challenge
from authsim.verifier.pending import find_pending
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.requests import draw_request, sent_event
from authsim.verifier.tokens import draw_id, draw_token, hash_token
from authsim.verifier.topics import device_topic, publish

__all__: Final = ["begin_login", "begin_step_up", "find_pending"]


def begin_login(
    verifier: Verifier, first: FirstFactorPassed, *, mode: Mode | None, notify: bool = True
) -> PendingLogin:
    """Open the transaction and ask the user's device: a question to type, and a request to approve.

    `mode` is what the live/paper switch says, None where there is none. `notify` says whether the request may be
    announced; a user without notifications, or beyond the limits, gets a silent one, for the QR code.
    Refuses with `WRONG_MODE`, whose `continuation` lets the same browser correct the switch without the password;
    then with `NO_ACTIVE_DEVICE` (the caller opens a limited session) and `CHALLENGES_EXHAUSTED`; with `LOGIN_CLOSED`
    when a remembered first factor was used elsewhere meanwhile, with `WRONG_PASSWORD` when the password was replaced.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    user = first.user
    try:
        if mode is not None and mode is not user.mode:
            raise _refuse_mode(verifier, first, token, mode, now_ms=now_ms)
        device = verifier.store.devices.active_of(user.user_id)
        if device is None:
            _close_remembered(verifier, first, now_ms=now_ms)
            raise RefusalError(Reason.NO_ACTIVE_DEVICE)
        started = first.login or _start(verifier, user, token, mode=user.mode, client=first.client, now_ms=now_ms)
        login = _await_second_factor(verifier, started, user, token, now_ms=now_ms)
        return _ask(verifier, first.login, login, user=user, device=device, token=token, notify=notify, now_ms=now_ms)
    except StoreStaleError:
        raise refuse_login(
            verifier, Reason.WRONG_PASSWORD, now_ms=now_ms, user_id=user.user_id, client=first.client
        ) from None


def begin_step_up(verifier: Verifier, session: PortalSession, *, client: Client) -> PendingLogin:
    """Ask for the second factor inside an open, limited session: *Sign in with your phone*.

    Refuses with `USER_LOCKED`, `NO_ACTIVE_DEVICE` and `CHALLENGES_EXHAUSTED`; with `SESSION_EXPIRED` when the password
    was replaced meanwhile, which ended the session.
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
    try:
        return _ask(verifier, None, login, user=user, device=device, token=token, notify=True, now_ms=now_ms)
    except StoreStaleError:
        raise RefusalError(Reason.SESSION_EXPIRED) from None


def _ask(
    verifier: Verifier,
    remembered: LoginTransaction | None,
    login: LoginTransaction,
    *,
    user: User,
    device: Device,
    token: Secret,
    notify: bool,
    now_ms: int,
) -> PendingLogin:
    """Keep a login with its challenge and its request, in one change, and wake the phone."""
    push = draw_request(verifier, login, user=user, device=device, notify=notify, now_ms=now_ms)

    def keep(challenge: Challenge) -> None:
        if remembered is None:
            _keep_new(verifier, login, challenge, push, judged=user.password_hash)
        else:
            _keep_remembered(verifier, remembered, login, challenge, push)

    challenge = issue_challenge(verifier, login, device=device, now_ms=now_ms, keep=keep)
    publish(verifier.bus, device_topic(device.device_id))
    kept = require_row(verifier.store.pushes.get(push.request_id))
    return PendingLogin(token=token, login=login, challenge=challenge, push=kept, offered=(device,))


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


def _keep_new(
    verifier: Verifier, login: LoginTransaction, challenge: Challenge, push: PushRequest, *, judged: str
) -> None:
    started = Event(
        kind=EventKind.LOGIN_STARTED, at_ms=login.started_ms, user_id=login.user_id, facts=client_facts(login.client)
    )
    verifier.store.logins.begin(
        login,
        challenge=challenge,
        push=push,
        judged=judged,
        events=[started, _issued(login, challenge), sent_event(push)],
    )


def _keep_remembered(
    verifier: Verifier,
    started: LoginTransaction,
    login: LoginTransaction,
    challenge: Challenge,
    push: PushRequest,
) -> None:
    """Advance the remembered transaction; a conflict is a used question only while it is still `started`."""
    events = [_issued(login, challenge), sent_event(push)]
    try:
        verifier.store.logins.advance(login, challenge=challenge, push=push, events=events)
    except StoreConflictError:
        current = verifier.store.logins.find(started.token_hash)
        if current is None or current.state is not states.Login.STARTED:
            raise RefusalError(Reason.LOGIN_CLOSED) from None
        raise


def _issued(login: LoginTransaction, challenge: Challenge) -> Event:
    return Event(
        kind=EventKind.CHALLENGE_ISSUED,
        at_ms=challenge.issued_ms,
        user_id=login.user_id,
        facts=client_facts(login.client),
    )


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
        verifier.store.logins.begin(login, challenge=None, judged=first.user.password_hash, events=[event])
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
