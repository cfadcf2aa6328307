"""The generator of logins: it holds its rules against a portal, repeats itself, and reaches more than a plain test."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis.stateful import rule

from authsim.testing import Portal, start_portal
from authsim.testing.coverage import collect
from authsim.testing.exploring import LoginMachine, Trying, explore


@pytest.fixture(scope="module")
def explored() -> Iterator[Portal]:
    """A portal of this file's own: the generator takes its world back and forth."""
    with start_portal(seed=7) as portal:
        yield portal


def test_it_exercises_more_than_a_plain_test(explored: Portal) -> None:
    """A few stories hold all rules, and reach transitions and refusals that one login by phone does not."""
    explored.take_snapshot("plain")
    user, phone = explored.add_user(), explored.add_phone()
    phone.activate(user)
    assert explored.log_in(user, phone).authenticated
    plain = collect(explored.lab)
    explored.restore("plain")

    found = explore(explored, examples=6, steps=12, seed=11)

    for part in ("transitions", "refusals"):
        assert len(found.list_missing(part)) < len(plain.list_missing(part))
    assert "exploring" not in explored.lab.list_snapshots()
    assert explored.lab.list_users() == []


class Noting(LoginMachine):
    """Notes every step that is taken, and how it came out."""

    steps: ClassVar[list[tuple[object, ...]]] = []

    def _judge(self, trying: Trying, *, may_enter: bool) -> None:
        super()._judge(trying, may_enter=may_enter)
        self.steps.append((trying.login.label, trying.user.name, trying.login.authenticated, trying.login.message))

    def teardown(self) -> None:
        told = [entry["what"] for entry in self.portal.lab.list_events()]
        self.steps.append(tuple(what for what in told if what != "snapshot:restored"))  # of the stories before
        super().teardown()


def test_a_seed_repeats_the_stories(explored: Portal) -> None:
    """The same seed tries the same steps, which come out alike."""
    runs = []
    for seed in (5, 5, 6):
        Noting.steps.clear()
        explore(explored, machine=Noting, examples=2, steps=6, seed=seed)
        runs.append(list(Noting.steps))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_its_steps_are_those_of_people(explored: Portal) -> None:
    """Taken one by one, the steps come out as they would for anybody, and every rule is held after each."""
    world = explored.take_snapshot("exploring")
    story = LoginMachine(explored)

    def holds() -> int:
        story.nobody_is_inside_without_both_factors()
        story.waiting_logins_are_outside()
        return len(story.inside)

    story.begins("alice", True)
    story.responds(0, "own")
    assert holds() == 1
    story.begins("alice", True)
    story.replays(0)  # which is another challenge, and a wrong response
    assert holds() == 1
    story.begins("bob", False)
    assert [trying.user.name for trying in story.trying] == ["alice"]
    story.begins("bob", True)  # who has no phone: the page has no challenge
    story.responds(1, "own")
    story.replays(1)
    story.decides(1, "approve")
    assert holds() == 1
    story.activates("bob")
    story.begins("bob", True)
    story.decides(2, "approve")
    assert holds() == 2
    story.is_locked("alice", True)
    story.begins("alice", True)
    story.time_passes(86_401)
    story.begins("alice", True)
    story.responds(-1, "other")
    story.teardown()

    (exercised,) = story.exercised
    assert exercised.counts["transitions"]["request.issued.consume"] == 1
    assert exercised.counts["refusals"]["user_locked"] >= 1
    explored.restore(world)
    explored.lab.remove_snapshot(world)


class Careless(LoginMachine):
    """Believes that somebody is inside who never proved a second factor."""

    @rule()
    def believes(self) -> None:
        user = self.known["alice"].user
        self.inside.append(Trying(self.portal.begin_login(user), user))


def test_a_broken_rule_is_found(explored: Portal) -> None:
    """A session without a second factor ends the search with its steps, and the world is as it was."""
    with pytest.raises(AssertionError, match="never proved a second factor"):
        explore(explored, machine=Careless, examples=4, steps=4, seed=1)
    assert explored.lab.list_users() == []


def test_it_says_what_it_takes() -> None:
    """Where Hypothesis is not installed, one sentence says how to get it."""
    done: Any = subprocess.run(
        [sys.executable, "-c", "import sys; sys.modules['hypothesis'] = None; import authsim.testing.exploring"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install 'authsim[testing]'")
