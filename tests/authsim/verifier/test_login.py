"""From the first factor to a challenge: one transaction, one browser, one question."""

import pytest

from authsim import states
from authsim.errors import Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import FirstFactorPassed, Mode
from authsim.policy import DAY, SECOND
from authsim.secret import Secret
from authsim.verifier import login, operators, passwords
from authsim.verifier.tokens import hash_token
from authsim.verifier.topics import device_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, refused


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def resumed(town: Town, alice: Person) -> FirstFactorPassed:
    """Return a first factor that was remembered while the switch was corrected."""
    with refused(Reason.WRONG_MODE) as caught:
        alice.begins(mode=Mode.PAPER)
    assert caught.value.continuation is not None
    return passwords.resume_first_factor(
        town.verifier, token=caught.value.continuation, name=alice.user.name, client=BROWSER
    )


def test_a_login_with_an_active_device_gets_a_challenge(town: Town, enrolled: Person) -> None:
    """The challenge is six digits for three minutes in a login of five, and the store keeps only the token's hash."""
    pending = enrolled.begins()

    now_ms = town.clock.now_ms()
    assert pending.login.state is states.Login.SECOND_FACTOR
    assert pending.login.token_hash == hash_token(pending.token)
    assert pending.login.expires_ms == now_ms + 300 * SECOND
    assert pending.login.session_id is None
    assert pending.challenge.expires_ms == now_ms + 180 * SECOND
    assert (pending.challenge.attempts, pending.challenge.attempts_allowed) == (0, 1)
    assert len(pending.challenge.question) == 6
    assert enrolled.events()[-3:] == [
        (EventKind.LOGIN_STARTED, None),
        (EventKind.CHALLENGE_ISSUED, None),
        (EventKind.PUSH_SENT, None),
    ]


def test_a_login_asks_the_device_in_the_same_change(town: Town, enrolled: Person) -> None:
    """A request stands beside the challenge: announced, without a number, from where the login comes."""
    pending = enrolled.begins()

    push, device = pending.push, enrolled.device
    assert push is not None
    assert device is not None
    assert (push.login_id, push.device_id) == (pending.login.login_id, device.device_id)
    assert (push.is_notified, push.number, push.client) == (True, "", BROWSER)
    assert push.expires_ms == town.clock.now_ms() + 180 * SECOND
    assert len(push.server_nonce) == 32
    assert push.sequence > 0


def test_a_new_request_wakes_the_phone(town: Town, enrolled: Person) -> None:
    """Whoever waits for requests to the device hears of it."""
    assert enrolled.device is not None
    listener = town.verifier.bus.subscribe(device_topic(enrolled.device.device_id))

    enrolled.begins()

    assert listener.wait(0)


def test_who_asks_for_no_announcement_gets_none(enrolled: Person) -> None:
    """A trading device's login, and one of a user without notifications, can only be scanned."""
    pending = enrolled.begins(notify=False)
    assert pending.push is not None
    assert not pending.push.is_notified

    enrolled.switches_notifications(False)
    pending = enrolled.begins()
    assert pending.push is not None
    assert not pending.push.is_notified


def test_a_newer_login_supersedes_the_older_request(town: Town, enrolled: Person) -> None:
    """One request of a user is open; the older login still has its challenge."""
    older = enrolled.begins()
    enrolled.begins()

    found = login.find_pending(town.verifier, older.token)

    assert found.push is not None
    assert found.push.state is states.OneShot.SUPERSEDED
    assert found.challenge == older.challenge


def test_where_there_is_no_switch_the_mode_is_the_users(town: Town, phone: TestPhone) -> None:
    """A shell without the live/paper switch logs a paper user in as one."""
    paul = town.adds("paul", mode=Mode.PAPER)
    paul.activates(phone)

    assert paul.begins(mode=None).login.mode is Mode.PAPER


def test_a_password_that_was_replaced_meanwhile_begins_nothing(town: Town, enrolled: Person) -> None:
    """What was judged is no longer so: the old password opens no login, in either mode, and the record says it."""
    for mode in (Mode.LIVE, Mode.PAPER):
        first = enrolled.passes_password()
        enrolled.takes_password(Secret(f"another password for {mode.value}"))
        rows = len(town.events())

        with refused(Reason.WRONG_PASSWORD):
            login.begin_login(town.verifier, first, mode=mode)
        assert town.events()[rows:] == [(EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD)]


def test_a_reload_shows_the_same_challenge_and_writes_nothing(town: Town, enrolled: Person) -> None:
    """What the page shows does not change while the challenge lives, and looking leaves no trace."""
    pending = enrolled.begins()
    before = town.events()
    town.clock.advance(ms=180 * SECOND - 1)

    assert login.find_pending(town.verifier, pending.token) == pending
    assert town.events() == before


def test_no_login_outlives_its_account(town: Town, enrolled: Person) -> None:
    """On the last day, login and challenge end with the account."""
    town.clock.advance(days=7, seconds=-60)

    pending = enrolled.begins()

    assert pending.login.expires_ms == pending.challenge.expires_ms == enrolled.user.expires_ms


def test_without_a_device_the_login_is_refused(alice: Person) -> None:
    """Nobody can be asked; the caller opens a limited session."""
    with refused(Reason.NO_ACTIVE_DEVICE):
        alice.begins()


def test_a_drawn_question_that_was_asked_before_is_drawn_again(town: Town, enrolled: Person) -> None:
    """No device is ever asked the same question twice."""
    town.entropy.queue = [5]
    first = enrolled.begins()
    town.entropy.queue = [5, 5, 6]

    second = enrolled.begins()

    assert (first.challenge.question, second.challenge.question) == ("100005", "100006")
    assert town.entropy.queue == []


def test_a_device_whose_questions_run_out_is_refused(town: Town, enrolled: Person) -> None:
    """When the draws meet only used questions, the login is refused rather than repeated."""
    town.entropy.queue = [5]
    enrolled.begins()
    town.entropy.queue = [5] * 64

    with refused(Reason.CHALLENGES_EXHAUSTED):
        enrolled.begins()


@pytest.mark.parametrize(("asked", "is_refused"), [(450_000, False), (450_001, True)])
def test_half_of_the_space_is_the_end(town: Town, enrolled: Person, asked: int, is_refused: bool) -> None:
    """With more than half of the six-digit questions used, the device must be activated anew."""
    town.between.replace("logins.count_questions", lambda _: asked)

    if is_refused:
        with refused(Reason.CHALLENGES_EXHAUSTED):
            enrolled.begins()
    else:
        enrolled.begins()


class TestWrongMode:
    """The live/paper switch must agree with the user, and may be corrected."""

    def test_the_wrong_mode_comes_before_everything_else(self, town: Town) -> None:
        """A paper user in live mode is told so, with or without a device, and gets a way on."""
        paul = town.adds("paul", mode=Mode.PAPER)

        with refused(Reason.WRONG_MODE) as caught:
            paul.begins(mode=Mode.LIVE)

        token = caught.value.continuation
        assert token is not None
        kept = town.verifier.store.logins.find(hash_token(token))
        assert kept is not None
        assert kept.state is states.Login.STARTED
        assert kept.expires_ms == town.clock.now_ms() + 60 * SECOND
        assert paul.events()[-2:] == [
            (EventKind.LOGIN_STARTED, None),
            (EventKind.LOGIN_REFUSED, Reason.WRONG_MODE),
        ]

    def test_the_wrong_mode_again_keeps_the_same_way_on(self, town: Town, enrolled: Person) -> None:
        """Sending the switch uncorrected costs nothing, and buys no time."""
        first = resumed(town, enrolled)

        with refused(Reason.WRONG_MODE) as caught:
            login.begin_login(town.verifier, first, mode=Mode.PAPER)

        assert caught.value.continuation == first.token

    def test_the_token_changes_when_the_login_goes_on(self, town: Town, enrolled: Person) -> None:
        """The remembered token is worth nothing once the challenge is asked, and the new one has the full time."""
        first = resumed(town, enrolled)
        town.clock.advance(seconds=59)

        pending = login.begin_login(town.verifier, first, mode=Mode.LIVE)

        assert first.token is not None
        assert pending.login.expires_ms == town.clock.now_ms() + 300 * SECOND
        assert town.verifier.store.logins.find(hash_token(first.token)) is None
        assert login.find_pending(town.verifier, pending.token) == pending

    def test_a_remembered_factor_is_used_once(self, town: Town, enrolled: Person) -> None:
        """Of two windows that correct the switch, one goes on."""
        first = resumed(town, enrolled)
        login.begin_login(town.verifier, first, mode=Mode.LIVE)

        with refused(Reason.LOGIN_CLOSED):
            login.begin_login(town.verifier, first, mode=Mode.LIVE)

    def test_an_expiry_that_is_written_meanwhile_closes_it(self, town: Town, enrolled: Person) -> None:
        """When the remembered login was closed in between, it cannot be advanced."""
        first = resumed(town, enrolled)
        assert first.token is not None
        token = first.token

        def expire() -> None:
            town.clock.advance(seconds=60)
            with refused(Reason.LOGIN_EXPIRED):
                passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)

        town.between.before("logins.advance", expire)
        with refused(Reason.LOGIN_CLOSED):
            login.begin_login(town.verifier, first, mode=Mode.LIVE)

    def test_a_used_question_is_drawn_again_there_too(self, town: Town, enrolled: Person) -> None:
        """The remembered login never repeats a question either."""
        town.entropy.queue = [7]
        enrolled.begins()
        first = resumed(town, enrolled)
        town.entropy.queue = [7, 8]

        assert login.begin_login(town.verifier, first, mode=Mode.LIVE).challenge.question == "100008"

    def test_without_a_device_the_remembered_login_is_closed(self, town: Town, alice: Person) -> None:
        """The limited session takes over, and the transaction does not stay open behind it."""
        first = resumed(town, alice)

        with refused(Reason.NO_ACTIVE_DEVICE):
            login.begin_login(town.verifier, first, mode=Mode.LIVE)

        assert first.token is not None
        kept = town.verifier.store.logins.find(hash_token(first.token))
        assert kept is not None
        assert kept.state is states.Login.EXPIRED
        assert alice.events()[-1] == (EventKind.LOGIN_EXPIRED, Reason.NO_ACTIVE_DEVICE)


class TestStepUp:
    """*Sign in with your phone*, inside the limited session."""

    def test_a_limited_session_is_asked_a_question(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The login belongs to the session that began it, in the user's own mode."""
        entry = alice.activates(phone)

        pending = alice.steps_up(entry)

        assert pending.login.session_id == entry.session.session_id
        assert pending.login.mode is Mode.LIVE
        assert pending.login.state is states.Login.SECOND_FACTOR
        assert pending.login.expires_ms == town.clock.now_ms() + 300 * SECOND

    def test_without_a_device_it_is_refused(self, alice: Person) -> None:
        """Nothing to sign in with."""
        entry = alice.enters()

        with refused(Reason.NO_ACTIVE_DEVICE):
            alice.steps_up(entry)

    def test_a_locked_user_is_refused(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A lock holds for the second factor as for the first."""
        entry = alice.activates(phone)
        operators.lock(town.verifier, alice.user)

        with refused(Reason.USER_LOCKED) as caught:
            alice.steps_up(entry)
        assert caught.value.retry_after_ms == DAY

    def test_it_is_announced_too(self, alice: Person, phone: TestPhone) -> None:
        """The limited session may be completed by an approval."""
        pending = alice.steps_up(alice.activates(phone))

        assert pending.push is not None
        assert pending.push.is_notified

    def test_a_password_replaced_at_this_moment_ends_it(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The session that vouched for the first factor is over."""
        entry = alice.activates(phone)
        town.between.before("logins.begin", lambda: alice.takes_password(Secret("another password")))

        with refused(Reason.SESSION_EXPIRED):
            alice.steps_up(entry)

    def test_a_removed_user_is_a_conflict(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A session whose user was removed meanwhile asks nothing."""
        entry = alice.activates(phone)
        operators.remove_user(town.verifier, alice.user)

        with pytest.raises(StoreConflictError):
            alice.steps_up(entry)
