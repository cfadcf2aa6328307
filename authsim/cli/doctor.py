"""`authsim doctor`: is this installation usable, and if not, what to do."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from authsim.cli.checks import EXTRAS, Check, Finding, all_checks
from authsim.terminal.cells import count_cells, pad
from authsim.terminal.helping import Command
from authsim.terminal.outcome import DONE, UNREACHABLE
from authsim.terminal.speech import spoken, tell

_MARKS = {Finding.OK: ("✓", "ok"), Finding.NOTE: ("·", "note"), Finding.WRONG: ("✗", "wrong")}
_COLOURS = {Finding.OK: "green", Finding.NOTE: None, Finding.WRONG: "red"}


@click.command(cls=Command, examples=("authsim doctor", "authsim doctor --data ./portal", "authsim doctor --json"))
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Check this directory for a portal as well."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="The port to try.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(data: Path | None, port: int, as_json: bool) -> int:
    """Check the installation and say what to do. Exit 0 when AuthSim is usable."""
    checks = list(all_checks(data=data, port=port))
    is_usable = all(check.finding is not Finding.WRONG for check in checks)
    if as_json:
        listed = [asdict(check) | {"finding": check.finding.value} for check in checks]
        click.echo(json.dumps({"usable": is_usable, "checks": listed}, ensure_ascii=False))
    else:
        _print(checks)
        tell("\nAuthSim is usable." if is_usable else "\nAuthSim is not usable yet. See the lines marked wrong.")
    return DONE if is_usable else UNREACHABLE


def _print(checks: list[Check]) -> None:
    names = [check.name if check.name in EXTRAS else spoken(check.name) for check in checks]
    width = max(count_cells(name) for name in names)
    marked = max(count_cells(spoken(word)) for _, word in _MARKS.values())
    for check, name in zip(checks, names, strict=True):
        sign, word = _MARKS[check.finding]
        mark = click.style(f"{sign} {pad(spoken(word), marked)}", fg=_COLOURS[check.finding])
        click.echo(f"{mark}  {pad(name, width)}  {spoken(check.text)}")
        if check.remedy:
            click.echo(f"{'':{marked + 4}}{'':{width}}  {spoken(check.remedy)}")
