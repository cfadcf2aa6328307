"""What a browser does with its login's request: sends another, and collects the approval."""

import pytest

from authsim import states
from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Client, Factors, Lockout
from authsim.policy import DAY, SECOND
from authsim.secret import Secret
from authsim.verifier import operators, push, sessions
from authsim.verifier.topics import device_topic, login_topic, session_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, refused


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


class TestCollect:
    """The browser goes on after the phone approved."""

    def test_it_opens_the_session_of_two_factors(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """Nothing is typed; the login is done, the failures are forgotten, the challenge is cancelled."""
        enrolled.fails_password()
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)

        proof = enrolled.collects(pending)

        assert sessions.require_session(town.verifier, proof.token).session.factors is Factors.TWO
        assert (proof.failures_before, enrolled.lockout) == (1, Lockout())
        login = town.verifier.store.logins.find(pending.login.token_hash)
        challenge = town.verifier.store.logins.challenge_of(pending.login.login_id)
        assert login is not None
        assert challenge is not None
        assert (login.state, challenge.state) == (states.Login.DONE, states.OneShot.CANCELLED)
        assert enrolled.events()[-2:] == [(EventKind.LOGIN_COMPLETED, None), (EventKind.SESSION_OPENED, None)]

    def test_it_is_collected_once(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """A second window of the same browser finds the login done."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        enrolled.collects(pending)

        with refused(Reason.CHALLENGE_CONSUMED):
            enrolled.collects(pending)

    def test_two_windows_at_once_get_one_session(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The loser of the race is told that it is done."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        town.between.before("logins.complete_approved", lambda: enrolled.collects(pending))

        with refused(Reason.CHALLENGE_CONSUMED):
            enrolled.collects(pending)
        assert enrolled.events().count((EventKind.LOGIN_COMPLETED, None)) == 1

    def test_without_an_approval_nothing_opens_and_nothing_ends(
        self, town: Town, enrolled: Person, phone: TestPhone
    ) -> None:
        """Pressed too early, the page stays; the response may still be typed."""
        pending, asked = enrolled.is_asked()
        with refused(Reason.PUSH_NOT_APPROVED):
            enrolled.collects(pending)

        phone.approves(town.verifier, asked)
        enrolled.collects(pending)

    def test_a_login_of_before_there_were_requests_has_none_to_collect(self, town: Town, enrolled: Person) -> None:
        """It takes its response."""
        pending = enrolled.begins()
        town.between.replace("pushes.latest_of_login", lambda _: None)

        with refused(Reason.PUSH_NOT_APPROVED):
            enrolled.collects(pending)

    def test_a_newer_request_has_to_be_approved_itself(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """What was sent again is what counts."""
        pending = enrolled.begins()
        asked = enrolled.resends(pending)
        with refused(Reason.PUSH_NOT_APPROVED):
            enrolled.collects(pending)

        phone.approves(town.verifier, asked)
        enrolled.collects(pending)

    def test_an_unknown_browser_collects_nothing(self, town: Town) -> None:
        """Whoever does not hold the login's token has no login."""
        with refused(Reason.LOGIN_EXPIRED):
            push.complete_approved(town.verifier, token=Secret("x"), client=BROWSER)

    def test_a_user_who_is_locked_meanwhile(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The lock ends the login, and nothing is counted: nothing was guessed."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        enrolled.is_locked()
        before = enrolled.lockout

        with refused(Reason.USER_LOCKED) as caught:
            enrolled.collects(pending)

        assert caught.value.retry_after_ms == DAY
        assert enrolled.lockout == before
        with refused(Reason.LOGIN_CLOSED):
            enrolled.collects(pending)
        assert enrolled.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.USER_LOCKED)

    def test_a_lock_and_the_end_of_the_phone_at_one_moment(
        self, town: Town, enrolled: Person, phone: TestPhone
    ) -> None:
        """Whoever closed the login first, the browser hears of the lock, and it stands in the record."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        enrolled.is_locked()
        town.between.before("logins.fail", lambda: operators.suspend(town.verifier, enrolled.user))

        with refused(Reason.USER_LOCKED):
            enrolled.collects(pending)
        assert enrolled.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.USER_LOCKED)

    def test_a_lock_that_comes_at_this_moment_stays(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """Completing never clears a lock that was set after it was looked at."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        town.between.before("logins.complete_approved", enrolled.is_locked)

        with refused(Reason.USER_LOCKED):
            enrolled.collects(pending)
        assert enrolled.lockout.locked_until_ms == town.clock.now_ms() + DAY

    def test_a_phone_suspended_at_this_moment_opens_nothing(
        self, town: Town, enrolled: Person, phone: TestPhone
    ) -> None:
        """The approval dies with the device."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        town.between.before("logins.complete_approved", lambda: operators.suspend(town.verifier, enrolled.user))

        with refused(Reason.NO_ACTIVE_DEVICE):
            enrolled.collects(pending)

    def test_approved_at_this_moment_it_sends_nothing(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The approval is not lost: the browser may collect it."""
        pending, asked = enrolled.is_asked()
        town.between.before("pushes.issue", lambda: phone.approves(town.verifier, asked))

        with refused(Reason.PUSH_CLOSED):
            enrolled.resends(pending)
        enrolled.collects(pending)

    def test_a_conflict_that_the_login_does_not_explain_is_the_stores(
        self, town: Town, enrolled: Person, phone: TestPhone
    ) -> None:
        """The login still waits, and may be tried again."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)

        def conflict(*_: object, **__: object) -> None:
            raise StoreConflictError("that session exists already")

        town.between.replace("logins.complete_approved", conflict)

        with pytest.raises(StoreConflictError):
            enrolled.collects(pending)


class TestStepUp:
    """*Sign in with your phone*, by approval."""

    def test_the_limited_session_is_replaced(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """One tap turns it into one of two factors, with a new token, and the old page is told."""
        entry = alice.activates(phone)
        page = town.verifier.bus.subscribe(session_topic(entry.session.session_id))
        pending = alice.steps_up(entry)
        assert pending.push is not None
        phone.approves(town.verifier, pending.push)

        proof = alice.collects(pending)

        assert page.wait(0)
        assert sessions.require_session(town.verifier, proof.token).session.factors is Factors.TWO
        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, entry.token)

    def test_a_session_that_was_signed_out_steps_up_nowhere(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """What vouched for the first factor is gone."""
        entry = alice.activates(phone)
        pending = alice.steps_up(entry)
        assert pending.push is not None
        phone.approves(town.verifier, pending.push)
        sessions.end_session(town.verifier, entry.session)

        with refused(Reason.LOGIN_CLOSED):
            alice.collects(pending)


class TestResend:
    """*Resend notification*."""

    def test_another_request_beside_the_same_challenge(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """It has its own life, supersedes the first, is announced, and names where it was asked again."""
        pending, first = enrolled.is_asked()
        town.clock.advance(seconds=30)
        elsewhere = Client(address="192.0.2.9", agent="another browser")

        again = push.resend_request(town.verifier, token=pending.token, client=elsewhere)

        assert again.challenge == pending.challenge
        assert again.push is not None
        assert again.push.expires_ms == town.clock.now_ms() + 180 * SECOND
        assert again.push.client == elsewhere
        assert again.push.is_notified
        assert again.push.sequence > first.sequence
        kept = town.verifier.store.pushes.get(first.request_id)
        assert kept is not None
        assert kept.state is states.OneShot.SUPERSEDED
        assert enrolled.events()[-1] == (EventKind.PUSH_SENT, None)
        phone.approves(town.verifier, again.push)
        enrolled.collects(pending)

    def test_it_never_outlives_its_login(self, town: Town, enrolled: Person) -> None:
        """After 170 of 300 seconds it has 130."""
        pending = enrolled.begins()
        town.clock.advance(seconds=170)

        assert enrolled.resends(pending).expires_ms == pending.login.expires_ms

    def test_phone_and_page_are_woken(self, town: Town, enrolled: Person) -> None:
        """The phone has something to show, and the page another request to wait for."""
        pending, asked = enrolled.is_asked()
        listeners = [
            town.verifier.bus.subscribe(topic)
            for topic in (device_topic(asked.device_id), login_topic(pending.login.login_id))
        ]

        enrolled.resends(pending)

        assert [listener.wait(0) for listener in listeners] == [True, True]

    def test_a_user_without_notifications_gets_a_fresh_silent_one(self, town: Town, enrolled: Person) -> None:
        """For the QR code, whose request has run out; the limits on announcing do not matter."""
        enrolled.switches_notifications(False)
        town.under(push_burst=1)
        pending = enrolled.begins()

        assert not enrolled.resends(pending).is_notified

    def test_what_is_approved_is_not_sent_again(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """There is nothing left to ask."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)

        with refused(Reason.PUSH_CLOSED):
            enrolled.resends(pending)
        enrolled.collects(pending)

    def test_a_login_that_is_over_sends_nothing(self, enrolled: Person) -> None:
        """It says why."""
        pending = enrolled.begins()
        enrolled.fails_response(pending)

        with refused(Reason.LOGIN_CLOSED):
            enrolled.resends(pending)

    def test_completed_at_this_moment_it_sends_nothing(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The loser of the race is told that the login is done."""
        pending = enrolled.begins()
        response = phone.respond(pending.challenge.question)
        town.between.before("pushes.issue", lambda: enrolled.answers(pending, response))

        with refused(Reason.CHALLENGE_CONSUMED):
            enrolled.resends(pending)

    def test_a_conflict_that_the_login_does_not_explain_is_the_stores(self, town: Town, enrolled: Person) -> None:
        """The login still waits, and may be tried again."""
        pending = enrolled.begins()

        def conflict(*_: object, **__: object) -> None:
            raise StoreConflictError("that request exists already")

        town.between.replace("pushes.issue", conflict)

        with pytest.raises(StoreConflictError):
            enrolled.resends(pending)

    def test_in_the_same_breath_it_is_refused_with_the_time_to_wait(self, town: Town, enrolled: Person) -> None:
        """Five seconds lie between two notifications of a login; a silent request, and one that is over, need none."""
        pending, asked = enrolled.is_asked()
        town.clock.advance(seconds=4)
        with refused(Reason.RESENT_TOO_SOON) as caught:
            push.resend_request(town.verifier, token=pending.token, client=BROWSER)
        assert caught.value.retry_after_ms == SECOND
        kept = town.verifier.store.pushes.get(asked.request_id)
        assert kept is not None
        assert kept.state is states.OneShot.ISSUED

        town.clock.advance(seconds=1)
        assert push.resend_request(town.verifier, token=pending.token, client=BROWSER).push != asked

        enrolled.switches_notifications(False)
        silent, _ = enrolled.is_asked()
        push.resend_request(town.verifier, token=silent.token, client=BROWSER)
        push.resend_request(town.verifier, token=silent.token, client=BROWSER)

    def test_one_that_has_expired_is_sent_again_at_once(self, town: Town, enrolled: Person) -> None:
        """Where requests live for a moment only, nobody waits for the next."""
        town.under(push_seconds=2)
        pending, asked = enrolled.is_asked()
        town.clock.advance(seconds=2)
        assert push.resend_request(town.verifier, token=pending.token, client=BROWSER).push != asked

    def test_beyond_the_limit_it_is_refused_with_the_time_to_wait(self, town: Town, enrolled: Person) -> None:
        """The request that is open stays."""
        town.under(push_burst=2)
        pending, _ = enrolled.is_asked()
        town.clock.advance(seconds=10)
        asked = enrolled.resends(pending)

        with refused(Reason.PUSHES_SPENT) as caught:
            enrolled.resends(pending)

        assert caught.value.retry_after_ms == 580 * SECOND
        kept = town.verifier.store.pushes.get(asked.request_id)
        assert kept is not None
        assert kept.state is states.OneShot.ISSUED
