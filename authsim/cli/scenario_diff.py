"""`authsim scenario diff`: where two runs part, with what led there."""

import json
from pathlib import Path
from typing import Any, Final

import click

from authsim.cli.ending import end_on_signals
from authsim.cli.playbill import say_nothing
from authsim.cli.scenario_run import play_all, read_all
from authsim.terminal.helping import Command
from authsim.terminal.outcome import DONE, FAILED, INTERRUPTED, MALFORMED, CommandError
from authsim.terminal.speech import spoken

_BEFORE: Final = 3
_AFTER: Final = 3
_MOST_BYTES: Final = 64_000_000
_SCENARIO_ENDINGS: Final = frozenset({".yaml", ".yml"})


@click.command(
    cls=Command,
    examples=("authsim scenario diff monday.json tuesday.json", "authsim scenario diff recorded.yaml changed.yaml"),
)
@click.argument("one", metavar="A", type=click.Path(path_type=Path))
@click.argument("other", metavar="B", type=click.Path(path_type=Path))
def diff(one: Path, other: Path) -> int:
    """Say where two runs part: A and B are files of 'run --events', or scenarios, which are played now.

    Instants and numbers are not compared: they differ in any two runs without a seed. Exit status 0 when both tell the
    same, 1 when they part.
    """
    end_on_signals(status=INTERRUPTED)
    from authsim.scenarios.story import find_parting, format_entry

    left, right = _story_of(one), _story_of(other)
    place = find_parting(left, right)
    if place is None:
        click.echo(spoken(f"Both tell the same, in {len(left)} entries."))
        return DONE
    click.echo(spoken(f"They part at entry {place + 1}."))
    for entry in left[max(0, place - _BEFORE) : place]:
        click.echo(f"  {format_entry(entry)}")
    for sign, colour, story in (("-", "red", left), ("+", "green", right)):
        for entry in story[place : place + _AFTER]:
            click.echo(click.style(f"{sign} {format_entry(entry)}", fg=colour))
    return FAILED


def _story_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix in _SCENARIO_ENDINGS:
        stories: dict[str, list[dict[str, Any]]] = {}
        play_all(read_all([path]), served=None, stories=stories, tell=say_nothing)
        return stories.get(str(path), [])
    with path.open("rb") as source:
        content = source.read(_MOST_BYTES + 1)
    try:
        runs: Any = json.loads(content)["runs"] if len(content) <= _MOST_BYTES else None
        events: list[Any] = [event for one in runs for event in one["events"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        events = [None]
    if not all(_is_entry(event) for event in events):
        raise CommandError(
            MALFORMED, f"{path} holds no stories. 'authsim scenario run FILE --events F' writes such a file"
        )
    return events


def _is_entry(event: object) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("what"), str):
        return False
    return isinstance(event.get("facts", {}), dict) and isinstance(event.get("at_ms", 0), int)
