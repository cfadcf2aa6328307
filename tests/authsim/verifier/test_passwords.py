"""The first factor: counted before it is judged, and quiet about who exists."""

import pytest

from authsim.errors import Reason, StoreConflictError, StoreError
from authsim.events import EventKind
from authsim.model import Client, Lockout, Mode
from authsim.policy import DAY, SECOND
from authsim.secret import Secret
from authsim.verifier import challenge_response, login, operators, passwords
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, WRONG, Person, Town, refused


def test_a_right_password_is_a_proof(town: Town, alice: Person) -> None:
    """The proof names the user, the instant and the browser, and leaves no failure."""
    first = alice.passes_password()

    assert first.user == alice.user
    assert (first.at_ms, first.client) == (town.clock.now_ms(), BROWSER)
    assert (first.login, first.token) == (None, None)
    assert alice.lockout == Lockout()
    assert alice.events()[1:] == [(EventKind.PASSWORD_COUNTED, None), (EventKind.PASSWORD_PASSED, None)]


def test_a_wrong_password_counts(town: Town, alice: Person) -> None:
    """A failure stands with its instant, and the record names the reason."""
    alice.fails_password()

    assert alice.lockout == Lockout(failures_ms=(town.clock.now_ms(),))
    assert alice.events()[1:] == [
        (EventKind.PASSWORD_COUNTED, None),
        (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD),
    ]


def test_the_failure_stands_before_anybody_compares(town: Town, alice: Person) -> None:
    """While the password is being compared, the store already holds the failure."""
    seen: list[int] = []
    town.passwords.meanwhile = lambda: seen.append(len(alice.lockout.failures_ms))

    alice.passes_password()

    assert seen == [1]
    assert alice.lockout == Lockout()


@pytest.mark.parametrize("name", ["bob", "Alice", "", "a", "alice\0", "alice\n", "ålice", "x" * 10_000, "'; --"])
def test_an_unknown_name_gets_the_same_work_and_the_same_words(town: Town, alice: Person, name: str) -> None:
    """Unknown and known names cost one hash and two rows, and sound alike; nothing that was typed is kept."""
    before = len(town.events())

    with refused(Reason.WRONG_PASSWORD) as caught:
        passwords.require_password(town.verifier, name=name, password=PASSWORD, client=BROWSER)

    assert town.passwords.compared == [None]
    assert caught.value.retry_after_ms is None
    assert town.events()[before:] == [
        (EventKind.PASSWORD_COUNTED, None),
        (EventKind.LOGIN_REFUSED, Reason.UNKNOWN_USER),
    ]
    for row in town.verifier.store.audit.read(after=before, most=10):
        assert row.event.user_id is None
        assert dict(row.event.facts) == {"address": BROWSER.address, "agent": BROWSER.agent}


def test_ten_failures_lock_and_the_right_password_does_not_help(town: Town, alice: Person) -> None:
    """Nine failures leave the door open; after the tenth the right password is refused, uncompared."""
    town.under(throttle_seconds=0)
    for _ in range(9):
        alice.fails_password()
    alice.passes_password()
    alice.fails_password()
    compared = len(town.passwords.compared)

    refusal = alice.is_refused(Reason.USER_LOCKED)

    assert refusal.retry_after_ms == DAY
    assert len(town.passwords.compared) == compared
    assert (EventKind.USER_LOCKED, None) in alice.events()
    assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.USER_LOCKED)


def test_the_lock_runs_from_the_last_attempt_and_ends_to_the_millisecond(town: Town, alice: Person) -> None:
    """An attempt during the lock begins it anew; when it has run out, the record is clear."""
    town.under(throttle_seconds=0)
    for _ in range(10):
        alice.fails_password()
    town.clock.advance(seconds=86_399)
    alice.is_refused(Reason.USER_LOCKED)
    town.clock.advance(seconds=86_399)
    alice.fails_password(Reason.USER_LOCKED)
    town.clock.advance(ms=DAY - 1)
    alice.is_refused(Reason.USER_LOCKED)
    town.clock.advance(ms=DAY)

    alice.passes_password()

    assert alice.lockout == Lockout()


def test_a_right_password_alone_resets_nothing(town: Town, alice: Person) -> None:
    """Failures survive any number of right passwords."""
    town.under(throttle_seconds=0)
    for _ in range(4):
        alice.fails_password()
        alice.passes_password()

    assert len(alice.lockout.failures_ms) == 4


def test_a_completed_login_resets(town: Town, alice: Person, phone: TestPhone) -> None:
    """Both factors clear the record, and the person is told how many failures there were."""
    alice.activates(phone)
    for _ in range(3):
        alice.fails_password()

    authenticated = alice.logs_in(with_=phone)

    assert authenticated.failures_before == 3
    assert authenticated.user.lockout == alice.lockout == Lockout()


def test_from_the_fifth_failure_on_the_next_attempt_waits(town: Town, alice: Person) -> None:
    """53 seconds, then 106: an attempt inside the wait is neither compared nor counted, right or wrong."""
    for _ in range(5):
        alice.fails_password()
    compared = len(town.passwords.compared)
    assert alice.is_refused(Reason.THROTTLED).retry_after_ms == 53 * SECOND
    town.clock.advance(ms=53 * SECOND - 1)
    assert alice.fails_password(Reason.THROTTLED).retry_after_ms == 1
    assert len(town.passwords.compared) == compared
    assert len(alice.lockout.failures_ms) == 5

    town.clock.advance(ms=1)
    alice.fails_password()

    assert alice.is_refused(Reason.THROTTLED).retry_after_ms == 106 * SECOND
    assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.THROTTLED)
    town.clock.advance(seconds=106)
    alice.passes_password()


def test_a_password_has_no_age(town: Town) -> None:
    """As long as an account lives, its password is good: nobody has to change it after a while."""
    person = town.under(account_days=365).adds("person")
    for _ in range(364):
        town.clock.advance(days=1)
        assert person.passes_password().user.user_id == person.user.user_id


def test_an_expired_account_is_told_only_to_who_knows_the_password(town: Town, alice: Person) -> None:
    """After its last day a wrong password is wrong, and a right one learns why it does not help."""
    town.clock.advance(days=7, ms=-1)
    alice.passes_password()
    town.clock.advance(ms=1)

    alice.fails_password()
    failures = alice.lockout

    alice.is_refused(Reason.ACCOUNT_EXPIRED)
    assert alice.lockout == failures
    assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.ACCOUNT_EXPIRED)


def test_a_hash_that_could_not_be_computed_is_not_a_failure(town: Town, alice: Person) -> None:
    """When the hashing is too busy nobody judged anything, and the count goes back."""

    def busy() -> None:
        raise StoreError("too many hashes are waiting")

    town.passwords.meanwhile = busy
    with pytest.raises(StoreError, match="waiting"):
        alice.passes_password()

    assert alice.lockout == Lockout()


def test_a_failure_that_came_meanwhile_stays(town: Town, alice: Person) -> None:
    """While the right password is compared somebody else fails: that failure remains, only that one."""

    def somebody_else() -> None:
        town.clock.advance(ms=5)
        alice.fails_password()

    town.passwords.meanwhile = somebody_else
    first = alice.passes_password()

    assert alice.lockout.failures_ms == (first.at_ms + 5,)
    assert first.user.lockout == alice.lockout


def test_a_lock_that_was_lifted_meanwhile_keeps_the_record_complete(town: Town, alice: Person) -> None:
    """When nothing is left to take back, the passed password is recorded all the same."""
    town.passwords.meanwhile = lambda: operators.unlock(town.verifier, alice.user)

    alice.passes_password()

    assert alice.lockout == Lockout()
    assert alice.events()[-1] == (EventKind.PASSWORD_PASSED, None)


def test_a_user_who_is_removed_meanwhile_is_a_conflict(town: Town, alice: Person) -> None:
    """Between finding and counting the user may vanish: busy, not a crash and not a pass."""
    town.between.before("users.change_lockout", lambda: operators.remove_user(town.verifier, alice.user))

    with pytest.raises(StoreConflictError):
        alice.passes_password()


def test_an_empty_client_leaves_no_facts(town: Town, alice: Person) -> None:
    """What is not known is not recorded."""
    with refused(Reason.WRONG_PASSWORD):
        passwords.require_password(town.verifier, name="alice", password=WRONG, client=Client())

    (row, *_) = town.verifier.store.audit.list_of(alice.user.user_id, most=1)
    assert dict(row.event.facts) == {}


class TestResume:
    """The live/paper correction continues a first factor without the password."""

    def token(self, alice: Person) -> Secret:
        """Choose the wrong mode, and return what the browser keeps."""
        with refused(Reason.WRONG_MODE) as caught:
            alice.begins(mode=Mode.PAPER)
        assert caught.value.continuation is not None
        return caught.value.continuation

    def test_the_same_browser_goes_on_for_a_minute(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Until a millisecond before the minute the token stands for the password, and the same login goes on."""
        alice.activates(phone)
        token = self.token(alice)
        town.clock.advance(ms=60 * SECOND - 1)

        first = passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)
        pending = login.begin_login(town.verifier, first, mode=Mode.LIVE)

        assert first.login is not None
        assert pending.login.login_id == first.login.login_id
        assert pending.login.mode is Mode.LIVE
        response = phone.respond(pending.challenge.question)
        challenge_response.complete_challenge(town.verifier, token=pending.token, response=response, client=BROWSER)

    def test_after_the_minute_it_is_expired_and_written_so(self, town: Town, alice: Person) -> None:
        """At the minute exactly the token is worth nothing, and the second look finds it closed."""
        token = self.token(alice)
        town.clock.advance(seconds=60)

        with refused(Reason.LOGIN_EXPIRED):
            passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)
        with refused(Reason.LOGIN_CLOSED):
            passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)
        assert alice.events()[-1] == (EventKind.LOGIN_EXPIRED, None)

    def test_an_unknown_token_is_closed(self, town: Town) -> None:
        """A token that nobody was given resumes nothing."""
        with refused(Reason.LOGIN_CLOSED):
            passwords.resume_first_factor(town.verifier, token=Secret("x"), name="alice", client=BROWSER)

    def test_it_serves_one_name_only(self, town: Town, alice: Person) -> None:
        """Who changes the name as well has to type a password, and nobody's failures are counted."""
        bob = town.adds("bob")
        token = self.token(alice)

        with refused(Reason.WRONG_PASSWORD):
            passwords.resume_first_factor(town.verifier, token=token, name="bob", client=BROWSER)

        assert bob.lockout == alice.lockout == Lockout()

    def test_a_locked_user_cannot_resume(self, town: Town, alice: Person) -> None:
        """A lock that came meanwhile holds, and is not extended by this."""
        token = self.token(alice)
        operators.lock(town.verifier, alice.user)
        locked = alice.lockout
        town.clock.advance(seconds=1)

        with refused(Reason.USER_LOCKED) as caught:
            passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)

        assert caught.value.retry_after_ms == DAY - SECOND
        assert alice.lockout == locked
