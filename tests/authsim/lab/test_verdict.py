"""What a client did wrong, counted from the story."""

from collections import Counter
from collections.abc import Callable

import pytest

from authsim.errors import Reason, RefusalError
from authsim.lab.story import Story
from authsim.lab.verdict import Verdict, compute_verdict, count_most
from authsim.verifier import operators, passwords
from tests.support.lab import LabTown
from tests.support.people import BROWSER, WRONG, Person


def verdict_of(town: LabTown) -> Verdict:
    """How the client behaved so far."""
    story = Story(town.lab.journal, town.lab.record, town.verifier.store.users)
    return compute_verdict(story.walk(), policy=town.policy)


def fails(town: LabTown, alice: Person, times: int, *, every: int) -> None:
    """Type wrong passwords, once in so many seconds."""
    for _ in range(times):
        alice.fails_password()
        town.clock.advance(seconds=every)


def test_a_client_that_behaves_is_told_so() -> None:
    """One login with one notification is one request, and nothing that was refused."""
    town = LabTown()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    alice.logs_in_by_push(with_=phone)
    says = (
        "alice: 1 second-factor request; 1 notification, at most 1 in an hour; 0 failed logins; "
        "0 attempts that came too soon; 0 lock-outs"
    )
    assert verdict_of(town).describe() == {
        "rule": {"failures": 10, "within_seconds": 86_400},
        "all": (
            told := {
                "second_factor_requests": 1,
                "notifications": 1,
                "most_notifications_in_an_hour": 1,
                "requested_again_while_open": 0,
                "failed_logins": 0,
                "refusals": {},
                "throttled": 0,
                "locked_out": 0,
                "would_lock_after_seconds": None,
            }
        ),
        "users": {"alice": told},
        "says": [says],
    }


def test_a_client_that_guesses_is_told_when_it_would_be_locked_out() -> None:
    """The tenth failure within a day locks; the verdict says how long the client took, from its first try."""
    town = LabTown()
    alice = town.adds("alice")
    fails(town, alice, 10, every=3_600)
    alice.is_refused(Reason.USER_LOCKED)
    told = verdict_of(town).describe()["users"]["alice"]
    assert told["would_lock_after_seconds"] == 9 * 3_600
    assert told["locked_out"] == 1
    assert told["failed_logins"] == 11
    assert told["refusals"] == {"user_locked": 1, "wrong_password": 10}
    assert verdict_of(town).say()[-1] == "alice: your client would have locked the account after 32400 s"


def test_a_profile_that_never_locks_changes_nothing_about_the_verdict() -> None:
    """Where failures do not lock, the client that would have been locked out elsewhere is told so all the same."""
    town = LabTown()
    town.under(failures_lock=0)
    fails(town, town.adds("alice"), 10, every=1)
    told = verdict_of(town).describe()["all"]
    assert told["would_lock_after_seconds"] == 9
    assert told["locked_out"] == 0


def test_a_completed_login_and_a_day_make_failures_good() -> None:
    """Failures count in a row and within a day: what lies before a login, or a day back, counts no more."""
    town = LabTown()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    fails(town, alice, 9, every=3_600)
    town.clock.advance(seconds=86_400)
    fails(town, alice, 4, every=3_600)
    alice.logs_in(with_=phone)
    fails(town, alice, 4, every=3_600)
    operators.unlock(town.verifier, alice.user)
    fails(town, alice, 9, every=3_600)
    assert verdict_of(town).users["alice"].locks_after_ms is None


def test_attempts_inside_the_wait_are_throttled_and_no_failures() -> None:
    """What comes too soon is counted by itself, because the portal does not judge it."""
    town = LabTown()
    alice = town.adds("alice")
    fails(town, alice, 5, every=1)
    alice.is_refused(Reason.THROTTLED)
    told = verdict_of(town).describe()["all"]
    assert (told["throttled"], told["failed_logins"]) == (1, 5)


def test_asking_again_while_a_request_is_open_is_told() -> None:
    """Another request before the first is answered or over is one too many; after that it is none."""
    town = LabTown()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    waiting, _ = alice.is_asked()
    alice.resends(waiting)
    alice.begins()
    conduct = verdict_of(town).users["alice"]
    assert (conduct.repeats, conduct.requests) == (2, 3)
    town.clock.advance(seconds=181)
    _, asked = alice.is_asked()
    phone.denies(town.verifier, asked)
    alice.begins()
    assert verdict_of(town).users["alice"].repeats == 2
    assert "alice: your client asked again 2 times while a request was open" in verdict_of(town).say()


def test_asking_again_after_a_wrong_answer_is_no_haste() -> None:
    """The wrong response ended that login and its request, so the next request is the first that is open."""
    town = LabTown()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    alice.fails_response(alice.begins())
    alice.begins()
    conduct = verdict_of(town).users["alice"]
    assert (conduct.repeats, conduct.requests) == (0, 2)
    alice.begins()
    assert verdict_of(town).users["alice"].repeats == 1


def retries(town: LabTown, attempt: Callable[[], object], *, every: int, during: int) -> list[tuple[int, Reason]]:
    """Try again and again, once in so many seconds; return when each attempt was refused, and why."""
    begun_ms, met = town.clock.now_ms(), []
    while town.clock.now_ms() < begun_ms + during * 1_000:
        try:
            attempt()
        except RefusalError as refusal:
            met.append((town.clock.now_ms() - begun_ms, refusal.reason))
        town.clock.advance(seconds=every)
    return met


@pytest.mark.parametrize("what", ["passwords", "responses"])
def test_a_program_that_retries_at_once(what: str) -> None:
    """A login program that knows no pause: each attempt counts as what it was, and the tenth failure is told."""
    town = LabTown()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    alice.logs_in(with_=phone)
    town.clock.advance(days=1)  # of which nothing has to do with what follows

    def attempt() -> None:
        if what == "passwords":
            passwords.require_password(town.verifier, name="alice", password=WRONG, client=BROWSER)
        else:
            alice.answers(alice.begins(), "00000000")

    met = retries(town, attempt, every=5, during=2_400)

    wrong = Reason.WRONG_PASSWORD if what == "passwords" else Reason.WRONG_RESPONSE
    failed_ms = [at_ms for at_ms, reason in met if reason is wrong]
    reasons = Counter(reason for _, reason in met)
    assert len(failed_ms) == 10
    assert reasons[Reason.THROTTLED] > 0
    assert reasons[Reason.USER_LOCKED] > 0
    told = verdict_of(town).describe()["users"]["alice"]
    assert told["would_lock_after_seconds"] == failed_ms[-1] / 1_000
    assert told["failed_logins"] == 10 + reasons[Reason.USER_LOCKED]
    assert told["throttled"] == reasons[Reason.THROTTLED]
    assert told["locked_out"] == 1
    assert told["second_factor_requests"] == 1 + (0 if what == "passwords" else 10)


def test_a_program_that_asks_all_night() -> None:
    """Nobody answers, and the program logs in anew every fifteen seconds: each request counts, and those in an hour."""
    town = LabTown()
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    asked: list[bool] = []

    def attempt() -> None:
        push = alice.begins().push
        asked.append(push is not None and push.is_notified)

    met = retries(town, attempt, every=15, during=2 * 3_600)

    told = verdict_of(town).describe()["users"]["alice"]
    assert len(asked) + len(met) == 480
    assert told["second_factor_requests"] == len(asked)
    assert told["notifications"] == sum(asked)
    assert told["most_notifications_in_an_hour"] == min(sum(asked), max(sum(asked[at : at + 240]) for at in range(240)))
    assert told["requested_again_while_open"] == len(asked) - 1
    assert (told["failed_logins"], told["would_lock_after_seconds"]) == (0, None)


def test_all_users_are_summed_up() -> None:
    """In all: sums, the most notifications in an hour of anybody's, and the earliest lock."""
    town = LabTown()
    alice, bob = town.adds("alice"), town.adds("bob", number="+12125550143")
    fails(town, alice, 10, every=3_600)
    fails(town, bob, 10, every=1_800)
    told = verdict_of(town).describe()["all"]
    assert told["failed_logins"] == 20
    assert told["would_lock_after_seconds"] == 9 * 1_800
    assert told["locked_out"] == 2


def test_the_most_within_a_span() -> None:
    """A span of an hour that begins at an instant does not hold the one an hour later."""
    assert count_most([], within_ms=10) == 0
    assert count_most([0, 10, 20], within_ms=10) == 1
    assert count_most([0, 9, 17, 18], within_ms=10) == 3
