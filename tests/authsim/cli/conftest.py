"""A person who runs `authsim` from some folder, with an environment that knows nothing of this machine."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.child import LONGEST_S, clean_environment, console_script


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in `folder`; `runs` starts the console script there."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def runs(
        self, *arguments: str, folder: Path | None = None, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run `authsim ARGUMENTS`."""
        return subprocess.run(
            [console_script("authsim"), *arguments],
            env=self.environment | environment,
            cwd=folder or self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=5 * LONGEST_S,
        )

    def fails(self, status: int, *arguments: str, folder: Path | None = None, **environment: str) -> str:
        """Run a command that must end with `status` and one sentence, and return that."""
        done = self.runs(*arguments, folder=folder, **environment)
        assert done.returncode == status, (done.stdout, done.stderr)
        assert done.stderr.startswith("authsim: "), done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr


@pytest.fixture(scope="session")
def person(tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody at a terminal."""
    folder = tmp_path_factory.mktemp("person")
    return Person(folder=folder, environment=clean_environment(folder))


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds somebody else's package `web`, which tells when it is imported."""
    folder = tmp_path_factory.mktemp("foreign")
    for module in ("__init__", "__main__"):
        (folder / "web").mkdir(exist_ok=True)
        (folder / "web" / f"{module}.py").write_text("raise SystemExit('the foreign web was imported')\n")
    return folder
