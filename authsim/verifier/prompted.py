"""The second factor that is no phone: a code, a card's answer or a passcode, judged once.

The order is that of `challenge_response`: a try is counted on the prompt and on the user before anybody compares, and a
success is one conditional change that consumes the prompt, closes the login and opens the session. Asking is `prompts`.
"""

import hmac
import re
from dataclasses import dataclass, replace
from typing import Final

from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Authenticated,
    Client,
    Factor,
    FactorKind,
    Lockout,
    PendingLogin,
    PortalSession,
    Prompt,
    User,
)
from authsim.protocol import code_card, codes, totp
from authsim.protocol.encodings import require_digits
from authsim.secret import Secret
from authsim.verifier import Verifier, limits, lockout
from authsim.verifier.choosing import resend_code
from authsim.verifier.entering import draw_entry, entry_events, settle_entry
from authsim.verifier.factors import reach_of, secret_of
from authsim.verifier.pending import require_pending, require_vouched
from authsim.verifier.prompts import CODE_DIGITS, mac_of
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.tokens import draw_token
from authsim.verifier.topics import login_topic, publish

__all__: Final = ["complete_prompt", "require_passcode", "resend_code"]

_ORNAMENT: Final = str.maketrans("", "", " -")
#: Small letters are an answer, and a wrong one: a passcode has capitals.
_PASSCODE: Final = re.compile(r"[0-9A-Za-z]{16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why an answer is wrong, None: it is right. `step`: the time step of an app's code."""

    wrong: Reason | None
    step: int | None = None


def complete_prompt(verifier: Verifier, *, token: Secret, answer: str, client: Client) -> Authenticated:
    """Judge what a person typed for the factor that this login asks, and when it is right, open the session.

    Blanks and hyphens are deleted. Refuses as `find_pending` does; with `PROMPT_SUPERSEDED` when the login asks for
    something else now; with `MALFORMED_RESPONSE`, `SECOND_FACTOR_BLOCKED` and `SLOW_DOWN`, which count nothing; with
    `USER_LOCKED` (`retry_after_ms`); with `WRONG_CODE` and `CODE_USED` for a text or an app and `WRONG_RESPONSE` for
    the rest, whose `attempts_remaining` is above 0 when the same prompt may be tried again.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    session_token = draw_token(verifier.entropy)
    # (1) known? (4) still waiting?
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    require_vouched(verifier, pending, now_ms=now_ms)
    asked = _require_prompt(pending)
    typed = _require_answer(asked, answer)
    # (3) limits of the profile: what they refuse is neither counted nor judged
    limits.take_answer(verifier, user_id=user.user_id, device_id=None, client=client, now_ms=now_ms)
    # (2) count the attempt, durably: the same conditional update asks (4) still issued? and (5) fresh?
    prompt, before, after = _count(verifier, pending, asked, client=client, now_ms=now_ms)
    # (3) the lock-out: an attempt during a lock begins the lock anew, and is not judged
    if lockout.locked_for_ms(before, now_ms=now_ms):
        raise _refuse_locked(verifier, prompt, after, client=client, now_ms=now_ms)
    # (6) recompute and (7) compare in constant time
    factor = require_row(verifier.store.factors.get(prompt.factor_id))
    verdict = _judge(verifier, pending, prompt, factor, typed, now_ms=now_ms)
    if verdict.wrong is not None:
        raise _refuse_wrong(verifier, prompt, verdict.wrong, after, client=client, now_ms=now_ms)
    # (8) consume: wins once, and (9) the record goes with it
    session = draw_entry(
        verifier,
        pending.login,
        user,
        session_token,
        proof=factor.kind,
        reach=reach_of(factor, verifier.policy, now_ms=now_ms),
        client=client,
        now_ms=now_ms,
    )
    _complete(verifier, pending, prompt, session, user, after, step=verdict.step, now_ms=now_ms)
    return Authenticated(
        token=session_token,
        session=session,
        user=replace(user, lockout=Lockout()),
        failures_before=len(before.failures_ms),
    )


def _require_prompt(pending: PendingLogin) -> Prompt:
    if pending.prompt is None:
        raise RefusalError(Reason.PROMPT_SUPERSEDED)
    return pending.prompt


def _require_answer(prompt: Prompt, answer: str) -> str:
    """Return the answer in the form that the factor gives; anything else is refused before it counts."""
    try:
        if prompt.kind in (FactorKind.TEXT, FactorKind.AUTHENTICATOR_APP):
            return require_digits(answer, length=CODE_DIGITS)
        if prompt.kind is FactorKind.SECURITY_CARD:
            return require_digits(answer, length=codes.RESPONSE_DIGITS)
        if prompt.kind is FactorKind.TEMPORARY_PASSCODE:
            return require_passcode(answer)
        return code_card.require_answer(answer)
    except MessageError:
        remaining = prompt.attempts_allowed - prompt.attempts
        raise RefusalError(Reason.MALFORMED_RESPONSE, attempts_remaining=remaining) from None


def require_passcode(text: str) -> str:
    """Return 16 letters and digits as they were typed, without blanks and hyphens; else `MessageError`."""
    passcode = text.translate(_ORNAMENT)
    if not _PASSCODE.fullmatch(passcode):
        raise MessageError("a passcode has 16 letters and digits")
    return passcode


def _judge(
    verifier: Verifier, pending: PendingLogin, prompt: Prompt, factor: Factor, typed: str, *, now_ms: int
) -> Verdict:
    """Recompute what the factor answers, and compare; slow hashing happens here, outside any change of the store."""
    if prompt.kind is FactorKind.TEMPORARY_PASSCODE:
        is_right = verifier.passwords.is_correct(Secret(typed), factor.secret_hash)
        return Verdict(wrong=None if is_right else Reason.WRONG_RESPONSE)
    if prompt.kind is FactorKind.TEXT:
        is_right = hmac.compare_digest(prompt.code_mac or b"", mac_of(verifier, pending.login, typed))
        return Verdict(wrong=None if is_right else Reason.WRONG_CODE)
    secret = secret_of(verifier, factor)
    if prompt.kind is FactorKind.AUTHENTICATOR_APP:
        step = totp.find_step(secret, typed, now_ms=now_ms, drift=verifier.policy.authenticator_app_drift)
        if step is None:
            return Verdict(wrong=Reason.WRONG_CODE)
        return Verdict(wrong=Reason.CODE_USED if step <= factor.last_step else None, step=step)
    if prompt.kind is FactorKind.SECURITY_CARD:
        expected = codes.compute_card_response(secret, prompt.question)
    else:
        expected = code_card.compute_answer(secret, prompt.question)
    is_right = hmac.compare_digest(expected.encode("ascii"), typed.encode("ascii"))
    return Verdict(wrong=None if is_right else Reason.WRONG_RESPONSE)


def _count(
    verifier: Verifier, pending: PendingLogin, asked: Prompt, *, client: Client, now_ms: int
) -> tuple[Prompt, Lockout, Lockout]:
    """Count the try; when the conditional update does not find the prompt open, say what became of it."""
    facts = {"kind": asked.kind.value} | dict(client_facts(client))
    event = Event(kind=EventKind.PROMPT_COUNTED, at_ms=now_ms, user_id=asked.user_id, facts=facts)
    try:
        return verifier.store.prompts.count(
            asked.prompt_id,
            now_ms=now_ms,
            change=lambda current: lockout.add_failure(current, verifier.policy, now_ms=now_ms),
            event=event,
        )
    except StoreConflictError:
        raise _refuse_lost(verifier, pending, now_ms=now_ms) from None


def _complete(
    verifier: Verifier,
    pending: PendingLogin,
    prompt: Prompt,
    session: PortalSession,
    user: User,
    after: Lockout,
    *,
    step: int | None,
    now_ms: int,
) -> None:
    """Open the session, unless the prompt is closed by now, or the user was locked since the try was counted."""
    is_spent = prompt.kind is FactorKind.TEMPORARY_PASSCODE and verifier.policy.passcode_uses == 1
    try:
        verifier.store.prompts.complete(
            prompt,
            session=session,
            replaces=pending.login.session_id,
            sessions_allowed=verifier.policy.sessions_per_user,
            locked_until_ms=after.locked_until_ms,
            step=step,
            spends=is_spent,
            now_ms=now_ms,
            events=entry_events(pending.login, session, now_ms=now_ms),
        )
    except StoreStaleError:
        locked = require_row(verifier.store.users.get(user.user_id))
        raise _refuse_locked(verifier, prompt, locked.lockout, client=session.client, now_ms=now_ms) from None
    except StoreConflictError:
        factor = verifier.store.factors.get(prompt.factor_id)
        if step is not None and factor is not None and step <= factor.last_step:  # the same code won elsewhere
            raise _refuse_wrong(
                verifier, prompt, Reason.CODE_USED, after, client=session.client, now_ms=now_ms
            ) from None
        raise _refuse_lost(verifier, pending, now_ms=now_ms) from None
    settle_entry(verifier, pending.login, session, user, now_ms=now_ms)


def _refuse_lost(verifier: Verifier, pending: PendingLogin, *, now_ms: int) -> RefusalError:
    """Return why no answer is taken: a prompt that still looks open is being judged for another request."""
    try:
        current = require_pending(verifier, pending.token, now_ms=now_ms)
    except RefusalError as refusal:
        return refusal
    is_same = current.prompt is not None and pending.prompt is not None
    return RefusalError(Reason.PROMPT_CLOSED if is_same else Reason.PROMPT_SUPERSEDED)


def _refuse_locked(verifier: Verifier, prompt: Prompt, after: Lockout, *, client: Client, now_ms: int) -> RefusalError:
    _fail(verifier, prompt, Reason.USER_LOCKED, client=client, now_ms=now_ms)
    return RefusalError(Reason.USER_LOCKED, retry_after_ms=lockout.locked_for_ms(after, now_ms=now_ms))


def _refuse_wrong(
    verifier: Verifier, prompt: Prompt, reason: Reason, after: Lockout, *, client: Client, now_ms: int
) -> RefusalError:
    """Record a wrong answer; it ends the login when it was the last try, or the failure that locked the user."""
    is_locked = lockout.locked_for_ms(after, now_ms=now_ms) > 0
    remaining = 0 if is_locked else prompt.attempts_allowed - prompt.attempts
    if remaining:
        return refuse_login(
            verifier, reason, now_ms=now_ms, user_id=prompt.user_id, client=client, attempts_remaining=remaining
        )
    _fail(verifier, prompt, reason, client=client, now_ms=now_ms)
    if is_locked:
        verifier.store.audit.append(Event(kind=EventKind.USER_LOCKED, at_ms=now_ms, user_id=prompt.user_id))
    return RefusalError(reason, attempts_remaining=0)


def _fail(verifier: Verifier, prompt: Prompt, reason: Reason, *, client: Client, now_ms: int) -> None:
    """Close prompt and login as failed, with the record; if they were closed meanwhile, the record alone."""
    facts = {"kind": prompt.kind.value} | dict(client_facts(client))
    event = Event(kind=EventKind.LOGIN_REFUSED, at_ms=now_ms, user_id=prompt.user_id, reason=reason, facts=facts)
    try:
        verifier.store.prompts.fail(prompt, reason=reason.value, now_ms=now_ms, event=event)
    except StoreConflictError:
        verifier.store.audit.append(event)
    publish(verifier.bus, login_topic(prompt.login_id))
