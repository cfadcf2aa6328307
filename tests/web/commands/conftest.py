"""An operator at a terminal: runs the portal's own commands in a folder of the test's own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.child import clean_environment, run, shell
from tests.support.stores import *  # noqa: F403 - fixtures are found by name
from tests.support.terminal import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody in `folder`; `does` runs a command and returns how it went."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def does(self, *arguments: str, given: str | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `authsim ARGUMENTS`, with `given` on stdin."""
        return run(shell("web", *arguments), environment=self.environment | environment, given=given)

    def succeeds(self, *arguments: str, given: str | None = None) -> str:
        """Run a command that must succeed, and return its stdout."""
        done = self.does(*arguments, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fails(self, status: int, *arguments: str, given: str | None = None, **environment: str) -> str:
        """Run a command that must end with `status`, and return its one sentence."""
        done = self.does(*arguments, given=given, **environment)
        assert done.returncode == status, (done.stdout, done.stderr)
        assert done.stderr.startswith("authsim: "), done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def typing(self, *arguments: str) -> Terminal:
        """Run a command in a real terminal."""
        return Terminal(command=shell("web", *arguments), environment=self.environment, folder=self.folder)

    @contextmanager
    def serving(self, *arguments: str, **environment: str) -> "Iterator[subprocess.Popen[str]]":
        """Run a command that serves, for as long as the block lasts."""
        child = subprocess.Popen(
            shell("web", "serve", *arguments),
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()
            child.communicate()


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator without a portal of their own."""
    folder = tmp_path_factory.mktemp("operator")
    return Operator(folder=folder, environment=clean_environment(folder))


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator with a portal in `folder/data`; the tests of a module share it."""
    folder = tmp_path_factory.mktemp("operator")
    operator = Operator(folder=folder, environment=clean_environment(folder))
    operator.succeeds("init", "--data", str(folder / "data"))
    return operator


@pytest.fixture(scope="module")
def data(operator: Operator) -> str:
    """The portal's directory."""
    return str(operator.folder / "data")
