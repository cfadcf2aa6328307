import json
import re
import signal
import threading
from dataclasses import replace
from pathlib import Path

import click
import pytest

from authsim.cli.tour import play_all
from authsim.scenarios.checking import parse_scenario
from authsim.scenarios.hands import Company
from authsim.scenarios.playing import Played
from authsim.scenarios.reading import parse_document
from authsim.scenarios.scenario import Scenario
from authsim.scenarios.scenes import SCENES, read_scenes
from tests.authsim.cli.conftest import Person
from tests.support.child import clean_environment, console_script
from tests.support.terminal import Terminal
from tests.support.tree import ROOT


def test_every_act_holds(tmp_path: Path) -> None:
    """The tour plays every flow over real HTTP with the real device; all of them hold, and nothing is left behind."""
    person = Person(folder=tmp_path, environment=clean_environment(tmp_path / "home"))

    done = person.runs("tour", "--json")

    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert [act for act in told["acts"] if not act["held"]] == []
    assert done.returncode == 0
    assert told["held"] is True
    assert [act["name"] for act in told["acts"]] == [act.name for scene in read_scenes() for act in scene.acts]
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


def test_names_and_titles_stand_for_one_act() -> None:
    """Scenes are told by title and acts by name: none stands for two. Every file of the tour is played."""
    scenes = read_scenes()
    for found in (
        [scene.title for scene in scenes],
        [act.name for scene in scenes for act in scene.acts],
        [act.title for scene in scenes for act in scene.acts],
    ):
        assert len(set(found)) == len(found)

    files = (ROOT / "authsim" / "scenarios" / "tour").iterdir()
    assert {path.stem for path in files} == set(SCENES)


def test_the_tour_plays_real_devices_at_portals_that_it_begins() -> None:
    """Each phone of the tour is a process of the device, never one of the lab; no scene is told where to play."""
    assert {phone.kind for scene in read_scenes() for phone in scene.phones} == {"authkey"}


def scenes_of(*texts: str) -> list[Scenario]:
    """Scenes out of texts of files."""
    return [
        parse_scenario(parse_document(text.encode(), file=f"{number}.yaml"))
        for number, text in enumerate(texts, start=1)
    ]


LATE = """
scenario: Late
users: {anna: {}}
acts:
  - act: first
    title: nothing is refused
    steps: [{unlock: anna}, {begin_login: nobody}]
  - act: second
    title: what is looked at is not so
    steps:
      - begin_login: anna
        expect: {says: Welcome to the moon}
  - act: third
    title: it goes on all the same
    steps: [{begin_login: anna}]
"""
OTHER = """
scenario: Other
acts:
  - act: fourth
    title: beside it
    steps: [{advance: 1}]
"""


def test_an_act_that_fails_is_told_and_the_rest_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    """What was seen stands under the line of the act, with file and line; the acts and scenes after it are played."""
    played = play_all(scenes_of(LATE, OTHER), tell=click.echo)
    lines = capsys.readouterr().out.splitlines()

    assert [one.held for one in played] == [False, False, True, True]
    assert [one.line for one in played] == [7, 11, 0, 0]
    assert "there is no user nobody" in played[0].detail
    assert "does not say 'Welcome to the moon'" in played[1].detail
    assert {"browser", "portal"} <= {entry["end"] for entry in played[1].story}
    assert re.findall("holds|fails", "\n".join(lines)) == ["fails", "fails", "holds", "holds"]
    assert [line for line in lines if line in {"Late", "Other"}] == ["Late", "Other"]
    assert lines[2].strip() == f"1.yaml:7: {played[0].detail}"


def test_what_must_expire_fails_where_nothing_expires() -> None:
    """Without its `advance` each act that says that something comes too late does not hold."""
    expiring = {"expired_qr", "expired_code", "push_expired", "trading_expired", "late_code"}
    scenes = []
    for scene in read_scenes():
        acts = {act.name for act in scene.acts} & expiring
        if acts:
            path = ROOT / "authsim" / "scenarios" / scene.file
            text = re.sub(
                r"advance: \d+|dawdle_seconds: \d+", lambda found: f"{found[0].split(':')[0]}: 0", path.read_text()
            )
            (changed,) = scenes_of(text)
            kept = tuple(act for act in changed.acts if act.name in acts)
            scenes.append(replace(changed, acts=kept))
    played = play_all(scenes, tell=list[str]().append)

    assert {one.name for one in played} == expiring
    assert [one.name for one in played if one.held] == []


def test_whoever_ends_the_tour_ends_its_acts(tmp_path: Path) -> None:
    """An end from outside begins no other act, ends what runs, and leaves no thread."""
    slow = """
scenario: Slow
users: {anna: {}}
acts:
  - act: first
    title: it is told
    steps: [{advance: 1}]
  - act: second
    title: it waits
    steps:
      - repeat: {times: 1000, steps: [{look_up_user: anna}]}
  - act: third
    title: it is never begun
    steps: [{advance: 1}]
"""
    (scene,) = scenes_of(slow)
    told: list[Played] = []

    class EndedError(Exception):
        """Somebody ends it."""

    def leave() -> None:
        with Company([scene], tmp_path) as company:
            told.append(company.wait_for(0, scene.acts[0]))
            raise EndedError

    with pytest.raises(EndedError):
        leave()

    assert [one.held for one in told] == [True]
    assert [thread for thread in threading.enumerate() if "_work" in thread.name] == []
