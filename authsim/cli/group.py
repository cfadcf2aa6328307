"""The commands of `authsim`, in the order in which somebody meets them."""

from types import MappingProxyType
from typing import Final

import click

from authsim import __version__
from authsim.ends.delegation import hand_over
from authsim.terminal.helping import LazyGroup, lang_option

_COMMANDS: Final = MappingProxyType(
    {
        "demo": ("authsim.cli.demo", "A portal with a cast of users, ready to be played with."),
        "tour": ("authsim.cli.tour", "Play every flow end to end by itself, one line each."),
        "scenario": ("authsim.cli.scenario", "Play, record and compare runs that are files."),
        "conformance": ("authsim.cli.conformance", "Try what a verifier must reject, and see what it takes."),
        "init": ("authsim.cli.group", "Make a portal that stays."),
        "serve": ("authsim.cli.group", "Serve it on loopback."),
        "gateway": ("authsim.cli.group", "Serve it to existing login programs too."),
        "verdict": ("authsim.cli.verdict", "What a login program did wrong at a portal with a lab."),
        "users": ("authsim.cli.group", "Add, show, unlock and remove its users."),
        "secure": ("authsim.cli.group", "Opt a user out of the secure login system for trading, or in again."),
        "audit": ("authsim.cli.group", "Verify and export the record of all that happened."),
        "wipe": ("authsim.cli.group", "Delete it."),
        "har": ("authsim.cli.har", "Take the secrets out of a HAR file, whoever recorded it."),
        "doctor": ("authsim.cli.doctor", "Check the installation and say what to do."),
    }
)


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    examples=(
        "authsim demo                       a portal, a cast, and what to type in the second terminal",
        "authsim tour                       all flows by themselves, about a minute",
        "authsim init --data ./portal       a portal that stays",
        "authsim serve --data ./portal",
    ),
)
@lang_option
@click.version_option(__version__, prog_name="authsim", message="%(prog)s, version %(version)s")
def authsim() -> None:
    """AuthSim, a flight simulator for two-factor login. AuthSim is not affiliated with any broker."""


def _delegate(name: str) -> click.Command:
    """Return a command that the portal's shell runs; it is reached here only behind options of the group."""

    @click.command(name, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        hand_over([name, *arguments])

    return command


init, serve, gateway, users, secure, audit, wipe = (
    _delegate(name) for name in ("init", "serve", "gateway", "users", "secure", "audit", "wipe")
)
