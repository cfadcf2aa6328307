"""A login that waits for its second factor: whether it still does, and if not, why.

It waits while its person has still to choose, or what it asks can be answered: the challenge or the newest request of a
phone, or the prompt of another factor. Once a request was approved, it waits until the browser has collected that, or
the login is over. Opening one is `login`, ending one `challenge_response`, `push` and `prompted`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.model import Challenge, Decision, LoginTransaction, PendingLogin, Prompt, PushRequest
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.factors import id_of, offered
from authsim.verifier.prompts import prompt_event
from authsim.verifier.records import client_facts, require_row
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
#: The same of a login whose newest question is a prompt.
PROMPT_CLOSED: Final[Mapping[states.OneShot, Reason]] = MappingProxyType(
    {
        states.OneShot.ISSUED: Reason.PROMPT_EXPIRED,
        states.OneShot.CONSUMED: Reason.PROMPT_CLOSED,
        states.OneShot.FAILED: Reason.LOGIN_CLOSED,
        states.OneShot.EXPIRED: Reason.PROMPT_EXPIRED,
        states.OneShot.CANCELLED: Reason.FACTOR_UNKNOWN,
        states.OneShot.SUPERSEDED: Reason.PROMPT_SUPERSEDED,
    }
)

_DECLINED: Final[Mapping[Decision | None, Reason]] = MappingProxyType(
    {Decision.DENY: Reason.PUSH_DENIED, Decision.REPORT: Reason.PUSH_REPORTED}
)


def find_pending(verifier: Verifier, token: Secret) -> PendingLogin:
    """Return the login that waits for its second factor, with the same question and request at each reload.

    Refuses with `LOGIN_EXPIRED` (also when nothing is known of the token); with `PUSH_EXPIRED` when a notification was
    not answered in time, with `CHALLENGE_EXPIRED` or `PROMPT_EXPIRED` for what was asked without one; with
    `CHALLENGE_CONSUMED` or `PROMPT_CLOSED` (it was completed), `PUSH_DENIED`, `PUSH_REPORTED`, `LOGIN_CLOSED`,
    `NO_ACTIVE_DEVICE` and `FACTOR_UNKNOWN`.
    """
    return require_pending(verifier, token, now_ms=verifier.clock.now_ms())


def require_pending(verifier: Verifier, token: Secret, *, now_ms: int) -> PendingLogin:
    """As `find_pending`, at the instant of the ceremony that asks. An expiry that is seen first is written."""
    # (1) known?
    login = verifier.store.logins.find(hash_token(token))
    if login is None:
        raise RefusalError(Reason.LOGIN_EXPIRED)
    if login.state is states.Login.STARTED and login.expires_ms > now_ms:
        raise RefusalError(Reason.LOGIN_CLOSED)
    challenge = verifier.store.logins.challenge_of(login.login_id)
    prompt = verifier.store.prompts.latest_of_login(login.login_id)
    if prompt is not None and (challenge is None or _is_newer(prompt, challenge)):
        return _require_prompt(verifier, token, login, prompt, now_ms=now_ms)
    if challenge is not None:
        return _require_phone(verifier, token, login, challenge, now_ms=now_ms)
    return _require_choosing(verifier, token, login, now_ms=now_ms)


def require_vouched(verifier: Verifier, pending: PendingLogin, *, now_ms: int) -> None:
    """Refuse a step-up whose session was signed out or expired: it vouched for the first factor."""
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


def _require_choosing(verifier: Verifier, token: Secret, login: LoginTransaction, *, now_ms: int) -> PendingLogin:
    """Return a login that asks nothing yet, while it is open."""
    if login.state is states.Login.SECOND_FACTOR and login.expires_ms > now_ms:
        waiting = _describe(verifier, token, login, now_ms=now_ms)
        if waiting.offered:
            return waiting
        _expire(verifier, login, EventKind.LOGIN_EXPIRED, now_ms=now_ms)
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    _expire(verifier, login, EventKind.LOGIN_EXPIRED, now_ms=now_ms)
    raise RefusalError(Reason.LOGIN_CLOSED if login.state is states.Login.FAILED else Reason.LOGIN_EXPIRED)


def _require_prompt(
    verifier: Verifier, token: Secret, login: LoginTransaction, prompt: Prompt, *, now_ms: int
) -> PendingLogin:
    """Return a login whose newest question is a prompt; one that helps no more leads back to the choice."""
    # (4) still waiting?
    if login.state is states.Login.DONE:
        raise RefusalError(Reason.PROMPT_CLOSED)
    if login.state is not states.Login.SECOND_FACTOR:
        raise RefusalError(PROMPT_CLOSED[prompt.state])
    waiting = _describe(verifier, token, login, now_ms=now_ms)
    # (5) fresh? No prompt outlives its login, nor the number that it was texted to.
    is_fresh = prompt.expires_ms > now_ms
    is_held = any(id_of(one) == prompt.factor_id for one in waiting.offered)
    if prompt.state is states.OneShot.ISSUED and is_fresh and is_held:
        return replace(waiting, prompt=prompt)
    if prompt.state is states.OneShot.ISSUED and not is_fresh:
        event = prompt_event(EventKind.PROMPT_EXPIRED, login, prompt, now_ms=now_ms)
        verifier.store.prompts.expire(prompt.prompt_id, now_ms=now_ms, event=event)
    if login.expires_ms > now_ms and len(waiting.offered) > (1 if is_held else 0):
        return waiting
    _expire(verifier, login, EventKind.LOGIN_EXPIRED, now_ms=now_ms)
    is_gone = prompt.state is states.OneShot.ISSUED and is_fresh
    raise RefusalError(Reason.FACTOR_UNKNOWN if is_gone else PROMPT_CLOSED[prompt.state])


def _require_phone(
    verifier: Verifier, token: Secret, login: LoginTransaction, challenge: Challenge, *, now_ms: int
) -> PendingLogin:
    """Return a login that asks a phone, while challenge or request can be answered."""
    push = _find_request(verifier, login, now_ms=now_ms)
    # (4) still waiting?
    if login.state is not states.Login.SECOND_FACTOR:
        raise RefusalError(_why_over(login, challenge, push))
    # (5) fresh? Neither challenge nor request outlives its login.
    is_fresh = challenge.state is states.OneShot.ISSUED and challenge.expires_ms > now_ms
    is_asked = push is not None and (push.state is states.OneShot.ISSUED or is_approved(push))
    if is_fresh or (login.expires_ms > now_ms and is_asked):
        return replace(_describe(verifier, token, login, now_ms=now_ms), challenge=challenge, push=push)
    if challenge.state is states.OneShot.ISSUED:
        _expire(verifier, login, EventKind.CHALLENGE_EXPIRED, now_ms=now_ms)
    raise RefusalError(_why_closed(challenge, push))


def _describe(verifier: Verifier, token: Secret, login: LoginTransaction, *, now_ms: int) -> PendingLogin:
    """Return a login with what its person may choose from."""
    user = require_row(verifier.store.users.get(login.user_id))
    return PendingLogin(token=token, login=login, challenge=None, offered=offered(verifier, user, now_ms=now_ms))


def _is_newer(prompt: Prompt, challenge: Challenge) -> bool:
    """Say which of the two was asked last: the older one was superseded, unless it was over by then."""
    if challenge.state is states.OneShot.ISSUED or prompt.state is states.OneShot.SUPERSEDED:
        return False
    return prompt.issued_ms >= challenge.issued_ms


def _find_request(verifier: Verifier, login: LoginTransaction, *, now_ms: int) -> PushRequest | None:
    push = verifier.store.pushes.latest_of_login(login.login_id)
    return None if push is None else settle_request(verifier, push, now_ms=now_ms)


def _why_over(login: LoginTransaction, challenge: Challenge, push: PushRequest | None) -> Reason:
    """Return why a login is closed: completed, declined on the phone, or whatever closed its challenge."""
    if login.state is states.Login.DONE:
        return Reason.CHALLENGE_CONSUMED
    decision = None if push is None else push.decision
    return _DECLINED.get(decision, _why_closed(challenge, push))


def _why_closed(challenge: Challenge, push: PushRequest | None) -> Reason:
    """Return why a challenge helps no more; where a notification was shown, nobody answered that."""
    reason = CLOSED[challenge.state]
    is_unanswered = push is not None and push.is_notified and push.state is states.OneShot.EXPIRED
    return Reason.PUSH_EXPIRED if reason is Reason.CHALLENGE_EXPIRED and is_unanswered else reason


def _expire(verifier: Verifier, login: LoginTransaction, kind: EventKind, *, now_ms: int) -> None:
    event = Event(kind=kind, at_ms=now_ms, user_id=login.user_id, facts=client_facts(login.client))
    verifier.store.logins.expire(login.login_id, now_ms=now_ms, event=event)
