"""`authsim users load`: a class or a cast from one JSON list."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click

from authsim.errors import MessageError, RefusalError
from authsim.terminal.helping import Command
from authsim.terminal.outcome import MALFORMED, REFUSED, CommandError

from ..newcomers import Newcomer, make_user, parse_newcomer
from .options import open_existing, settings_of, store_options
from .outcome import sentence_of
from .user_changes import with_origin

_MOST_BYTES: Final = 1_000_000


@click.command(
    cls=Command,
    examples=(
        "authsim users load class.json --data ./portal > passwords.json",
        """echo '[{"name": "alice"}, {"name": "bob", "role": "secondary"}]' | authsim users load - --data ./portal""",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@store_options
@click.pass_context
def load(ctx: click.Context, /, file: Path) -> None:
    """Add the users of a JSON list, in its order; print what was made, with generated passwords, once.

    Each entry has a name, and may have password, role, account, locale, region, phone, paper, locked, opted_out, texts,
    authenticator and activation.
    """
    with click.open_file(str(file), "rb") as stream:
        wanted = parse_list(stream.read(_MOST_BYTES + 1))
    with closing(open_existing(settings_of(ctx))) as portal:
        if any(one.activation for one in wanted):
            with_origin(portal.verifier, None)
        made: list[dict[str, Any]] = []
        try:
            for one in wanted:
                made.append(make_user(portal.verifier, one))
        except (RefusalError, MessageError) as error:
            status = REFUSED if isinstance(error, RefusalError) else MALFORMED
            problem = f"{one.name}: {sentence_of(error)}"
            before = "1 user before it is" if len(made) == 1 else f"{len(made)} users before it are"
            raise CommandError(status, f"{problem}. The {before} added") from None
        finally:
            click.echo(json.dumps(made, ensure_ascii=False))


def parse_list(content: bytes) -> list[Newcomer]:
    """Return the users that a JSON list asks for. Raises `CommandError` naming entry and rule, never a value."""
    if len(content) > _MOST_BYTES:
        raise CommandError(MALFORMED, "the list is longer than 1 MB. Load it in parts")
    try:
        entries = json.loads(content.decode("utf-8"), object_pairs_hook=_require_distinct)
    except (ValueError, RecursionError):
        raise CommandError(MALFORMED, "the list is not JSON in UTF-8, or names a member twice. Correct it") from None
    if type(entries) is not list:
        raise CommandError(MALFORMED, 'the file holds no JSON list. It looks like [{"name": "alice"}]')
    return [_parse_entry(number, entry) for number, entry in enumerate(entries, start=1)]


def _require_distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _parse_entry(number: int, entry: object) -> Newcomer:
    if type(entry) is not dict or "name" not in entry:
        raise CommandError(MALFORMED, f"entry {number} is not an object with a name. Correct it")
    try:
        return parse_newcomer(entry)
    except MessageError as error:
        raise CommandError(MALFORMED, f"entry {number}: {error}. Correct it") from None
