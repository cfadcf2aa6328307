"""The options of whatever serves a portal, and what was chosen with them. Nothing here decides what goes together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

PAGES: Final = ("current", "2022", "drift")
_SEEDS: Final = click.IntRange(0, 2**63 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What an operator chose, as it was typed; None is what was left out."""

    port: int
    host: str
    bind_private: bool
    workers: int
    tls: bool
    proxies: int
    origin: str | None
    inbox: bool | None
    access_log: bool
    lab: bool
    lab_token_file: Path | None
    lab_seed: int | None
    gateway: bool
    page: str | None
    page_seed: int | None
    demo: bool = False
    profile: str | None = None
    changes: tuple[str, ...] = ()


def serve_options(*, port: int, at_home: bool = False) -> Callable[[F], F]:
    """Return what adds the options to a command; `port` is its default port.

    `at_home`: it never leaves this machine, so its help is silent about what would reach further; that is refused.
    """
    options = (
        click.option(
            "--port", type=click.IntRange(0, 65535), default=port, show_default=True, help="0 picks a free one."
        ),
        click.option(
            "--host", default="127.0.0.1", show_default=True, hidden=at_home, help="The address to listen at."
        ),
        click.option(
            "--bind-private",
            is_flag=True,
            hidden=at_home,
            help="Allow an address of a private network or container.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1, 64),
            default=1,
            show_default=True,
            help="Processes; needs authsim[server].",
        ),
        click.option("--tls", is_flag=True, help="Speak https with a self-signed certificate; needs authsim[server]."),
        click.option(
            "--proxies",
            type=click.IntRange(0, 8),
            default=0,
            show_default=True,
            hidden=at_home,
            help="Trusted proxies before the portal.",
        ),
        click.option(
            "--origin",
            metavar="URL",
            help="How browsers and phones reach the portal, when it is not the address itself.",
        ),
        click.option(
            "--inbox/--no-inbox",
            "inbox",
            default=None,
            help="Show the simulated texts of all users at /inbox."
            " [default: only while nobody but this machine reaches it]",
        ),
        click.option("--access-log", is_flag=True, help="One line for each answer on stderr, without queries."),
        click.option("--lab", is_flag=True, help="Open the lab API: clock, faults, phones. Loopback only."),
        click.option(
            "--lab-token-file",
            type=click.Path(path_type=Path),
            metavar="F",
            help="The lab's token; made when it is not there.",
        ),
        click.option("--lab-seed", type=_SEEDS, metavar="N", help="Let all chance repeat, the keys of a new demo too."),
    )
    return _all_of(options)


def page_options(command: F) -> F:
    """Add the options that choose the markup of a gateway's pages."""
    return _all_of(
        (
            click.option(
                "--page",
                type=click.Choice(PAGES),
                metavar="MARKUP",
                help="Which markup a gateway's pages have: current (when nothing is said), 2022 or drift.",
            ),
            click.option("--page-seed", type=_SEEDS, metavar="N", help="The seed of --page drift."),
        )
    )(command)


def _all_of(options: tuple[Callable[[Any], Any], ...]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add
