"""From the first factor to a pending second one: the login transaction, and what it asks first.

The transaction is bound to one browser by a token of 256 bits, of which the store keeps the hash. Judging the password
is `passwords`; what is asked is `asking`; whether the login still waits `pending`; judging the answer
`challenge_response`, `push` and `prompted`.
"""

from typing import Final

from authsim.errors import Reason, RefusalError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import Client, FirstFactorPassed, Mode, PendingLogin, PortalSession
from authsim.secret import Secret
from authsim.verifier import Verifier, lockout
from authsim.verifier.asking import ask_first, draw_login, open_login
from authsim.verifier.choosing import choose_factor
from authsim.verifier.factors import offered
from authsim.verifier.pending import find_pending
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.tokens import draw_token

__all__: Final = ["begin_login", "begin_step_up", "choose_factor", "find_pending"]


def begin_login(
    verifier: Verifier, first: FirstFactorPassed, *, mode: Mode | None, notify: bool = True
) -> PendingLogin:
    """Open the transaction and ask for the second factor: the only one that the user holds, or which of several.

    A phone is asked a question to type, and a request to approve. `mode` is what the live/paper switch says, None where
    there is none. `notify` says whether the request may be announced; a user without notifications, or beyond the
    limits, gets a silent one, for the QR code.
    Refuses with `WRONG_MODE`, whose `continuation` lets the same browser correct the switch without the password;
    then with `NO_ACTIVE_DEVICE` (the caller opens a limited session) and `CHALLENGES_EXHAUSTED`; with `LOGIN_CLOSED`
    when a remembered first factor was used elsewhere meanwhile, with `WRONG_PASSWORD` when the password was replaced;
    with `TEXT_TOO_SOON` (`retry_after_ms`) when a text is all that could be asked, and the last one is too fresh.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    user = first.user
    try:
        if mode is not None and mode is not user.mode:
            raise _refuse_mode(verifier, first, token, mode, now_ms=now_ms)
        offers = offered(verifier, user, now_ms=now_ms)
        if not offers:
            _close_remembered(verifier, first, now_ms=now_ms)
            raise RefusalError(Reason.NO_ACTIVE_DEVICE)
        started = first.login or draw_login(verifier, user, token, mode=user.mode, client=first.client, now_ms=now_ms)
        opening = open_login(verifier, started, user=user, token=token, remembered=first.login, now_ms=now_ms)
        return ask_first(verifier, opening, offers, notify=notify, now_ms=now_ms)
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
    offers = offered(verifier, user, now_ms=now_ms)
    if not offers:
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    started = draw_login(verifier, user, token, mode=user.mode, client=client, now_ms=now_ms)
    opening = open_login(verifier, started, user=user, token=token, session_id=session.session_id, now_ms=now_ms)
    try:
        return ask_first(verifier, opening, offers, notify=True, now_ms=now_ms)
    except StoreStaleError:
        raise RefusalError(Reason.SESSION_EXPIRED) from None


def _refuse_mode(
    verifier: Verifier, first: FirstFactorPassed, token: Secret, mode: Mode, *, now_ms: int
) -> RefusalError:
    """Remember the first factor for a short while, and return the refusal that carries the way on."""
    if first.login is None:
        login = draw_login(verifier, first.user, token, mode=mode, client=first.client, now_ms=now_ms)
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
