"""What docs/testing shows in Python is what happens: tests pass or fail, and scripts print, as it is said."""

import re
import sys
from pathlib import Path
from tempfile import gettempdir

from playwright.sync_api import Browser

from tests.support.browser_chromium import find_browser
from tests.support.child import LONGEST_S, clean_environment, run
from tests.support.pages import Block, blocks_of
from tests.support.tree import ROOT

PAGES = [ROOT / "docs" / "testing" / name for name in ("pytest.md", "python.md")]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
#: A whole run of pytest or of a script, with portals of its own.
RUN_S = 5 * LONGEST_S
MARKS = {"a test", "a test with a browser", "fails", "a script", "printed"}


def marked(mark: str) -> list[Block]:
    """The blocks with that comment above them."""
    return [block for block in BLOCKS if block.mark == mark]


def missing_below(block: Block, said: str) -> str | None:
    """The first line of the block below that was not printed, after those above it; `…` stands for anything."""
    below = BLOCKS[BLOCKS.index(block) + 1]
    assert below.mark == "printed"
    lines = iter(said.splitlines())
    for shown in below.body.strip().splitlines():
        parts = [" ".join(part.split()) for part in shown.split("…")]
        pattern = re.compile(".*".join(re.escape(part) for part in parts if part))
        if not any(pattern.search(" ".join(line.split())) for line in lines):
            return shown
    return None


def run_project(blocks: list[Block], folder: Path, **more: str) -> str:
    """Run the blocks as files of one project, and return what pytest says."""
    for number, block in enumerate(blocks):
        (folder / f"test_{number}.py").write_text(block.body)
    command = [sys.executable, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", str(folder)]
    return run(command, environment=clean_environment(folder / "home", **more), longest_s=RUN_S).stdout


def test_every_block_is_run() -> None:
    """No Python of these pages is left out but one that says why."""
    for block in BLOCKS:
        if block.kind in {"python", "text"}:
            assert block.mark in MARKS or block.mark.startswith("shown: "), f"{block.page}:{block.line}"
    assert len(marked("a test")) >= 5


def test_the_tests_hold(tmp_path: Path) -> None:
    """Every test that the page shows as one passes."""
    said = run_project(marked("a test"), tmp_path)

    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said


def test_a_failure_looks_as_shown(tmp_path: Path) -> None:
    """The test that is to fail fails, and prints what stands below it."""
    for block in marked("fails"):
        said = run_project([block], tmp_path)
        assert missing_below(block, said) is None, said


def test_the_scripts_print_what_stands_below(tmp_path: Path) -> None:
    """Each script ends well, and prints what the page says, where it says anything."""
    for number, block in enumerate(marked("a script")):
        script = tmp_path / f"script_{number}.py"
        script.write_text(block.body)
        done = run([sys.executable, str(script)], environment=clean_environment(tmp_path / "home"), longest_s=RUN_S)
        assert done.returncode == 0, done.stderr
        following = BLOCKS[BLOCKS.index(block) + 1]
        if following.mark == "printed":
            assert done.stdout.strip() == following.body.strip()
        else:
            assert "OK" in done.stderr, "the tests of unittest did not pass"


def test_the_browser_recipe_holds(tmp_path: Path, browser: Browser) -> None:
    """The recipe for Playwright logs in in a real browser, and a virtual phone approves."""
    said = run_project(marked("a test with a browser"), tmp_path, CHROMIUM=find_browser() or "", TMPDIR=gettempdir())

    assert "1 passed" in said, said
