"""The options that name a store, the same before and after a sub-command, and what they mean together."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import click

from authsim.errors import MessageError
from authsim.terminal.outcome import IO, USAGE, CommandError

if TYPE_CHECKING:
    from ..settings import Settings
    from ..wiring import Portal

F = TypeVar("F", bound=Callable[..., Any])

_META: Final = "authsim.store"
_DATABASE_SCHEMES: Final = ("postgresql", "postgres")


def store_options(command: F) -> F:
    """Add the options that name a store. The command reads them through `settings_of`."""
    file = click.Path(path_type=Path)
    for name, kind, metavar, text in (
        ("--database-password-file", file, "F", "A libpq password file, like ~/.pgpass."),
        ("--key-file", file, "F", "The portal's own keys, beside a database."),
        ("--database-url", click.STRING, "URL", "A PostgreSQL database in place of a directory."),
        ("--data", file, "DIR", "The portal's directory."),
    ):
        command = click.option(name, type=kind, metavar=metavar, expose_value=False, callback=_remember, help=text)(
            command
        )
    return command


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value is None:
        return
    chosen = ctx.meta.setdefault(_META, {})
    if chosen.setdefault(param.name, value) != value:
        raise click.UsageError(f"{param.opts[0]} is given twice, with two values", ctx)


def settings_of(ctx: click.Context, **more: Any) -> "Settings":
    """Return the settings that the store options of this command and of its groups make together.

    Raises `CommandError` when they name no store, two, or a URL that holds a password.
    """
    from ..settings import Settings

    chosen = ctx.meta.get(_META, {})
    data, url, key_file = chosen.get("data"), chosen.get("database_url"), chosen.get("key_file")
    if data is None and url is None:
        raise CommandError(USAGE, "which portal is meant? Name its directory with --data DIR")
    if url is not None:
        _require_database_url(url)
    if url is not None and data is None and key_file is None:
        raise CommandError(
            USAGE, "a database URL needs the portal's own keys beside it. Name their file with --key-file F"
        )
    try:
        return Settings(
            data_dir=data,
            database_url=url,
            key_file=key_file,
            database_password_file=chosen.get("database_password_file"),
            **more,
        )
    except MessageError as error:
        raise CommandError(USAGE, str(error)) from None


def _require_database_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_password = parts.password is not None or "password" in parse_qs(parts.query, keep_blank_values=True)
    except ValueError:
        raise CommandError(
            USAGE, "this database URL cannot be read. It looks like postgresql://user@host/name"
        ) from None
    if parts.scheme.partition("+")[0] not in _DATABASE_SCHEMES:
        raise CommandError(USAGE, "a database URL begins with postgresql://. A directory is named with --data DIR")
    if has_password:
        raise CommandError(
            USAGE,
            "this database URL holds a password, which the list of processes would show."
            " Take it out, and use --database-password-file or ~/.pgpass",
        )


def where(settings: "Settings") -> str:
    """Return the options that name this store again, for a command that we tell people to type."""
    if settings.data_dir is not None:
        return shlex.join(("--data", str(settings.data_dir)))
    return shlex.join(("--database-url", str(settings.database_url), "--key-file", str(settings.key_file)))


def holds_portal(settings: "Settings") -> bool:
    """Say whether there is a trace of a portal in the directory, or a key file for the database."""
    from ..settings import DATABASE_FILE
    from ..unfinished import is_unfinished

    if is_unfinished(settings) or settings.key_path.exists():
        return True
    return settings.data_dir is not None and (settings.data_dir / DATABASE_FILE).exists()


def require_portal(settings: "Settings") -> None:
    """Raise `CommandError` with the remedy when there is no portal where `settings` say."""
    from ..unfinished import is_unfinished

    if not holds_portal(settings):
        place = settings.data_dir or settings.key_path
        raise CommandError(USAGE, f"there is no portal at {place}. 'authsim init {where(settings)}' makes one")
    if is_unfinished(settings):
        raise CommandError(
            USAGE, f"the making of this portal was interrupted. 'authsim init {where(settings)}' completes it"
        )


def open_existing(settings: "Settings") -> "Portal":
    """Open the portal that `settings` name. Raises `CommandError` with the remedy when there is none."""
    require_portal(settings)
    try:
        from ..wiring import open_portal

        return open_portal(settings)
    except ModuleNotFoundError as error:
        raise missing_package(error) from None


def missing_package(error: ModuleNotFoundError) -> CommandError:
    """Return the sentence for a package that is not installed."""
    if (error.name or "").partition(".")[0] in ("psycopg", "psycopg_pool"):
        return CommandError(USAGE, "PostgreSQL needs one more package: pip install 'authsim[postgres]'")
    return CommandError(IO, f"the package {error.name} is missing. 'authsim doctor' says how to install it")
