"""`authsim har`: make a HAR file fit to be handed on. The clean file goes to OUT or stdout, the report to stderr."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, MALFORMED, USAGE, CommandError
from authsim.terminal.speech import spoken

if TYPE_CHECKING:
    from authsim.evidence import Cleaned, Report

_STDIN: Final = "-"
_MOST_PLACES: Final = 3


@click.command(
    cls=Command,
    examples=(
        "authsim har login.har -o clean.har",
        "authsim har login.har > clean.har",
        "authsim har - --json < login.har > clean.har 2> report.json",
    ),
)
@click.argument("file", metavar="FILE")
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write here, readable by you alone."
)
@click.option("--replace", is_flag=True, help="Replace OUT when it exists already.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object, on stderr.")
def har(file: str, out: Path | None, replace: bool, as_json: bool) -> int:
    """Take cookies, tokens, passwords, codes and bodies out of a HAR file of any browser. FILE: - reads stdin."""
    from authsim.adapters.system import SystemEntropy
    from authsim.errors import MessageError
    from authsim.evidence import format_report, read_har, sanitise

    if replace and out is None:
        raise CommandError(USAGE, "--replace goes with --output. See 'authsim har --help'")
    if out is not None and os.path.lexists(out) and not replace:
        raise CommandError(USAGE, f"{out} exists already and is not overwritten. Name another file, or add --replace")
    try:
        cleaned = sanitise(read_har(_read(file)), entropy=SystemEntropy())
    except MessageError as error:
        raise CommandError(MALFORMED, f"{_name(file)} is no HAR file that can be read: {error}") from None
    has_replaced = _write(cleaned, out)
    if as_json:
        click.echo(format_report(cleaned.report).decode(), err=True)
    else:
        _print(cleaned.report, out, has_replaced=has_replaced)
    return DONE


def _name(file: str) -> str:
    return spoken("what stands on stdin") if file == _STDIN else file


def _read(file: str) -> bytes:
    """Return the file, one byte more than is allowed at most: how long it really is makes no difference then."""
    from authsim.evidence.reading import MOST_BYTES

    if file == _STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with open(file, "rb") as source:
        return source.read(MOST_BYTES + 1)


def _write(cleaned: "Cleaned", out: Path | None) -> bool:
    """Write the clean file, whole or not at all, and say whether it took the place of another."""
    from authsim.adapters.private_files import create_private_file

    content = cleaned.har + b"\n"
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return False
    if not os.path.lexists(out):
        create_private_file(out, content)
        return False
    aside = out.with_name(f".{out.name}.{os.getpid()}")
    create_private_file(aside, content)
    try:
        os.replace(aside, out)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
    return True


def _print(report: "Report", out: Path | None, *, has_replaced: bool) -> None:
    """Say what was found, by kind, with where and how often; never what it was."""
    lines = [BANNER] if sys.stderr.isatty() else []
    lines.append(spoken(f"Read: {report.bytes_read:,} bytes, pages: {report.pages:,}, requests: {report.entries:,}."))
    counts = report.counts
    lines.append(spoken(f"Taken out: {sum(counts.values()):,}." if counts else "Nothing had to be taken out."))
    for kind, count in counts.items():
        places = sorted({finding.place for finding in report.findings if finding.kind is kind})
        more = f" {spoken(f'and {len(places) - _MOST_PLACES} more')}" if len(places) > _MOST_PLACES else ""
        lines.append(f"  {kind.value:10} {count:7,}  {', '.join(places[:_MOST_PLACES])}{more}")
    kept = "Kept: method, scheme, path without ids, status, times, types, sizes, and the names of headers."
    lines.append(spoken(kept))
    if out is not None:
        lines.append(spoken(f"The clean file replaced {out}." if has_replaced else f"The clean file is {out}."))
    click.echo("\n".join(lines), err=True)
