"""The second half of an enrolment by texted code: one code, few tries, one device."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import FlowId
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.add_user import AddUserFinish
from authsim.verifier import operators, sessions
from authsim.verifier.activation import redeem
from authsim.verifier.add_user import complete_add_user
from authsim.verifier.text_redemption import CLOSED
from authsim.verifier.topics import device_topic, login_topic, session_topic
from tests.support.adding import Adding
from tests.support.device import NETWORK, TestPhone
from tests.support.people import PASSWORD, Person, Town, refused


@pytest.fixture
def attempt(town: Town, alice: Person, phone: TestPhone) -> Adding:
    """alice's phone, which has sent B1 and waits for the code."""
    return phone.starts_adding(town.verifier, alice.user.name, PASSWORD)


def finish(town: Town, request: AddUserFinish) -> str:
    """Send B2."""
    return complete_add_user(town.verifier, request, client=NETWORK)


def other(code: str) -> str:
    """Another code of the same length."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def state_of(town: Town, attempt: Adding) -> states.OneShot:
    """Return what became of an enrolment."""
    enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
    assert enrolment is not None
    return enrolment.state


def test_the_code_makes_the_phone_active(town: Town, alice: Person, phone: TestPhone, attempt: Adding) -> None:
    """The phone that brings it answers for the user, by response and by approval."""
    phone.finishes_adding(attempt, alice.reads_code())

    assert alice.device is not None
    assert (alice.device.label, alice.device.device_id) == (phone.label, phone.device_id)
    assert state_of(town, attempt) is states.OneShot.CONSUMED
    assert alice.events()[-2:] == [(EventKind.ENROLMENT_COUNTED, None), (EventKind.ENROLMENT_COMPLETED, None)]
    alice.logs_in(with_=phone)
    alice.logs_in_by_push(with_=phone)


def test_a_lost_reply_is_sent_again_until_the_end(town: Town, alice: Person, attempt: Adding) -> None:
    """The same request gets the same reply, counts nothing and enrols nothing more; after the end it is refused."""
    request = attempt.brings(alice.reads_code())
    reply = finish(town, request)
    rows = len(town.events())
    town.clock.advance(ms=599_999)

    assert finish(town, request) == reply
    assert len(town.events()) == rows
    assert len(town.verifier.store.devices.list_of(alice.user.user_id)) == 1
    town.clock.advance(ms=1)
    with refused(Reason.ENROLMENT_USED):
        finish(town, request)


def test_another_request_is_no_repetition(town: Town, alice: Person, attempt: Adding) -> None:
    """A used enrolment answers nobody who says anything else."""
    code = alice.reads_code()
    finish(town, attempt.brings(code))

    with refused(Reason.ENROLMENT_USED):
        finish(town, attempt.brings(other(code)))


@pytest.mark.parametrize(("profile", "tries"), [("classic", 3), (HARDENED, 5)])
def test_the_last_wrong_code_ends_it(profile: str, tries: int) -> None:
    """Each wrong code is counted, and told where logins are not uniform; after the last the right one helps no more."""
    town = Town(policy=replace(PROFILES[profile], uniform_login=0))
    alice, phone = town.adds("alice"), town.sells_phone()
    attempt = phone.starts_adding(town.verifier, "alice", PASSWORD)
    code = alice.reads_code()

    for remaining in range(tries - 1, -1, -1):
        with refused(Reason.WRONG_CODE) as caught:
            phone.finishes_adding(attempt, other(code))
        assert caught.value.attempts_remaining == remaining
    assert state_of(town, attempt) is states.OneShot.FAILED
    with refused(Reason.CODE_TRIES_SPENT):
        phone.finishes_adding(attempt, code)
    assert alice.events().count((EventKind.ENROLMENT_COUNTED, None)) == tries
    assert alice.events().count((EventKind.ENROLMENT_REFUSED, Reason.WRONG_CODE)) == tries
    assert alice.lockout.failures_ms == ()


def test_the_try_stands_before_anybody_compares(town: Town, alice: Person, attempt: Adding) -> None:
    """A process that dies while the code is judged leaves the try counted."""
    counted: list[int] = []

    def look(*_: object) -> object:
        enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
        assert enrolment is not None
        counted.append(enrolment.attempts)
        return alice.user

    town.between.replace("users.get", look)
    with refused(Reason.WRONG_CODE):
        finish(town, attempt.brings(other(alice.reads_code())))

    assert counted == [0, 1]


def test_a_signature_that_does_not_fit_spends_no_try(town: Town, alice: Person, attempt: Adding) -> None:
    """Nobody but the phone that began can spoil what it began, even with the right code."""
    request = attempt.brings(alice.reads_code())
    stranger = replace(attempt, dsk=attempt.dkx)

    with refused(Reason.ENROLMENT_MISMATCH):
        finish(town, replace(request, sig=stranger.brings(alice.reads_code()).sig))

    enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
    assert enrolment is not None
    assert enrolment.attempts == 0
    assert alice.events()[-1] == (EventKind.ENROLMENT_REFUSED, Reason.ENROLMENT_MISMATCH)
    finish(town, request)


def test_an_unknown_enrolment_is_refused(town: Town, attempt: Adding) -> None:
    """An id that the portal never gave."""
    with refused(Reason.ENROLMENT_UNKNOWN):
        finish(town, attempt.brings("123456", flow_id="0" * 32))


def test_it_expires_to_the_millisecond_and_is_written_once(town: Town, alice: Person, attempt: Adding) -> None:
    """At its end the right code is worth nothing, and stays so."""
    request = attempt.brings(alice.reads_code())
    town.clock.advance(seconds=600)

    for _ in range(2):
        with refused(Reason.ENROLMENT_EXPIRED):
            finish(town, request)
    assert state_of(town, attempt) is states.OneShot.EXPIRED
    assert alice.events().count((EventKind.ENROLMENT_EXPIRED, None)) == 1


def test_a_locked_user_enrols_nobody(town: Town, alice: Person, attempt: Adding) -> None:
    """A try during a lock is counted and not judged; the last one ends the enrolment all the same."""
    request = attempt.brings(alice.reads_code())
    alice.is_locked()

    for remaining in (2, 1, 0):
        with refused(Reason.USER_LOCKED) as caught:
            finish(town, request)
        assert caught.value.attempts_remaining == remaining
        assert caught.value.retry_after_ms
    with refused(Reason.CODE_TRIES_SPENT):
        finish(town, request)
    assert alice.device is None


def test_a_new_password_ends_what_the_old_one_began(town: Town, alice: Person, attempt: Adding) -> None:
    """The code that was texted for the old password activates nothing."""
    request = attempt.brings(alice.reads_code())
    operators.set_password(town.verifier, alice.user, PASSWORD)

    with refused(Reason.ENROLMENT_EXPIRED):
        finish(town, request)


class TestMigration:
    """Whatever device the user had gives way."""

    @pytest.fixture
    def old(self, town: Town, alice: Person) -> TestPhone:
        """The phone that alice has."""
        phone = town.sells_phone()
        alice.activates(phone)
        return phone

    def test_the_new_phone_takes_the_place_of_the_old(
        self, town: Town, alice: Person, phone: TestPhone, old: TestPhone
    ) -> None:
        """The old one is replaced, and with it end the sessions, requests and questions that it held."""
        proof = alice.logs_in(with_=old)
        pending, asked = alice.is_asked()
        held = old.opens_device_session(town.verifier)

        alice.adds_herself(phone)

        assert alice.device is not None
        assert alice.device.device_id == phone.device_id
        gone = town.verifier.store.devices.get(old.device_id)
        assert gone is not None
        assert (gone.state, gone.closed_ms) == (states.Device.REPLACED, town.clock.now_ms())
        assert (EventKind.DEVICE_REPLACED, None) in alice.events()
        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, proof.token)
        with refused(Reason.DEVICE_REPLACED):
            old.approves(town.verifier, asked)
        with refused(Reason.NO_ACTIVE_DEVICE):
            alice.answers(pending, old.respond(pending.challenge.question))
        assert town.verifier.store.device_sessions.find(held.session.token_hash) is None
        assert old.hears_its_state(town.verifier) == "replaced"

    def test_whoever_waits_is_told(self, town: Town, alice: Person, phone: TestPhone, old: TestPhone) -> None:
        """The old phone, the page of an open login and the open sessions hear of it."""
        proof = alice.logs_in(with_=old)
        pending = alice.begins()
        topics = (
            device_topic(old.device_id),
            login_topic(pending.login.login_id),
            session_topic(proof.session.session_id),
        )
        listeners = [town.verifier.bus.subscribe(topic) for topic in topics]

        alice.adds_herself(phone)

        assert [listener.wait(0) for listener in listeners] == [True, True, True]

    def test_a_suspended_phone_gives_way_too(self, town: Town, alice: Person, phone: TestPhone, old: TestPhone) -> None:
        """Credentials and a texted code are the way back from a lost phone."""
        operators.suspend(town.verifier, alice.user)

        alice.adds_herself(phone)

        assert old.hears_its_state(town.verifier) == "replaced"
        alice.logs_in(with_=phone)

    def test_and_back_again(self, town: Town, alice: Person, phone: TestPhone, old: TestPhone) -> None:
        """The old phone may be enrolled anew in the same way."""
        alice.adds_herself(phone)
        town.clock.advance(seconds=120)

        alice.adds_herself(old)

        alice.logs_in_by_push(with_=old)
        assert phone.hears_its_state(town.verifier) == "replaced"

    def test_a_code_on_a_page_serves_nobody_any_more(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A QR code that was shown before is superseded: a user has one phone."""
        entry = alice.enters()
        stranger = town.sells_phone().scan(alice.sees_code(entry))
        alice.adds_herself(phone)

        with refused(Reason.ACTIVATION_EXPIRED):
            redeem(town.verifier, stranger.request)


class TestRaces:
    """Two requests for one enrolment."""

    def test_the_same_request_twice_at_once_is_one_device(self, town: Town, alice: Person, attempt: Adding) -> None:
        """The loser of the race gets the winner's reply."""
        request = attempt.brings(alice.reads_code())
        replies: list[str] = []
        town.between.before("enrolments.count_try", lambda: replies.append(finish(town, request)))

        assert [finish(town, request)] == replies
        assert len(town.verifier.store.devices.list_of(alice.user.user_id)) == 1

    def test_beaten_at_the_very_last_it_answers_the_same(self, town: Town, alice: Person, attempt: Adding) -> None:
        """When the other one completes between count and consumption, its reply is the answer."""
        request = attempt.brings(alice.reads_code())
        replies: list[str] = []
        town.between.before("enrolments.complete", lambda: replies.append(finish(town, request)))

        assert [finish(town, request)] == replies

    def test_the_last_try_is_judged_once(self, town: Town, alice: Person, attempt: Adding) -> None:
        """While the last try is being judged for one request, another finds none left."""
        code = alice.reads_code()
        for _ in range(2):
            with refused(Reason.WRONG_CODE):
                finish(town, attempt.brings(other(code)))

        def second() -> None:
            with refused(Reason.CODE_TRIES_SPENT):
                finish(town, attempt.brings(code))

        town.between.before("enrolments.complete", second)
        finish(town, attempt.brings(code))
        assert alice.device is not None

    def test_a_last_wrong_code_of_an_enrolment_that_was_closed_meanwhile(
        self, town: Town, alice: Person, attempt: Adding
    ) -> None:
        """It stays wrong; the enrolment keeps the end that it has."""
        code = alice.reads_code()
        for _ in range(2):
            with refused(Reason.WRONG_CODE):
                finish(town, attempt.brings(other(code)))
        town.between.before("enrolments.close", lambda: operators.set_password(town.verifier, alice.user, PASSWORD))

        with refused(Reason.WRONG_CODE):
            finish(town, attempt.brings(other(code)))
        assert state_of(town, attempt) is not states.OneShot.FAILED


def test_every_state_but_issued_has_its_reason() -> None:
    """No closed enrolment is without a word for it."""
    assert set(CLOSED) == set(states.OneShot) - {states.OneShot.ISSUED}
