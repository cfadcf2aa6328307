"""The first half of an enrolment by texted code: credentials, and one text in a while."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import EventKind
from authsim.model import Enrolment, FlowId
from authsim.policy import CLASSIC, HARDENED, SECOND
from authsim.profiles import PROFILES
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.secret import Secret
from authsim.verifier.add_user import begin_add_user, resend_code
from authsim.verifier.topics import inbox_topic
from tests.support.adding import Adding
from tests.support.device import NETWORK, TestPhone
from tests.support.people import NUMBER, PASSWORD, WRONG, Person, Town, refused


def start(town: Town, phone: TestPhone, name: str = "alice") -> Adding:
    """Send B1 with the right password."""
    return phone.starts_adding(town.verifier, name, PASSWORD)


def kept(town: Town, attempt: Adding) -> Enrolment:
    """Return what the portal keeps of an enrolment."""
    enrolment = town.verifier.store.enrolments.get(FlowId(attempt.flow_id))
    assert enrolment is not None
    return enrolment


def test_the_right_password_sends_a_code(town: Town, alice: Person, phone: TestPhone) -> None:
    """The text goes to the number on file, names phone and masked user, and ends with the code for this site."""
    attempt = start(town, phone)

    code = alice.reads_code()

    assert alice.texts() == [
        f'[SIMULATION] AuthSim code {code} adds device "{phone.label}" to al***. Never tell anyone. @localhost #{code}'
    ]
    assert alice.events()[-2:] == [(EventKind.PASSWORD_PASSED, None), (EventKind.ENROLMENT_STARTED, None)]
    enrolment = kept(town, attempt)
    assert (enrolment.state, enrolment.attempts, enrolment.sends) == (states.OneShot.ISSUED, 0, 1)
    assert alice.device is None


@pytest.mark.parametrize(("profile", "digits", "seconds", "tries"), [(CLASSIC, 6, 600, 3), (HARDENED, 8, 300, 5)])
def test_the_numbers_are_the_profiles(profile: str, digits: int, seconds: int, tries: int) -> None:
    """Length, life and tries of a code come from the policy of the portal."""
    town = Town(policy=replace(PROFILES[profile], password_least_characters=8))
    alice, phone = town.adds("alice"), town.sells_phone()
    town.entropy.queue = [7]

    reply = begin_add_user(town.verifier, phone.begin_adding(town.verifier, "alice").asks(PASSWORD), client=NETWORK)

    assert reply.expires_in == seconds
    assert alice.reads_code() == "7".zfill(digits)
    enrolment = town.verifier.store.enrolments.get(FlowId(reply.flow_id))
    assert enrolment is not None
    assert enrolment.attempts_allowed == tries
    assert enrolment.expires_ms == town.clock.now_ms() + seconds * SECOND


def test_a_reader_of_japanese_gets_a_japanese_text(town: Town, phone: TestPhone) -> None:
    """The words are theirs; the marks that a machine reads are the same."""
    hanako = town.adds("hanako", locale="ja")
    start(town, phone, "hanako")

    (text,) = hanako.texts()

    code = hanako.reads_code()
    assert text.startswith(f"[SIMULATION] AuthSim コード {code} ")
    assert "ha***" in text
    assert text.endswith(f" @localhost #{code}")


def test_a_text_wakes_the_inbox(town: Town, alice: Person, phone: TestPhone) -> None:
    """Whoever waits for texts to this number hears of it."""
    assert alice.user.phone == NUMBER
    listener = town.verifier.bus.subscribe(inbox_topic(NUMBER))

    start(town, phone)

    assert listener.wait(0)


def test_no_enrolment_outlives_its_account(town: Town, alice: Person, phone: TestPhone) -> None:
    """On the last day the code ends with the account."""
    town.clock.advance(days=7, seconds=-30)

    assert kept(town, start(town, phone)).expires_ms == alice.user.expires_ms


class TestRefused:
    """Who gets no text."""

    def expect(self, town: Town, phone: TestPhone, reason: Reason, *, password: Secret = PASSWORD) -> RefusalError:
        """Send B1 and be refused; nothing is sent."""
        with refused(reason) as caught:
            phone.starts_adding(town.verifier, "alice", password)
        return caught.value

    def test_a_wrong_password_counts_like_any(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Five of them, wherever they are typed, and the next attempt waits; the tenth locks."""
        for _ in range(4):
            self.expect(town, phone, Reason.WRONG_PASSWORD, password=WRONG)
        alice.fails_password()

        self.expect(town, phone, Reason.THROTTLED)

        assert len(alice.lockout.failures_ms) == 5
        assert alice.texts() == []

    def test_a_locked_user(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The right password does not help."""
        alice.is_locked()

        assert self.expect(town, phone, Reason.USER_LOCKED).retry_after_ms

    @pytest.mark.usefixtures("alice")
    def test_an_account_that_is_over(self, town: Town, phone: TestPhone) -> None:
        """After seven days nobody is enrolled."""
        town.clock.advance(days=7)

        self.expect(town, phone, Reason.ACCOUNT_EXPIRED)

    def test_a_user_without_a_number(self, town: Town, phone: TestPhone) -> None:
        """There is nowhere to send a code to, and the record says so."""
        bob = town.adds("bob", number=None)

        with refused(Reason.NO_PHONE_NUMBER):
            start(town, phone, "bob")
        assert bob.events()[-1] == (EventKind.ENROLMENT_REFUSED, Reason.NO_PHONE_NUMBER)

    @pytest.mark.usefixtures("alice")
    def test_a_signature_that_does_not_fit_is_refused_before_the_password(self, town: Town, phone: TestPhone) -> None:
        """Whoever does not hold the offered key learns nothing about a password, and spends no attempt."""
        request = phone.begin_adding(town.verifier, "alice").asks(PASSWORD)

        with refused(Reason.ENROLMENT_MISMATCH):
            begin_add_user(town.verifier, replace(request, label="another phone"), client=NETWORK)

        assert town.passwords.compared == []
        assert town.events()[-1] == (EventKind.ENROLMENT_REFUSED, Reason.ENROLMENT_MISMATCH)

    @pytest.mark.usefixtures("alice")
    def test_another_suite(self, town: Town, phone: TestPhone) -> None:
        """What a phone believes of the portal must be so, however well it is signed."""
        attempt = phone.begin_adding(town.verifier, "alice")
        attempt.suite = STRICT10
        assert town.suite == CLASSIC6

        with refused(Reason.ENROLMENT_MISMATCH):
            begin_add_user(town.verifier, attempt.asks(PASSWORD), client=NETWORK)

    @pytest.mark.parametrize("field", ["dsk", "dkx"])
    def test_keys_of_low_order_are_no_message(self, town: Town, alice: Person, phone: TestPhone, field: str) -> None:
        """Refused as bytes, before anything is judged, counted or recorded."""
        request = phone.begin_adding(town.verifier, "alice").asks(PASSWORD)
        rows = len(town.events())
        broken = replace(request, dsk=bytes(32)) if field == "dsk" else replace(request, dkx=bytes(32))

        with pytest.raises(MessageError):
            begin_add_user(town.verifier, broken, client=NETWORK)
        assert len(town.events()) == rows
        assert alice.texts() == []

    def test_a_password_that_was_replaced_meanwhile(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """What was judged is no longer so: no text goes out."""
        town.between.before("enrolments.begin", lambda: alice.takes_password(Secret("another password")))

        self.expect(town, phone, Reason.WRONG_PASSWORD)

        assert alice.texts() == []
        assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD)


class TestResend:
    """*Send another code*."""

    def test_another_code_after_two_minutes(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The new code works, the old one does not, and the end stays where it was."""
        attempt = start(town, phone)
        old, ends_ms = alice.reads_code(), kept(town, attempt).expires_ms
        town.clock.advance(seconds=120)

        reply = resend_code(town.verifier, attempt.flow_id)

        assert (reply.flow_id, reply.expires_in) == (attempt.flow_id, 480)
        assert kept(town, attempt).expires_ms == ends_ms
        assert len(alice.texts()) == 2
        assert alice.events()[-1] == (EventKind.ENROLMENT_RESENT, None)
        with refused(Reason.WRONG_CODE):
            phone.finishes_adding(attempt, old)
        phone.finishes_adding(attempt, alice.reads_code())

    def test_too_soon_to_the_millisecond(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A millisecond before its time it is refused, with the time that is left."""
        attempt = start(town, phone)
        town.clock.advance(ms=119_999)

        with refused(Reason.TEXT_TOO_SOON) as caught:
            resend_code(town.verifier, attempt.flow_id)
        assert caught.value.retry_after_ms == 1
        assert alice.events()[-1] == (EventKind.ENROLMENT_REFUSED, Reason.TEXT_TOO_SOON)
        town.clock.advance(ms=1)
        resend_code(town.verifier, attempt.flow_id)

    def test_three_texts_are_all(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The fourth is refused, however long one waits."""
        town.under(sms_resend_seconds=30)
        attempt = start(town, phone)
        for _ in range(2):
            town.clock.advance(seconds=30)
            resend_code(town.verifier, attempt.flow_id)
        town.clock.advance(seconds=30)

        with refused(Reason.TEXTS_SPENT):
            resend_code(town.verifier, attempt.flow_id)
        assert len(alice.texts()) == 3

    def test_an_unknown_enrolment(self, town: Town) -> None:
        """Nobody began it, nobody gets a text."""
        with refused(Reason.ENROLMENT_UNKNOWN):
            resend_code(town.verifier, "0" * 32)
        assert town.events()[-1] == (EventKind.ENROLMENT_REFUSED, Reason.ENROLMENT_UNKNOWN)

    def test_an_enrolment_that_is_over_or_used(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Neither a consumed nor an expired one sends anything; the expiry is written once."""
        attempt = start(town, phone)
        phone.finishes_adding(attempt, alice.reads_code())
        with refused(Reason.ENROLMENT_USED):
            resend_code(town.verifier, attempt.flow_id)
        town.clock.advance(seconds=120)
        attempt = start(town, town.sells_phone())
        town.clock.advance(seconds=600)

        for _ in range(2):
            with refused(Reason.ENROLMENT_EXPIRED):
                resend_code(town.verifier, attempt.flow_id)
        assert alice.events().count((EventKind.ENROLMENT_EXPIRED, None)) == 1

    def test_two_wishes_at_once_send_one_text(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The loser of the race is told to wait."""
        attempt = start(town, phone)
        town.clock.advance(seconds=120)
        town.between.before("enrolments.resend", lambda: resend_code(town.verifier, attempt.flow_id))

        with refused(Reason.TEXT_TOO_SOON):
            resend_code(town.verifier, attempt.flow_id)
        assert len(alice.texts()) == 2


def test_two_minutes_hold_across_enrolments(town: Town, alice: Person, phone: TestPhone) -> None:
    """Beginning anew is no way around the wait, and a later beginning supersedes the earlier."""
    first = start(town, phone)
    with refused(Reason.TEXT_TOO_SOON) as caught:
        start(town, town.sells_phone())
    assert caught.value.retry_after_ms == 120 * SECOND
    town.clock.advance(seconds=120)

    start(town, town.sells_phone())

    assert kept(town, first).state is states.OneShot.SUPERSEDED
    assert len(alice.texts()) == 2
    with refused(Reason.ENROLMENT_EXPIRED):
        resend_code(town.verifier, first.flow_id)


def test_two_beginnings_at_once_send_one_text(town: Town, alice: Person, phone: TestPhone) -> None:
    """The loser of the race is told to wait."""
    town.between.before("enrolments.begin", lambda: start(town, town.sells_phone()))

    with refused(Reason.TEXT_TOO_SOON):
        start(town, phone)
    assert len(alice.texts()) == 1


@pytest.mark.usefixtures("alice")
def test_a_conflict_that_no_text_explains_is_the_stores(town: Town, phone: TestPhone) -> None:
    """An id that exists already is not the person's to wait for."""

    def conflict(*_: object, **__: object) -> None:
        raise StoreConflictError("that enrolment exists already")

    town.between.replace("enrolments.begin", conflict)

    with pytest.raises(StoreConflictError):
        start(town, phone)
