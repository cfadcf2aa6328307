"""Each benchmark runs to its ratio, in its least form: how fast anything is, no test says."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.child import unmeasured
from tests.support.tree import ROOT

BENCHMARKS = ROOT / "benchmarks"
LEAST = {
    "evidence": (),
    "fleet": ("--phones", "4", "--seconds", "0.1"),
    "lab_restore": ("--rounds", "5"),
    "listeners": ("--listeners", "220", "--bursts", "1"),
    "login_scaling": ("--seconds", "0.1", "--users", "1000"),
    "password_login": ("--seconds", "0.1"),
    "portal_start": ("--rounds", "5"),
    "respond_start": ("--rounds", "5"),
    "second_factor": ("--seconds", "0.1"),
    "test_kit": ("--rounds", "5"),
    "uniform_login": ("--samples", "100"),
}
#: What the others begin as a child.
SERVERS = {"bare"}


def test_each_is_tried() -> None:
    """Whatever can be started in the folder is in the list above."""
    programs = {path.stem for path in BENCHMARKS.glob("*.py") if '__name__ == "__main__"' in path.read_text("utf-8")}

    assert programs - SERVERS == set(LEAST)


@pytest.mark.parametrize("name", LEAST)
def test_it_ends_with_a_ratio(name: str, tmp_path: Path) -> None:
    """It ends well, and its last line has a ratio, or what was left over. Whatever it began ends with it."""
    benchmark = subprocess.Popen(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), *LEAST[name]],
        cwd=ROOT,
        env=unmeasured() | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, complained = benchmark.communicate(timeout=600)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(benchmark.pid, signal.SIGKILL)

    assert benchmark.returncode == 0, complained[-2_000:]
    assert re.search(r"^\d+$" if name == "evidence" else r"\d\.\d", said.splitlines()[-1])
