"""The plugin in projects of strangers, each in a pytest of its own that finds it by its entry point."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.ends.children import PortalChild
from authsim.testing import Lab
from tests.support.child import LONGEST_S, clean_environment, run

#: A whole run of pytest, whose workers start a portal each.
RUN_S = 5 * LONGEST_S
FIRST = """
def test_login(portal, user, active_phone):
    login = portal.begin_login(user)
    login.respond(active_phone.respond(login.challenge()))
    assert login.authenticated
"""
BROKEN = """
def test_lost(portal, user, active_phone, faults):
    active_phone.set_policy("approve")
    with faults.on("push_lost", user=user):
        assert portal.begin_login(user).wait(seconds=0.2)


def test_other(portal, user):
    assert portal.begin_login(user, "wrong").authenticated


def test_without_portal():
    assert not "anything"
"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run pytest on files with these contents, in a folder of their own."""
    folder = tmp_path / "project"
    folder.mkdir()

    def runs(content: str, *options: str, ini: str = "") -> subprocess.CompletedProcess[str]:
        (folder / "test_it.py").write_text(content)
        (folder / "pytest.ini").write_text(f"[pytest]\n{ini}\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", str(folder), *options]
        return run(command, environment=clean_environment(tmp_path / "home"), longest_s=RUN_S)

    return runs


def section_of(output: str, test: str) -> list[str]:
    """The lines that a test's failure tells of both ends."""
    told = output.partition(f"_ {test} _")[2]
    lines = told.partition("AuthSim: both ends")[2].splitlines()[1:]
    end = next(place for place, line in enumerate(lines) if re.match(r"[_=]{5}", line))
    return lines[:end]


def test_four_lines_are_enough(project: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """A first test of four lines is green, and leaves no folder and no process."""
    done = project(FIRST)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["serial", "parallel"])
def test_a_failure_tells_both_ends(
    project: Callable[..., subprocess.CompletedProcess[str]], options: tuple[str, ...]
) -> None:
    """A test that fails prints its own story and no other test's, in parallel too; one without a portal has none."""
    done = project(BROKEN, *options)

    assert done.returncode == 1, done.stdout
    lost, other = section_of(done.stdout, "test_lost"), section_of(done.stdout, "test_other")
    assert any("fault=push_lost" in line for line in lost)
    assert any("push:sent  alice" in line for line in lost)
    assert lost[1].lstrip().startswith("0.000 s")
    assert len({line.index(" |") for line in lost}) == 1
    assert any("<- wrong_password" in line for line in other)
    assert not any("push" in line for line in other)
    assert done.stdout.count("AuthSim: both ends") == 2


def test_chance_repeats(project: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """Each test begins with the same chance, in each run; another seed is other chance, and `none` is the machine's."""
    content = """
import pathlib

def test_it(portal, user, active_phone):
    challenge = portal.begin_login(user).challenge()
    pathlib.Path(__file__).with_name("drawn").open("a").write(f"{user.password} {challenge}\\n")

test_again = test_it
"""
    for options in ((), (), ("--authsim-seed", "2"), ("--authsim-seed", "none"), ("--authsim-seed", "none")):
        done = project(content, *options)
        assert done.returncode == 0, done.stdout
    drawn = (tmp_path / "project" / "drawn").read_text().splitlines()
    assert len(set(drawn[:4])) == 1
    assert drawn[4] == drawn[5] != drawn[0]
    assert len({line.split()[0] for line in drawn[6:]}) == 2


def test_profile_and_policy_are_chosen(project: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """The options say which rules the portal follows, from the command line before the ini file."""
    content = """
def test_it(portal, user, active_phone, clock):
    login = portal.begin_login(user)
    assert len(login.challenge()) == 10
    response = active_phone.respond(login.challenge())
    clock.advance(seconds=21)
    assert not login.respond(response)
    assert login.refusal == "login_failed"
    login = portal.begin_login(user)
    active_phone.approve(number=login.number)
    assert login.wait()
"""
    ini = "authsim_profile = classic\nauthsim_set =\n    challenge_seconds=20\n    login_seconds=600"

    done = project(content, "--authsim-profile", "hardened", "--authsim-set", "push_seconds=60", ini=ini)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--authsim-seed", "x"), "--authsim-seed takes a whole number, or none"),
        (("--authsim-set", "x"), "--authsim-set takes POLICY=VALUE"),
        (("--authsim-set", "x=1"), "the portal did not start"),
        (("--authsim-profile", "soft"), "there is no such profile"),
        (("--authsim-target", "http://127.0.0.1:9"), "name the file with --authsim-token-file"),
        (("--authsim-target", "http://192.0.2.1", "--authsim-token-file", __file__), "an address of this machine"),
    ],
)
def test_what_is_wrong_is_said(
    project: Callable[..., subprocess.CompletedProcess[str]], options: tuple[str, ...], sentence: str
) -> None:
    """A wrong option ends each test that wants a portal with a sentence that says what to do."""
    done = project(FIRST, *options)

    assert done.returncode in (1, 4), done.stdout
    assert sentence in done.stdout + done.stderr


def test_a_portal_that_is_served_already(
    project: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Tests run on a portal that somebody serves, whose world is as before afterwards; several processes may not."""
    token = tmp_path / "token"
    with (
        PortalChild(tmp_path / "demo", "--port", "0", "--lab", "--lab-token-file", str(token)) as child,
        Lab.open(child.wait_until_ready(), token) as lab,
    ):
        lab.create_user(name="alice")
        options = ("--authsim-target", lab.address, "--authsim-token-file", str(token))

        done = project(FIRST, *options)
        refused = project(FIRST, *options, "-n", "2")

        assert [user["name"] for user in lab.list_users()] == ["alice"]
        assert not any(name.startswith("pytest") for name in lab.list_snapshots())
    assert done.returncode == 0, done.stdout
    assert refused.returncode != 0
    assert "leave -n out" in refused.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["serial", "parallel"])
def test_what_was_exercised_is_reported(
    project: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, options: tuple[str, ...]
) -> None:
    """What all tests exercised together is printed as a table, or written as JSON, from several processes too."""
    refused = "\n\ndef test_refused(portal, user):\n    assert portal.begin_login(user, 'x').refusal\n"
    file = tmp_path / "coverage.json"

    printed = project(FIRST + refused, "--authsim-coverage", "-", *options)
    written = project(FIRST + refused, "--authsim-coverage", str(file), *options)

    assert (printed.returncode, written.returncode) == (0, 0), printed.stdout + written.stdout
    assert re.search(r"^refusals +\d+/\d+ ", printed.stdout, re.MULTILINE)
    told = json.loads(file.read_text())
    assert told["refusals"]["exercised"]["wrong_password"] >= 1
    assert any(name.startswith("challenge") for name in told["transitions"]["exercised"])
    assert str(file) in written.stdout


def test_what_the_fixtures_did_is_not_exercised(
    project: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A project whose tests do nothing has exercised nothing, though users and phones were made for it."""
    idle = "def test_idle(portal, user, active_phone):\n    pass\n\ndef test_fresh(portal, user, phone):\n    pass\n"
    file = tmp_path / "coverage.json"

    done = project(idle, "--authsim-coverage", str(file))

    assert done.returncode == 0, done.stdout
    told = json.loads(file.read_text())
    assert [found["exercised"] for found in told.values()] == [{}, {}, {}]
    assert all(found["missing"] for found in told.values())

    project(FIRST, "--authsim-coverage", str(file))

    exercised = json.loads(file.read_text())["transitions"]["exercised"]
    assert exercised["login.second_factor.complete"] == 1
    assert not any(name.startswith(("activation", "device")) for name in exercised)


def test_the_fixtures_explain_themselves(project: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """`pytest --fixtures` says of each what it is and what one does with it."""
    done = project(FIRST, "--fixtures", "-v")

    for name in ("portal", "user", "phone", "active_phone", "inbox", "clock", "faults", "timeline"):
        told = re.search(rf"^{name} -- .*\n((?:    .*\n)+)", done.stdout, re.MULTILINE)
        assert told, name
        assert len(told[1]) > 60, name
    assert "begin_login" in done.stdout


def test_nothing_is_loaded_before_a_test_asks(tmp_path: Path) -> None:
    """A pytest run that wants no portal loads the plugin alone: no HTTP, no portal, no kit."""
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\ndef test_it():\n    print([name for name in sys.modules if name.partition('.')[0] in "
        "{'authsim', 'web', 'httpx2', 'flask', 'sqlalchemy', 'cryptography'}])\n    assert 0\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", str(tmp_path)]
    done = run(command, environment=clean_environment(tmp_path / "home"), longest_s=RUN_S)

    assert "['authsim', 'authsim.testing', 'authsim.testing.plugin']" in done.stdout


def test_a_story_that_cannot_be_told(project: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """A test that fails because its portal's lab is gone still prints a report, which says why it tells nothing."""
    content = """
def test_it(portal, user, timeline):
    portal.lab.call("GET", "clock")
    timeline._lab = type(portal.lab)("http://127.0.0.1:9", "0123456789abcdef")
    assert not "told"
"""
    done = project(content)

    assert done.returncode == 1
    assert "cannot be told: the lab at http://127.0.0.1:9 does not answer" in done.stdout


def test_a_report_that_cannot_be_written(
    project: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A file that cannot be written is named, in place of a traceback."""
    done = project(FIRST, "--authsim-coverage", str(tmp_path / "missing" / "file"))

    assert done.returncode != 0
    assert "cannot be written" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
