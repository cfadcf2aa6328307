"""How a user stands whom a fault locks out or throttles: as if they had failed so often, by the portal's own rule.

Nothing of it is kept: the lock-out in the store is as it was when the fault is switched off. Switched on plainly, the
standing shows everywhere (`show`), as long as it lasts; with `nth`, `every` or a step it meets single attempts.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias, final

from authsim.lab.board import Fault
from authsim.lab.catalogue import Step
from authsim.lab.worlds.world import World
from authsim.model import Lockout, User, UserId
from authsim.policy import SECOND, Policy
from authsim.verifier.lockout import lock

LOCKED: Final = "locked_out"
THROTTLED: Final = "throttled"
#: What a fault makes of the lock-out that is kept.
Standing: TypeAlias = Callable[[Lockout], Lockout]


@final
class Standings:
    """The lock-outs that are shown in place of those that are kept."""

    __slots__ = ("_world",)

    def __init__(self, world: World) -> None:
        self._world = world

    def at_password(self, user_id: UserId) -> Standing | None:
        """Count an attempt with a password; return how the user stands at it when a fault strikes."""
        return self._at(user_id, Step.PASSWORD)

    def at_answer(self, user_id: UserId | None) -> Standing | None:
        """Count an answer to a second factor; the throttle never holds one up."""
        return None if user_id is None else self._at(user_id, Step.RESPONSE)

    def show(self, user: User) -> User:
        """Return a user as the portal's pages know them while a fault is on."""
        board = self._world.lab.board
        if not board.is_on(LOCKED, THROTTLED):
            return user
        for name in (LOCKED, THROTTLED):
            fault = board.find(name, user=user.name)
            if fault is not None and _is_lasting(fault):
                return replace(user, lockout=self._stand(fault)(user.lockout))
        return user

    def _at(self, user_id: UserId, step: Step) -> Standing | None:
        fault = self._world.strikes(LOCKED, user_id, step)
        if fault is None and step is Step.PASSWORD and self._world.portal.policy.failures_lock:
            fault = self._world.strikes(THROTTLED, user_id, step)
        return None if fault is None else self._stand(fault)

    def _stand(self, fault: Fault) -> Standing:
        policy, now_ms = self._world.portal.policy, self._world.portal.clock.now_ms()
        ends_ms = None if fault.seconds is None else fault.armed_ms + int(fault.seconds * SECOND)
        if fault.name == THROTTLED:
            return lambda kept: fail_until(kept, policy, now_ms=now_ms, ends_ms=ends_ms)
        return lambda kept: lock_until(kept, policy, now_ms=now_ms, ends_ms=ends_ms)


def lock_until(kept: Lockout, policy: Policy, *, now_ms: int, ends_ms: int | None) -> Lockout:
    """Return the lock-out of somebody who is locked until the fault ends; without an end, as after the last failure."""
    failed = (now_ms,) * policy.lockout_failures if policy.failures_lock else kept.failures_ms
    locked = lock(replace(kept, failures_ms=failed), policy, now_ms=now_ms)
    return locked if ends_ms is None else replace(locked, locked_until_ms=ends_ms)


def fail_until(kept: Lockout, policy: Policy, *, now_ms: int, ends_ms: int | None) -> Lockout:
    """Return the lock-out of somebody who has to wait until the fault ends, as far as the rule makes anybody wait.

    Without an end it is the first wait of the rule, beginning now. The failures are as few as explain that wait.
    """
    most_count = policy.lockout_failures - 1
    left_ms = policy.throttle_seconds * SECOND if ends_ms is None else ends_ms - now_ms
    count, wait_ms = policy.throttle_failures, policy.throttle_seconds * SECOND
    while wait_ms < left_ms and count < most_count:
        count, wait_ms = count + 1, wait_ms * 2
    last_ms = now_ms + min(left_ms, wait_ms) - wait_ms
    return replace(kept, failures_ms=(last_ms,) * count, locked_until_ms=None)


def _is_lasting(fault: Fault) -> bool:
    return fault.step is None and fault.nth is None and fault.every is None
