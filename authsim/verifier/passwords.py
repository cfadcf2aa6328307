"""The first factor: a name and a password, judged once.

The attempt is counted as a failure, durably, before the password is compared, and taken back when it was right: a
process that dies in between leaves one failure too many, never one too few. A right password does not clear the
lock-out; only a completed login does. Storing passwords belongs to the operators' ceremonies.
"""

import re
from dataclasses import replace

from authsim import states
from authsim.errors import Reason, RefusalError, StoreError
from authsim.events import Event, EventKind
from authsim.model import Client, FirstFactorPassed, Lockout, User, UserId
from authsim.secret import Secret
from authsim.verifier import Verifier, limits, lockout
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.tokens import draw_id, hash_token

USER_NAME = re.compile(r"[a-z][a-z0-9-]{2,31}", re.ASCII)


def require_password(verifier: Verifier, *, name: str, password: Secret, client: Client) -> FirstFactorPassed:
    """Return the proof of the first factor.

    Refuses with `WRONG_PASSWORD` (also for an unknown name, after the same work), `USER_LOCKED` and `THROTTLED` (both
    with `retry_after_ms`), and after a right password only with `ACCOUNT_EXPIRED`; where the profile limits attempts,
    known name or not, with `SLOW_DOWN` (`retry_after_ms`) before anything is looked up.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    tried = limits.take_password(verifier, name=name, client=client, now_ms=now_ms)
    # (1) known?
    user = find_user(verifier, name)
    if user is None:
        refusal = _refuse_unknown(verifier, password, now_ms=now_ms, client=client)
        _look_like_counting(verifier, changes=2)
        limits.settle_password(verifier, tried, was_right=False)
        raise refusal
    # (2) count the attempt, durably
    before, after = verifier.store.users.change_lockout(
        user.user_id,
        lambda current: lockout.count_password(current, verifier.policy, now_ms=now_ms),
        event=Event(kind=EventKind.PASSWORD_COUNTED, at_ms=now_ms, user_id=user.user_id, facts=client_facts(client)),
    )
    # (3) limits: an attempt during a lock begins the lock anew, one inside the throttle's wait was not counted
    if lockout.locked_for_ms(before, now_ms=now_ms):
        if verifier.policy.uniform_login:  # the page does not say it, and neither does the time it takes
            verifier.passwords.is_correct(password, None)
        limits.settle_password(verifier, tried, was_right=False)
        raise _refuse_locked(verifier, user, after, now_ms=now_ms, client=client)
    wait_ms = lockout.throttled_for_ms(before, verifier.policy, now_ms=now_ms)
    if wait_ms:
        raise refuse_login(
            verifier, Reason.THROTTLED, now_ms=now_ms, user_id=user.user_id, client=client, retry_after_ms=wait_ms
        )
    # (6) recompute and (7) compare, outside any transaction: the port hashes slowly and compares in constant time
    try:
        is_correct = verifier.passwords.is_correct(password, user.password_hash)
    except StoreError:
        _take_back(verifier, user, before, after, now_ms=now_ms, event=None)  # nobody judged it
        limits.settle_password(verifier, tried, was_right=True)
        raise
    limits.settle_password(verifier, tried, was_right=is_correct)
    if not is_correct:
        _look_like_counting(verifier, changes=1)
        raise _refuse_wrong(verifier, user, after, now_ms=now_ms, client=client)
    # (8) the count goes, (9) and the record says how it ended
    reason = Reason.ACCOUNT_EXPIRED if user.expires_ms <= now_ms else None
    event = Event(
        kind=EventKind.PASSWORD_PASSED if reason is None else EventKind.LOGIN_REFUSED,
        at_ms=now_ms,
        user_id=user.user_id,
        reason=reason,
        facts=client_facts(client),
    )
    standing = _take_back(verifier, user, before, after, now_ms=now_ms, event=event)
    if reason is not None:
        raise RefusalError(reason)
    return FirstFactorPassed(user=replace(user, lockout=standing), at_ms=now_ms, client=client)


def resume_first_factor(verifier: Verifier, *, token: Secret, name: str, client: Client) -> FirstFactorPassed:
    """Return the proof again for the browser that only has to correct the live/paper switch.

    Refuses with `LOGIN_CLOSED` (unknown, or already gone on), `LOGIN_EXPIRED`, `WRONG_PASSWORD` (another name) and
    `USER_LOCKED`. Nothing is counted: nothing was guessed.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) known? (4) still only started?
    login = verifier.store.logins.find(hash_token(token))
    if login is None or login.state is not states.Login.STARTED:
        raise RefusalError(Reason.LOGIN_CLOSED)
    # (5) fresh?
    if login.expires_ms <= now_ms:
        event = Event(kind=EventKind.LOGIN_EXPIRED, at_ms=now_ms, user_id=login.user_id)
        verifier.store.logins.expire(login.login_id, now_ms=now_ms, event=event)
        raise RefusalError(Reason.LOGIN_EXPIRED)
    user = require_row(verifier.store.users.get(login.user_id))
    if user.name != name:
        raise RefusalError(Reason.WRONG_PASSWORD)
    # (3) limits
    lockout.require_unlocked(user.lockout, now_ms=now_ms)
    return FirstFactorPassed(user=user, at_ms=now_ms, client=client, login=login, token=token)


def find_user(verifier: Verifier, name: str) -> User | None:
    """Return the user of that name; a text that can be no name is not even looked up."""
    return verifier.store.users.find(name) if USER_NAME.fullmatch(name) else None


def _look_like_counting(verifier: Verifier, *, changes: int) -> None:
    """Read as often as the lock-out of a right password's user is read and written in so many changes."""
    nobody = UserId(draw_id(verifier.entropy))
    for _ in range(2 * changes if verifier.policy.uniform_login else 0):
        verifier.store.users.get(nobody)


def _refuse_unknown(verifier: Verifier, password: Secret, *, now_ms: int, client: Client) -> RefusalError:
    """Do the work of a wrong password, two durable writes and one slow hash, and record none of what was typed."""
    verifier.store.audit.append(Event(kind=EventKind.PASSWORD_COUNTED, at_ms=now_ms, facts=client_facts(client)))
    verifier.passwords.is_correct(password, None)
    refuse_login(verifier, Reason.UNKNOWN_USER, now_ms=now_ms, user_id=None, client=client)
    return RefusalError(Reason.WRONG_PASSWORD)


def _refuse_locked(verifier: Verifier, user: User, after: Lockout, *, now_ms: int, client: Client) -> RefusalError:
    _look_like_counting(verifier, changes=1)
    return refuse_login(
        verifier,
        Reason.USER_LOCKED,
        now_ms=now_ms,
        user_id=user.user_id,
        client=client,
        retry_after_ms=lockout.locked_for_ms(after, now_ms=now_ms),
    )


def _refuse_wrong(verifier: Verifier, user: User, after: Lockout, *, now_ms: int, client: Client) -> RefusalError:
    """Record the refusal, and the lock if this failure was the one too many."""
    refusal = refuse_login(verifier, Reason.WRONG_PASSWORD, now_ms=now_ms, user_id=user.user_id, client=client)
    if lockout.locked_for_ms(after, now_ms=now_ms):
        verifier.store.audit.append(Event(kind=EventKind.USER_LOCKED, at_ms=now_ms, user_id=user.user_id))
    return refusal


def _take_back(
    verifier: Verifier, user: User, before: Lockout, after: Lockout, *, now_ms: int, event: Event | None
) -> Lockout:
    """Take the counted failure back, with `event`; return the lock-out that stands."""
    current, standing = verifier.store.users.change_lockout(
        user.user_id,
        lambda current: lockout.take_back(current, verifier.policy, before=before, after=after, counted_ms=now_ms),
        event=event,
    )
    if event is not None and current == standing:
        verifier.store.audit.append(event)
    return standing
