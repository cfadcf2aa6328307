"""`authsim wipe`: delete a portal's data directory, and only that."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import Final

import click

from .helping import Command
from .outcome import USAGE, CommandError, can_ask

#: What AuthSim itself puts into a data directory; anything else is somebody's own and stays.
_OURS: Final = ("portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-shm", "portal.key", "tls.crt", "tls.key")


@click.command(cls=Command, examples=("authsim wipe --data ./portal",))
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", required=True, help="The portal's directory.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def wipe(data: Path, yes: bool) -> None:
    """Delete a portal: its keys first, then its store, a demo's phones, and the directory when it is empty then."""
    from ..settings import DATABASE_FILE, KEY_FILE

    if data.is_symlink() or not data.is_dir() or not (data / KEY_FILE).exists() or not (data / DATABASE_FILE).exists():
        raise CommandError(USAGE, f"{data} is no data directory of AuthSim. Nothing was touched")
    _require_idle(data)
    if not yes:
        if not can_ask():
            raise CommandError(USAGE, "nobody can be asked here, and nothing was changed. Add --yes to go on")
        click.confirm(f"Delete the portal in {data} for good?", abort=True, err=True)
    # Without the key nothing in the store can be read again.
    (data / KEY_FILE).unlink(missing_ok=True)
    for name in _OURS:
        (data / name).unlink(missing_ok=True)
    phones = data / "phones"
    if phones.is_dir() and not phones.is_symlink():
        shutil.rmtree(phones)
    rest = sorted(item.name for item in data.iterdir())
    if rest:
        click.echo(f"The portal is deleted. {data} holds other files and stays.", err=True)
    else:
        data.rmdir()
        click.echo("The portal is deleted.", err=True)


def _require_idle(data: Path) -> None:
    """Refuse while a portal serves from here: an open store shares a lock on its directory."""
    descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CommandError(USAGE, f"a portal serves from {data}. Stop it first") from None
    finally:
        os.close(descriptor)
