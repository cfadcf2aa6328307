"""Killed with -9, two hundred times: nothing that was acknowledged is lost, nothing happens twice, and people go on.

150 kills of a portal: 50 while phones activate, 50 while logins are approved and collected, 50 while users move to
another phone. Up to three in one ceremony, about half of them at a moment with a name (before a change, at its commit,
after it and before its reply), the others before a statement that a seed chooses. Then 50 kills of the real `authkey`,
before a step that it takes with its files or the network, which a seed chooses too: 20 while it activates, 20 while it
approves, 10 while it takes a user over from another phone.
"""

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.invariants import Invariants
from tests.support.killing import POLICY, DoomedPortal, Townsman, doomed_portal, draw_moments, settle_in
from tests.support.killing_phones import Owner, house, keeper_of_phones
from tests.support.portal import served_portal

KILLS = 50
PHONE_KILLS = {"activation": 20, "approval": 20, "moving": 10}
#: About how many steps `authkey` takes, so that nearly each number is one of them.
STEPS = {"activation": 36, "approval": 22, "moving": 48}
MOST_ROUNDS = KILLS
PEOPLE = 6
ACTIVATION = ("activations.redeem",)
APPROVAL = (
    "logins.begin",
    "device_sessions.open",
    "pushes.count_decision",
    "pushes.decide",
    "logins.complete_approved",
)
MOVING = ("users.change_lockout", "enrolments.begin", "enrolments.count_try", "enrolments.complete")


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[DoomedPortal]:
    """A portal that begins anew whenever it is killed."""
    with doomed_portal(tmp_path) as doomed:
        yield doomed


@pytest.fixture
def draw() -> random.Random:
    """What chooses the moments; the seed is printed, and repeats them."""
    seed = random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    return random.Random(seed)


def require_sound(doomed: DoomedPortal, people: list[Townsman]) -> None:
    """The store is whole; portal and phones agree; what was approved is approved; and the last of them can log in."""
    doomed.invariants.require()
    approved = {row[0] for row in doomed.portal.rows("SELECT request_id FROM push_requests WHERE state = 'consumed'")}
    for townsman in people:
        assert townsman.answers_for() == townsman.phone.device_id, "portal and phone disagree"
        assert approved.issuperset(townsman.approved), "an approval was lost after its reply"


def test_portal_is_killed_while_phones_activate(doomed: DoomedPortal, draw: random.Random) -> None:
    """Fifty kills: each phone is enrolled once, by the reply that it got in the end."""
    people = settle_in(doomed, MOST_ROUNDS)
    for townsman in people:
        with doomed.dies(draw_moments(draw, ACTIVATION, statements=6)):
            townsman.activates()
        if doomed.kills >= KILLS:
            break

    assert doomed.kills >= KILLS
    require_sound(doomed, people[: people.index(townsman) + 1])
    townsman.logs_in()
    assert doomed.lives == 2 + doomed.kills


def test_portal_is_killed_while_logins_are_approved(doomed: DoomedPortal, draw: random.Random) -> None:
    """Fifty kills between password and page: an approval that was acknowledged stands, and opens one session."""
    people = settle_in(doomed, PEOPLE)
    for townsman in people:
        townsman.activates()
    for number in range(MOST_ROUNDS):
        with doomed.dies(draw_moments(draw, APPROVAL, statements=60)):
            people[number % len(people)].logs_in()
        require_sound(doomed, people)
        if doomed.kills >= KILLS:
            break

    assert doomed.kills >= KILLS
    people[0].logs_in()
    assert doomed.lives == 2 + doomed.kills


def test_portal_is_killed_while_users_move(doomed: DoomedPortal, draw: random.Random) -> None:
    """Fifty kills between password and reply: at each moment one phone answers, and in the end it is the new one."""
    people = settle_in(doomed, PEOPLE)
    for townsman in people:
        townsman.activates()
    for number in range(MOST_ROUNDS):
        with doomed.dies(draw_moments(draw, MOVING, statements=30)):
            people[number % len(people)].moves()
        require_sound(doomed, people)
        if doomed.kills >= KILLS:
            break

    assert doomed.kills >= KILLS
    people[0].logs_in()
    assert doomed.lives == 2 + doomed.kills


def test_phone_is_killed(tmp_path: Path, draw: random.Random) -> None:
    """Fifty kills: a phone goes on where it was, or begins anew, and agrees with the portal about one device."""
    with served_portal(tmp_path / "portal", *POLICY) as portal, keeper_of_phones(tmp_path / "keeper", portal) as keeper:
        invariants = Invariants(portal)
        people = house(keeper, tmp_path, PHONE_KILLS["activation"] + 2)
        moved = 0

        def require_kills(count: int, act: Callable[[Owner], object]) -> None:
            wanted = keeper.kills + count
            for owner in people * 3:
                act(owner)
                invariants.require()
                if keeper.kills == wanted:
                    return
            raise AssertionError(f"{keeper.kills} kills")

        def move(owner: Owner) -> None:
            nonlocal moved
            moved += 1
            owner.moves(tmp_path / f"new phone {moved}", draw.randint(1, STEPS["moving"]))

        require_kills(PHONE_KILLS["activation"], lambda owner: owner.activates(draw.randint(1, STEPS["activation"])))
        people = [owner for owner in people if owner.has_account]
        require_kills(PHONE_KILLS["approval"], lambda owner: owner.logs_in(draw.randint(1, STEPS["approval"])))
        require_kills(PHONE_KILLS["moving"], move)
        for owner in people[:moved]:
            owner.logs_in(at=0)
        invariants.require()
        assert keeper.kills == sum(PHONE_KILLS.values())
