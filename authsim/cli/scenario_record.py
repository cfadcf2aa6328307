"""`authsim scenario record`: watch what happens at a portal with a lab, and write it down as a scenario."""

import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from authsim.cli.ending import undivided
from authsim.cli.scenario_run import open_lab
from authsim.terminal.helping import Command
from authsim.terminal.outcome import BANNER, DONE, UNREACHABLE, USAGE, CommandError
from authsim.terminal.speech import spoken, tell

if TYPE_CHECKING:
    from authsim.testing import Lab

#: Who can log in at a portal that is begun for a recording.
_CAST: Final = ("alice", "bruno")


@click.command(
    cls=Command,
    examples=(
        "authsim scenario record -o session.yaml",
        "authsim scenario record -o session.yaml --portal http://127.0.0.1:8765 --lab-token-file ./portal/lab.token",
    ),
)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), metavar="FILE", required=True, help="Write it here."
)
@click.option("--replace", is_flag=True, help="Replace FILE when it exists already.")
@click.option("--title", default="A recorded session", show_default=True, help="What the scenario is called.")
@click.option("--portal", metavar="URL", help="Watch this portal of this machine, which has a lab.")
@click.option("--lab-token-file", type=click.Path(path_type=Path), metavar="F", help="The token of its lab.")
def record(out: Path, replace: bool, title: str, portal: str | None, lab_token_file: Path | None) -> int:
    """Write down as a scenario what happens at a portal until Ctrl-C: logins, answers of phones, activations, faults.

    Without --portal a portal is begun for it. Virtual phones stand in the file for what people held.
    """
    if out.exists() and not replace:
        raise CommandError(USAGE, f"{out} exists already and is not overwritten. Name another file, or add --replace")
    _require_place(out)
    if sys.stderr.isatty():
        click.echo(BANNER, err=True)
    with ExitStack() as ends:
        lab = ends.enter_context(open_lab(portal, lab_token_file)) or _begin_portal(ends)
        users, after = lab.list_users(), _newest(lab)
        tell("Ctrl-C ends the recording and writes it.")
        click.echo(f"AuthSim is ready at {lab.address}")
        sys.stdout.flush()
        _wait_for_end()
        with undivided():
            count = _write(out, title, users, lab, after)
    click.echo(spoken(f"{count} steps are written to {out}."))
    return DONE


def _require_place(out: Path) -> None:
    """Return where a file can be written, and leave nothing there: found out later, it would cost the session."""
    is_new = not out.exists()
    out.open("ab").close()
    if is_new:
        out.unlink()


def _begin_portal(ends: ExitStack) -> "Lab":
    """Begin a portal with a lab and two users, and say what they type."""
    from authsim.ends.children import Crew
    from authsim.ends.folders import temporary_folder
    from authsim.scenarios.portals import Portals
    from authsim.scenarios.scenario import PortalWanted

    folder = ends.enter_context(temporary_folder("tour"))
    lab = ends.enter_context(Portals(folder, Crew())).serve(PortalWanted()).lab
    for name in _CAST:
        made = lab.create_user(name=name)
        click.echo(f"  {made['name']}  {made['password']}")
    tell("Names and passwords of who can log in. A phone: authkey activate, with the Session ID that the page shows.")
    return lab


def _newest(lab: "Lab") -> int:
    events = lab.list_events()
    return int(events[-1]["number"]) if events else 0


def _wait_for_end() -> None:
    """Wait until somebody ends the recording, with Ctrl-C or by SIGTERM."""
    ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        signal.sigwait(ends)
    finally:
        for name in ends:
            signal.signal(name, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)


def _write(out: Path, title: str, users: list[dict[str, Any]], lab: "Lab", after: int) -> int:
    from authsim.scenarios.recording import compose_scenario, format_scenario
    from authsim.testing import KitError

    try:
        events = lab.list_events(after=after)
    except KitError as error:
        raise CommandError(UNREACHABLE, str(error)) from None
    scenario = compose_scenario(title, users, events)
    out.write_text(format_scenario(scenario), encoding="utf-8")
    return len(scenario["steps"])
