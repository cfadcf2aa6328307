import subprocess
import sys
from pathlib import Path

import pytest

from tests.authsim.cli.conftest import Person
from tests.support.child import LONGEST_S
from tests.support.tree import ROOT


@pytest.mark.parametrize("command", [("init",), ("serve",), ("gateway",), ("users", "list"), ("wipe",), ("demo",)])
def test_a_foreign_web_is_refused(person: Person, foreign: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Another package named `web` on the path is named, with the remedy, and never imported."""
    said = person.fails(64, *command, "--data", str(tmp_path / "portal"), PYTHONPATH=str(foreign))

    assert str(foreign / "web") in said
    assert "environment of its own" in said
    assert not (tmp_path / "portal").exists()


@pytest.mark.parametrize("kind", ["file", "namespace"])
def test_other_kinds_of_a_foreign_web(person: Person, tmp_path: Path, kind: str) -> None:
    """A single module is foreign as well; a folder without a package in it stands in nobody's way."""
    if kind == "file":
        (tmp_path / "web.py").write_text("raise SystemExit('imported')\n")
        assert str(tmp_path / "web.py") in person.fails(
            64, "init", "--data", str(tmp_path / "portal"), PYTHONPATH=str(tmp_path)
        )
    else:
        (tmp_path / "web").mkdir()
        done = person.runs("init", "--data", str(tmp_path / "portal"), PYTHONPATH=str(tmp_path))
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("start", ["script", "module"])
def test_a_web_in_the_current_folder_does_not_matter(person: Person, foreign: Path, tmp_path: Path, start: str) -> None:
    """Where somebody stands has no say in which portal is started."""
    data = str(tmp_path / "portal")
    if start == "script":
        done = person.runs("init", "--data", data, folder=foreign)
    else:
        done = subprocess.run(
            [sys.executable, "-m", "authsim", "init", "--data", data],
            cwd=foreign,
            env=person.environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )

    assert done.returncode == 0, done.stderr
    assert Path(data, "portal.key").exists()


def test_an_installation_without_the_shell_is_one_sentence(person: Person, tmp_path: Path) -> None:
    """Where only the core is installed, the remedy is to install all of it."""
    (tmp_path / "authsim").symlink_to(ROOT / "authsim")
    start = "from authsim.cli import main; sys.argv[1:] = ['init']; main()"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {start}"
    done = subprocess.run(
        # -S leaves the installed packages out: what is left has no click either, and needs none.
        [sys.executable, "-S", "-P", "-c", code],
        env=person.environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )

    assert done.returncode == 64
    assert done.stderr.startswith("authsim: the package web is not installed.")


def test_the_command_passes_everything_on(person: Person, tmp_path: Path) -> None:
    """Options, exit status and output of the portal's command are those of `authsim`."""
    data = str(tmp_path / "portal")

    assert person.runs("init", "--data", data).returncode == 0
    listed = person.runs("users", "list", "--json", "--data", data)
    assert (listed.returncode, listed.stdout) == (0, "[]\n")
    assert "already" in person.fails(64, "init", "--data", data)
    behind = person.runs("--", "users", "list", "--data", data)
    assert (behind.returncode, behind.stdout) == (0, "")
    helped = person.runs("init", "--help")
    assert helped.returncode == 0
    assert "Usage: authsim init" in helped.stdout
