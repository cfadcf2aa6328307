"""`authsim wipe`: delete a portal's data directory, and only that."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from authsim.terminal.helping import Command
from authsim.terminal.outcome import USAGE, CommandError
from authsim.terminal.speech import spoken, tell

from ..settings import DATABASE_FILE, KEY_FILE, LAB_FILE, LAB_SNAPSHOTS, LAB_TOKEN, SIGNALS_FILE, Settings
from ..unfinished import is_unfinished, note_path
from .outcome import can_ask

#: What AuthSim itself puts into a data directory; anything else is somebody's own and stays.
_OURS: Final = (
    *(f"{file}{ending}" for file in (DATABASE_FILE, SIGNALS_FILE, LAB_FILE) for ending in ("", "-wal", "-shm")),
    LAB_TOKEN,
    "tls.crt",
    "tls.key",
)
#: What a store was before it was brought up to date.
_COPIES: Final = f"{DATABASE_FILE}.schema-*"
_PHONES: Final = "phones"


@click.command(cls=Command, examples=("authsim wipe --data ./portal",))
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", required=True, help="The portal's directory.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def wipe(data: Path, yes: bool) -> None:
    """Delete a portal: its keys first, then its store, a demo's phones, and the directory when it is empty then."""
    settings = Settings(data_dir=data)
    if data.is_symlink() or not data.is_dir() or not _is_ours(data, settings):
        raise CommandError(USAGE, f"{data} is no data directory of AuthSim. Nothing was touched")
    with _alone_in(data):
        if not yes:
            if not can_ask():
                raise CommandError(USAGE, "nobody can be asked here, and nothing was changed. Add --yes to go on")
            click.confirm(spoken(f"Delete the portal in {data} for good?"), abort=True, err=True)
        _delete(data, settings)
        rest = sorted(item.name for item in data.iterdir())
        if not rest:
            data.rmdir()
    if rest:
        tell(f"The portal is deleted. {data} holds other files and stays.", err=True)
    else:
        tell("The portal is deleted.", err=True)


def _is_ours(data: Path, settings: Settings) -> bool:
    return is_unfinished(settings) or ((data / KEY_FILE).exists() and (data / DATABASE_FILE).exists())


def _delete(data: Path, settings: Settings) -> None:
    from ..wiring import holds_demo

    has_phones = holds_demo(settings)
    # Without the key nothing in the store can be read again.
    settings.key_path.unlink(missing_ok=True)
    for file in (*(data / name for name in _OURS), *data.glob(_COPIES)):
        file.unlink(missing_ok=True)
    note_path(settings).unlink(missing_ok=True)
    for folder in (data / LAB_SNAPSHOTS, *((data / _PHONES,) if has_phones else ())):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)


@contextmanager
def _alone_in(data: Path) -> Iterator[None]:
    """Keep everybody else out to the end. Refused while a portal serves: an open store shares the directory's lock."""
    descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(USAGE, f"a portal serves from {data}. Stop it first") from None
        yield
    finally:
        os.close(descriptor)
