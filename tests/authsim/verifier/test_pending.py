"""A login that waits for its second factor: whether it still does, and if not, why."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Mode, PendingLogin
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.pending import CLOSED, find_pending
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


class TestFindPending:
    """What a reload says of a login that cannot go on."""

    def find(self, town: Town, pending: PendingLogin, reason: Reason) -> None:
        """Expect the same refusal twice: the second look finds what the first one wrote."""
        for _ in range(2):
            with refused(reason):
                find_pending(town.verifier, pending.token)

    def test_an_unknown_token_has_expired(self, town: Town) -> None:
        """Nothing is known of it; start over."""
        with refused(Reason.LOGIN_EXPIRED):
            find_pending(town.verifier, Secret("x"))

    def test_a_challenge_expires_to_the_millisecond_and_is_written_once(self, town: Town, enrolled: Person) -> None:
        """At its 180th second the challenge is over for good, and the first look writes it."""
        pending = enrolled.begins(notify=False)
        town.clock.advance(seconds=180)

        self.find(town, pending, Reason.CHALLENGE_EXPIRED)

        kept = town.verifier.store.logins.challenge_of(pending.login.login_id)
        assert kept is not None
        assert kept.state is states.OneShot.EXPIRED
        assert enrolled.events().count((EventKind.CHALLENGE_EXPIRED, None)) == 1
        assert enrolled.lockout.failures_ms == ()

    def test_a_notification_that_nobody_answered_is_what_is_told(self, town: Town, enrolled: Person) -> None:
        """Who waited for the phone hears of the notification, whenever they look; who types hears of the challenge."""
        pending = enrolled.begins()
        town.clock.advance(seconds=180)
        with refused(Reason.CHALLENGE_EXPIRED):
            enrolled.answers(pending, "00000000")
        self.find(town, pending, Reason.PUSH_EXPIRED)
        self.find(town, pending, Reason.PUSH_EXPIRED)
        assert enrolled.lockout.failures_ms == ()

    def test_a_completed_login_is_consumed(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """The back button after a login says that it is done."""
        pending = enrolled.begins()
        enrolled.answers(pending, phone.respond(pending.challenge.question))

        self.find(town, pending, Reason.CHALLENGE_CONSUMED)

    def test_a_failed_login_is_closed(self, town: Town, enrolled: Person) -> None:
        """After a wrong response there is nothing to come back to."""
        pending = enrolled.begins()
        enrolled.fails_response(pending)

        self.find(town, pending, Reason.LOGIN_CLOSED)

    def test_a_revoked_device_answers_nothing(self, town: Town, enrolled: Person) -> None:
        """The challenge of a phone that was revoked meanwhile is cancelled."""
        pending = enrolled.begins()
        operators.revoke_device(town.verifier, enrolled.user)

        self.find(town, pending, Reason.NO_ACTIVE_DEVICE)

    def test_a_login_without_a_challenge_awaits_the_correction(self, town: Town, enrolled: Person) -> None:
        """A remembered first factor has no second-factor page, and expires with its minute."""
        with refused(Reason.WRONG_MODE) as caught:
            enrolled.begins(mode=Mode.PAPER)
        token = caught.value.continuation
        assert token is not None
        with refused(Reason.LOGIN_CLOSED):
            find_pending(town.verifier, token)
        town.clock.advance(seconds=60)

        for _ in range(2):
            with refused(Reason.LOGIN_EXPIRED):
                find_pending(town.verifier, token)
        assert enrolled.events().count((EventKind.LOGIN_EXPIRED, None)) == 1

    def test_every_state_but_issued_has_its_reason(self) -> None:
        """No closed challenge is without a word for it."""
        assert set(CLOSED) == set(states.OneShot)

    def test_a_login_waits_on_for_its_request(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """A request that was sent again outlives the challenge: the login stays, and a response comes too late."""
        pending = enrolled.begins()
        town.clock.advance(seconds=100)
        asked = enrolled.resends(pending)
        town.clock.advance(seconds=80)

        found = find_pending(town.verifier, pending.token)

        assert found.push is not None
        assert found.push.request_id == asked.request_id
        with refused(Reason.CHALLENGE_EXPIRED):
            enrolled.answers(pending, phone.respond(pending.challenge.question))
        phone.approves(town.verifier, asked)
        enrolled.collects(pending)

    def test_with_the_request_the_login_ends(self, town: Town, enrolled: Person) -> None:
        """When neither challenge nor request can be answered, the login is over, and both ends are written."""
        pending = enrolled.begins()
        town.clock.advance(seconds=100)
        asked = enrolled.resends(pending)
        town.clock.advance(seconds=180)

        self.find(town, pending, Reason.PUSH_EXPIRED)

        kept = town.verifier.store.pushes.get(asked.request_id)
        assert kept is not None
        assert kept.state is states.OneShot.EXPIRED
        assert enrolled.events()[-2:] == [(EventKind.PUSH_EXPIRED, None), (EventKind.CHALLENGE_EXPIRED, None)]

    def test_an_approval_waits_for_its_browser(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """Approved in the last moment, the login stays open until it is over itself."""
        pending, asked = enrolled.is_asked()
        town.clock.advance(seconds=179)
        phone.approves(town.verifier, asked)
        town.clock.advance(ms=121_000 - 1)

        found = find_pending(town.verifier, pending.token)

        assert found.push is not None
        assert found.push.state is states.OneShot.CONSUMED
        town.clock.advance(ms=1)
        self.find(town, pending, Reason.CHALLENGE_EXPIRED)

    def test_an_expired_request_is_written_while_the_challenge_lives(self, town: Town, enrolled: Person) -> None:
        """Each one-shot is written as expired when it is seen first, and once."""
        town.under(push_seconds=60)
        pending = enrolled.begins()
        town.clock.advance(seconds=60)

        for _ in range(2):
            found = find_pending(town.verifier, pending.token)
            assert found.push is not None
            assert found.push.state is states.OneShot.EXPIRED
        assert enrolled.events().count((EventKind.PUSH_EXPIRED, None)) == 1

    def test_an_expiry_that_somebody_else_wrote_is_no_error(self, town: Town, enrolled: Person) -> None:
        """Two looks at once: one of them writes."""
        town.under(push_seconds=60)
        pending = enrolled.begins()
        town.clock.advance(seconds=60)
        town.between.before("pushes.close", lambda: find_pending(town.verifier, pending.token))

        assert find_pending(town.verifier, pending.token).challenge == pending.challenge
        assert enrolled.events().count((EventKind.PUSH_EXPIRED, None)) == 1

    def test_a_login_of_before_there_were_requests_waits_for_its_challenge(self, town: Town, enrolled: Person) -> None:
        """A login without a request is as it was: its challenge is all that it has."""
        begun = enrolled.begins()
        town.between.replace("pushes.latest_of_login", lambda _: None)

        assert find_pending(town.verifier, begun.token).push is None
        town.clock.advance(seconds=180)
        self.find(town, begun, Reason.CHALLENGE_EXPIRED)

    @pytest.mark.parametrize(("verb", "reason"), [("denies", Reason.PUSH_DENIED), ("reports", Reason.PUSH_REPORTED)])
    def test_what_the_phone_declined_says_so(
        self, town: Town, enrolled: Person, phone: TestPhone, verb: str, reason: Reason
    ) -> None:
        """The page of a login that was declined on the phone tells that, and is over."""
        pending, asked = enrolled.is_asked()
        getattr(phone, verb)(town.verifier, asked)

        self.find(town, pending, reason)

    def test_an_approved_login_dies_with_its_device(self, town: Town, enrolled: Person, phone: TestPhone) -> None:
        """Suspended between the tap and the browser, the phone opens nothing."""
        pending, asked = enrolled.is_asked()
        phone.approves(town.verifier, asked)
        operators.suspend(town.verifier, enrolled.user)

        self.find(town, pending, Reason.NO_ACTIVE_DEVICE)
