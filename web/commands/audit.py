"""`authsim audit`: is the record whole, and the record itself for other programs."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from authsim.errors import BrokenRecordError
from authsim.terminal.helping import Group
from authsim.terminal.outcome import IO, MALFORMED, REFUSED, USAGE, CommandError
from authsim.terminal.speech import tell

from .options import open_existing, settings_of, store_options

if TYPE_CHECKING:
    from authsim.events import AuditRow


@click.group(
    cls=Group,
    examples=(
        "authsim audit verify --data ./portal",
        "authsim audit export --data ./portal -o audit.jsonl",
    ),
)
@store_options
def audit() -> None:
    """Look at the record of all that happened: append-only, and each row tied to all before it."""


@audit.command(examples=("authsim audit verify --data ./portal",))
@store_options
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Follow the chain from the first row to the last.

    Exit 0: whole. Exit 77: a row was changed or is missing. Exit 65: a row cannot be read. Whoever can write the
    database could forge all of it anew: keep the hash that is printed somewhere else, and compare.
    """
    from ..wiring import require_whole_record

    with closing(open_existing(settings_of(ctx))) as portal, _refusing_broken():
        seal = require_whole_record(portal)
    tell(f"{seal.rows} events, chain intact, {seal.chain.hex()}")


@audit.command(
    examples=("authsim audit export --data ./portal | tail", "authsim audit export --data ./portal -o audit.jsonl")
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="A new file, mode 0600.")
@store_options
@click.pass_context
def export(ctx: click.Context, output: Path | None) -> None:
    """Write the record as JSON lines, oldest first. It holds no secrets, but who did what from where."""
    from ..wiring import read_record

    with closing(open_existing(settings_of(ctx))) as portal, _opened(output) as stream, _refusing_broken():
        for row in read_record(portal):
            stream.write(f"{_format(row)}\n")


def _format(row: "AuditRow") -> str:
    event = row.event
    members = {
        "sequence": row.sequence,
        "at_ms": event.at_ms,
        "kind": event.kind.value,
        "user_id": event.user_id,
        "reason": None if event.reason is None else event.reason.value,
        "facts": dict(event.facts),
        "chain": row.chain.hex(),
    }
    return json.dumps(members, separators=(",", ":"))  # ASCII: nothing in it can steer a terminal


@contextmanager
def _refusing_broken() -> Iterator[None]:
    try:
        yield
    except BrokenRecordError as error:
        raise CommandError(
            MALFORMED if error.is_damaged else REFUSED,
            f"{error}. Somebody wrote into the database beside the portal, or it was damaged: restore a copy",
        ) from None


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Open a new, private file, or take stdout."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise CommandError(USAGE, f"{output} exists already and is not overwritten. Name a new file") from None
    except OSError as error:
        raise CommandError(IO, f"{output} cannot be written: {(error.strerror or 'refused').lower()}") from None
    with open(descriptor, "w", encoding="ascii") as stream:
        yield stream
