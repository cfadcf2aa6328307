"""`authsim tour`: every flow by itself, real HTTP and real devices, one calm line each.

What it plays are the scenarios of `authsim/scenarios/tour`, one file for each scene.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.cli.ending import end_on_signals
from authsim.cli.playbill import lines_of, say_line, say_nothing
from authsim.terminal.cells import count_cells
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, FAILED, INTERRUPTED
from authsim.terminal.speech import spoken

if TYPE_CHECKING:
    from authsim.scenarios.playing import Played
    from authsim.scenarios.scenario import Scenario

#: Scenes that are played beside each other, each hand at a portal of its own.
_HANDS: Final = 3


@click.command(cls=Command, examples=("authsim tour", "authsim tour --json"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end.")
def tour(as_json: bool) -> int:
    """Play every flow end to end, in temporary stores. Exit 0 only if all of them hold."""
    from authsim.scenarios.scenes import read_scenes

    end_on_signals(status=INTERRUPTED)
    if sys.stderr.isatty() and not as_json:
        click.echo(BANNER, err=True)
    began = time.monotonic()
    played = play_all(read_scenes(), tell=say_nothing if as_json else say_line)
    seconds = round(time.monotonic() - began, 1)
    held = all(one.held for one in played)
    if as_json:
        acts = [_describe(one) for one in played]
        click.echo(json.dumps({"held": held, "seconds": seconds, "acts": acts}, ensure_ascii=False))
    else:
        count = sum(one.held for one in played)
        click.echo(spoken(f"\n{count} of {len(played)} hold, in {seconds} s."))
    return DONE if held else FAILED


def play_all(scenes: "Sequence[Scenario]", *, tell: Callable[[str], None]) -> "list[Played]":
    """Play scenes beside each other, and tell act by act in their order; one that fails does not end the tour."""
    from authsim.ends.folders import temporary_folder
    from authsim.scenarios.hands import Company

    width = max(count_cells(spoken(act.title)) for scene in scenes for act in scene.acts)
    played: list[Played] = []
    with ExitStack() as ends:
        folder = ends.enter_context(temporary_folder("tour"))
        company = ends.enter_context(Company(scenes, folder, hands=_HANDS))
        for place, scene in enumerate(scenes):
            tell(("\n" if played else "") + click.style(spoken(scene.title), bold=True))
            for act in scene.acts:
                how = company.wait_for(place, act)
                played.append(how)
                detail = f"{scene.file}:{how.line}: {how.detail}"
                for line in lines_of(how.title, held=how.held, detail=detail, seconds=how.seconds, width=width):
                    tell(line)
    return played


def _describe(act: "Played") -> dict[str, Any]:
    return {"name": act.name, "title": act.title, "held": act.held, "detail": act.detail, "seconds": act.seconds}
