"""E8, no attack tool: no command can be pointed at anybody, and what plays attacks knows this machine only."""

from collections.abc import Iterator

import click
import pytest

from authsim.cli.group import authsim
from authsim.conformance.loopback import require_loopback
from authsim.conformance.target import UnreachableError
from authsim.errors import MessageError
from authsim.scenarios.relay import Relay
from tests.support.tree import product_sources
from web.commands.group import portal

#: What an operator may name an address with, and what for: where a portal listens, how it is reached, where it keeps.
ADDRESSES = {
    ("conformance", "target"): "whose verifier is tried; this machine only, after looking the name up, and an adapter",
    ("scenario run", "portal"): "whose lab plays; this machine only, by the test kit's rule, with its token",
    ("scenario record", "portal"): "whose lab tells what happens; this machine only, by the same rule",
    ("verdict", "address"): "whose lab is asked; this machine only, by the same rule",
    ("serve", "host"): "where it listens; loopback and private networks only",
    ("serve", "origin"): "how it is reached; private names only",
    ("gateway", "host"): "where it listens; loopback only",
    ("gateway", "origin"): "how it is reached; loopback only",
    ("users activation", "origin"): "how it is reached; private names only",
}
TELLING = ("host", "target", "url", "address", "portal", "remote", "origin", "peer", "server", "victim")
OUR_OWN = {"demo", "tour", "scenario", "conformance", "doctor"} | {
    "init",
    "serve",
    "gateway",
    "verdict",
    "users",
    "secure",
    "audit",
    "wipe",
    "har",
}


def walk(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = f"{path} {name}".strip()
        yield words, command
        if isinstance(command, click.Group):
            yield from walk(command, words)


def parameters() -> Iterator[tuple[str, click.Parameter]]:
    """Yield every parameter of every command that the operator has."""
    for group in (authsim, portal):
        for words, command in walk(group):
            for parameter in command.params:
                yield words, parameter


def test_no_command_takes_a_target() -> None:
    """Nothing that a command takes names somebody else: addresses are those of the portal's own."""
    named = {
        (words, parameter.name)
        for words, parameter in parameters()
        if any(word in str(parameter.name) for word in TELLING) and parameter.name != "database_url"
    }

    assert named == set(ADDRESSES)


@pytest.mark.parametrize("name", ["demo", "tour", "doctor"])
def test_what_plays_attacks_takes_no_argument(name: str) -> None:
    """The tour steals codes and loses replies, at its own portals only: there is nothing to tell it."""
    command = authsim.get_command(click.Context(authsim), name)
    assert command is not None

    assert [parameter for parameter in command.params if isinstance(parameter, click.Argument)] == []


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1:1/",
        "http://203.0.113.5:80/",
        "http://192.168.0.1:80/",
        "http://10.0.0.1:80/",
        "http://0.0.0.0:80/",
        "http://127.0.0.1/",
        "http://user:word@127.0.0.1:1/",
        "//127.0.0.1:1/",
        "bank",
    ],
)
def test_the_kit_of_cases_tries_this_machine_only(target: str) -> None:
    """Whatever is not plain HTTP at an address of this machine, with its port, is refused before anything is sent."""
    with pytest.raises((MessageError, UnreachableError)):
        require_loopback(target)


def test_the_relay_leads_to_this_machine() -> None:
    """What passes messages on is told a port and nothing else, and listens on loopback."""
    source = next(source for source in product_sources() if source.module == "authsim.scenarios.relay")

    with Relay() as relay:
        assert relay.address.startswith("http://127.0.0.1:")
    assert source.text.count("create_connection(") == source.text.count('create_connection(("127.0.0.1", self._target)')
    assert source.text.count("create_server(") == source.text.count('create_server(("127.0.0.1", 0)')


def test_the_commands_are_those_that_are_known() -> None:
    """A command that is new has to be looked at here."""
    assert {words.split()[0] for words, _ in (*walk(authsim), *walk(portal))} == OUR_OWN
