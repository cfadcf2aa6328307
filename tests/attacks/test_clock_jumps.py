"""Attack: the machine's clock is set back, or far ahead, to revive what has expired."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.policy import DAY, HOUR
from authsim.verifier import activation, login, sessions
from authsim.verifier.redemption import redeem
from authsim.verifier.tokens import hash_token
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused
from tests.support.ports import BEGINNING_MS, FakeClock

JUMPS_MS = [-HOUR, -DAY, -3650 * DAY, -1, 0]


def set_clock(town: Town, now_ms: int) -> None:
    """Set the portal's clock to any instant, as no real clock of ours allows: what is written must hold by itself."""
    town.verifier = replace(town.verifier, clock=FakeClock(now_ms))


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_a_challenge_that_was_seen_expired_stays_expired(
    town: Town, alice: Person, phone: TestPhone, jump_ms: int
) -> None:
    """The expiry is a written state, not a comparison that another clock can undo."""
    alice.activates(phone)
    pending = alice.begins()
    set_clock(town, pending.challenge.expires_ms)
    with refused(Reason.PUSH_EXPIRED):
        login.find_pending(town.verifier, pending.token)

    set_clock(town, BEGINNING_MS + jump_ms)

    with refused(Reason.CHALLENGE_EXPIRED):
        alice.answers(pending, phone.respond(pending.challenge.question))
    kept = town.verifier.store.logins.find(hash_token(pending.token))
    assert kept is not None
    assert kept.state is states.Login.EXPIRED


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_an_activation_code_that_was_seen_expired_stays_expired(
    town: Town, alice: Person, phone: TestPhone, jump_ms: int
) -> None:
    """Whether page or phone saw it first."""
    for sees in ("page", "phone"):
        entry = alice.enters()
        attempt = phone.scan(alice.sees_code(entry))
        set_clock(town, town.clock.now_ms() + 600_000)
        if sees == "page":
            activation.show_activation(town.verifier, session=entry.session, token=entry.token)
        else:
            with refused(Reason.ACTIVATION_EXPIRED):
                redeem(town.verifier, attempt.request)

        set_clock(town, BEGINNING_MS + jump_ms)
        with refused(Reason.ACTIVATION_EXPIRED):
            redeem(town.verifier, attempt.request)
        view = activation.show_activation(town.verifier, session=entry.session, token=entry.token)
        assert (view.state, view.offer) == (states.OneShot.EXPIRED, None)
        set_clock(town, BEGINNING_MS)


@pytest.mark.parametrize("jump_ms", JUMPS_MS)
def test_a_session_that_was_seen_expired_stays_ended(town: Town, alice: Person, phone: TestPhone, jump_ms: int) -> None:
    """Its end is written, and a clock that is set back does not open it."""
    alice.activates(phone)
    token = alice.logs_in(with_=phone).token
    set_clock(town, BEGINNING_MS + 900_000)
    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, token)

    set_clock(town, BEGINNING_MS + jump_ms)

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, token)
    assert alice.full_sessions == []


@pytest.mark.parametrize("jump_ms", [jump for jump in JUMPS_MS if jump])
def test_a_lock_does_not_end_early(town: Town, alice: Person, jump_ms: int) -> None:
    """Set back, a lock only lasts longer."""
    town.under(throttle_seconds=0)
    for _ in range(10):
        alice.fails_password()

    set_clock(town, BEGINNING_MS + jump_ms)

    with refused(Reason.USER_LOCKED):
        alice.passes_password()
    assert alice.lockout.locked_until_ms is not None
    assert alice.lockout.locked_until_ms > BEGINNING_MS + jump_ms


@pytest.mark.parametrize("jump_ms", [-3650 * DAY, -DAY, -HOUR, HOUR, DAY, 3650 * DAY])
def test_a_jump_in_the_middle_breaks_nothing(town: Town, alice: Person, phone: TestPhone, jump_ms: int) -> None:
    """Between any two steps the clock may jump: the step is done or refused by name, and the next day works."""
    alice.activates(phone)
    pending = alice.begins()
    set_clock(town, BEGINNING_MS + jump_ms)

    if jump_ms < 0:
        alice.answers(pending, phone.respond(pending.challenge.question))
    else:
        with refused(Reason.CHALLENGE_EXPIRED):
            alice.answers(pending, phone.respond(pending.challenge.question))

    set_clock(town, BEGINNING_MS + HOUR)
    signed_in = alice.logs_in(with_=phone)
    assert sessions.require_session(town.verifier, signed_in.token).session.user_id == alice.user.user_id


def test_a_consumed_challenge_stays_consumed(town: Town, alice: Person, phone: TestPhone) -> None:
    """No instant at all makes a used response work again."""
    alice.activates(phone)
    pending = alice.begins()
    response = phone.respond(pending.challenge.question)
    alice.answers(pending, response)

    for jump_ms in (*JUMPS_MS, HOUR, 3650 * DAY):
        set_clock(town, BEGINNING_MS + jump_ms)
        with refused(Reason.CHALLENGE_CONSUMED):
            alice.answers(pending, response)
    set_clock(town, BEGINNING_MS)
    assert len(alice.full_sessions) == 1
