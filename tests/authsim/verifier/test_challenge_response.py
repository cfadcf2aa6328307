"""The second factor: counted, judged once, consumed once."""

import threading
from collections import Counter

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from authsim.model import Factors, Lockout
from authsim.policy import DAY, SECOND
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from authsim.verifier import operators, sessions
from authsim.verifier.tokens import hash_token
from authsim.verifier.topics import device_topic, login_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, Person, Town, refused


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def test_the_right_response_opens_a_session_of_two_factors(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The proof carries a fresh token, of which the store has the hash, and the record says it was completed."""
    pending = enrolled.begins()

    authenticated = enrolled.answers(pending, phone.respond(pending.challenge.question))

    assert authenticated.token != pending.token
    assert authenticated.session.token_hash == hash_token(authenticated.token)
    assert authenticated.session.factors is Factors.TWO
    assert authenticated.session.client == BROWSER
    assert authenticated.failures_before == 0
    assert sessions.require_session(town.verifier, authenticated.token).user.name == "alice"
    device = enrolled.device
    assert device is not None
    assert device.last_used_ms == town.clock.now_ms()
    assert enrolled.events()[-3:] == [
        (EventKind.RESPONSE_COUNTED, None),
        (EventKind.LOGIN_COMPLETED, None),
        (EventKind.SESSION_OPENED, None),
    ]


def test_strict10_works_as_well() -> None:
    """The other suite asks ten digits and is answered the same way."""
    town = Town(suite=STRICT10)
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    pending = alice.begins()

    assert len(pending.challenge.question) == 10
    assert pending.challenge.question.startswith("1")
    alice.answers(pending, phone.respond(pending.challenge.question))


@pytest.mark.parametrize("form", ["{} {}", " {}-{} ", "{}{}", "{}   -  {}"])
def test_blanks_and_hyphens_do_not_matter(enrolled: Person, phone: TestPhone, form: str) -> None:
    """A person may group the digits."""
    pending = enrolled.begins()
    response = phone.respond(pending.challenge.question)

    enrolled.answers(pending, form.format(response[:4], response[4:]))

    assert len(enrolled.full_sessions) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234567",
        "123456789",
        "abcdefgh",
        "1234567x",
        "12345678\n",
        "١٢٣٤٥٦٧٨",
        "1234.678",
        "\x0012345678",
        "1" * 9999,
    ],
)
def test_what_is_no_response_is_not_counted(enrolled: Person, phone: TestPhone, text: str) -> None:
    """Eight digits or nothing: a slip of the keyboard costs no try and the challenge lives on."""
    pending = enrolled.begins()

    with refused(Reason.MALFORMED_RESPONSE) as caught:
        enrolled.answers(pending, text)

    assert caught.value.attempts_remaining == 1
    assert enrolled.lockout == Lockout()
    enrolled.answers(pending, phone.respond(pending.challenge.question))


def test_one_wrong_response_ends_the_attempt(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """In classic challenge and login have failed, and a failure stands; the right response comes too late."""
    pending = enrolled.begins()

    refusal = enrolled.fails_response(pending)

    assert refusal.attempts_remaining == 0
    assert enrolled.lockout == Lockout(failures_ms=(town.clock.now_ms(),))
    kept = town.verifier.store.logins.find(hash_token(pending.token))
    assert kept is not None
    assert (kept.state, kept.reason) == (states.Login.FAILED, "wrong_response")
    assert enrolled.events()[-2:] == [
        (EventKind.RESPONSE_COUNTED, None),
        (EventKind.LOGIN_REFUSED, Reason.WRONG_RESPONSE),
    ]
    with refused(Reason.LOGIN_CLOSED):
        enrolled.answers(pending, phone.respond(pending.challenge.question))


def test_where_three_tries_are_allowed_the_third_may_be_right(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The refusal says how many tries remain, and the same challenge is answered."""
    town.under(responses_per_challenge=3)
    pending = enrolled.begins()

    assert enrolled.fails_response(pending).attempts_remaining == 2
    assert enrolled.fails_response(pending).attempts_remaining == 1
    with refused(Reason.MALFORMED_RESPONSE) as caught:
        enrolled.answers(pending, "x")
    assert caught.value.attempts_remaining == 1
    authenticated = enrolled.answers(pending, phone.respond(pending.challenge.question))

    assert authenticated.failures_before == 2
    assert enrolled.lockout == Lockout()


def test_where_three_tries_are_allowed_the_third_wrong_one_ends_it(town: Town, enrolled: Person) -> None:
    """Three failures stand, and the login is over."""
    town.under(responses_per_challenge=3)
    pending = enrolled.begins()
    for remaining in (2, 1, 0):
        assert enrolled.fails_response(pending).attempts_remaining == remaining

    enrolled.fails_response(pending, Reason.LOGIN_CLOSED)
    assert len(enrolled.lockout.failures_ms) == 3


def test_a_late_response_is_expired_to_the_millisecond_and_not_counted(
    town: Town, enrolled: Person, phone: TestPhone
) -> None:
    """One millisecond before the end it is right; at the end it is too late, and no failure."""
    early, late = enrolled.begins(), enrolled.begins()
    town.clock.advance(ms=180 * SECOND - 1)
    enrolled.answers(early, phone.respond(early.challenge.question))
    town.clock.advance(ms=1)

    with refused(Reason.CHALLENGE_EXPIRED):
        enrolled.answers(late, phone.respond(late.challenge.question))

    assert enrolled.lockout == Lockout()


def test_showing_and_abandoning_never_counts(town: Town, enrolled: Person) -> None:
    """Twenty challenges that nobody answers leave no failure."""
    for _ in range(20):
        enrolled.begins()
    town.clock.advance(seconds=181)

    enrolled.begins()
    assert enrolled.lockout == Lockout()


def test_an_unknown_token_has_expired(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """A response without a login opens nothing."""
    pending = enrolled.begins()

    with refused(Reason.LOGIN_EXPIRED):
        enrolled.answers(
            type(pending)(token=Secret("x"), login=pending.login, challenge=pending.challenge),
            phone.respond(pending.challenge.question),
        )


def test_wrong_responses_lock_like_wrong_passwords(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The tenth failure locks whichever kind it is, also with tries left, and closes its login."""
    town.under(throttle_seconds=0, responses_per_challenge=3)
    for _ in range(9):
        enrolled.fails_password()
    pending = enrolled.begins()

    assert enrolled.fails_response(pending).attempts_remaining == 0

    enrolled.fails_response(pending, Reason.LOGIN_CLOSED)
    assert enrolled.is_refused(Reason.USER_LOCKED).retry_after_ms == DAY
    assert enrolled.events().count((EventKind.USER_LOCKED, None)) == 1


def test_the_last_allowed_failure_does_not_keep_the_right_response_out(
    town: Town, enrolled: Person, phone: TestPhone
) -> None:
    """With nine failures, password and response are right: the login completes and clears them."""
    town.under(throttle_seconds=0)
    for _ in range(9):
        enrolled.fails_password()

    assert enrolled.logs_in(with_=phone).failures_before == 9
    assert enrolled.lockout == Lockout()


def test_a_lock_that_came_meanwhile_refuses_the_right_response(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """The response is not judged, the login is over, and the lock begins anew."""
    pending = enrolled.begins()
    operators.lock(town.verifier, enrolled.user)
    town.clock.advance(seconds=1)

    with refused(Reason.USER_LOCKED) as caught:
        enrolled.answers(pending, phone.respond(pending.challenge.question))

    assert caught.value.retry_after_ms == DAY
    assert enrolled.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.USER_LOCKED)
    with refused(Reason.LOGIN_CLOSED):
        enrolled.answers(pending, phone.respond(pending.challenge.question))


def test_a_lock_that_comes_while_it_is_judged_stays(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Completing never clears a lock that was set after the try was counted: it is refused, and the lock holds."""
    pending = enrolled.begins()
    town.between.before("logins.complete", enrolled.is_locked)

    with refused(Reason.USER_LOCKED) as caught:
        enrolled.answers(pending, phone.respond(pending.challenge.question))

    assert caught.value.retry_after_ms == DAY
    assert enrolled.lockout.locked_until_ms == town.clock.now_ms() + DAY
    opened = sessions.list_sessions(town.verifier, enrolled.user.user_id)
    assert list(opened) == []
    with refused(Reason.LOGIN_CLOSED):
        enrolled.answers(pending, phone.respond(pending.challenge.question))


def test_page_and_phone_are_woken(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Right or wrong, another window of the login and the phone that shows its request hear that it is over."""
    for response in ("right", "wrong"):
        pending, asked = enrolled.is_asked()
        listeners = [
            town.verifier.bus.subscribe(topic)
            for topic in (login_topic(pending.login.login_id), device_topic(asked.device_id))
        ]
        if response == "right":
            enrolled.answers(pending, phone.respond(pending.challenge.question))
        else:
            enrolled.fails_response(pending)

        assert [listener.wait(0) for listener in listeners] == [True, True]


def test_what_the_phone_declined_takes_no_response(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """*It wasn't me* on the phone ends the login for whoever has a response to it, and counts nothing."""
    pending, asked = enrolled.is_asked()
    phone.reports(town.verifier, asked)

    with refused(Reason.PUSH_REPORTED):
        enrolled.answers(pending, phone.respond(pending.challenge.question))
    assert enrolled.lockout == Lockout()


def test_a_device_that_is_revoked_meanwhile_answers_nothing(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Before the page is sent, or in the instant before the count: a revoked phone is no second factor."""
    early, late = enrolled.begins(), enrolled.begins()
    town.between.before("logins.count_response", lambda: operators.revoke_device(town.verifier, enrolled.user))

    with refused(Reason.NO_ACTIVE_DEVICE):
        enrolled.answers(late, phone.respond(late.challenge.question))
    with refused(Reason.NO_ACTIVE_DEVICE):
        enrolled.answers(early, phone.respond(early.challenge.question))
    assert enrolled.lockout == Lockout()


def test_a_device_that_is_revoked_while_it_is_judged_opens_nothing(
    town: Town, enrolled: Person, phone: TestPhone
) -> None:
    """Even between the comparison and the session a revocation wins."""
    pending = enrolled.begins()
    town.between.before("logins.complete", lambda: operators.revoke_device(town.verifier, enrolled.user))

    with refused(Reason.NO_ACTIVE_DEVICE):
        enrolled.answers(pending, phone.respond(pending.challenge.question))


def test_a_wrong_response_to_a_challenge_that_was_closed_meanwhile_is_recorded(town: Town, enrolled: Person) -> None:
    """Who loses the race to close it still leaves a row."""
    pending = enrolled.begins()
    town.between.before("logins.fail", lambda: operators.revoke_device(town.verifier, enrolled.user))

    enrolled.fails_response(pending)

    assert enrolled.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.WRONG_RESPONSE)


def test_a_response_that_is_being_judged_is_not_judged_twice(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """While one request compares, a second one with the same response finds no try left."""
    pending = enrolled.begins()
    response = phone.respond(pending.challenge.question)
    found: list[Reason] = []

    def somebody_else() -> None:
        with pytest.raises(RefusalError) as caught:
            enrolled.answers(pending, response)
        found.append(caught.value.reason)

    town.between.before("logins.complete", somebody_else)

    enrolled.answers(pending, response)
    assert found == [Reason.CHALLENGE_CONSUMED]


def test_a_user_who_is_removed_while_being_judged_opens_nothing(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Nothing is left of the login, and that is what is said."""
    pending = enrolled.begins()
    town.between.before("logins.complete", lambda: operators.remove_user(town.verifier, enrolled.user))

    with refused(Reason.LOGIN_EXPIRED):
        enrolled.answers(pending, phone.respond(pending.challenge.question))


class TestStepUp:
    """The second factor inside a limited session."""

    def test_the_limited_session_is_replaced(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """One new session of two factors, a new token, and the old one dead."""
        entry = alice.activates(phone)
        pending = alice.steps_up(entry)

        authenticated = alice.answers(pending, phone.respond(pending.challenge.question))

        assert sessions.require_session(town.verifier, authenticated.token).session.factors is Factors.TWO
        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, entry.token)
        assert len(sessions.list_sessions(town.verifier, alice.user.user_id)) == 1

    def test_after_a_sign_out_it_completes_nothing(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The session vouched for the password; when it is gone, so is the login."""
        entry = alice.activates(phone)
        pending = alice.steps_up(entry)
        sessions.end_session(town.verifier, entry.session)

        for reason in (Reason.LOGIN_CLOSED, Reason.CHALLENGE_EXPIRED):
            with refused(reason):
                alice.answers(pending, phone.respond(pending.challenge.question))
        assert (EventKind.LOGIN_EXPIRED, Reason.SESSION_EXPIRED) in alice.events()

    def test_a_new_password_ends_it(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Setting a password ends every session, and the step-ups in them."""
        entry = alice.activates(phone)
        pending = alice.steps_up(entry)
        operators.set_password(town.verifier, alice.user, PASSWORD)

        with refused(Reason.LOGIN_CLOSED):
            alice.answers(pending, phone.respond(pending.challenge.question))

    def test_an_idle_session_completes_nothing(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A session that was idle too long vouches for nobody, although nobody wrote its end."""
        entry = alice.activates(phone)
        pending = alice.steps_up(entry)
        town.under(session_idle_seconds=60).clock.advance(seconds=60)

        with refused(Reason.LOGIN_CLOSED):
            alice.answers(pending, phone.respond(pending.challenge.question))


def test_a_race_on_one_challenge_has_one_winner(town: Town, enrolled: Person, phone: TestPhone) -> None:
    """Of fifty requests with the same right response, one opens a session and the others are refused by name."""
    pending = enrolled.begins()
    response = phone.respond(pending.challenge.question)
    ready = threading.Barrier(50)
    outcomes: list[str] = []

    def compete() -> None:
        ready.wait()
        try:
            enrolled.answers(pending, response)
        except RefusalError as refusal:
            outcomes.append(refusal.reason.value)
        else:
            outcomes.append("authenticated")

    threads = [threading.Thread(target=compete) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(outcomes) == {"authenticated": 1, "challenge_consumed": 49}
    assert enrolled.lockout == Lockout()
