"""`authsim tour`: every flow by itself, real HTTP and real devices, one calm line each."""

import json
import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import click

from authsim.cli.ending import end_on_signals
from authsim.terminal.cells import count_cells, pad
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, FAILED, INTERRUPTED
from authsim.terminal.running import reference_of
from authsim.terminal.speech import spoken

if TYPE_CHECKING:
    from authsim.cli.acts import Act, Scene
    from authsim.cli.stage import Stage

#: Scenes that are played beside each other. More than two: some acts wait until something has expired.
_HANDS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How an act went. `detail` says what was seen when it did not hold."""

    name: str
    title: str
    held: bool
    detail: str
    seconds: float


@click.command(cls=Command, examples=("authsim tour", "authsim tour --json"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end.")
def tour(as_json: bool) -> int:
    """Play every flow end to end, in temporary stores. Exit 0 only if all of them hold."""
    from authsim.cli.acts import SCENES
    from authsim.cli.stage import Stage

    end_on_signals(status=INTERRUPTED)
    if sys.stderr.isatty() and not as_json:
        click.echo(BANNER, err=True)
    began = time.monotonic()
    main = [guest for scene in SCENES for guest in scene.main]
    hasty = [guest for scene in SCENES for guest in scene.hasty]
    with Stage(main=main, hasty=hasty) as stage:
        played = play_all(SCENES, stage, tell=_say_nothing if as_json else _say)
    seconds = round(time.monotonic() - began, 1)
    held = all(one.held for one in played)
    if as_json:
        acts = [asdict(one) for one in played]
        click.echo(json.dumps({"held": held, "seconds": seconds, "acts": acts}, ensure_ascii=False))
    else:
        count = sum(one.held for one in played)
        click.echo(spoken(f"\n{count} of {len(played)} hold, in {seconds} s."))
    return DONE if held else FAILED


def play_all(scenes: "Sequence[Scene]", stage: "Stage", *, tell: Callable[[str], None]) -> list[Played]:
    """Play scenes beside each other, and tell act by act in their order; one that fails does not end the tour."""
    width = max(count_cells(spoken(act.title)) for scene in scenes for act in scene.acts)
    company = _Company(scenes, stage)
    played: list[Played] = []
    try:
        for scene in scenes:
            tell(("\n" if played else "") + click.style(spoken(scene.title), bold=True))
            for act in scene.acts:
                played.append(company.wait_for(act))
                for line in _lines_of(played[-1], width):
                    tell(line)
    except BaseException:
        stage.interrupt()
        raise
    finally:
        company.end()
    return played


class _Company:
    """A few hands that play scene after scene, and what became of each act."""

    def __init__(self, scenes: "Sequence[Scene]", stage: "Stage") -> None:
        self._stage = stage
        self._waiting: queue.SimpleQueue[Scene] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[tuple[Act, Played]] = queue.SimpleQueue()
        self._known: dict[str, Played] = {}
        self._is_over = threading.Event()
        for scene in scenes:
            self._waiting.put(scene)
        self._hands = [threading.Thread(target=self._work, daemon=True) for _ in range(_HANDS)]
        for hand in self._hands:
            hand.start()

    def wait_for(self, act: "Act") -> Played:
        """Return how an act went, once it was played."""
        while act.name not in self._known:
            played, how = self._told.get()
            self._known[played.name] = how
        return self._known[act.name]

    def end(self) -> None:
        """Begin no other act, and wait until those that are being played have ended."""
        self._is_over.set()
        for hand in self._hands:
            hand.join()

    def _work(self) -> None:
        while True:
            try:
                scene = self._waiting.get_nowait()
            except queue.Empty:
                return
            for act in scene.acts:
                if self._is_over.is_set():
                    return
                self._told.put((act, _play(act, self._stage)))


def _say(line: str) -> None:
    """Write a line at once, in a pipe too."""
    click.echo(line)
    sys.stdout.flush()


def _say_nothing(line: str) -> None:
    """Take the line: the whole comes as JSON at the end."""


def _play(act: "Act", stage: "Stage") -> Played:
    began = time.monotonic()
    detail = ""
    try:
        act.play(stage)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the line says
        detail = str(error) or reference_of(error)
    seconds = round(time.monotonic() - began, 1)
    return Played(name=act.name, title=act.title, held=not detail, detail=detail, seconds=seconds)


def _lines_of(played: Played, width: int) -> list[str]:
    sign, colour, word = ("✓", "green", "holds") if played.held else ("✗", "red", "fails")
    marked = max(count_cells(spoken(either)) for either in ("holds", "fails"))
    mark = click.style(f"{sign} {pad(spoken(word), marked)}", fg=colour)
    line = f"  {mark}  {pad(spoken(played.title), width)}  {played.seconds:4.1f} s"
    return [line] if played.held else [line, f"{'':{marked + 6}}{played.detail}"]
