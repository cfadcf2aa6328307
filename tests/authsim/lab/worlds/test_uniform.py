"""Faults where every login shows the same second page: the reason of a refusal is for the record alone."""

from dataclasses import replace

import pytest

from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from authsim.lab.board import Fault
from authsim.model import Authenticated, Mode, UniformLogin
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.verifier import uniform_answers, uniform_login
from tests.support.device import TestPhone
from tests.support.lab import LabTown, struck
from tests.support.people import BROWSER, PASSWORD, Person, refused


@pytest.fixture
def town() -> LabTown:
    """A portal of the hardened profile, without its limit on how often somebody is asked, in a lab."""
    policy = replace(PROFILES[HARDENED], password_tries_per_5_minutes=0, password_tries_of_all_per_5_minutes=0)
    return LabTown(policy=policy, suite=STRICT10)


def begins(town: LabTown) -> UniformLogin:
    """Type alice's password."""
    town.clock.advance(seconds=60)
    return uniform_login.begin_uniform_login(
        town.verifier, name="alice", password=PASSWORD, mode=Mode.LIVE, client=BROWSER
    )


def answers(town: LabTown, shown: UniformLogin, phone: TestPhone) -> Authenticated:
    """Type what the phone says to the challenge of the page."""
    proof = uniform_answers.answer_uniform_login(
        town.verifier, token=shown.token, response=phone.respond(shown.question), client=BROWSER
    )
    assert isinstance(proof, Authenticated)
    return proof


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("wrong_credentials", Reason.WRONG_PASSWORD),
        ("wrong_mode", Reason.WRONG_MODE),
        ("locked_out", Reason.USER_LOCKED),
    ],
)
def test_a_password_that_is_struck_shows_the_same_page(
    town: LabTown, alice: Person, phone: TestPhone, name: str, reason: Reason
) -> None:
    """The page is a decoy on which nothing is right; after the fault the same password and phone are."""
    town.lab.board.arm(Fault(name=name, user="alice"))
    shown = begins(town)
    with pytest.raises(RefusalError):
        answers(town, shown, phone)
    assert reason in {why for _, why in town.events()}
    assert set(struck(town.lab)) == {(name, "alice")}
    town.lab.board.disarm(name)
    answers(town, begins(town), phone)


def test_a_notification_with_a_number_is_overtaken(town: LabTown, alice: Person, phone: TestPhone) -> None:
    """The newer request has a number of its own, which the page shows then."""
    town.lab.board.arm(Fault(name="push_superseded", nth=1))
    shown = begins(town)
    [asked] = town.verifier.store.pushes.list_decided(alice.user.user_id, most=1)
    with refused(Reason.PUSH_SUPERSEDED):
        phone.approves(town.verifier, asked, number=shown.number)
    [newer] = town.verifier.store.pushes.list_decided(alice.user.user_id, most=1)
    again = uniform_login.show_uniform_login(town.verifier, token=shown.token)
    assert again.number == newer.number
    phone.approves(town.verifier, newer, number=again.number)
    uniform_answers.collect_uniform_login(town.verifier, token=shown.token, client=BROWSER)
    assert struck(town.lab) == [("push_superseded", "alice")]


def test_an_approval_with_its_number_is_ignored(town: LabTown, alice: Person, phone: TestPhone) -> None:
    """A wrong number is refused as ever; the right one is taken, and the page does not move."""
    town.lab.board.arm(Fault(name="approval_ignored"))
    shown = begins(town)
    [asked] = town.verifier.store.pushes.list_decided(alice.user.user_id, most=1)
    with refused(Reason.WRONG_NUMBER):
        phone.approves(town.verifier, asked, number=f"{(int(shown.number) + 1) % 10**6:06d}")
    phone.approves(town.verifier, asked, number=shown.number)
    assert not uniform_login.show_uniform_login(town.verifier, token=shown.token).is_approved
    with refused(Reason.PUSH_NOT_APPROVED):
        uniform_answers.collect_uniform_login(town.verifier, token=shown.token, client=BROWSER)
    assert struck(town.lab) == [("approval_ignored", "alice")]
    assert (EventKind.PUSH_APPROVED, None) in alice.events()
    answers(town, shown, phone)


def test_a_short_challenge_is_over_in_silence(town: LabTown, alice: Person, phone: TestPhone) -> None:
    """The right response is too late, and the page does not say why."""
    town.lab.board.arm(Fault(name="challenge_short", by_ms=5_000))
    shown = begins(town)
    town.clock.advance(seconds=5)
    with pytest.raises(RefusalError):
        answers(town, shown, phone)
    town.lab.board.disarm("challenge_short")
    answers(town, begins(town), phone)
    assert struck(town.lab) == [("challenge_short", "alice")]
