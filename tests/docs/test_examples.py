"""What README and docs show on a terminal is what happens.

A console block says in the comment above it what it is: `runs` (its commands are run, its output compared), `stays`
(its command is left running for the rest of the page), `set-up` (one of the two commands that `.ci/run` runs word for
word), or `shown: why not`. In the output `…` stands for anything and a digit for any digit.
"""

import doctest
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.child import LONGEST_S, wait_until
from tests.support.kept_port import kept_port
from tests.support.pages import Block, all_pages, blocks_of
from tests.support.tree import ROOT

SET_UP = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/authsim demo",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest",
)
PORT = "8765"

CONSOLES = [block for page in all_pages() for block in blocks_of(page) if block.kind == "console"]
PAGES = sorted({block.page for block in CONSOLES if block.mark in {"runs", "stays"}})
SESSIONS = [
    block for page in all_pages() for block in blocks_of(page) if block.kind == "python" and ">>>" in block.body
]


def commands_of(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command = command.removesuffix("\\") + more.strip()
        yield command, output


def looks_like(shown: str) -> re.Pattern[str]:
    """The pattern that an output of the documentation stands for."""
    pattern = re.sub(r"[0-9]", "[0-9]", re.escape(shown.strip()))
    return re.compile(pattern.replace("…", r"[\s\S]*?"))


@dataclass(slots=True, kw_only=True)
class Reader:
    """Somebody who types what a page says, in an empty directory."""

    directory: Path
    port: str
    left_running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The programs of this installation first; a home of one's own."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "HOME": str(self.directory), "XDG_DATA_HOME": str(self.directory)}

    def types(self, command: str) -> str:
        """Run a command that has to succeed, and return what the terminal shows."""
        child = subprocess.run(
            ["bash", "-c", command.replace(PORT, self.port)],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_S,
        )
        assert child.returncode == 0, f"{command}\n{child.stdout}"
        return self._as_shown(child.stdout.strip())

    def leaves_running(self, command: str, shown: str) -> None:
        """Start a command and wait until it has said what the page shows."""
        said = self.directory / f"said-{len(self.left_running)}"
        with said.open("w") as output:
            self.left_running.append(
                subprocess.Popen(
                    ["bash", "-c", f"exec {command.replace(PORT, self.port)}"],
                    cwd=self.directory,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )
        child = self.left_running[-1]
        wait_until(lambda: child.poll() is not None or looks_like(shown).search(self._reads(said)) is not None)
        assert child.poll() is None, f"{command}\n{said.read_text()}"

    def _reads(self, said: Path) -> str:
        return self._as_shown(said.read_text())

    def _as_shown(self, said: str) -> str:
        """The same with the page's port; its digits may stand in a longer number by chance."""
        return re.sub(rf"(?<![0-9]){self.port}(?![0-9])", PORT, said)

    def goes_home(self) -> None:
        """End what still runs, as Ctrl-C does; it has to end in peace."""
        for child in self.left_running:
            child.send_signal(signal.SIGINT)
        assert [child.wait(timeout=LONGEST_S) for child in self.left_running] == [0] * len(self.left_running)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader with an empty directory and a port that is kept free."""
    with kept_port() as port:
        person = Reader(directory=tmp_path, port=str(port))
        yield person
        for child in person.left_running:
            if child.poll() is None:
                child.kill()
                child.wait()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_can_be_followed(page: Path, reader: Reader) -> None:
    """The commands of a page, typed in its order, succeed and say what the page shows."""
    for block in CONSOLES:
        if block.page != page or block.mark not in {"runs", "stays"}:
            continue
        for command, shown in commands_of(block):
            if block.mark == "stays":
                reader.leaves_running(command, shown)
            else:
                said = reader.types(command)
                assert looks_like(shown).fullmatch(said), f"{page}:{block.line}\n$ {command}\n{said}"
    reader.goes_home()


def test_every_console_block_says_what_it_is() -> None:
    """No console block of README and docs is left out of the tests without a reason."""
    unmarked = [
        f"{block.page.relative_to(ROOT)}:{block.line}"
        for block in CONSOLES
        if not re.fullmatch(r"runs|stays|set-up|shown: .+", block.mark)
    ]

    assert unmarked == []
    assert PAGES


def test_the_set_up_is_two_commands() -> None:
    """The README shows the two set-up commands word for word, and nothing else as set-up."""
    shown = [command for block in CONSOLES if block.mark == "set-up" for command, _ in commands_of(block)]

    assert tuple(shown) == SET_UP


@pytest.mark.parametrize("block", SESSIONS, ids=lambda block: f"{block.page.name}:{block.line}")
def test_python_sessions_hold(block: Block) -> None:
    """A Python session in the documentation computes what it shows."""
    test = doctest.DocTestParser().get_doctest(block.body, {}, block.page.name, str(block.page), block.line)

    assert doctest.DocTestRunner().run(test).failed == 0
