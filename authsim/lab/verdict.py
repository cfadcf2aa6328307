"""What a client did wrong at a portal: how often it asked, failed and was refused, and when it would be locked out.

It is counted from the story, so it says the same whether or not the portal really locked: a profile that never does
changes nothing about how the client behaved.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, final

from authsim.errors import FAILED_LOGINS, Reason
from authsim.events import EventKind
from authsim.lab.story import PORTAL, Entry
from authsim.policy import HOUR, SECOND, Policy

_ASKED: Final = frozenset({EventKind.PUSH_SENT.value, EventKind.PROMPT_ISSUED.value})
_DONE: Final = frozenset({EventKind.LOGIN_COMPLETED.value, EventKind.IDENTITY_VERIFIED.value})
_LIFTED: Final = frozenset({EventKind.USER_UNLOCKED.value, EventKind.DESK_UNLOCKED.value})
#: What ends a request to a phone, seen from the client: from then on asking again is no haste.
_ANSWERED: Final = _DONE | {
    kind.value
    for kind in (
        EventKind.PUSH_APPROVED,
        EventKind.PUSH_DENIED,
        EventKind.PUSH_REPORTED,
        EventKind.PUSH_EXPIRED,
        EventKind.LOGIN_EXPIRED,
        EventKind.CHALLENGE_EXPIRED,
        EventKind.PASSWORD_SET,
    )
}
_FAILURES: Final = frozenset(reason.value for reason in FAILED_LOGINS)
_CODES: Final = frozenset({Reason.WRONG_CODE.value, Reason.CODE_USED.value})
_THROTTLES: Final = frozenset({Reason.THROTTLED.value, Reason.SLOW_DOWN.value, Reason.SECOND_FACTOR_BLOCKED.value})


@final
class Conduct:
    """How a client behaved towards one user, or all of them.

    `locks_after_ms`: how long the failures took that lock by the rule, from the first one's password to the last one's
    refusal; None: none did.
    """

    __slots__ = ("failures", "locks", "locks_after_ms", "notified_ms", "refusals", "repeats", "requests", "throttles")

    def __init__(self) -> None:
        self.requests = 0
        self.notified_ms: list[int] = []
        self.failures = 0
        self.refusals: Counter[str] = Counter()
        self.throttles = 0
        self.locks = 0
        self.repeats = 0
        self.locks_after_ms: int | None = None

    def describe(self) -> dict[str, Any]:
        """Return it as JSON has it; durations in seconds."""
        return {
            "second_factor_requests": self.requests,
            "notifications": len(self.notified_ms),
            "most_notifications_in_an_hour": count_most(self.notified_ms, within_ms=HOUR),
            "requested_again_while_open": self.repeats,
            "failed_logins": self.failures,
            "refusals": dict(sorted(self.refusals.items())),
            "throttled": self.throttles,
            "locked_out": self.locks,
            "would_lock_after_seconds": None if self.locks_after_ms is None else self.locks_after_ms / SECOND,
        }


@final
class _Watched:
    """What is remembered of one user while the story is read.

    `tried_ms`: when a password was typed last. `failed`: of each failure when it was tried, and when it was refused.
    `asked_ms`: when the request that is open was made; `misses`: how many wrong answers it had.
    """

    __slots__ = ("asked_ms", "conduct", "failed", "misses", "tried_ms")

    def __init__(self) -> None:
        self.conduct = Conduct()
        self.tried_ms: int | None = None
        self.failed: deque[tuple[int, int]] = deque()
        self.asked_ms: int | None = None
        self.misses = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a client behaved, by user and in all. `policy` has the numbers of the rule."""

    users: dict[str, Conduct]
    policy: Policy

    def describe(self) -> dict[str, Any]:
        """Return it as JSON has it, with the same in sentences (`says`)."""
        return {
            "rule": {
                "failures": self.policy.lockout_failures,
                "within_seconds": self.policy.lockout_window_seconds,
            },
            "all": sum_up(self.users.values()).describe(),
            "users": {name: conduct.describe() for name, conduct in sorted(self.users.items())},
            "says": self.say(),
        }

    def say(self) -> list[str]:
        """Return what there is to say, a line or two for each user."""
        return [line for name, conduct in sorted(self.users.items()) for line in _say(name, conduct)]


def compute_verdict(entries: Iterable[Entry], *, policy: Policy) -> Verdict:
    """Return how the client behaved in these entries of the story. What nobody's name stands at counts for nobody."""
    users: dict[str, _Watched] = {}
    for entry in entries:
        if entry.end == PORTAL and entry.user is not None:
            _watch(users.setdefault(entry.user, _Watched()), entry, policy)
    return Verdict(users={name: watched.conduct for name, watched in users.items()}, policy=policy)


def sum_up(conducts: Iterable[Conduct]) -> Conduct:
    """Return the conduct towards several users as one; the earliest lock counts."""
    whole = Conduct()
    for one in conducts:
        whole.requests += one.requests
        whole.notified_ms = sorted([*whole.notified_ms, *one.notified_ms])
        whole.failures += one.failures
        whole.refusals += one.refusals
        whole.throttles += one.throttles
        whole.locks += one.locks
        whole.repeats += one.repeats
        found = [ms for ms in (whole.locks_after_ms, one.locks_after_ms) if ms is not None]
        whole.locks_after_ms = min(found, default=None)
    return whole


def count_most(instants_ms: list[int], *, within_ms: int) -> int:
    """Return how many of these ascending instants lie, at most, within one span of so many milliseconds."""
    most, first = 0, 0
    for last, at_ms in enumerate(instants_ms):
        while instants_ms[first] <= at_ms - within_ms:
            first += 1
        most = max(most, last - first + 1)
    return most


def _watch(watched: _Watched, entry: Entry, policy: Policy) -> None:
    conduct = watched.conduct
    if entry.what == EventKind.PASSWORD_COUNTED.value:
        watched.tried_ms = entry.at_ms
    if entry.why is not None:
        conduct.refusals[entry.why] += 1
        conduct.throttles += entry.why in _THROTTLES
    if entry.what in _ASKED:
        _note_request(watched, entry, policy)
    elif entry.what in _ANSWERED:
        watched.asked_ms = None
    conduct.locks += entry.what == EventKind.USER_LOCKED.value and "by" not in entry.facts
    if entry.what in _LIFTED or (entry.what in _DONE and entry.facts.get("factors") != "one"):
        watched.failed.clear()
    if entry.what == EventKind.LOGIN_REFUSED.value and entry.why in _FAILURES:
        _note_failure(watched, entry, policy)
        _note_miss(watched, entry, policy)


def _note_request(watched: _Watched, entry: Entry, policy: Policy) -> None:
    conduct = watched.conduct
    conduct.requests += 1
    if entry.facts.get("announced") == "yes":
        conduct.notified_ms.append(entry.at_ms)
    if watched.asked_ms is not None and entry.at_ms < watched.asked_ms + policy.push_ms:
        conduct.repeats += 1
    watched.asked_ms, watched.misses = entry.at_ms, 0


def _note_miss(watched: _Watched, entry: Entry, policy: Policy) -> None:
    """Count a wrong answer; the last one that a request allows ends it, with its login."""
    if entry.why == Reason.WRONG_PASSWORD.value:
        return
    watched.misses += 1
    allowed = policy.login_code_tries if entry.why in _CODES else policy.responses_per_challenge
    if entry.why == Reason.USER_LOCKED.value or watched.misses >= allowed:
        watched.asked_ms = None


def _note_failure(watched: _Watched, entry: Entry, policy: Policy) -> None:
    """Count a failed login; the one that is the last of the rule, within its window, would have locked."""
    watched.conduct.failures += 1
    failed = watched.failed
    failed.append((entry.at_ms if watched.tried_ms is None else watched.tried_ms, entry.at_ms))
    while failed[0][1] <= entry.at_ms - policy.lockout_window_seconds * SECOND:
        failed.popleft()
    if len(failed) >= policy.lockout_failures and watched.conduct.locks_after_ms is None:
        watched.conduct.locks_after_ms = entry.at_ms - failed[0][0]


def _say(name: str, conduct: Conduct) -> list[str]:
    most = count_most(conduct.notified_ms, within_ms=HOUR)
    parts = [
        _count(conduct.requests, "second-factor request"),
        f"{_count(len(conduct.notified_ms), 'notification')}, at most {most} in an hour",
        _count(conduct.failures, "failed login"),
        _count(conduct.throttles, "attempt", "that came too soon"),
        _count(conduct.locks, "lock-out"),
    ]
    lines = [f"{name}: {'; '.join(parts)}"]
    if conduct.repeats:
        lines.append(f"{name}: your client asked again {_count(conduct.repeats, 'time')} while a request was open")
    if conduct.locks_after_ms is not None:
        seconds = f"{conduct.locks_after_ms / SECOND:g}"
        lines.append(f"{name}: your client would have locked the account after {seconds} s")
    return lines


def _count(number: int, noun: str, rest: str = "") -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}{' ' if rest else ''}{rest}"
