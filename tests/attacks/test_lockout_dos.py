"""A13, A17 and A18: wrong passwords keep nobody out, and answers are not guessed, however many addresses help."""

import random

import pytest

from authsim.errors import Reason, RefusalError
from authsim.model import Authenticated, Client, Mode, UniformLogin
from authsim.policy import DAY, HARDENED, MINUTE
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from authsim.verifier import limits, uniform_answers, uniform_login
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, WRONG, Person, Town, refused

BAD_PASSWORDS = 10_000
ADDRESSES = 100
SEED = 20_260_102


@pytest.fixture
def town() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED], suite=STRICT10)


@pytest.fixture
def owner(town: Town, alice: Person, phone: TestPhone) -> Person:
    """Alice, who logged in at home before."""
    alice.activates(phone)
    town.clock.advance(seconds=1)
    assert logs_in(town, phone)
    town.clock.advance(seconds=1)
    return alice


def attacker(number: int) -> Client:
    """One of the attacker's addresses."""
    return Client(address=f"203.0.113.{number % ADDRESSES}", agent="a script")


def begin(town: Town, password: Secret, client: Client, name: str = "alice") -> UniformLogin:
    """Send the login form."""
    return uniform_login.begin_uniform_login(town.verifier, name=name, password=password, mode=Mode.LIVE, client=client)


def logs_in(town: Town, phone: TestPhone, client: Client = BROWSER) -> Authenticated:
    """Log in with both factors."""
    shown = begin(town, PASSWORD, client)
    proof = uniform_answers.answer_uniform_login(
        town.verifier, token=shown.token, response=phone.respond(shown.question), client=client
    )
    assert isinstance(proof, Authenticated)
    return proof


def attack(town: Town, count: int = BAD_PASSWORDS) -> int:
    """Send bad passwords from all addresses in turn, and return how many were judged."""
    before = len(town.passwords.compared)
    for number in range(count):
        try:
            begin(town, WRONG, attacker(number))
        except RefusalError as refusal:
            assert refusal.reason is Reason.SLOW_DOWN  # noqa: PT017 - the only refusal there is
    return len(town.passwords.compared) - before


def test_lockout_dos(town: Town, owner: Person, phone: TestPhone) -> None:
    """Ten thousand bad passwords from a hundred addresses: ten are judged, and the owner logs in all the same."""
    assert attack(town) == 10

    assert logs_in(town, phone).user.name == "alice"
    assert owner.lockout.locked_until_ms is None


def test_the_owner_gets_in_while_it_goes_on(town: Town, owner: Person, phone: TestPhone) -> None:
    """The attack lasts all day, a burst each ten minutes; the owner logs in after each."""
    for _ in range(6 * 24):
        attack(town, count=20)
        assert logs_in(town, phone)
        town.clock.advance(seconds=1_800)
    assert owner.device is not None


def test_somewhere_else_the_owner_waits_a_few_minutes(town: Town, owner: Person, phone: TestPhone) -> None:
    """At an address where she never was she is told to wait, and five minutes after the attack she is in."""
    attack(town)
    elsewhere = Client(address="198.51.100.7", agent="a browser")
    with refused(Reason.SLOW_DOWN) as caught:
        begin(town, PASSWORD, elsewhere)
    assert caught.value.retry_after_ms is not None
    assert caught.value.retry_after_ms <= 5 * MINUTE

    town.clock.advance(ms=caught.value.retry_after_ms)

    assert logs_in(town, phone, elsewhere)
    assert owner.lockout.failures_ms == ()


def test_wrong_answers_need_the_password(town: Town, owner: Person, phone: TestPhone) -> None:
    """Whoever lacks it answers decoys: nothing of that blocks the owner."""
    for number in range(50):
        try:
            shown = begin(town, WRONG, attacker(number))
        except RefusalError:
            town.clock.advance(seconds=60)
            continue
        for _ in range(3):
            with pytest.raises(RefusalError):
                uniform_answers.answer_uniform_login(
                    town.verifier, token=shown.token, response="00000000", client=attacker(number)
                )
    assert logs_in(town, phone)
    assert owner.device is not None


def test_challenges_are_not_harvested(town: Town, owner: Person, phone: TestPhone) -> None:
    """A17: with password and phone for an hour a thief sees 20 challenges, never one twice, and 50 in a day."""
    seen: list[str] = []
    for _ in range(24 * 60):
        shown = begin(town, PASSWORD, BROWSER)
        login = town.verifier.store.logins.count_challenges(owner.user.user_id, since_ms=town.clock.now_ms())
        if login:
            seen.append(shown.question)
        town.clock.advance(seconds=60)
    assert len(seen) == len(set(seen))
    assert len(seen) <= PROFILES[HARDENED].challenges_per_day


def test_a_simulated_attacker_guesses_nothing(town: Town, owner: Person) -> None:
    """A18: a million tries over 30 days from a thousand addresses: at most 50 a day are judged, and none is right."""
    draw, judged, right = random.Random(SEED), 0, 0
    step_ms = 30 * DAY // 1_000_000
    device_id = owner.device.device_id if owner.device is not None else None
    now_ms, next_ms = 0, 0
    for number in range(1_000_000):
        now_ms = number * step_ms
        if now_ms < next_ms:  # he was told how long to wait, or knows the block
            continue
        try:
            limits.take_answer(
                town.verifier,
                user_id=owner.user.user_id,
                device_id=device_id,
                client=Client(address=f"203.0.113.{number % 1_000}"),
                now_ms=now_ms,
            )
        except RefusalError as refusal:
            if refusal.reason is Reason.TYPED_MODE_LOCKED:
                break
            next_ms = now_ms + (refusal.retry_after_ms or MINUTE)
            continue
        judged += 1
        right += draw.randrange(10**8) == 0
    assert judged <= 50 * 30
    assert judged == PROFILES[HARDENED].typed_mode_responses
    assert right == 0
