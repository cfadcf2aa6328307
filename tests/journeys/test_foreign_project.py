"""A project elsewhere, in an environment of its own with AuthSim installed from a wheel: its suite, as it stands."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.child import clean_environment
from tests.support.tree import ROOT

SUITE = Path(__file__).with_name("foreign") / "second_factor_cases.py"
LEAST_CASES = 50
FIRST = """
def test_login(portal, user, active_phone):
    login = portal.begin_login(user)
    login.respond(active_phone.respond(login.challenge()))
    assert login.authenticated
"""
BROKEN = """
def test_saturday(portal, user, active_phone, faults):
    active_phone.set_policy("approve")
    with faults.on("push_lost", user=user):
        assert portal.begin_login(user).wait(seconds=0.2)
"""
#: Building the wheel fetches its builder, and 74 cases on a busy machine take their time.
LONGEST_S = 600


def run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in an environment that knows nothing of this checkout."""
    return subprocess.run(
        command, cwd=home, env=clean_environment(home), capture_output=True, text=True, timeout=LONGEST_S
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment: AuthSim from a wheel of this checkout, third parties as they are here."""
    folder = tmp_path_factory.mktemp("elsewhere")
    wheels, environment = folder / "wheels", folder / "environment"
    source = shutil.copytree(
        ROOT,
        folder / "source",
        ignore=shutil.ignore_patterns(".*", "reports", "tests", "docs", "__pycache__", "benchmarks"),
    )
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    made = run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(source)], folder)
    assert made.returncode == 0, made.stderr
    made = run([sys.executable, "-m", "venv", "--without-pip", str(environment)], folder)
    assert made.returncode == 0, made.stderr
    found = environment / "bin" / "python"
    made = run(
        [*pip, "--python", str(found), "install", "--no-deps", "--no-index", *map(str, wheels.iterdir())], folder
    )
    assert made.returncode == 0, made.stderr
    site = next((environment / "lib").glob("python*/site-packages"))
    (site / "third_parties.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    where = run([str(found), "-c", "import authsim, web; print(authsim.__file__, web.__file__)"], folder)
    assert where.stdout.split() == [str(site / name / "__init__.py") for name in ("authsim", "web")], where.stderr
    return found


@pytest.fixture
def project(python: Path, tmp_path: Path) -> "Project":
    """An empty project of that environment."""
    return Project(python, tmp_path)


class Project:
    """A folder with tests, and the environment that runs them."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python
        self._folder = folder
        self._tests = folder / "project"
        self._tests.mkdir()

    def tests(self, content: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run one file of tests."""
        (self._tests / "test_second_factor.py").write_text(content)
        command = [str(self._python), "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", str(self._tests)]
        return run([*command, *options], self._folder / "home")


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["serial", "parallel"])
def test_a_suite_of_a_stranger(project: Project, options: tuple[str, ...]) -> None:
    """Well over fifty cases of second factors hold, one after the other and in two processes."""
    done = project.tests(SUITE.read_text(), *options)

    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= LEAST_CASES
    assert "skipped" not in done.stdout


def test_a_first_test_of_four_lines(project: Project) -> None:
    """Four lines of test are a green login."""
    assert "1 passed" in project.tests(FIRST).stdout


def test_a_failure_shows_both_ends(project: Project) -> None:
    """A test that fails says what both ends did: the request that was sent, and the fault that swallowed it."""
    done = project.tests(BROKEN)

    assert done.returncode == 1
    section = done.stdout.partition("AuthSim: both ends")[2]
    assert re.search(r"the portal +\| browsers and phones", section)
    assert re.search(r"push:sent  alice .*\|", section)
    assert re.search(r"\| \(fault:struck  alice  fault=push_lost", section)


def test_the_fixtures_are_explained(project: Project) -> None:
    """`pytest --fixtures` tells a stranger what there is."""
    said = project.tests(FIRST, "--fixtures").stdout

    for name in ("portal", "user", "phone", "active_phone", "inbox", "clock", "faults", "timeline"):
        assert re.search(rf"^{name} -- .*\n    \S.{{30}}", said, re.MULTILINE), name
