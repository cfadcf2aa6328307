"""`authsim gateway`: a portal that existing login programs log in at, unmodified; or the folder that starts one."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from authsim.errors import MessageError
from authsim.terminal.helping import Command
from authsim.terminal.outcome import USAGE, CommandError
from authsim.terminal.speech import tell

from .folder import make_folder, mark_of
from .front import GATEWAY_PORT, require_readable_login
from .lab import with_lab
from .options import open_existing, store_options
from .serve import serve_chosen, settings_for
from .serve_options import Chosen, page_options, serve_options

if TYPE_CHECKING:
    from ..settings import Settings


@click.command(
    cls=Command,
    examples=(
        "authsim gateway --data ./portal",
        "authsim gateway --data ./portal --tls",
        "authsim gateway --data ./portal --page drift --page-seed 7",
        "authsim gateway --data ./portal --make-folder ./gateway",
    ),
)
@store_options
@serve_options(port=GATEWAY_PORT, at_home=True)
@page_options
@click.option(
    "--make-folder",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the folder from which IBeam starts this gateway by itself, and end.",
)
@click.option("--mark", hidden=True, metavar="WORD", help="What the process of a folder is found by.")
@click.pass_context
def gateway(ctx: click.Context, /, folder: Path | None, mark: str | None, **chosen: Any) -> None:  # noqa: ARG001
    """Serve a portal to existing login programs too: their session answers below /v1/api, on this machine alone."""
    choice = Chosen(gateway=True, **chosen)
    if folder is None:
        serve_chosen(ctx, choice)
        return
    try:
        settings = settings_for(ctx, choice)
    except MessageError as error:
        raise CommandError(USAGE, str(error)) from None
    _write_folder(folder.resolve(), choice, settings)


def _write_folder(folder: Path, chosen: Chosen, settings: "Settings") -> None:
    from ..binding import require_place, this_machine

    if not chosen.port:
        raise CommandError(USAGE, "a program has to know the port beforehand. Name one with --port")
    place = require_place(chosen.host, bind_private=False, tls=chosen.tls, machine=this_machine())
    with_lab(settings, place=place, asked=chosen.lab, token_file=chosen.lab_token_file, seed=chosen.lab_seed)
    with closing(open_existing(settings)) as portal:
        require_readable_login(portal)
    command = [sys.executable, "-P", "-m", "web", "gateway", "--mark", mark_of(folder)]
    make_folder(folder, [*command, *_store_words(settings), *_words(chosen)])
    tell("The gateway folder is ready. IBeam starts the portal from it with:")
    address = f"{'https' if chosen.tls else 'http'}://127.0.0.1:{chosen.port}"
    told = {
        "IBEAM_GATEWAY_DIR": str(folder),
        "IBEAM_GATEWAY_BASE_URL": address,
        "IBEAM_GATEWAY_PROCESS_MATCH": mark_of(folder),
    }
    for line in (f"{name}={shlex.quote(value)}" for name, value in told.items()):
        click.echo(f"  {line}")


def _store_words(settings: "Settings") -> Iterator[str]:
    """Yield the options that name the store from any folder."""
    for option, value in (
        ("--data", settings.data_dir),
        ("--database-url", settings.database_url),
        ("--key-file", settings.key_file),
        ("--database-password-file", settings.database_password_file),
    ):
        if value is not None:
            yield from (option, os.path.abspath(value) if isinstance(value, Path) else value)


def _words(chosen: Chosen) -> Iterator[str]:
    """Yield the options that say again what was chosen."""
    yield from ("--port", str(chosen.port))
    for option, value in (
        ("--page", chosen.page),
        ("--page-seed", chosen.page_seed),
        ("--origin", chosen.origin),
        ("--lab-token-file", chosen.lab_token_file and chosen.lab_token_file.absolute()),
        ("--lab-seed", chosen.lab_seed),
        ("--workers", chosen.workers if chosen.workers > 1 else None),
    ):
        if value is not None:
            yield from (option, str(value))
    for option, is_chosen in (
        ("--tls", chosen.tls),
        ("--lab", chosen.lab),
        ("--access-log", chosen.access_log),
        ("--inbox", chosen.inbox is True),
        ("--no-inbox", chosen.inbox is False),
    ):
        if is_chosen:
            yield option
