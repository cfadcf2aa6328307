"""A flood of refusals is one line, and what else happened stays to be seen."""

from dataclasses import replace

import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.verifier.activity import Activity
from authsim.verifier.activity_groups import REFUSED, WITHIN_MS, group_activity, list_groups
from tests.support.device import TestPhone
from tests.support.people import Person, Town

REFUSAL = Activity(
    at_ms=10_000_000, kind=EventKind.LOGIN_REFUSED, reason=Reason.THROTTLED, address="10.0.0.9", agent="x", label=""
)
LOGIN = replace(REFUSAL, kind=EventKind.LOGIN_COMPLETED, reason=None)


def ago(line: Activity, ms: int) -> Activity:
    """The same, that much earlier."""
    return replace(line, at_ms=line.at_ms - ms)


def test_refusals_that_follow_each_other_are_one() -> None:
    """However long it lasts: what counts is the time from one to the next."""
    lines = [ago(REFUSAL, number * (WITHIN_MS - 1)) for number in range(100)]

    (group,) = group_activity(lines)

    assert group.newest == lines[0]
    assert group.count == 100
    assert group.since_ms == lines[-1].at_ms


def test_a_minute_of_rest_ends_a_group() -> None:
    """Refusals that lie a minute apart are two stories."""
    groups = group_activity([REFUSAL, ago(REFUSAL, WITHIN_MS), ago(REFUSAL, WITHIN_MS + 1)])

    assert [group.count for group in groups] == [1, 2]


@pytest.mark.parametrize(
    "other",
    [
        replace(REFUSAL, reason=Reason.WRONG_PASSWORD),
        replace(REFUSAL, address="10.0.0.8"),
        replace(REFUSAL, kind=EventKind.ACTIVATION_REFUSED),
    ],
)
def test_only_the_same_belongs_together(other: Activity) -> None:
    """Another kind, reason or address is a line of its own, and does not part what belongs together."""
    groups = group_activity([REFUSAL, ago(other, 1), ago(REFUSAL, 2), ago(LOGIN, 3), ago(REFUSAL, 4)])

    assert [(group.newest, group.count) for group in groups] == [(REFUSAL, 3), (ago(other, 1), 1), (ago(LOGIN, 3), 1)]


def test_what_succeeded_is_never_taken_together() -> None:
    """Each login and each phone is a line of its own."""
    assert {EventKind.LOGIN_COMPLETED, EventKind.USER_LOCKED, EventKind.DEVICE_REVOKED}.isdisjoint(REFUSED)
    assert [group.count for group in group_activity([LOGIN, ago(LOGIN, 1)])] == [1, 1]
    assert list(group_activity([])) == []


def test_a_flood_hides_nothing(town: Town, alice: Person, phone: TestPhone) -> None:
    """Behind hundreds of refusals the last login and the phone are still on the page."""
    alice.activates(phone)
    alice.logs_in(with_=phone)
    for number in range(200):
        alice.fails_password(Reason.WRONG_PASSWORD if number < 5 else Reason.THROTTLED)

    (deepest,) = list_groups(town.verifier, alice.user.user_id, most=2)
    groups = list_groups(town.verifier, alice.user.user_id)

    assert deepest.count == 128, "one looks back for as long as is reasonable"
    assert sum(group.count for group in groups if group.newest.kind is EventKind.LOGIN_REFUSED) == 200
    assert len(groups) < 10
    assert [group.newest.kind for group in groups][-2:] == [EventKind.LOGIN_COMPLETED, EventKind.ACTIVATION_CONSUMED]


def test_the_page_has_an_end(town: Town, alice: Person) -> None:
    """As many groups as asked for, and as far back as is reasonable."""
    for _ in range(8):
        alice.fails_password()
        town.clock.advance(seconds=3_600)

    assert len(list_groups(town.verifier, alice.user.user_id, most=5)) == 5
    assert len(list_groups(town.verifier, alice.user.user_id, most=1)) == 1
