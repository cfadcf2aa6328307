import json
import signal
from pathlib import Path
from typing import Any, cast

import click
import pytest

from authsim.cli.acts import ACTS, Act
from authsim.cli.browser import MissingElementError
from authsim.cli.stage import Stage
from authsim.cli.tour import play_all
from tests.authsim.cli.conftest import Person
from tests.support.child import clean_environment, console_script
from tests.support.terminal import Terminal


def test_every_act_holds(tmp_path: Path) -> None:
    """The tour plays every flow over real HTTP with the real device; all of them hold, and nothing is left behind."""
    person = Person(folder=tmp_path, environment=clean_environment(tmp_path / "home"))

    done = person.runs("tour", "--json")

    assert done.returncode == 0, (done.stdout, done.stderr)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["held"] is True
    assert [act["name"] for act in told["acts"]] == [act.name for act in ACTS]
    assert all(act["held"] and not act["detail"] for act in told["acts"])
    assert [path.name for path in Path(person.environment["TMPDIR"]).iterdir()] == []


def test_ctrl_c_ends_the_tour(tmp_path: Path) -> None:
    """On a terminal the banner comes first, acts are told as they end, and Ctrl-C leaves nothing behind."""
    environment = clean_environment(tmp_path / "home")
    with Terminal([console_script("authsim"), "tour"], environment) as terminal:
        terminal.sees("SIMULATION · not a real financial service")
        terminal.sees("✓ holds")
        terminal.sees("a phone scans the QR code and signs in")
        terminal.child.sendintr()
        assert terminal.ends() == 130
        assert "Traceback" not in terminal.screen

    assert [path.name for path in Path(environment["TMPDIR"]).iterdir()] == []


def test_a_closed_terminal_ends_the_tour(tmp_path: Path) -> None:
    """SIGHUP in the middle leaves nothing behind."""
    environment = clean_environment(tmp_path / "home")
    with Terminal([console_script("authsim"), "tour"], environment) as terminal:
        terminal.sees("✓ holds")
        terminal.child.kill(signal.SIGHUP)
        assert terminal.ends() == 130
        assert "Traceback" not in terminal.screen

    assert [path.name for path in Path(environment["TMPDIR"]).iterdir()] == []


def test_an_act_that_fails_is_told_and_the_rest_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    """What was seen stands under the line of the act, in words; the acts after it are played."""

    def miss(stage: Any) -> None:
        raise MissingElementError("/x (200) shows no .qr-plate")

    def break_down(stage: Any) -> None:
        raise ValueError

    acts = (
        Act(name="a", title="first", play=miss),
        Act(name="b", title="second", play=break_down),
        Act(name="c", title="third", play=bool),
    )
    played = play_all(acts, cast("Stage", None), tell=click.echo)
    lines = capsys.readouterr().out.splitlines()

    assert [one.held for one in played] == [False, False, True]
    assert played[0].detail == "/x (200) shows no .qr-plate"
    assert played[1].detail.startswith("ValueError-test_tour.py-")
    assert [line.split()[1] for line in lines if line[0] in "✓✗"] == ["fails", "fails", "holds"]
    assert lines[1].strip() == played[0].detail
