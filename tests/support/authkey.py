"""`authkey` as people and scripts run it: a child process, in a pipe or at a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.device import Phone
from authsim.secret import Secret
from mobile_cli.home import PhoneHome
from tests.support.child import LONGEST_S
from tests.support.tree import ROOT
from tests.support.warm import run_warm

_FORGOTTEN = (
    "AUTHKEY_HOME",
    "AUTHKEY_LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
    "LANGUAGE",
    "NO_COLOR",
    "TERM",
    "PYTHONUNBUFFERED",
)


class Authkey:
    """One phone in `folder`/phone, whose PIN stands in `folder`/pin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "phone"
        self.pin = folder / "pin"
        self.pin.write_text("4938\n")
        self.environment = {name: value for name, value in os.environ.items() if name not in _FORGOTTEN}
        self.command = [sys.executable, "-m", "mobile_cli"]

    def __call__(
        self, *arguments: str, home: bool = True, stdin: str | bytes = b"", check: int | None = None, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run it in pipes, as a job of a script that has no terminal; `check` is the exit status that must come."""
        place = ["--home", str(self.home)] if home else []
        done = run_warm(
            [*self.command, *place, *arguments],
            folder=ROOT,
            environment=self.environment | environment,
            given=stdin if isinstance(stdin, bytes) else stdin.encode(),
            timeout=LONGEST_S,
            alone=True,
        )
        found = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
        if check is not None:
            assert found.returncode == check, found.stdout + found.stderr
        return found

    def with_pin(self, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run it with the PIN file."""
        return self(*arguments, "--pin-file", str(self.pin), **options)

    def json(self, *arguments: str) -> Any:
        """Run it with --json; return what it wrote."""
        return json.loads(self(*arguments, "--json", check=0).stdout)

    def activates(self, source: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Scan; it must succeed."""
        return self.with_pin("activate", source, *arguments, check=0)

    def responds(self, challenge: str, *arguments: str) -> str:
        """Return the response that stands alone on standard output."""
        return self.with_pin("respond", challenge, *arguments, check=0).stdout.removesuffix("\n")

    def holds(self, phone: Phone, *, pin: str = "4938") -> None:
        """Put a phone into the home without asking any portal."""
        PhoneHome(str(self.home)).create(phone, pin=Secret(pin), entropy=SystemEntropy())
        self.pin.write_text(pin)

    def at_terminal(self, *arguments: str, **environment: str) -> "pexpect.spawn[str]":
        """Run it at a terminal of 80 columns."""
        return pexpect.spawn(
            self.command[0],
            [*self.command[1:], "--home", str(self.home), *arguments],
            cwd=str(ROOT),
            env={"TERM": "xterm"} | self.environment | environment,
            encoding="utf-8",
            timeout=LONGEST_S,
            dimensions=(24, 80),
        )

    def files(self) -> dict[str, bytes]:
        """Return what lies in the home."""
        return {path.name: path.read_bytes() for path in sorted(self.home.iterdir())}
