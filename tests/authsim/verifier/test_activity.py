"""The user's own page: what happened, newest first, without the steps in between."""

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.verifier.activity import VISIBLE, list_activity
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town


def test_logins_failures_and_phones_are_listed(town: Town, alice: Person, phone: TestPhone) -> None:
    """Each with its instant and, where known, address, browser and phone."""
    alice.activates(phone)
    town.clock.advance(seconds=1)
    alice.fails_password()
    town.clock.advance(seconds=1)
    alice.logs_in(with_=phone)

    lines = list_activity(town.verifier, alice.user.user_id)

    assert [(line.kind, line.reason) for line in lines] == [
        (EventKind.LOGIN_COMPLETED, None),
        (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD),
        (EventKind.ACTIVATION_CONSUMED, None),
    ]
    assert [line.at_ms for line in lines] == [town.clock.now_ms() - ago for ago in (0, 1_000, 2_000)]
    assert (lines[0].address, lines[0].agent, lines[0].label) == (BROWSER.address, BROWSER.agent, "")
    assert lines[2].label == phone.label


def test_the_list_is_as_long_as_asked(town: Town, alice: Person, phone: TestPhone) -> None:
    """Steps that are not shown do not shorten it."""
    alice.activates(phone)
    for _ in range(9):
        alice.logs_in(with_=phone)

    assert len(list_activity(town.verifier, alice.user.user_id, most=7)) == 7
    assert len(list_activity(town.verifier, alice.user.user_id)) == 10


def test_nobody_sees_the_activity_of_others(town: Town, alice: Person) -> None:
    """Neither another user's rows nor those of names that do not exist."""
    bob = town.adds("bob")
    alice.fails_password()

    assert list_activity(town.verifier, bob.user.user_id) == []


def test_counted_steps_are_not_news() -> None:
    """What is only a step of a visible event is not shown twice."""
    assert VISIBLE.isdisjoint(
        {EventKind.PASSWORD_COUNTED, EventKind.RESPONSE_COUNTED, EventKind.CHALLENGE_ISSUED, EventKind.LOGIN_STARTED}
    )
