"""A warm child is what a cold one is, for whoever runs it; `tests.support.warm` says why there are warm ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.child import children_of, clean_environment, shell, wait_until
from tests.support.tree import ROOT
from tests.support.warm import Warm

SHORT_S = 0.5


@pytest.fixture
def warm() -> "Warm":
    """One whose children are this test's own."""
    return Warm()


@pytest.mark.parametrize(
    ("program", "arguments", "given"),
    [
        ("mobile_cli", ["--version"], b""),
        ("mobile_cli", ["nonsense"], b""),
        ("mobile_cli", ["--home", "phone", "init", "--platform", "ios", "--pin-stdin"], b"4938\n"),
        ("mobile_cli", ["--home", "phone", "activate", "-", "--pin-file", "pin"], "馬\udcff".encode(errors="replace")),
        ("web", ["--help"], b""),
        ("web", ["audit", "verify", "--data", "none"], b""),
        ("web", ["users", "load", "-", "--data", "none"], b"[" * 300_000),
    ],
)
def test_it_says_what_a_cold_one_says(
    warm: Warm, tmp_path: Path, program: str, arguments: list[str], given: bytes
) -> None:
    """Status, output and errors are the same, with the same arguments, folder, environment and input."""
    told = []
    for name in ("warm", "cold"):
        folder = tmp_path / name / "here"
        environment = clean_environment(tmp_path / name / "home", COLUMNS="60")
        folder.mkdir()
        (folder / "pin").write_text("4938\n")
        if name == "warm":
            done = warm.run(shell(program, *arguments), environment=environment, given=given, folder=folder, timeout=60)
            assert done is not None
        else:
            done = subprocess.run(
                shell(program, *arguments), env=environment, input=given, cwd=folder, capture_output=True, timeout=60
            )
        said = [text.decode().replace(str(folder), "HERE") for text in (done.stdout, done.stderr)]
        told.append((done.returncode, said, sorted(path.name for path in folder.rglob("*"))))
    warm.end()

    assert told[0] == told[1]


def test_one_that_takes_too_long_is_ended(warm: Warm, tmp_path: Path) -> None:
    """As `subprocess.run` ends it; whoever forked it goes on."""
    environment, data = clean_environment(tmp_path / "home"), str(tmp_path / "data")
    made = warm.run(shell("web", "init", "--data", data), environment=environment, given=b"", folder=ROOT, timeout=60)
    assert made is not None
    assert made.returncode == 0

    for timeout in (SHORT_S, 0):  # the second is over before the child is forked
        with pytest.raises(subprocess.TimeoutExpired):
            warm.run(
                shell("web", "serve", "--data", data, "--port", "0"),
                environment=environment,
                given=b"",
                folder=ROOT,
                timeout=timeout,
            )

    (server,) = warm.servers()
    wait_until(lambda: children_of(server) == [])
    done = warm.run(shell("web", "--help"), environment=environment, given=b"", folder=ROOT, timeout=60)
    assert done is not None
    assert done.returncode == 0
    assert warm.servers() == [server]
    warm.end()


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ([sys.executable, "-c", "print()"], {}),
        ([sys.executable, "-X", "dev", "-m", "web"], {}),
        ([sys.executable, "-m", "pytest"], {}),
        (["/bin/sh"], {}),
        (shell("web"), {"PYTHONIOENCODING": "ascii"}),
        (shell("web"), {"LANG": "ja_JP.UTF-8"}),
        (shell("web"), {"LC_ALL": "C"}),
    ],
)
def test_what_the_start_reads_needs_a_start(
    warm: Warm, tmp_path: Path, command: list[str], more: dict[str, str]
) -> None:
    """Another program, another way to start it, or something for the interpreter itself: none of it is run warm."""
    environment = clean_environment(tmp_path) | more

    assert warm.run(command, environment=environment, given=b"", folder=tmp_path, timeout=60) is None
    assert warm.servers() == []
