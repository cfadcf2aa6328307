"""The commands of `python -m web`, found by name and imported only when asked for."""

from types import MappingProxyType
from typing import Final

import click

from authsim.terminal.helping import LazyGroup, lang_option

_HERE: Final = __name__.rpartition(".")[0]
_COMMANDS: Final = MappingProxyType(
    {
        "init": (f"{_HERE}.init", "Make a portal that stays: keys, store and identity."),
        "serve": (f"{_HERE}.serve", "Serve a portal on loopback."),
        "gateway": (f"{_HERE}.gateway", "Serve one to existing login programs too."),
        "users": (f"{_HERE}.users", "Add, show, unlock and remove users."),
        "secure": (f"{_HERE}.secure", "Opt a user out of the secure login system for trading, or in again."),
        "audit": (f"{_HERE}.audit", "Verify and export the record of all that happened."),
        "wipe": (f"{_HERE}.wipe", "Delete a portal's data directory."),
    }
)


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    examples=(
        "authsim init --data ./portal",
        "authsim serve --data ./portal",
        "authsim users add alice --data ./portal",
    ),
)
@lang_option
def portal() -> None:
    """Keep and serve a portal of AuthSim."""
