"""The limits of the hardened profile: each number at one less, at itself and at one more, on a clock that is told."""

import pytest

from authsim.errors import Reason, RefusalError
from authsim.model import Client, DeviceId
from authsim.policy import DAY, HARDENED, HOUR, MINUTE, SECOND
from authsim.profiles import PROFILES
from authsim.verifier import limits, operators
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused

HOME = Client(address="192.0.2.1", agent="a browser")
DEVICE = DeviceId("20" * 16)


@pytest.fixture
def town() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED])


def elsewhere(number: int) -> Client:
    """An address that nobody used before."""
    return Client(address=f"198.51.100.{number % 250}:{number}")


class TestPasswords:
    """L6: ten failures in five minutes for a name, ten for an address, a thousand for all."""

    def test_ten_for_a_name_whether_or_not_it_exists(self, town: Town) -> None:
        """The tenth is counted, the eleventh waits until the first has left the five minutes, to the millisecond."""
        for name in ("alice", "nobody"):
            for number in range(10):
                limits.take_password(town.verifier, name=name, client=elsewhere(number), now_ms=number)
            with refused(Reason.SLOW_DOWN) as caught:
                limits.take_password(town.verifier, name=name, client=elsewhere(10), now_ms=10)
            assert caught.value.retry_after_ms == 5 * MINUTE - 10
            with refused(Reason.SLOW_DOWN):
                limits.take_password(town.verifier, name=name, client=elsewhere(11), now_ms=5 * MINUTE - 1)
            limits.take_password(town.verifier, name=name, client=elsewhere(12), now_ms=5 * MINUTE)

    def test_ten_at_an_address(self, town: Town) -> None:
        """Whoever tries many names from one address is held up as well."""
        for number in range(10):
            limits.take_password(town.verifier, name=f"user-{number}", client=HOME, now_ms=number)
        with refused(Reason.SLOW_DOWN):
            limits.take_password(town.verifier, name="another", client=HOME, now_ms=10)
        limits.take_password(town.verifier, name="another", client=elsewhere(1), now_ms=10)

    def test_a_thousand_for_all(self, town: Town) -> None:
        """Many names from many addresses fill the portal's own span."""
        for number in range(1_000):
            limits.take_password(town.verifier, name=f"user-{number}", client=elsewhere(number), now_ms=0)
        with refused(Reason.SLOW_DOWN):
            limits.take_password(town.verifier, name="another", client=elsewhere(1_000), now_ms=0)
        limits.take_password(town.verifier, name="another", client=elsewhere(1_001), now_ms=5 * MINUTE)

    def test_only_failures_count(self, town: Town) -> None:
        """A right password is given back: it may be typed as often as one likes."""
        for _ in range(30):
            tried = limits.take_password(town.verifier, name="alice", client=HOME, now_ms=0)
            limits.settle_password(town.verifier, tried, was_right=True)
        for _ in range(10):
            tried = limits.take_password(town.verifier, name="alice", client=HOME, now_ms=0)
            limits.settle_password(town.verifier, tried, was_right=False)
        with refused(Reason.SLOW_DOWN):
            limits.take_password(town.verifier, name="alice", client=HOME, now_ms=0)

    def test_a_known_address_is_not_held_up_by_others(self, town: Town) -> None:
        """Where alice logged in within 30 days she has ten tries of her own; elsewhere the name's are spent."""
        limits.know_address(town.verifier, name="alice", client=HOME, now_ms=0)
        for number in range(10):
            limits.take_password(town.verifier, name="alice", client=elsewhere(number), now_ms=DAY)
        for _ in range(10):
            limits.take_password(town.verifier, name="alice", client=HOME, now_ms=DAY)
        with refused(Reason.SLOW_DOWN):
            limits.take_password(town.verifier, name="alice", client=HOME, now_ms=DAY)

    def test_an_address_is_forgotten_after_30_days(self, town: Town) -> None:
        """At 30 days exactly it is one like any other."""
        limits.know_address(town.verifier, name="alice", client=HOME, now_ms=0)
        for number in range(10):
            limits.take_password(town.verifier, name="alice", client=elsewhere(number), now_ms=30 * DAY)
        with refused(Reason.SLOW_DOWN):
            limits.take_password(town.verifier, name="alice", client=HOME, now_ms=30 * DAY)

    def test_the_limit_comes_before_the_password(self, town: Town) -> None:
        """The eleventh attempt is not judged, also when it is right; nothing of it is hashed."""
        alice = town.adds("alice")
        for _ in range(10):
            alice.fails_password()
        compared = len(town.passwords.compared)

        alice.is_refused(Reason.SLOW_DOWN)

        assert len(town.passwords.compared) == compared
        town.clock.advance(seconds=300)
        assert alice.passes_password().user.name == "alice"
        assert alice.lockout.locked_until_ms is None

    def test_a_name_may_be_any_text(self, town: Town) -> None:
        """What was typed is counted under a MAC, also when it is no text at all."""
        assert limits.take_password(town.verifier, name="\udcff" * 1_000, client=HOME, now_ms=0).keys

    def test_classic_counts_nothing(self) -> None:
        """Where the policy names no number there is no limit."""
        town = Town()
        for _ in range(50):
            assert limits.take_password(town.verifier, name="alice", client=HOME, now_ms=0).keys == ()
        limits.know_address(town.verifier, name="alice", client=HOME, now_ms=0)
        bob = town.adds("bob")
        for _ in range(200):
            answer(town, bob)
            limits.take_text(town.verifier, bob.user.user_id, now_ms=0)
        forgive(town, bob)


def answer(town: Town, person: Person, *, now_ms: int = 0, client: Client = HOME, typed: bool = True) -> None:
    """Count one answer of a person."""
    limits.take_answer(
        town.verifier, user_id=person.user.user_id, device_id=DEVICE if typed else None, client=client, now_ms=now_ms
    )


def forgive(town: Town, person: Person, *, typed: bool = True) -> None:
    """A login was completed."""
    limits.forgive_answers(town.verifier, user_id=person.user.user_id, device_id=DEVICE if typed else None)


class TestAnswersInARow:
    """L3: five wrong ones block for 15 minutes, each further one doubles it; ten end that phone's typed mode."""

    @pytest.fixture
    def alice(self, town: Town) -> Person:
        """Alice, in a town that limits nothing but answers in a row."""
        town.under(
            user_tries_per_5_minutes=0,
            user_tries_per_hour=0,
            user_tries_per_day=0,
            address_tries_per_5_minutes=0,
            address_tries_per_hour=0,
        )
        return town.adds("alice")

    def test_the_fifth_blocks_for_15_minutes(self, town: Town, alice: Person) -> None:
        """Four do not; after the fifth nothing is judged until its 15 minutes are over, to the millisecond."""
        for now_ms in range(5):
            answer(town, alice, now_ms=now_ms)
        for now_ms in (5, 4 + 15 * MINUTE - 1):
            with refused(Reason.SECOND_FACTOR_BLOCKED):
                answer(town, alice, now_ms=now_ms)
        answer(town, alice, now_ms=4 + 15 * MINUTE)

    def test_each_further_one_doubles_the_block(self, town: Town, alice: Person) -> None:
        """30 minutes after the sixth, an hour after the seventh, and never more than a day."""
        town.under(typed_mode_responses=0)
        now_ms = 0
        for _ in range(5):
            answer(town, alice, now_ms=now_ms)
        for minutes in (15, 30, 60, 120, 240, 480, 960, 1_440, 1_440):
            with refused(Reason.SECOND_FACTOR_BLOCKED):
                answer(town, alice, now_ms=now_ms + minutes * MINUTE - 1)
            now_ms += minutes * MINUTE
            answer(town, alice, now_ms=now_ms)

    def test_a_right_one_begins_anew(self, town: Town, alice: Person) -> None:
        """Four wrong and one right, again and again, block nobody."""
        for _ in range(20):
            for _ in range(4):
                answer(town, alice)
            forgive(town, alice)

    def test_ten_end_the_typed_mode_of_that_phone(self, town: Town, alice: Person) -> None:
        """Nine do not. A login by another factor unblocks its user, and leaves that phone's typed mode locked."""
        now_ms = 0
        for number in range(10):
            answer(town, alice, now_ms=now_ms)
            if number >= 4:
                now_ms += DAY
        with refused(Reason.TYPED_MODE_LOCKED):
            answer(town, alice, now_ms=now_ms)
        forgive(town, alice, typed=False)
        answer(town, alice, now_ms=now_ms, typed=False)
        with refused(Reason.TYPED_MODE_LOCKED):
            answer(town, alice, now_ms=now_ms)
        other = DeviceId("21" * 16)
        limits.take_answer(
            town.verifier, user_id=alice.user.user_id, device_id=other, client=HOME, now_ms=now_ms + HOUR * 8
        )


class TestAnswersInASpan:
    """L4 and L5: 5 in five minutes, 20 an hour, 50 a day for a user; 10 in five minutes and 50 an hour an address."""

    @pytest.fixture
    def alice(self, town: Town) -> Person:
        """Alice, in a town where wrong answers in a row do not block."""
        town.under(block_responses=0, typed_mode_responses=0)
        return town.adds("alice")

    def test_a_user(self, town: Town, alice: Person) -> None:
        """The sixth in five minutes waits, the twenty-first in an hour, the fifty-first in a day."""
        judged: list[int] = []
        for now_ms in range(0, DAY, MINUTE):
            try:
                answer(town, alice, now_ms=now_ms, client=elsewhere(now_ms))
            except RefusalError:
                continue
            judged.append(now_ms)
        assert judged[:6] == [minute * MINUTE for minute in (0, 1, 2, 3, 4, 5)]
        assert judged[19] < HOUR <= judged[20]
        assert len(judged) == 50

    def test_the_five_minutes_end_to_the_millisecond(self, town: Town, alice: Person) -> None:
        """The sixth waits until the first has left."""
        for now_ms in range(5):
            answer(town, alice, now_ms=now_ms, client=elsewhere(now_ms))
        with refused(Reason.SECOND_FACTOR_BLOCKED) as caught:
            answer(town, alice, now_ms=5, client=elsewhere(5))
        assert caught.value.retry_after_ms == 5 * MINUTE - 5
        with refused(Reason.SECOND_FACTOR_BLOCKED):
            answer(town, alice, now_ms=5 * MINUTE - 1, client=elsewhere(6))
        answer(town, alice, now_ms=5 * MINUTE, client=elsewhere(7))

    def test_an_address(self, town: Town) -> None:
        """The eleventh in five minutes waits, and the fifty-first in an hour, whoever it is for."""
        for number in range(10):
            limits.take_address(town.verifier, client=HOME, now_ms=number)
        with refused(Reason.SLOW_DOWN):
            limits.take_address(town.verifier, client=HOME, now_ms=10)
        for turn in range(1, 5):
            for _ in range(10):
                limits.take_address(town.verifier, client=HOME, now_ms=turn * 5 * MINUTE + 10)
        with refused(Reason.SLOW_DOWN):
            limits.take_address(town.verifier, client=HOME, now_ms=30 * MINUTE)
        limits.take_address(town.verifier, client=HOME, now_ms=HOUR)

    def test_a_patient_guesser_has_50_a_day(self, town: Town, alice: Person) -> None:
        """A try each second from a thousand addresses, for a week: at most 50 in any day are judged."""
        judged: list[int] = []
        for now_ms in range(0, 7 * DAY, 100 * SECOND):
            try:
                answer(town, alice, now_ms=now_ms, client=elsewhere(now_ms))
            except RefusalError:
                continue
            judged.append(now_ms)
        assert len(judged) == 7 * 50
        assert all(later - first >= DAY for first, later in zip(judged, judged[50:], strict=False))


class TestChallenges:
    """L1b: 3 within a challenge's life, 20 an hour, 50 a day."""

    @pytest.fixture
    def alice(self, town: Town) -> Person:
        """Alice with a phone; nothing but challenges is limited."""
        town.under(confirm_activation=0, push_burst=0, push_unanswered=0)
        person = town.adds("alice")
        person.activates(town.sells_phone())
        return person

    def test_three_open(self, town: Town, alice: Person) -> None:
        """The fourth waits until the first has expired, to the millisecond."""
        for _ in range(3):
            limits.require_challenge(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())
            alice.begins()
        town.clock.advance(seconds=180, ms=-1)
        with refused(Reason.CHALLENGES_SPENT):
            limits.require_challenge(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())
        town.clock.advance(ms=1)
        limits.require_challenge(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())

    def test_twenty_an_hour_and_fifty_a_day(self, town: Town, alice: Person) -> None:
        """The twenty-first in an hour and the fifty-first in a day are refused, not the ones before."""
        issued: list[int] = []
        begun_ms = town.clock.now_ms()
        while town.clock.now_ms() < begun_ms + DAY:
            try:
                limits.require_challenge(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())
            except RefusalError:
                pass
            else:
                alice.begins()
                issued.append(town.clock.now_ms())
            town.clock.advance(seconds=120)
        assert len(issued) == 50
        assert issued[20] - issued[0] >= HOUR
        assert issued[19] - issued[0] < HOUR


class TestTexts:
    """L9: 5 an hour, 10 a day."""

    def test_texts(self, town: Town) -> None:
        """The sixth in an hour waits, and the eleventh in a day."""
        user_id = town.adds("alice").user.user_id
        for now_ms in range(5):
            limits.take_text(town.verifier, user_id, now_ms=now_ms)
        with refused(Reason.TEXTS_SPENT) as caught:
            limits.take_text(town.verifier, user_id, now_ms=HOUR - 1)
        assert caught.value.retry_after_ms == 1
        for now_ms in range(5):
            limits.take_text(town.verifier, user_id, now_ms=HOUR + now_ms)
        with refused(Reason.TEXTS_SPENT):
            limits.take_text(town.verifier, user_id, now_ms=DAY - 1)
        limits.take_text(town.verifier, user_id, now_ms=DAY)


class TestHold:
    """After a phone was revoked a text alone waits a day."""

    def test_the_hold_ends_to_the_millisecond(self, town: Town) -> None:
        """A user whose phone was revoked waits 24 hours; one who never had any does not."""
        town.under(confirm_activation=0)
        alice, bob = town.adds("alice"), town.adds("bob")
        alice.activates(TestPhone(entropy=town.entropy))
        operators.revoke_device(town.verifier, alice.user)

        limits.require_no_hold(town.verifier, bob.user.user_id, now_ms=town.clock.now_ms())
        town.clock.advance(days=1, ms=-1)
        with refused(Reason.HOLD_NOT_OVER) as caught:
            limits.require_no_hold(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())
        assert caught.value.retry_after_ms == 1
        town.clock.advance(ms=1)
        limits.require_no_hold(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())

    def test_classic_holds_nothing(self) -> None:
        """Where the policy names no hold there is none."""
        town = Town()
        alice = town.adds("alice")
        alice.activates(town.sells_phone())
        operators.revoke_device(town.verifier, alice.user)
        limits.require_no_hold(town.verifier, alice.user.user_id, now_ms=town.clock.now_ms())
