import json
import re
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any, cast

import click
import pytest

from authsim.cli.acts import SCENES, Act, Scene
from authsim.ends.browser import MissingElementError
from authsim.cli.stage import HASTY_SECONDS, Guest, Stage
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
    assert [act["name"] for act in told["acts"]] == [act.name for scene in SCENES for act in scene.acts]
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


def test_no_two_scenes_share_anything() -> None:
    """Scenes are played beside each other, so each guest is in one of them; names and titles stand for one act."""
    guests = Counter(guest.name for scene in SCENES for guest in (*scene.main, *scene.hasty))
    names = Counter(act.name for scene in SCENES for act in scene.acts)
    titles = Counter(act.title for scene in SCENES for act in scene.acts)

    assert {**guests, **names, **titles} == dict.fromkeys({**guests, **names, **titles}, 1)


def test_an_act_that_fails_is_told_and_the_rest_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    """What was seen stands under the line of the act, in words; the acts and scenes after it are played."""

    def miss(stage: Any) -> None:
        raise MissingElementError("/x (200) shows no .qr-plate")

    def break_down(stage: Any) -> None:
        raise ValueError

    scenes = (
        Scene(
            title="One",
            acts=(Act(name="a", title="first", play=miss), Act(name="b", title="second", play=break_down)),
        ),
        Scene(title="Two", acts=(Act(name="c", title="third", play=bool),)),
    )
    played = play_all(scenes, cast("Stage", None), tell=click.echo)
    lines = capsys.readouterr().out.splitlines()

    assert [one.held for one in played] == [False, False, True]
    assert played[0].detail == "/x (200) shows no .qr-plate"
    assert played[1].detail.startswith("ValueError-test_tour.py-")
    assert re.findall("holds|fails", "\n".join(lines)) == ["fails", "fails", "holds"]
    assert [line for line in lines if line in {"One", "Two"}] == ["One", "Two"]
    assert lines[2].strip() == played[0].detail


def test_acts_are_told_in_their_order_however_they_end() -> None:
    """A scene that ends early waits for those before it, though all are played at once."""
    is_told, told = threading.Event(), list[str]()

    def wait(stage: Any) -> None:
        assert is_told.wait(30)

    def tell_the_other(stage: Any) -> None:
        is_told.set()

    scenes = (
        Scene(title="One", acts=(Act(name="a", title="first", play=wait),)),
        Scene(title="Two", acts=(Act(name="b", title="second", play=tell_the_other),)),
    )
    played = play_all(scenes, cast("Stage", None), tell=told.append)

    assert [one.held for one in played] == [True, True]
    assert re.findall("first|second", "\n".join(told)) == ["first", "second"]


def test_what_must_expire_fails_where_nothing_expires() -> None:
    """At a portal whose codes live on, each act that says that something expires does not hold."""
    expiring = {"expired_qr", "expired_code", "push_expired", "trading_expired", "late_code"}
    acts = [act for scene in SCENES for act in scene.acts if act.name in expiring]
    hasty = [guest for scene in SCENES for guest in scene.hasty]

    with Stage(main=[Guest(name="nobody")], hasty=hasty, hasty_seconds=dict.fromkeys(HASTY_SECONDS, 300)) as stage:
        scenes = [Scene(title=act.name, acts=(act,)) for act in acts]
        played = play_all(scenes, stage, tell=list[str]().append)

    assert {one.name for one in played} == expiring
    assert [one.name for one in played if one.held] == []


def test_whoever_ends_the_tour_ends_its_acts() -> None:
    """An end from outside interrupts the stage, waits for what is played, and lets nothing else begin."""
    later = list[Any]()

    class Place:
        def __init__(self) -> None:
            self.was_interrupted = threading.Event()

        def interrupt(self) -> None:
            self.was_interrupted.set()

    def leave(line: str) -> None:
        raise KeyboardInterrupt

    def wait(stage: Any) -> None:
        assert stage.was_interrupted.wait(30)

    place = Place()
    acts = (
        Act(name="a", title="first", play=wait),
        Act(name="b", title="second", play=later.append),
    )
    with pytest.raises(KeyboardInterrupt):
        play_all((Scene(title="One", acts=acts),), cast("Stage", place), tell=leave)

    assert place.was_interrupted.is_set()
    assert [thread for thread in threading.enumerate() if "_work" in thread.name] == []
    assert later == []
