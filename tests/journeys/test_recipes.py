"""The recipes of `docs/testing` in earnest: a shell, Node with a browser, and Java, against a demo with a lab.

Node is the one that Playwright brings along, and `playwright-core` is Playwright's own copy of it, linked into the
test's folder: nothing is fetched. A machine without a program skips its recipe, unless AUTHSIM_REQUIRE_RECIPES is set.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import playwright
import pytest

from authsim.testing import Lab
from tests.support.browser_chromium import HOW_TO_GET_ONE, find_browser
from tests.support.child import LONGEST_S, clean_environment, console_script
from tests.support.pages import blocks_of
from tests.support.tree import ROOT

REQUIRED = "AUTHSIM_REQUIRE_RECIPES"
PAGES = ROOT / "docs" / "testing"
RECIPES = PAGES / "recipes"
DRIVER = Path(playwright.__file__).parent / "driver"
PROGRAMS = {
    "curl.md": ("sh", ["login.sh", "lab.sh"]),
    "javascript.md": ("javascript", ["login.test.mjs"]),
    "java.md": ("java", ["Login.java"]),
}
LEAST_CASES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A second terminal beside a demo with a lab: `folder` holds the recipes, as whoever copied them has them."""

    folder: Path
    address: str
    token_file: Path
    environment: dict[str, str] = field(repr=False)

    def runs(self, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a recipe to its end."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10 * LONGEST_S,
        )


@contextmanager
def open_terminal(folder: Path) -> Iterator[Terminal]:
    """The first terminal has run the one command that the recipes name."""
    environment = clean_environment(folder / "home")
    token_file = folder / "lab.token"
    for recipe in RECIPES.iterdir():
        shutil.copy(recipe, folder)
    command = [console_script("authsim"), "demo", "--lab", "--lab-token-file", str(token_file), "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as demo:
        try:
            assert demo.stdout is not None
            told = (re.search(r"AuthSim is ready at (http://\S+)", line) for line in demo.stdout)
            ready = next(found for found in told if found)
            assert any(line.startswith("Who can log in") for line in demo.stdout), "the cast is made"
            yield Terminal(folder=folder, address=ready[1], token_file=token_file, environment=environment)
        finally:
            demo.terminate()
            demo.communicate(timeout=LONGEST_S)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """The second terminal, beside a demo that the recipes share."""
    with open_terminal(tmp_path_factory.mktemp("recipes")) as opened:
        yield opened


def require(program: str | None, remedy: str) -> str:
    """Return a program; without it the recipe is skipped, or fails where recipes are required."""
    if program is None:
        if os.environ.get(REQUIRED):
            pytest.fail(remedy)
        pytest.skip(remedy)
    return program


def shown_of(program: str, at: int) -> str:
    """Return what the page of the shell shows of a run of a program, without the command: its `at`-th block."""
    shown = [block.body for block in blocks_of(PAGES / "curl.md") if block.body.startswith(f"$ sh {program} ")]
    return shown[at].partition("\n")[2]


def find_node() -> str | None:
    """Return the Node that Playwright brings along, or the system's."""
    own = DRIVER / "node"
    return str(own) if own.is_file() else shutil.which("node")


def find_java() -> str | None:
    """Return a Java that runs source files, which takes its compiler."""
    java = shutil.which("java")
    if java is None:
        return None
    modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, timeout=LONGEST_S)
    return java if "jdk.compiler" in modules.stdout else None


def test_the_shell(terminal: Terminal) -> None:
    """Eight cases go as they must, one line each, and the story of the late one is told from both ends."""
    require(shutil.which("curl"), "install curl")

    done = terminal.runs("sh", "login.sh", terminal.address, "lab.token")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    cases, _, story = done.stdout.partition("\nThe story of the late one:\n")
    assert [(line[:6].strip(), line[7:21].strip(), line[line.rindex("(") :]) for line in cases.splitlines()] == [
        ("ok", "right", "(in)"),
        ("ok", "replayed", "(wrong_response)"),
        ("ok", "other user's", "(wrong_response)"),
        ("ok", "wrong", "(wrong_response)"),
        ("ok", "late", "(challenge_expired)"),
        ("ok", "push approved", "(in)"),
        ("ok", "push lost", "(in)"),
        ("ok", "text", "(in)"),
    ]
    assert "(the page: waiting, the fault struck: 1)" in cases
    for entry in (
        "browser: POST /sso/Login",
        "portal: challenge:issued",
        "phone: phone:responded",
        "lab: clock:changed",
        "browser: POST /sso/SecondFactor, why: challenge_expired",
    ):
        assert f"  {entry}\n" in story
    assert list(Path(terminal.environment["TMPDIR"]).glob("tmp.*")) == [], "the token's copy is removed"


def test_the_shell_notices_what_goes_wrong(terminal: Terminal) -> None:
    """A recipe that could not fail would show nothing: where approvals are ignored, its case fails."""
    require(shutil.which("curl"), "install curl")

    with Lab.open(terminal.address, terminal.token_file) as lab:
        lab.arm_fault("approval_ignored")
        try:
            done = terminal.runs("sh", "login.sh", terminal.address, "lab.token")
        finally:
            lab.disarm_faults()

    assert done.returncode == 1
    assert [line[7:20] for line in done.stdout.splitlines() if line.startswith("FAILED")] == ["push approved"]


def test_a_suite_in_the_shell_twice_at_once(terminal: Terminal, tmp_path: Path) -> None:
    """Well over fifty cases of second factors hold in each of two suites side by side, which leave no trace."""
    require(shutil.which("curl"), "install curl")

    with (
        open_terminal(tmp_path) as other,
        ThreadPoolExecutor() as both,
        Lab.open(terminal.address, terminal.token_file) as lab,
    ):
        lab.create_user(name="stays")
        suites = [both.submit(one.runs, "sh", "suite.sh", one.address, "lab.token") for one in (terminal, other)]
        finished = [suite.result() for suite in suites]
        left = {user["name"] for user in lab.list_users()}
        kept = lab.list_snapshots()

    for done in finished:
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        plan, *cases = done.stdout.splitlines()
        assert len(cases) >= LEAST_CASES
        assert plan == f"1..{len(cases)}"
        assert [case.split(" ", 2)[:2] for case in cases] == [["ok", str(at)] for at in range(1, len(cases) + 1)]
        assert all(re.search(r": \w", case) for case in cases), "each tells what it met"
        assert len({case.split(" ", 2)[2] for case in cases}) == len(cases)
        assert done.stdout.startswith(shown_of("suite.sh", 0).partition("…")[0]), "the page shows how it begins"
        assert re.search(r"^ok \d+ a replayed response is refused: in challenge_consumed$", done.stdout, re.MULTILINE)
    assert "stays" in left
    assert not left & {"curl-user", "curl-other", "curl-texted", "curl-app"}
    assert kept == ["beginning"]
    assert list(Path(terminal.environment["TMPDIR"]).glob("tmp.*")) == [], "the token's copy is removed"


def test_the_suite_notices_what_goes_wrong(terminal: Terminal) -> None:
    """Where approvals are ignored, a case of them does not hold, and its line says what was met."""
    require(shutil.which("curl"), "install curl")

    with Lab.open(terminal.address, terminal.token_file) as lab:
        lab.arm_fault("approval_ignored")
        try:
            done = terminal.runs("sh", "suite.sh", terminal.address, "lab.token", "an_approval_opens")
        finally:
            lab.disarm_faults()

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == shown_of("suite.sh", 1)


def test_a_suite_of_no_case_fails(terminal: Terminal) -> None:
    """A word that no case has is no success."""
    require(shutil.which("curl"), "install curl")

    done = terminal.runs("sh", "suite.sh", terminal.address, "lab.token", "no_such_case")

    assert done.returncode != 0
    assert "ok" not in done.stdout.split()


def test_a_recipe_without_a_token_says_what_is_missing(terminal: Terminal) -> None:
    """A file that is not there is named, and nothing is asked of the portal."""
    done = terminal.runs("sh", "suite.sh", terminal.address, "nowhere.token")

    assert (done.returncode, done.stdout) == (74, "")
    assert done.stderr.startswith("nowhere.token cannot be read. ")


def test_node_and_a_browser(terminal: Terminal) -> None:
    """Five tests pass in a real Chromium."""
    node = require(find_node(), "install Node, or Playwright, which brings one along")
    chromium = require(find_browser(), HOW_TO_GET_ONE)
    modules = terminal.folder / "node_modules"
    modules.mkdir()
    (modules / "playwright-core").symlink_to(DRIVER / "package")

    done = terminal.runs(
        node,
        *("--test", "--test-reporter", "tap", "login.test.mjs"),
        PORTAL=terminal.address,
        LAB_TOKEN_FILE="lab.token",
        CHROMIUM=chromium,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^# (pass|fail|skipped) ([0-9]+)$", done.stdout, re.MULTILINE) == [
        ("pass", "5"),
        ("fail", "0"),
        ("skipped", "0"),
    ]


def test_java(terminal: Terminal) -> None:
    """Four cases go as they must, and the story of the late one is told from both ends."""
    java = require(find_java(), "install a JDK, such as default-jdk-headless: a runtime alone compiles nothing")

    done = terminal.runs(java, "Login.java", terminal.address, "lab.token")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    cases = [line for line in done.stdout.splitlines() if not line.startswith("  ")]
    story = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert [(line.split()[0], line[line.rindex("(") :]) for line in cases] == [
        ("ok", "(in)"),
        ("ok", "(challenge_expired)"),
        ("ok", "(in)"),
        ("ok", "(in)"),
    ]
    assert {"portal: challenge:issued", "phone: phone:responded", "lab: clock:changed"} <= set(story)


@pytest.mark.parametrize("page", PROGRAMS)
def test_the_page_shows_the_program_that_was_run(page: str) -> None:
    """Word for word; so what is copied from the page is what passed."""
    kind, names = PROGRAMS[page]
    shown = [block.body for block in blocks_of(PAGES / page) if block.kind == kind]

    assert shown == [(RECIPES / name).read_text(encoding="utf-8") for name in names]
