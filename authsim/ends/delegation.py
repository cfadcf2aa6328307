"""Finding the two shells without importing them, and handing a command over to the portal's.

The name `web` is common: another package or a folder may bear it. Ours lies beside `authsim`, or it is not ours.
"""

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NoReturn

from authsim.terminal.outcome import IO, USAGE, CommandError

#: Commands that open a store: the portal's shell runs them.
DELEGATED: Final = ("init", "serve", "gateway", "users", "secure", "audit", "wipe")


def hand_over(arguments: list[str]) -> NoReturn:
    """Become `python -P -m web` with these arguments. Raises `CommandError` when that would not be our `web`."""
    require_shell("web")
    command = shell_command("web", *arguments)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        raise CommandError(IO, f"Python cannot be started: {(error.strerror or 'refused').lower()}") from None


def shell_command(name: str, *arguments: str) -> list[str]:
    """Return the command line that runs a shell (`web` or `mobile_cli`) in this Python, blind to the current folder."""
    return [sys.executable, "-P", "-m", name, *arguments]


def require_shell(name: str) -> Path:
    """Return the folder of the package `name`. Raises `CommandError` when it is missing, or lies elsewhere."""
    found = find_shell(name)
    home = Path(__file__).resolve().parents[2]
    if found is None:
        raise CommandError(USAGE, f"the package {name} is not installed. Install AuthSim whole: pip install authsim")
    if found != home / name:
        raise CommandError(
            USAGE,
            f"another package named {name} stands in the way at {found}."
            " Install AuthSim into an environment of its own, or take that folder out of PYTHONPATH",
        )
    return found


def find_shell(name: str) -> Path | None:
    """Return the folder that a child started with -P would import `name` from."""
    # Without -P the first entry of sys.path is the script's or the current folder, which the child will not have.
    search = sys.path if sys.flags.safe_path else sys.path[1:]
    spec = PathFinder.find_spec(name, search) or find_spec(name)
    if spec is None:
        return None
    if spec.origin is not None:
        file = Path(spec.origin).resolve()
        return file.parent if file.name == "__init__.py" else file
    places = list(spec.submodule_search_locations or ())
    return Path(places[0]).resolve() if places else None
