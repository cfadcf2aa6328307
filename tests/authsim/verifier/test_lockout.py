"""The arithmetic of failures, locks and waits, to the millisecond."""

import pytest

from authsim.errors import Reason
from authsim.model import Lockout
from authsim.policy import DAY, SECOND, Policy
from authsim.verifier import lockout
from tests.support.people import refused

POLICY = Policy()
NOW = 1_750_000_000_000


def failed(*ages_ms: int, locked_until_ms: int | None = None) -> Lockout:
    """Return a lock-out with failures of these ages, oldest first."""
    return Lockout(failures_ms=tuple(NOW - age for age in ages_ms), locked_until_ms=locked_until_ms)


@pytest.mark.parametrize(
    ("ages_ms", "count"),
    [((), 0), ((0,), 1), ((DAY - 1,), 1), ((DAY,), 0), ((DAY + 1, DAY, DAY - 1, 0), 2)],
)
def test_failures_count_inside_the_window(ages_ms: tuple[int, ...], count: int) -> None:
    """A failure counts until exactly the window after it."""
    assert lockout.count_failures(failed(*ages_ms), POLICY, now_ms=NOW) == count


def test_a_lock_that_has_run_out_takes_its_failures_with_it() -> None:
    """The record is cleared at the very millisecond at which the lock ends, not before."""
    locked = failed(2, 1, locked_until_ms=NOW)

    assert lockout.settle(locked, now_ms=NOW) == Lockout()
    assert lockout.settle(locked, now_ms=NOW - 1) == locked
    assert lockout.settle(failed(1), now_ms=NOW) == failed(1)


def test_the_tenth_failure_in_the_window_locks() -> None:
    """Nine failures leave the user free; the tenth locks for 24 hours from itself."""
    nine = failed(*range(9, 0, -1))

    tenth = lockout.add_failure(nine, POLICY, now_ms=NOW)

    assert lockout.add_failure(failed(*range(8, 0, -1)), POLICY, now_ms=NOW).locked_until_ms is None
    assert tenth.locked_until_ms == NOW + DAY
    assert tenth.failures_ms == (*nine.failures_ms, NOW)


def test_an_old_failure_does_not_help_to_lock() -> None:
    """Nine failures of which one has left the window, and a new one, are nine."""
    stale = failed(DAY, *range(8, 0, -1))

    assert lockout.add_failure(stale, POLICY, now_ms=NOW).locked_until_ms is None
    assert lockout.add_failure(failed(DAY - 1, *range(8, 0, -1)), POLICY, now_ms=NOW).locked_until_ms == NOW + DAY


def test_a_failure_during_a_lock_begins_it_anew() -> None:
    """The 24 hours run from the last failed attempt."""
    locked = failed(5, locked_until_ms=NOW + 1)

    assert lockout.add_failure(locked, POLICY, now_ms=NOW).locked_until_ms == NOW + DAY


def test_a_failure_after_a_lock_is_the_first() -> None:
    """When the lock has run out, counting starts from nothing."""
    over = failed(*range(10, 0, -1), locked_until_ms=NOW)

    assert lockout.add_failure(over, POLICY, now_ms=NOW) == Lockout(failures_ms=(NOW,))


def test_only_the_newest_failures_are_kept() -> None:
    """The record holds as many instants as lock, in order, also when a slow request counts late."""
    policy = Policy(lockout_failures=3)
    counted = Lockout(failures_ms=(NOW - 9, NOW - 8, NOW + 5))

    assert lockout.add_failure(counted, policy, now_ms=NOW).failures_ms == (NOW - 8, NOW, NOW + 5)


@pytest.mark.parametrize(("failures", "wait_seconds"), [(4, 0), (5, 53), (6, 106), (7, 212), (8, 424), (9, 848)])
def test_the_wait_begins_with_the_fifth_failure_and_doubles(failures: int, wait_seconds: int) -> None:
    """The wait runs from the last failure and ends to the millisecond."""
    counted = failed(*range(failures - 1, -1, -1))

    assert lockout.throttled_for_ms(counted, POLICY, now_ms=NOW) == wait_seconds * SECOND
    if wait_seconds:
        end_ms = NOW + wait_seconds * SECOND
        assert lockout.throttled_for_ms(counted, POLICY, now_ms=end_ms - 1) == 1
        assert lockout.throttled_for_ms(counted, POLICY, now_ms=end_ms) == 0


def test_a_throttle_of_zero_is_off() -> None:
    """An operator who sets 0 seconds has no throttle."""
    assert lockout.throttled_for_ms(failed(*range(9)), Policy(throttle_seconds=0), now_ms=NOW) == 0


def test_no_wait_outlives_the_failures_that_cause_it() -> None:
    """With a doubled wait longer than the window, the wait ends when the last failure stops to count."""
    policy = Policy(lockout_failures=1000, throttle_failures=1, throttle_seconds=3600)
    counted = failed(*range(499, -1, -1))

    assert lockout.throttled_for_ms(counted, policy, now_ms=NOW) == DAY
    assert lockout.throttled_for_ms(counted, policy, now_ms=NOW + DAY) == 0


def test_an_attempt_inside_the_wait_is_not_counted() -> None:
    """A throttled attempt leaves everything as it is; at the end of the wait the next one counts."""
    five = failed(4, 3, 2, 1, 0)

    assert lockout.count_password(five, POLICY, now_ms=NOW + 53 * SECOND - 1) == five
    assert len(lockout.count_password(five, POLICY, now_ms=NOW + 53 * SECOND).failures_ms) == 6


def test_an_attempt_during_a_lock_is_counted_although_its_failures_would_throttle() -> None:
    """A lock is stronger than the throttle: the attempt begins it anew."""
    ten = failed(*range(9, -1, -1), locked_until_ms=NOW + DAY)

    assert lockout.count_password(ten, POLICY, now_ms=NOW + 1).locked_until_ms == NOW + 1 + DAY


def test_taking_back_restores_what_stood_before() -> None:
    """If nothing happened meanwhile, a right password leaves no trace, also at the edge of the lock."""
    for before in (Lockout(), failed(3, 2), failed(*range(9, 0, -1))):
        after = lockout.count_password(before, Policy(throttle_seconds=0), now_ms=NOW)
        assert lockout.take_back(after, POLICY, before=before, after=after, counted_ms=NOW) == before


def test_taking_back_does_not_bring_a_finished_lock_back() -> None:
    """What stood before is taken as it stood at that instant: a lock that had run out is gone."""
    before = failed(2, 1, locked_until_ms=NOW)
    after = lockout.count_password(before, POLICY, now_ms=NOW)

    assert lockout.take_back(after, POLICY, before=before, after=after, counted_ms=NOW) == Lockout()


def test_taking_back_leaves_the_failures_of_others() -> None:
    """One failure goes, and those that came meanwhile stay."""
    before = failed(5)
    after = lockout.count_password(before, POLICY, now_ms=NOW)
    current = lockout.add_failure(after, POLICY, now_ms=NOW + 1)

    taken = lockout.take_back(current, POLICY, before=before, after=after, counted_ms=NOW)

    assert taken == Lockout(failures_ms=(NOW - 5, NOW + 1))


def test_taking_back_one_of_two_at_the_same_instant_takes_one() -> None:
    """Two attempts of one millisecond are two failures."""
    after = lockout.count_password(Lockout(), POLICY, now_ms=NOW)
    current = lockout.add_failure(after, POLICY, now_ms=NOW)

    taken = lockout.take_back(current, POLICY, before=Lockout(), after=after, counted_ms=NOW)

    assert taken == Lockout(failures_ms=(NOW,))


def test_taking_back_lifts_a_lock_that_only_the_taken_failure_explains() -> None:
    """Eight failures, a right password under way, a ninth failure: nine do not lock."""
    before = failed(*range(8, 0, -1))
    after = lockout.count_password(before, Policy(throttle_seconds=0), now_ms=NOW)
    current = lockout.add_failure(after, POLICY, now_ms=NOW + 1)
    assert current.locked_until_ms is not None

    taken = lockout.take_back(current, POLICY, before=before, after=after, counted_ms=NOW)

    assert taken.locked_until_ms is None
    assert len(taken.failures_ms) == 9


def test_taking_back_leaves_an_operators_lock() -> None:
    """A lock without ten failures was not made by failures, and stays."""
    after = lockout.count_password(Lockout(), POLICY, now_ms=NOW)
    current = lockout.lock(after, POLICY, now_ms=NOW)

    taken = lockout.take_back(current, POLICY, before=Lockout(), after=after, counted_ms=NOW)

    assert taken == Lockout(locked_until_ms=NOW + DAY)


def test_taking_back_after_a_completed_login_changes_nothing() -> None:
    """A login that was completed meanwhile has cleared the record already."""
    after = lockout.count_password(Lockout(), POLICY, now_ms=NOW)

    assert lockout.take_back(Lockout(), POLICY, before=Lockout(), after=after, counted_ms=NOW) == Lockout()


def test_a_locked_user_is_refused_with_the_time_that_is_left() -> None:
    """`require_unlocked` says how long, to the millisecond, and lets everybody else pass."""
    with refused(Reason.USER_LOCKED) as caught:
        lockout.require_unlocked(failed(locked_until_ms=NOW + 7), now_ms=NOW)

    assert caught.value.retry_after_ms == 7
    lockout.require_unlocked(failed(1, locked_until_ms=NOW), now_ms=NOW)
    lockout.require_unlocked(failed(1), now_ms=NOW)


class TestWithoutLock:
    """Where failures do not lock (hardened): they are told at the next login, and `limits` delays."""

    def test_failures_neither_lock_nor_throttle(self) -> None:
        """A hundred of them: the newest are kept, nothing else happens."""
        policy = Policy(failures_lock=0)
        current = Lockout()
        for number in range(100):
            current = lockout.count_password(current, policy, now_ms=NOW + number)

        assert current.locked_until_ms is None
        assert len(current.failures_ms) == policy.lockout_failures
        assert lockout.throttled_for_ms(current, policy, now_ms=NOW + 100) == 0

    def test_an_operators_lock_ends_when_it_was_to_end(self) -> None:
        """Attempts during it do not begin it anew, and a right password does not lift it."""
        policy = Policy(failures_lock=0)
        locked = lockout.lock(failed(*range(10, 0, -1)), policy, now_ms=NOW)

        after = lockout.count_password(locked, policy, now_ms=NOW + 5)
        other = lockout.add_failure(after, policy, now_ms=NOW + 6)
        taken = lockout.take_back(other, policy, before=locked, after=after, counted_ms=NOW + 5)

        assert {after.locked_until_ms, other.locked_until_ms, taken.locked_until_ms} == {NOW + DAY}
