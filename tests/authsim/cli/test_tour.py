import json
from pathlib import Path

from authsim.cli.acts import ACTS
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
