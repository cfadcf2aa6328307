"""The commands of `python -m web`, found by name and imported only when asked for."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

from .helping import Group

_COMMANDS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "init": (".init", "init", "Make a portal that stays: keys, store and identity."),
        "serve": (".serve", "serve", "Serve a portal on loopback."),
        "users": (".users", "users", "Add, show, unlock and remove users."),
        "audit": (".audit", "audit", "Verify and export the record of all that happened."),
        "wipe": (".wipe", "wipe", "Delete a portal's data directory."),
    }
)


class LazyGroup(Group):
    """Looks its commands up in `_COMMANDS`; help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of a portal's life."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import and return one command."""
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command = getattr(import_module(module, __package__), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the names with their sentences."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    examples=(
        "authsim init --data ./portal",
        "authsim serve --data ./portal",
        "authsim users add alice --data ./portal",
    ),
)
def portal() -> None:
    """Keep and serve a portal of AuthSim."""
