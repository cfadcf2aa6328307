"""Playing several scenarios beside each other: a few hands, each with portals of its own."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self, final

from authsim.ends.children import Crew
from authsim.scenarios.playing import Played, play_scenario
from authsim.scenarios.portals import Portals
from authsim.scenarios.scenario import Act, Scenario
from authsim.terminal.outcome import CommandError
from authsim.testing import KitError, Lab


@final
class Company:
    """Hands that play scenario after scenario. Used as a context, it leaves no portal, phone or thread behind.

    `folder`: for all stores and phones. `served`: a portal that is there already; then one hand plays. `finish`, when
    given, is called with each scenario that was played to its end and the lab as it stands then.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        folder: Path,
        *,
        hands: int = 1,
        served: Lab | None = None,
        finish: Callable[[Scenario, Lab], None] | None = None,
    ) -> None:
        self._crew = Crew()
        self._finish = finish
        self._waiting: queue.SimpleQueue[tuple[int, Scenario]] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[tuple[int, str, Played]] = queue.SimpleQueue()
        self._known: dict[tuple[int, str], Played] = {}
        self._is_over = threading.Event()
        self._ends = ExitStack()
        for place in enumerate(scenarios):
            self._waiting.put(place)
        count = 1 if served is not None else min(hands, len(scenarios))
        self._portals = [
            Portals(_made(folder / f"hand-{number}"), self._crew, served=served) for number in range(count)
        ]
        self._hands = [threading.Thread(target=self._work, args=(own,), daemon=True) for own in self._portals]

    def __enter__(self) -> Self:
        for hand in self._hands:
            hand.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._crew.end()
        for hand in self._hands:
            hand.join()
        self._ends.close()

    def wait_for(self, place: int, act: Act) -> Played:
        """Return how an act of the scenario at that place went, once it was played."""
        while (place, act.name) not in self._known:
            scenario, name, played = self._told.get()
            self._known[scenario, name] = played
        return self._known[place, act.name]

    def _work(self, portals: Portals) -> None:
        with portals:
            while not self._is_over.is_set():
                try:
                    place, scenario = self._waiting.get_nowait()
                except queue.Empty:
                    return
                self._play(place, scenario, portals)

    def _play(self, place: int, scenario: Scenario, portals: Portals) -> None:
        try:
            with portals.world(scenario) as world:
                play_scenario(
                    scenario,
                    world,
                    told=lambda act, played: self._told.put((place, act.name, played)),
                    is_over=self._is_over.is_set,
                )
                if self._finish is not None and not self._is_over.is_set():
                    self._finish(scenario, world.lab)
        except (CommandError, KitError, OSError) as error:
            for act in scenario.acts:
                detail = f"there is no portal: {error}"
                played = Played(name=act.name, title=act.title, held=False, detail=detail, seconds=0.0, line=act.line)
                self._told.put((place, act.name, played))


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder
