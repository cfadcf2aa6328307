"""What is typed and pressed on the second page of a uniform login, judged: with the same work for everybody.

A real login goes on to the ceremonies that judge any login; a decoy takes as many answers, and is never right. Behind a
decoy there may be a login of somebody whose password was right (`uniform_login`). The refusals that leave here are for
the record; the page says the same for all of them.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import (
    Authenticated,
    Client,
    Device,
    DeviceId,
    Factor,
    FactorKind,
    PendingLogin,
    UserId,
)
from authsim.policy import SECOND
from authsim.protocol.codes import RESPONSE_DIGITS
from authsim.protocol.encodings import require_digits
from authsim.secret import Secret
from authsim.verifier import Verifier, limits
from authsim.verifier.approval import complete_approved, resend_request
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.confirmation import find_unconfirmed, judge_confirmation
from authsim.verifier.decoys import (
    count_decoy,
    look_like_waiting,
    renew_decoy,
    require_answerable,
    require_waiting,
)
from authsim.verifier.login import choose_factor
from authsim.verifier.pending import require_pending
from authsim.verifier.prompted import complete_prompt, require_passcode
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.requests import draw_request, sent_event
from authsim.verifier.tokens import draw_id, hash_token
from authsim.verifier.topics import login_topic, publish
from authsim.verifier.uniform_page import Found, find_uniform

#: What keeps an answer from being judged, because of what its user did before.
_BLOCKS: Final = frozenset({Reason.SECOND_FACTOR_BLOCKED, Reason.TYPED_MODE_LOCKED})
_LIMITED: Final = frozenset({Reason.PUSHES_SPENT, Reason.PUSHES_BLOCKED})


def answer_uniform_login(verifier: Verifier, *, token: Secret, response: str, client: Client) -> Authenticated | Device:
    """Judge a typed answer: open the session, or return the phone that the answer confirmed, active now.

    Refuses as `complete_challenge` does, a decoy alike; `attempts_remaining` is above 0 when the page takes another.
    """
    now_ms = verifier.clock.now_ms()
    found = find_uniform(verifier, token)
    if found.decoy is None:
        return _answer_login(verifier, token, response, client=client, now_ms=now_ms)
    decoy = found.decoy
    look_like_waiting(verifier, decoy)
    require_answerable(verifier, decoy, now_ms=now_ms)
    try:
        typed = require_digits(response, length=RESPONSE_DIGITS)
    except MessageError:
        remaining = decoy.attempts_allowed - decoy.attempts
        raise RefusalError(Reason.MALFORMED_RESPONSE, attempts_remaining=remaining) from None
    is_blocked = False
    try:
        _take_answer(verifier, found, client=client, now_ms=now_ms)
    except RefusalError as refusal:
        if refusal.reason not in _BLOCKS:
            raise
        is_blocked = True
    verifier.store.users.get(UserId(decoy.decoy_id))
    counted = count_decoy(verifier, decoy, client=client, now_ms=now_ms)
    confirmed = None if is_blocked else _confirm(verifier, found, typed, client=client, now_ms=now_ms)
    if confirmed is not None:
        return confirmed
    raise _refuse(verifier, found, client=client, now_ms=now_ms, remaining=counted.attempts_allowed - counted.attempts)


def answer_with_passcode(verifier: Verifier, *, token: Secret, passcode: str, client: Client) -> Authenticated:
    """Judge a temporary passcode, and when it is right, open its session.

    Refuses with `MALFORMED_RESPONSE`, which counts nothing, and with `WRONG_RESPONSE`: then the page is left.
    """
    now_ms = verifier.clock.now_ms()
    found = find_uniform(verifier, token)
    if found.decoy is not None:
        look_like_waiting(verifier, found.decoy)
        require_waiting(found.decoy, now_ms=now_ms)
    try:
        typed = require_passcode(passcode)
    except MessageError:
        raise RefusalError(Reason.MALFORMED_RESPONSE, attempts_remaining=1) from None
    pending = None if found.login is None else _find_waiting(verifier, token, now_ms=now_ms)
    held = None if pending is None else _find_passcode(pending)
    if pending is None or held is None:
        _take_answer(verifier, found, client=client, now_ms=now_ms)
        verifier.passwords.is_correct(Secret(typed), None)
        raise _refuse(verifier, found, client=client, now_ms=now_ms, remaining=0)
    if pending.prompt is None:
        choose_factor(verifier, token=token, choice=held.factor_id, client=client)
    try:
        return complete_prompt(verifier, token=token, answer=passcode, client=client)
    except RefusalError as refusal:
        refusal.attempts_remaining = 0  # as for somebody who holds none: the page is left
        raise


def resend_uniform_login(verifier: Verifier, *, token: Secret, client: Client) -> None:
    """Send the request again: a new number, and a new QR code. Where none may be announced it is silent.

    Refuses as `show_uniform_login`, and with `RESENT_TOO_SOON` (`retry_after_ms`).
    """
    now_ms = verifier.clock.now_ms()
    found = find_uniform(verifier, token)
    if found.decoy is not None:
        look_like_waiting(verifier, found.decoy)
        require_waiting(found.decoy, now_ms=now_ms)
    _take_resend(verifier, found, now_ms=now_ms)
    if found.decoy is not None:
        renew_decoy(verifier, found.decoy, client=client, now_ms=now_ms)
        return
    try:
        resend_request(verifier, token=token, client=client)
    except RefusalError as refusal:
        if refusal.reason not in _LIMITED:
            raise
        _resend_silently(verifier, token, client=client, now_ms=now_ms)


def collect_uniform_login(verifier: Verifier, *, token: Secret, client: Client) -> Authenticated:
    """Open the session of a login that the phone approved. Refuses as `complete_approved` does, a decoy alike."""
    found = find_uniform(verifier, token)
    if found.decoy is None:
        return complete_approved(verifier, token=token, client=client)
    require_waiting(found.decoy, now_ms=verifier.clock.now_ms())
    raise RefusalError(Reason.PUSH_NOT_APPROVED)


def _answer_login(verifier: Verifier, token: Secret, response: str, *, client: Client, now_ms: int) -> Authenticated:
    """Judge the response to a real challenge; one that a block keeps from being judged is counted like a wrong one.

    So the page ends after as many tries as any other, and nobody learns by the block that the password was right.
    """
    try:
        return complete_challenge(verifier, token=token, response=response, client=client)
    except RefusalError as refusal:
        if refusal.reason not in _BLOCKS:
            raise
        blocked = refusal
    nobody = draw_id(verifier.entropy)
    limits.take_answer(verifier, user_id=UserId(nobody), device_id=DeviceId(nobody), client=client, now_ms=now_ms)
    pending = require_pending(verifier, token, now_ms=now_ms)
    challenge = require_row(pending.challenge)
    facts = client_facts(client)
    counted = Event(kind=EventKind.RESPONSE_COUNTED, at_ms=now_ms, user_id=challenge.user_id, facts=facts)
    try:
        challenge, _, _ = verifier.store.logins.count_response(
            challenge.challenge_id, now_ms=now_ms, change=lambda current: current, event=counted
        )
    except StoreConflictError:
        raise RefusalError(Reason.CHALLENGE_CONSUMED) from None
    remaining = challenge.attempts_allowed - challenge.attempts
    if not remaining:
        event = replace(counted, kind=EventKind.LOGIN_REFUSED, reason=blocked.reason)
        with suppress(StoreConflictError):  # it was closed in this very moment
            verifier.store.logins.fail(challenge, reason=blocked.reason.value, now_ms=now_ms, event=event)
        publish(verifier.bus, login_topic(challenge.login_id))
    raise RefusalError(blocked.reason, attempts_remaining=remaining)


def _find_waiting(verifier: Verifier, token: Secret, *, now_ms: int) -> PendingLogin | None:
    try:
        return require_pending(verifier, token, now_ms=now_ms)
    except RefusalError:
        return None


def _confirm(verifier: Verifier, found: Found, typed: str, *, client: Client, now_ms: int) -> Device | None:
    """Return the waiting phone, active now, when the answer is its code; None when there is none, or it is not."""
    login = found.login
    if login is None or login.state is not states.Login.SECOND_FACTOR:
        return None
    user = require_row(verifier.store.users.get(login.user_id))
    device = find_unconfirmed(verifier, user, now_ms=now_ms)
    if device is None:
        return None
    try:
        active = judge_confirmation(verifier, device, code=typed, client=client, now_ms=now_ms)
    except RefusalError:
        return None
    limits.forgive_answers(verifier, user_id=login.user_id, device_id=DeviceId(login.login_id))
    event = Event(kind=EventKind.LOGIN_EXPIRED, at_ms=now_ms, user_id=login.user_id, facts=client_facts(client))
    verifier.store.logins.expire(login.login_id, now_ms=now_ms, event=event)
    return active


def _take_answer(verifier: Verifier, found: Found, *, client: Client, now_ms: int) -> None:
    """Count an answer against the limits of its user; one to a decoy against its own, which are as many."""
    if found.login is not None:
        user_id, device_id = found.login.user_id, DeviceId(found.login.login_id)
    else:
        decoy = require_row(found.decoy)
        user_id, device_id = UserId(decoy.decoy_id), DeviceId(decoy.decoy_id)
    limits.take_answer(verifier, user_id=user_id, device_id=device_id, client=client, now_ms=now_ms)


def _take_resend(verifier: Verifier, found: Found, *, now_ms: int) -> None:
    """Count a request that is sent again; the pause after the first one is counted from the beginning."""
    begun_ms = found.decoy.issued_ms if found.decoy is not None else require_row(found.login).started_ms
    wait_ms = begun_ms + verifier.policy.push_resend_seconds * SECOND - now_ms
    if wait_ms > 0:
        raise RefusalError(Reason.RESENT_TOO_SOON, retry_after_ms=wait_ms)
    limits.take_resend(verifier, hash_token(found.token), now_ms=now_ms)


def _refuse(verifier: Verifier, found: Found, *, client: Client, now_ms: int, remaining: int) -> RefusalError:
    return refuse_login(
        verifier,
        Reason.WRONG_RESPONSE,
        now_ms=now_ms,
        user_id=None if found.login is None else found.login.user_id,
        client=client,
        attempts_remaining=remaining,
    )


def _resend_silently(verifier: Verifier, token: Secret, *, client: Client, now_ms: int) -> None:
    """Put a request in the place of the last one that no phone announces: a scan can still find it."""
    pending = require_pending(verifier, token, now_ms=now_ms)
    user = require_row(verifier.store.users.get(pending.login.user_id))
    device = require_row(verifier.store.devices.active_of(user.user_id))
    login = replace(pending.login, client=client)
    push = draw_request(verifier, login, user=user, device=device, notify=False, now_ms=now_ms)
    try:
        verifier.store.pushes.issue(push, event=sent_event(push))
    except StoreConflictError:  # approved, or over, in this very moment
        raise RefusalError(Reason.PUSH_CLOSED) from None
    publish(verifier.bus, login_topic(login.login_id))


def _find_passcode(pending: PendingLogin) -> Factor | None:
    """Return the passcode that the login may be completed with, if its user holds one."""
    factors = (one for one in pending.offered if isinstance(one, Factor))
    return next((one for one in factors if one.kind is FactorKind.TEMPORARY_PASSCODE), None)
