"""`authsim conformance`: what a verifier must reject, tried on AuthSim's own or on one behind an adapter.

Targets are on this machine only: the cases are those of an attacker, and are meant for one's own verifier.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authsim.cli.ending import end_on_signals
from authsim.terminal.cells import count_cells, pad
from authsim.terminal.helping import Command
from authsim.terminal.outcome import (
    BANNER,
    DONE,
    FAILED,
    INTERRUPTED,
    MALFORMED,
    UNREACHABLE,
    USAGE,
    CommandError,
)
from authsim.terminal.speech import spoken, tell

if TYPE_CHECKING:
    from authsim.conformance.cases.case import Case
    from authsim.conformance.target import Target
    from authsim.conformance.trying import Tried

_OURS: Final = "authsim"
_SIGNS: Final = {
    "held": ("✓", "green", ""),
    "wrongly accepted": ("✗", "red", "wrongly accepted"),
    "wrongly refused": ("✗", "red", "wrongly refused"),
    "not tried": ("–", "yellow", "not tried"),
}


@click.command(
    cls=Command,
    examples=(
        "authsim conformance --target authsim",
        "authsim conformance --target http://127.0.0.1:9000/verifier --junit report.xml",
        "authsim conformance --list",
    ),
)
@click.option("--target", metavar="TARGET", help="authsim, or the address of an adapter on this machine.")
@click.option("--only", multiple=True, metavar="NAME", help="Try this case alone; may stand several times.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as JUnit's XML too.")
@click.option("--list", "as_list", is_flag=True, help="Name the cases and their sources, and try nothing.")
@click.option("--schema", "as_schema", is_flag=True, help="Print the adapter's contract as a JSON schema.")
def conformance(
    target: str | None, only: tuple[str, ...], as_json: bool, junit: Path | None, as_list: bool, as_schema: bool
) -> int:
    """Try what a verifier of responses must reject, and report what it wrongly accepts. Exit 0 only if nothing is."""
    if as_schema:
        click.echo(_read_schema(), nl=False)
        return DONE
    cases = _choose(only)
    if as_list:
        _list(cases)
        return DONE
    if target is None:
        raise CommandError(USAGE, "name a target: --target authsim, or --target http://127.0.0.1:PORT/base")
    _require_writable(junit)
    end_on_signals(status=INTERRUPTED)
    if sys.stderr.isatty() and not as_json:
        click.echo(BANNER, err=True)
    return _run(target, cases, as_json=as_json, junit=junit)


def _run(address: str, cases: "Sequence[Case]", *, as_json: bool, junit: Path | None) -> int:
    from authsim.conformance.report import build_json, is_conformant
    from authsim.conformance.target import MalformedAnswerError, UnreachableError

    try:
        with _open(address) as target:
            name = target.read_abilities().name
            tried = _try(target, cases, is_told=not as_json)
    except UnreachableError as error:
        raise CommandError(UNREACHABLE, f"the target cannot be tried: {error}") from None
    except MalformedAnswerError as error:
        raise CommandError(MALFORMED, f"the adapter does not keep its contract: {error}") from None
    if as_json:
        click.echo(json.dumps(build_json(tried, target=address, name=name), ensure_ascii=False))
    else:
        _sum_up(tried)
    if junit is not None:
        _write_junit(tried, junit)
    return DONE if is_conformant(tried) else FAILED


@contextmanager
def _open(address: str) -> "Iterator[Target]":
    """Yield the target that an address names. Raises `CommandError` for one that is not on this machine."""
    from authsim.errors import MessageError

    if address == _OURS:
        from authsim.conformance.portal_target import open_portal

        with open_portal() as own:
            yield own
        return
    from authsim.conformance.http_target import HttpTarget
    from authsim.conformance.loopback import require_loopback

    try:
        place = require_loopback(address)
    except MessageError as error:
        raise CommandError(USAGE, str(error)) from None
    with HttpTarget(place) as target:
        yield target


def _try(target: "Target", cases: "Sequence[Case]", *, is_told: bool) -> "list[Tried]":
    from authsim.adapters.system import SystemEntropy
    from authsim.conformance.trying import try_all

    width = max(len(case.name) for case in cases)
    tried = []
    for one in try_all(target, cases, entropy=SystemEntropy()):
        tried.append(one)
        if is_told:
            _tell(one, width)
    return tried


def _tell(one: "Tried", width: int) -> None:
    """Write a line for a case at once, in a pipe too, and below it what was seen when it did not hold."""
    sign, colour, word = _SIGNS[one.outcome.value]
    click.echo(f"  {click.style(sign, fg=colour)} {one.case.name:{width}}  {spoken(one.case.shows)}")
    if one.detail:
        click.echo(f"    {'':{width}}  {click.style(spoken(word), fg=colour)}: {one.detail}")
    sys.stdout.flush()


def _sum_up(tried: "Sequence[Tried]") -> None:
    from authsim.conformance.report import count

    counted = count(tried)
    tell(f"\n{counted['held']} of {len(tried)} cases hold.")
    for name, text in (
        ("wrongly_accepted", f"wrongly accepted: {counted['wrongly_accepted']}"),
        ("wrongly_refused", f"wrongly refused: {counted['wrongly_refused']}"),
        ("not_tried", f"not tried: {counted['not_tried']}"),
    ):
        if counted[name]:
            tell(text)


def _choose(only: Sequence[str]) -> "list[Case]":
    from authsim.conformance.cases import CASES

    unknown = set(only) - {case.name for case in CASES}
    if unknown:
        raise CommandError(USAGE, "there is no case of that name. See 'authsim conformance --list'")
    return [case for case in CASES if not only or case.name in only]


def _list(cases: "Sequence[Case]") -> None:
    width = max(len(case.name) for case in cases)
    says = max(count_cells(spoken(case.shows)) for case in cases)
    for case in cases:
        click.echo(f"{case.name:{width}}  {pad(spoken(case.shows), says)}  {case.source}")


def _read_schema() -> str:
    from importlib.resources import files

    return files("authsim.conformance").joinpath("contract.json").read_text(encoding="utf-8")


def _require_writable(junit: Path | None) -> None:
    """Refuse a file that cannot be written before anything was tried."""
    if junit is not None and (junit.is_dir() or not os.access(junit.parent, os.W_OK)):
        raise CommandError(USAGE, f"{junit} cannot be written: name a file in a folder that is there")


def _write_junit(tried: "Sequence[Tried]", junit: Path) -> None:
    from authsim.conformance.report import format_junit

    junit.write_bytes(format_junit(tried))
