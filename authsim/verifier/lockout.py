"""The lock-out, as pure arithmetic on `Lockout` and `Policy`; who calls it, and when it is kept, is told elsewhere.

Every function takes the instant at which it is asked. A span that began at `t` and lasts `d` covers `t <= now < t + d`:
at `t + d` exactly it is over.
"""

from dataclasses import replace

from authsim.errors import Reason, RefusalError
from authsim.model import Lockout
from authsim.policy import SECOND, Policy


def settle(lockout: Lockout, *, now_ms: int) -> Lockout:
    """Return the lock-out as it stands now: a lock that has run out takes its failures with it."""
    if lockout.locked_until_ms is not None and lockout.locked_until_ms <= now_ms:
        return Lockout()
    return lockout


def count_failures(lockout: Lockout, policy: Policy, *, now_ms: int) -> int:
    """Return how many failures lie inside the window that ends now."""
    opened_ms = now_ms - policy.lockout_window_seconds * SECOND
    return sum(1 for at_ms in lockout.failures_ms if at_ms > opened_ms)


def locked_for_ms(lockout: Lockout, *, now_ms: int) -> int:
    """Return how long the user stays locked, in milliseconds; 0 when not locked."""
    return 0 if lockout.locked_until_ms is None else max(0, lockout.locked_until_ms - now_ms)


def throttled_for_ms(lockout: Lockout, policy: Policy, *, now_ms: int) -> int:
    """Return how long the next attempt has to wait, in milliseconds; 0 when it may come.

    The wait begins with the failure number `throttle_failures` and doubles with each one after it. It ends at the
    latest when the last failure leaves the window, because it does not count any more. Where failures do not lock
    (`policy.failures_lock`), they do not throttle either: `limits` delays instead.
    """
    if not policy.failures_lock:
        return 0
    settled = settle(lockout, now_ms=now_ms)
    count = count_failures(settled, policy, now_ms=now_ms)
    if count < policy.throttle_failures:
        return 0
    wait_seconds = policy.throttle_seconds << (count - policy.throttle_failures)
    ends_ms = settled.failures_ms[-1] + min(wait_seconds, policy.lockout_window_seconds) * SECOND
    return max(0, ends_ms - now_ms)


def add_failure(lockout: Lockout, policy: Policy, *, now_ms: int) -> Lockout:
    """Return the lock-out with one more failure at this instant.

    The failure that reaches `lockout_failures` locks, and each one during the lock begins it anew: the public article
    counts the 24 hours from the last failed attempt. Where failures do not lock (`policy.failures_lock`), they are only
    told to the user at the next login, and a lock that an operator set ends when it was to end.
    """
    settled = settle(lockout, now_ms=now_ms)
    failures_ms = tuple(sorted((*settled.failures_ms, now_ms))[-policy.lockout_failures :])
    counted = replace(settled, failures_ms=failures_ms)
    if not policy.failures_lock:
        return counted
    if settled.locked_until_ms is None and count_failures(counted, policy, now_ms=now_ms) < policy.lockout_failures:
        return counted
    return lock(counted, policy, now_ms=now_ms)


def lock(lockout: Lockout, policy: Policy, *, now_ms: int) -> Lockout:
    """Return the lock-out locked for `lockout_seconds` from now on."""
    return replace(lockout, locked_until_ms=now_ms + policy.lockout_seconds * SECOND)


def count_password(lockout: Lockout, policy: Policy, *, now_ms: int) -> Lockout:
    """Return the lock-out with a password attempt counted as a failure, before anyone compares.

    An attempt inside the throttle's wait will not be judged, and so is not counted; one during a lock is.
    """
    if not locked_for_ms(lockout, now_ms=now_ms) and throttled_for_ms(lockout, policy, now_ms=now_ms):
        return lockout
    return add_failure(lockout, policy, now_ms=now_ms)


def take_back(current: Lockout, policy: Policy, *, before: Lockout, after: Lockout, counted_ms: int) -> Lockout:
    """Return the lock-out without the failure that `count_password` noted at `counted_ms`: the password was right.

    If nothing else happened since, that is what stood before. Otherwise one failure of that instant goes, and with it a
    lock that only it explains; a lock that an operator set stays.
    """
    if current == after:
        return settle(before, now_ms=counted_ms)
    if counted_ms not in current.failures_ms:
        return current  # a login was completed, or a lock lifted, meanwhile: the count is gone already
    failures_ms = list(current.failures_ms)
    failures_ms.remove(counted_ms)
    remaining = replace(current, failures_ms=tuple(failures_ms))
    if policy.failures_lock and count_failures(current, policy, now_ms=counted_ms) >= policy.lockout_failures:
        return replace(remaining, locked_until_ms=None)
    return remaining


def require_unlocked(lockout: Lockout, *, now_ms: int) -> None:
    """Return when the user is not locked; raise `USER_LOCKED` with the time that is left. Counts nothing."""
    remaining_ms = locked_for_ms(lockout, now_ms=now_ms)
    if remaining_ms:
        raise RefusalError(Reason.USER_LOCKED, retry_after_ms=remaining_ms)
