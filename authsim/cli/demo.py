"""`authsim demo`: a portal on loopback with a cast, ready to be played with, and gone with Ctrl-C."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.cli import untold
from authsim.cli.ending import end_on_signals, undivided
from authsim.ends.folders import temporary_folder
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, IO, USAGE, CommandError
from authsim.terminal.speech import tell

if TYPE_CHECKING:
    from authsim.cli.cast import Player

#: What the lab's API calls the snapshot that a reset goes back to.
_BEGINNING: Final = "beginning"
_PORT: Final = 8765
_GATEWAY_PORT: Final = 5000


@click.command(
    cls=Command,
    examples=(
        "authsim demo",
        "authsim demo --port 0",
        "authsim demo --data ./demo --new-passwords",
        "authsim demo --set challenge_seconds=30",
        "authsim demo --lab --lab-seed 7",
        "authsim demo --gateway --lab",
    ),
)
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Keep the demo here; otherwise it is deleted."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    show_default=f"{_PORT} / {_GATEWAY_PORT}",
    help="0 picks a free one.",
)
@click.option("--set", "changes", multiple=True, metavar="POLICY=VALUE", help="Change one number of the policy.")
@click.option("--new-passwords", is_flag=True, help="Give the cast of a kept demo new passwords and show them.")
@click.option("--lab", is_flag=True, help="Open the lab API: clock, faults, phones. Loopback only.")
@click.option(
    "--lab-token-file", type=click.Path(path_type=Path), metavar="F", help="The lab's token; made when it is not there."
)
@click.option(
    "--lab-seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    help="Let all chance repeat, the keys of a new demo too.",
)
@click.option("--gateway", is_flag=True, help="Answer existing login programs too, at port 5000 unless named.")
@click.option("--json", "as_json", is_flag=True, help="Describe the demo as one JSON object, once it is ready.")
def demo(
    data: Path | None,
    port: int | None,
    changes: tuple[str, ...],
    new_passwords: bool,
    lab: bool,
    lab_token_file: Path | None,
    lab_seed: int | None,
    gateway: bool,
    as_json: bool,
) -> int:
    """Serve a portal with a cast of users, and say who can log in and what to type in the second terminal."""
    from authsim.ends.children import PortalChild

    end_on_signals(status=DONE)
    is_watched = sys.stderr.isatty() and not as_json
    if is_watched:
        click.echo(BANNER, err=True)
    with ExitStack() as cleaning:
        folder = _folder(data, cleaning)
        token_file = lab_token_file or folder / "lab.token"
        settings = [word for change in changes for word in ("--set", change)]
        settings += _lab_options(lab, lab_token_file, lab_seed) + _front_options(gateway, port)
        is_new = not (folder / "portal.key").exists()
        portal = cleaning.enter_context(PortalChild(folder, *settings))
        from authsim.cli.programme import describe  # while the portal starts

        address = portal.wait_until_ready()
        if not as_json:
            click.echo(f"AuthSim is ready at {address}")
            sys.stdout.flush()
        if is_watched:
            tell("Making the cast, a few seconds ...", err=True)
        players = _call_cast(folder, is_new=is_new, new_passwords=new_passwords)
        description = describe(folder, address, players, is_kept=data is not None, is_gateway=gateway)
        if lab:
            _begin_with_cast(address, token_file)
            description["lab_token_file"] = str(token_file)
        with undivided():
            _present(description, as_json=as_json)
            untold.forget(folder)
        status = portal.wait()
        raise CommandError(status or DONE, "the portal has ended by itself. Start the demo again")


def _lab_options(lab: bool, token_file: Path | None, seed: int | None) -> list[str]:
    """Return the options of the portal that open its lab; it says itself what does not go together."""
    chosen = ["--lab"] if lab else []
    if token_file is not None:
        chosen += ["--lab-token-file", str(token_file)]
    if seed is not None:
        chosen += ["--lab-seed", str(seed)]
    return chosen


def _front_options(gateway: bool, port: int | None) -> list[str]:
    """Return the options that say where the portal answers, and whom."""
    usual = _GATEWAY_PORT if gateway else _PORT
    return ["--port", str(usual if port is None else port), *(["--gateway"] if gateway else [])]


def _begin_with_cast(address: str, token_file: Path) -> None:
    """Let the cast belong to what a reset of the lab goes back to: it was not there yet when the lab was opened."""
    from authsim.testing.client import Lab
    from authsim.testing.errors import LabError

    try:
        with Lab.open(address, token_file) as client:
            client.take_snapshot(_BEGINNING)
    except LabError as error:
        raise CommandError(IO, f"the lab does not take the cast into its beginning: {error}") from None


def _folder(data: Path | None, cleaning: ExitStack) -> Path:
    """Return the folder of the demo. One of our own making is removed at the end, or swept away by the next demo."""
    if data is not None:
        if data.exists() and not data.is_dir():
            raise CommandError(USAGE, f"{data} is no directory. Name an empty one, or leave --data out")
        return data.absolute()
    return cleaning.enter_context(temporary_folder("demo"))


def _call_cast(folder: Path, *, is_new: bool, new_passwords: bool) -> "list[Player]":
    """Make the cast while the portal answers already."""
    from authsim.cli.cast import make_cast, remove_expired, remove_untold, renew_passwords

    left = untold.find(folder)
    if left.made:
        remove_untold(folder, left.made)
    if not is_new:
        remove_expired(folder)
    players = make_cast(folder, is_new=is_new)
    return renew_passwords(folder, players) if new_passwords or left.renewed else players


def _present(description: dict[str, Any], *, as_json: bool) -> None:
    from authsim.cli.programme import print_programme

    if as_json:
        click.echo(json.dumps(description, ensure_ascii=False))
    else:
        print_programme(description)
    sys.stdout.flush()
