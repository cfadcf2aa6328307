"""`authsim scenario`: runs that are files. The group, and the schema of a file."""

import json
from types import MappingProxyType
from typing import Final

import click

from authsim.terminal.helping import Command, LazyGroup
from authsim.terminal.outcome import DONE

_COMMANDS: Final = MappingProxyType(
    {
        "run": ("authsim.cli.scenario_run", "Play scenarios; exit status 0 only if all of them hold."),
        "record": ("authsim.cli.scenario_record", "Write down as a scenario what happens at a portal."),
        "diff": ("authsim.cli.scenario_diff", "Say where two runs part."),
        "schema": ("authsim.cli.scenario", "Print the JSON Schema of a scenario file."),
    }
)


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    examples=(
        "authsim scenario run login.yaml               play it, and say what does not hold",
        "authsim scenario run *.yaml --junit out.xml   the same for CI",
        "authsim scenario record -o session.yaml",
        "authsim scenario diff monday.json tuesday.json",
    ),
)
def scenario() -> None:
    """Runs as files: users, phones, faults, steps, and the story that must come of them."""


@click.command(cls=Command, examples=("authsim scenario schema > scenario.schema.json",))
def schema() -> int:
    """Print the JSON Schema (draft 2020-12) of a scenario file, for editors and for whoever makes such files."""
    from authsim.scenarios.schema import compute_schema

    click.echo(json.dumps(compute_schema(), ensure_ascii=False, indent=2))
    return DONE
