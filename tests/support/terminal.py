"""A real terminal with one command in it: what a person sees, and what a person types."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import pexpect

from tests.support.child import LONGEST_S

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r")


@dataclass(slots=True)
class Terminal:
    """One command, from its start to its end; leaving the `with` closes the terminal."""

    command: Sequence[str]
    environment: dict[str, str] = field(repr=False)
    folder: Path | None = None
    screen: str = ""
    _child: "pexpect.spawn[str] | None" = None

    def __enter__(self) -> "Terminal":
        self._child = pexpect.spawn(
            self.command[0],
            list(self.command[1:]),
            env=self.environment | {"TERM": "xterm-256color"},
            cwd=str(self.folder) if self.folder else None,
            encoding="utf-8",
            timeout=LONGEST_S,
            dimensions=(40, 100),
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    @property
    def child(self) -> "pexpect.spawn[str]":
        """The process."""
        assert self._child is not None
        return self._child

    def sees(self, words: str) -> None:
        """Wait until these words stand on the screen, after those that were awaited before."""
        try:
            self.child.expect_exact(words)
        except (pexpect.EOF, pexpect.TIMEOUT):
            raise AssertionError(f"{words!r} never came; the screen says:\n{self._so_far()}") from None
        self.screen = self._so_far()

    def types(self, line: str) -> None:
        """Type a line and press Enter."""
        self.child.sendline(line)

    def ends(self) -> int:
        """Wait for the end of the command and return its exit status."""
        self.child.expect(pexpect.EOF)
        self.screen = self._so_far()
        self.child.wait()  # it may still be ending, and closing would hurry it by signals
        self.child.close()
        assert self.child.exitstatus is not None, f"ended by a signal:\n{self.screen}"
        return int(self.child.exitstatus)

    def _so_far(self) -> str:
        before = self.child.before if isinstance(self.child.before, str) else ""
        after = self.child.after if isinstance(self.child.after, str) else ""
        return self.screen + _CONTROL.sub("", before + after)
