"""What one pytest process plays on: a portal, a world to begin every test with, and what its tests have exercised."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

from authsim.testing.client import Lab
from authsim.testing.coverage import Coverage, collect, merge
from authsim.testing.errors import LabError
from authsim.testing.phone import Phone
from authsim.testing.portal import Portal
from authsim.testing.starting import start_portal

#: The worlds that a test begins with: user and phone made, and the phone bound to the user as well.
FRESH: Final = "pytest-fresh"
ACTIVE: Final = "pytest-active"
#: What a portal held that is served already: it is put back at the end.
BEFORE: Final = "pytest-before"
USER: Final = "alice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options of a run ask for. `target` and `token_file`: a portal that is served already."""

    seed: int | None = None
    profile: str = "classic"
    policy: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    token_file: Path | None = None
    covers: bool = False


@final
class Stage:
    """A portal with the two worlds kept as snapshots, for one test after the other."""

    def __init__(self, portal: Portal, *, seed: int | None, name: str | None, covers: bool) -> None:
        """Make user and phone. `name`: the user's, None for one that nobody has. `covers`: note what tests exercise."""
        self._lab = portal.lab
        self.coverage = Coverage() if covers else None
        self._lab.set_seed(seed)
        self.user = portal.add_user(name)
        self.phone_id = portal.add_phone().id
        self._begins = {FRESH: self._keep(FRESH)}
        confirmation = Phone(self._lab, self.phone_id).activate(self.user)
        if confirmation is not None:
            portal.begin_login(self.user, label="pytest").respond(confirmation)
        self._begins[ACTIVE] = self._keep(ACTIVE)

    def _keep(self, name: str) -> int:
        """Keep the world as it is; return the number of the newest entry of its story."""
        self._lab.take_snapshot(name)
        self._lab.restore_snapshot(name)
        newest = self._lab.list_events()
        return int(newest[-1]["number"]) if newest else 0

    @contextmanager
    def begin_test(self, world: str) -> Iterator[Portal]:
        """Hold the portal for one test, in that world whatever the test before it did."""
        self._lab.restore_snapshot(world)
        portal = Portal(self._lab, story_after=self._begins[world])
        try:
            yield portal
        finally:
            portal.close_browsers()
            if self.coverage is not None:  # the next restore takes it back
                self.coverage = merge((self.coverage, collect(self._lab, after=self._begins[world])))

    def phone(self, portal: Portal) -> Phone:
        """Return the phone of the world."""
        return Phone(portal.lab, self.phone_id)


@contextmanager
def open_stage(wanted: Wanted) -> Iterator[Stage]:
    """Hold a stage on a portal of its own, or on the one that is served already."""
    if wanted.target is None:
        with start_portal(profile=wanted.profile, policy=wanted.policy, seed=wanted.seed) as portal:
            yield Stage(portal, seed=wanted.seed, name=USER, covers=wanted.covers)
        return
    if wanted.token_file is None:
        raise LabError(0, "a portal that is served already takes its token: name the file with --authsim-token-file")
    with Lab.open(wanted.target, wanted.token_file) as lab, Portal(lab) as portal:
        lab.take_snapshot(BEFORE)
        try:
            yield Stage(portal, seed=wanted.seed, name=None, covers=wanted.covers)
        finally:
            lab.restore_snapshot(BEFORE)
            for name in {FRESH, ACTIVE, BEFORE} & set(lab.list_snapshots()):
                lab.remove_snapshot(name)
