"""`authsim scenario run`: play files for people and for CI, and say what does not hold, where, and what happened."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.cli.ending import end_on_signals
from authsim.cli.playbill import lines_of, say_line, say_nothing, tell_story
from authsim.terminal.cells import count_cells
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, FAILED, INTERRUPTED, MALFORMED, UNREACHABLE, USAGE, CommandError
from authsim.terminal.speech import spoken

if TYPE_CHECKING:
    from authsim.scenarios.hands import Company
    from authsim.scenarios.playing import Played
    from authsim.scenarios.scenario import Scenario
    from authsim.testing import Lab

_HANDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario that was played, with its acts."""

    scenario: "Scenario"
    acts: "tuple[Played, ...]"

    @property
    def held(self) -> bool:
        """Whether all of it holds."""
        return all(act.held for act in self.acts)

    def describe(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        acts = [
            {
                "name": act.name,
                "title": act.title,
                "held": act.held,
                "detail": act.detail,
                "line": act.line or None,
                "seconds": act.seconds,
                "story": list(act.story),
            }
            for act in self.acts
        ]
        return {"file": self.scenario.file, "scenario": self.scenario.title, "held": self.held, "acts": acts}


@click.command(
    cls=Command,
    examples=(
        "authsim scenario run login.yaml",
        "authsim scenario run scenarios/*.yaml --junit reports/scenarios.xml",
        "authsim scenario run login.yaml --events monday.json",
        "authsim scenario run login.yaml --portal http://127.0.0.1:8765 --lab-token-file ./portal/lab.token",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--junit", type=click.Path(path_type=Path), metavar="F", help="Write JUnit XML here, for CI.")
@click.option("--events", type=click.Path(path_type=Path), metavar="F", help="Write the stories of all runs here.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end.")
@click.option("--portal", metavar="URL", help="Play at this portal of this machine, which has a lab.")
@click.option("--lab-token-file", type=click.Path(path_type=Path), metavar="F", help="The token of its lab.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Let all chance repeat, in every file.")
def run(
    files: tuple[Path, ...],
    junit: Path | None,
    events: Path | None,
    as_json: bool,
    portal: str | None,
    lab_token_file: Path | None,
    seed: int | None,
) -> int:
    """Play scenarios, each from a reset world. Exit status 0 only if all of them hold, 1 when one does not."""
    end_on_signals(status=INTERRUPTED)
    scenarios = [replace(one, seed=seed) if seed is not None else one for one in read_all(files)]
    if sys.stderr.isatty() and not as_json:
        click.echo(BANNER, err=True)
    began = time.monotonic()
    stories: dict[str, list[dict[str, Any]]] = {}
    with open_lab(portal, lab_token_file) as served:
        results = play_all(scenarios, served=served, stories=stories, tell=say_nothing if as_json else say_line)
    seconds = round(time.monotonic() - began, 1)
    if junit is not None:
        from authsim.scenarios.junit import format_junit

        junit.write_bytes(format_junit([(result.scenario, result.acts) for result in results]))
    if events is not None:
        events.write_text(format_stories(stories), encoding="utf-8")
    held = all(result.held for result in results)
    if as_json:
        told = {"held": held, "seconds": seconds, "scenarios": [result.describe() for result in results]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        count = sum(result.held for result in results)
        click.echo(spoken(f"\n{count} of {len(results)} hold, in {seconds} s."))
    return DONE if held else FAILED


def read_all(files: Sequence[Path]) -> "list[Scenario]":
    """Return the scenarios of files. Raises `CommandError` with the file, the line and what to do."""
    from authsim.scenarios.checking import read_scenario
    from authsim.scenarios.reading import ScenarioError

    found = []
    for file in files:
        try:
            found.append(read_scenario(file))
        except ScenarioError as error:
            raise CommandError(MALFORMED, str(error)) from None
    return found


@contextmanager
def open_lab(portal: str | None, token_file: Path | None) -> "Iterator[Lab | None]":
    """Hold the lab that somebody serves already, or None when there is none. Raises `CommandError`."""
    if (portal is None) != (token_file is None):
        raise CommandError(USAGE, "--portal and --lab-token-file go together. Name both, or neither")
    if portal is None or token_file is None:
        yield None
        return
    from authsim.testing import KitError, Lab

    try:
        lab = Lab.open(portal, token_file)
        lab.read_clock()
    except KitError as error:
        raise CommandError(UNREACHABLE, str(error)) from None
    with lab:
        yield lab


def play_all(
    scenarios: "Sequence[Scenario]",
    *,
    served: "Lab | None",
    stories: dict[str, list[dict[str, Any]]],
    tell: Callable[[str], None],
) -> list[Result]:
    """Play scenarios, tell each as it ends, and note the stories that they told by file."""
    from authsim.ends.folders import temporary_folder
    from authsim.scenarios.hands import Company

    def finish(scenario: "Scenario", lab: "Lab") -> None:
        stories[scenario.file] = lab.list_events()

    width = max(count_cells(one.title) for one in scenarios)
    with ExitStack() as ends:
        folder = ends.enter_context(temporary_folder("tour"))
        company = ends.enter_context(Company(scenarios, folder, hands=_HANDS, served=served, finish=finish))
        return [_wait(company, place, scenario, width, tell) for place, scenario in enumerate(scenarios)]


def _wait(company: "Company", place: int, scenario: "Scenario", width: int, tell: Callable[[str], None]) -> Result:
    acts = tuple(company.wait_for(place, act) for act in scenario.acts)
    result = Result(scenario=scenario, acts=acts)
    failed = [act for act in acts if not act.held]
    seconds = sum(act.seconds for act in acts)
    detail = "" if not failed else f"{scenario.file}:{failed[0].line}: {failed[0].detail}"
    for line in lines_of(scenario.title, held=result.held, detail=detail, seconds=seconds, width=width):
        tell(line)
    for number, act in enumerate(failed):
        if number:
            tell(f"           {scenario.file}:{act.line}: {act.detail}")
        tell_story(act, tell)
    return result


def format_stories(stories: dict[str, list[dict[str, Any]]]) -> str:
    """Return the stories of a run as one JSON text, the same bytes for the same stories."""
    runs = [{"file": file, "events": events} for file, events in sorted(stories.items())]
    return json.dumps({"runs": runs}, ensure_ascii=False, indent=1) + "\n"
