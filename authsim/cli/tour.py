"""`authsim tour`: every flow by itself, real HTTP and a real device, one calm line each."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from authsim.cli.ending import end_on_signals
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, FAILED, INTERRUPTED
from authsim.terminal.running import reference_of

if TYPE_CHECKING:
    from authsim.cli.acts import Act
    from authsim.cli.stage import Stage


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
    from authsim.cli.acts import ACTS
    from authsim.cli.stage import Stage

    end_on_signals(status=INTERRUPTED)
    if sys.stderr.isatty() and not as_json:
        click.echo(BANNER, err=True)
    began = time.monotonic()
    with Stage() as stage:
        played = play_all(ACTS, stage, tell=_say_nothing if as_json else click.echo)
    seconds = round(time.monotonic() - began, 1)
    held = all(one.held for one in played)
    if as_json:
        acts = [asdict(one) for one in played]
        click.echo(json.dumps({"held": held, "seconds": seconds, "acts": acts}, ensure_ascii=False))
    else:
        count = sum(one.held for one in played)
        click.echo(f"\n{count} of {len(played)} hold, in {seconds} s.")
    return DONE if held else FAILED


def play_all(acts: "Sequence[Act]", stage: "Stage", *, tell: Callable[[str], None]) -> list[Played]:
    """Play acts one after the other and tell each as it ends; one that fails does not end the tour."""
    width = max(len(act.title) for act in acts)
    played: list[Played] = []
    for act in acts:
        played.append(_play(act, stage))
        for line in _lines_of(played[-1], width):
            tell(line)
    return played


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
    mark = click.style("✓ holds", fg="green") if played.held else click.style("✗ fails", fg="red")
    line = f"{mark}  {played.title.ljust(width)}  {played.seconds:4.1f} s"
    return [line] if played.held else [line, f"         {played.detail}"]
