"""Signed-in browsers: found by their token, ended by time, by their user, or by a newer login."""

import pytest

from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Authenticated, SessionId
from authsim.policy import SECOND
from authsim.secret import Secret
from authsim.verifier import operators, sessions
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def signed_in(alice: Person, phone: TestPhone) -> Authenticated:
    """alice, signed in with both factors in one browser."""
    pending = alice.steps_up(alice.activates(phone))
    return alice.answers(pending, phone.respond(pending.challenge.question))


def test_a_token_finds_its_session_and_user(town: Town, alice: Person, signed_in: Authenticated) -> None:
    """The proof names both, as they are now."""
    found = sessions.require_session(town.verifier, signed_in.token)

    assert found.session == signed_in.session
    assert found.user.user_id == alice.user.user_id
    assert sessions.require_two_factors(found) is found


def test_an_unknown_token_finds_nothing(town: Town) -> None:
    """A token that was made up is an expired session, and is never adopted."""
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, Secret("made up"))


def test_idle_time_ends_it_to_the_millisecond(town: Town, alice: Person, signed_in: Authenticated) -> None:
    """Fifteen minutes without a request end it for good, and the first look writes that."""
    town.clock.advance(ms=900 * SECOND - 1)
    sessions.require_session(town.verifier, signed_in.token)
    town.clock.advance(seconds=900)

    for _ in range(2):
        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, signed_in.token)
    assert alice.events().count((EventKind.SESSION_EXPIRED, None)) == 1


def test_twelve_hours_end_it_however_busy(town: Town, signed_in: Authenticated) -> None:
    """The absolute end comes to the millisecond, also for who never paused."""
    for _ in range(43_200 // 600 - 1):
        town.clock.advance(seconds=600)
        sessions.require_session(town.verifier, signed_in.token)
    town.clock.advance(ms=600 * SECOND - 1)
    sessions.require_session(town.verifier, signed_in.token)
    town.clock.advance(ms=1)

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, signed_in.token)


def test_last_seen_is_written_at_most_every_thirty_seconds(town: Town, signed_in: Authenticated) -> None:
    """A busy page does not cost a durable write with each request."""
    opened_ms = town.clock.now_ms()
    town.clock.advance(ms=30 * SECOND - 1)
    assert sessions.require_session(town.verifier, signed_in.token).session.last_seen_ms == opened_ms
    town.clock.advance(ms=1)

    assert sessions.require_session(town.verifier, signed_in.token).session.last_seen_ms == town.clock.now_ms()

    (kept,) = sessions.list_sessions(town.verifier, signed_in.user.user_id)
    assert kept.last_seen_ms == town.clock.now_ms()


def test_a_short_idle_time_is_noticed_often_enough(town: Town, signed_in: Authenticated) -> None:
    """With an idle time of ten seconds, last-seen is written every second."""
    town.under(session_idle_seconds=10)
    for _ in range(30):
        town.clock.advance(seconds=1)
        assert sessions.require_session(town.verifier, signed_in.token).session.last_seen_ms == town.clock.now_ms()


def test_no_session_outlives_its_account(town: Town, alice: Person, phone: TestPhone) -> None:
    """On the last day the session ends with the account."""
    alice.activates(phone)
    town.clock.advance(days=7, seconds=-60)

    assert alice.logs_in(with_=phone).session.expires_ms == alice.user.expires_ms


def test_signing_out_is_for_good_and_may_be_repeated(town: Town, alice: Person, signed_in: Authenticated) -> None:
    """After it the token is dead; a second press is no error and no second row."""
    sessions.end_session(town.verifier, signed_in.session)
    sessions.end_session(town.verifier, signed_in.session)

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, signed_in.token)
    assert alice.events().count((EventKind.SESSION_ENDED, None)) == 1


def test_another_browser_can_be_signed_out(
    town: Town, alice: Person, phone: TestPhone, signed_in: Authenticated
) -> None:
    """The list shows both, newest first; ending the other leaves this one."""
    town.clock.advance(seconds=1)
    here = alice.logs_in(with_=phone)
    listed = sessions.list_sessions(town.verifier, alice.user.user_id)
    assert [session.session_id for session in listed] == [here.session.session_id, signed_in.session.session_id]
    proof = sessions.require_session(town.verifier, here.token)

    sessions.end_other_session(town.verifier, proof, signed_in.session.session_id)

    sessions.require_session(town.verifier, here.token)
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, signed_in.token)
    with refused(Reason.NOT_YOURS):
        sessions.end_other_session(town.verifier, proof, signed_in.session.session_id)


def test_nobody_ends_the_sessions_of_others(town: Town, signed_in: Authenticated) -> None:
    """Somebody else's session, and one that never was, look alike: not yours."""
    bob, phone = town.adds("bob"), town.sells_phone()
    bob.activates(phone)
    proof = sessions.require_session(town.verifier, bob.logs_in(with_=phone).token)

    for session_id in (signed_in.session.session_id, SessionId("0" * 32)):
        with refused(Reason.NOT_YOURS):
            sessions.end_other_session(town.verifier, proof, session_id)
    sessions.require_session(town.verifier, signed_in.token)


def test_a_limited_session_ends_no_other(town: Town, alice: Person) -> None:
    """Ending other sessions needs two factors, enforced here and not only by the page."""
    one, two = alice.enters(), alice.enters()
    proof = sessions.require_session(town.verifier, one.token)

    with refused(Reason.SECOND_FACTOR_REQUIRED):
        sessions.end_other_session(town.verifier, proof, two.session.session_id)


def test_idle_sessions_are_not_listed(town: Town, alice: Person, signed_in: Authenticated) -> None:
    """What a token could not open any more is not shown as open."""
    town.clock.advance(seconds=900)

    assert sessions.list_sessions(town.verifier, alice.user.user_id) == []


def test_a_sixth_session_ends_the_oldest(town: Town, alice: Person, phone: TestPhone) -> None:
    """Five browsers at once; the first one goes when a sixth signs in."""
    alice.activates(phone)
    opened = []
    for _ in range(6):
        town.clock.advance(seconds=1)
        opened.append(alice.logs_in(with_=phone))

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, opened[0].token)
    for authenticated in opened[1:]:
        sessions.require_session(town.verifier, authenticated.token)


def test_an_expiry_that_somebody_else_wrote_is_the_same_refusal(town: Town, signed_in: Authenticated) -> None:
    """Two requests that see the expiry at once are both refused, and neither fails."""
    town.clock.advance(seconds=900)
    town.between.before("sessions.end", lambda: sessions.end_session(town.verifier, signed_in.session))

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, signed_in.token)


def test_a_user_who_is_removed_meanwhile_is_a_conflict(town: Town, alice: Person, signed_in: Authenticated) -> None:
    """A session whose user vanished between two reads opens nothing."""
    town.between.before("users.get", lambda: operators.remove_user(town.verifier, alice.user))

    with pytest.raises(StoreConflictError):
        sessions.require_session(town.verifier, signed_in.token)
