"""The portals on which scenarios are played: child processes with a lab, or one that is served already."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Self, TextIO, final

from authsim.ends.children import Crew, PortalChild
from authsim.scenarios.scenario import PortalWanted, Scenario
from authsim.scenarios.world import World
from authsim.terminal.outcome import CommandError
from authsim.testing import Lab

_TOKEN: Final = "lab.token"  # noqa: S105 - the name of a file


@final
class Served:
    """One portal with a lab. `data`: the folder of its store when it is a child of ours."""

    def __init__(self, lab: Lab, data: Path | None) -> None:
        self.lab = lab
        self.data = data


@final
class Portals:
    """Portals by what scenarios want of them, begun when one does. Used as a context, it leaves none behind.

    `folder`: where stores and phones lie. `crew`: the phones that run; ended, no other is started. `served`: a portal
    that is there already, for every scenario.
    """

    def __init__(self, folder: Path, crew: Crew, *, served: Lab | None = None) -> None:
        self._folder = folder
        self._crew = crew
        self._served = None if served is None else Served(served, None)
        self._ends = ExitStack()
        self._open: dict[PortalWanted, Served] = {}
        self._worlds = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def serve(self, wanted: PortalWanted) -> Served:
        """Return a portal as it is wanted, begun when there is none yet."""
        if self._served is not None:
            return self._served
        if wanted not in self._open:
            self._open[wanted] = self._begin(wanted)
        return self._open[wanted]

    def _begin(self, wanted: PortalWanted) -> Served:
        data = self._folder / f"portal-{len(self._open) + 1}"
        changes = [word for name, value in wanted.policy for word in ("--set", f"{name}={value}")]
        said = self._ends.enter_context(data.with_suffix(".log").open("w+", encoding="utf-8"))
        options = ("--lab", "--port", "0", "--profile", wanted.profile)
        child = self._ends.enter_context(PortalChild(data, *options, *changes, errors=said))
        try:
            address = child.wait_until_ready()
        except CommandError as error:
            raise CommandError(error.status, _last_line(said) or str(error)) from None
        lab = self._ends.enter_context(Lab.open(address, data / _TOKEN))
        return Served(lab, data)

    @contextmanager
    def world(self, scenario: Scenario) -> Iterator[World]:
        """Hold the world of one scenario: its portal, and a folder of its own for its phones."""
        served = self.serve(scenario.portal)
        folder = self._folder / f"world-{next(self._worlds)}"
        folder.mkdir(mode=0o700)
        with World(scenario, lab=served.lab, folder=folder, data=served.data, crew=self._crew) as world:
            yield world


def _last_line(said: TextIO) -> str:
    """Return the last thing that a portal said on stderr, without its own name before it."""
    said.seek(0)
    lines = said.read().strip().splitlines()
    return lines[-1].removeprefix("authsim: ") if lines else ""
