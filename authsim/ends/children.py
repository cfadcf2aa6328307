"""Both ends as child processes: a portal that serves, and phones that are run once for each step.

They live in process groups of their own: Ctrl-C reaches this process alone, which then ends them in order. A portal
child also ends when its stdin closes, so that it never outlives us.
"""

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO, final

from authsim.ends.delegation import require_shell, shell_command
from authsim.terminal.outcome import IO, CommandError

_READY: Final = "AuthSim is ready at "
_END_SECONDS: Final = 8
_PHONE_SECONDS: Final = 60


@final
class PortalChild:
    """A serving portal. Used as a context, it ends with it."""

    def __init__(self, folder: Path, *options: str, is_demo: bool = True, errors: TextIO | None = None) -> None:
        """Start a portal on a demo store in `folder`, or on one that was made; `wait_until_ready` says where.

        `errors`: a file for what it says on stderr, which is ours otherwise.
        """
        require_shell("web")
        self.folder = folder
        self.address = ""
        self._process = subprocess.Popen(
            shell_command("web", "serve", *(["--demo"] if is_demo else []), "--data", str(folder), *options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=_environment(),
            process_group=0,
        )

    def wait_until_ready(self) -> str:
        """Return the address, once it answers. Raises `CommandError`; the child has said why on stderr."""
        if self._process.stdout is None:
            raise CommandError(IO, "the portal's output cannot be read")
        for line in self._process.stdout:
            if line.startswith(_READY):
                self.address = line.removeprefix(_READY).strip()
                return self.address
        raise CommandError(self._process.wait() or IO, "")

    def wait(self) -> int:
        """Wait until the portal ends by itself and return its status."""
        return self._process.wait()

    def stop(self) -> None:
        """End it, gently and then not."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def __enter__(self) -> "PortalChild":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@final
class Crew:
    """The children that run just now. Ended, they are gone, and no other is started: whoever tries ends too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[str]] = []
        self._is_over = False

    def start(self, begin: "Callable[[], subprocess.Popen[str]]") -> "subprocess.Popen[str]":
        """Start one more. Raises `CommandError` when the crew has ended."""
        with self._lock:
            if self._is_over:
                raise CommandError(IO, "it was interrupted")
            process = begin()
            self._running = [one for one in self._running if one.poll() is None] + [process]
        return process

    def end(self) -> None:
        """End all that run, at once."""
        with self._lock:
            self._is_over = True
            for process in self._running:
                process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChild:
    """A phone: its home, and the file with its PIN. Each step is one run of `authkey`."""

    home: Path
    pin_file: Path
    crew: Crew = field(default_factory=Crew, compare=False, repr=False)

    def start(self, *arguments: str, stdin: Any = subprocess.PIPE) -> "subprocess.Popen[str]":
        """Start `authkey` on this phone."""
        return self.crew.start(
            lambda: subprocess.Popen(
                shell_command("mobile_cli", "--home", str(self.home), *arguments),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=_environment() | {"AUTHKEY_LANG": "en"},  # what it says is compared, and put into reports
                process_group=0,
            )
        )

    def run(self, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """Run `authkey` on this phone, with `text` on its stdin, and return how it went."""
        return self.finish(self.start(*arguments), text)

    def finish(self, process: "subprocess.Popen[str]", text: str = "") -> "subprocess.CompletedProcess[str]":
        """Give `text` to what was started, wait for its end, and return how it went."""
        try:
            output, errors = process.communicate(text, timeout=_PHONE_SECONDS)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def run_with_pin(self, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """Run `authkey` with the PIN file."""
        return self.run(*arguments, "--pin-file", str(self.pin_file), text=text)


def run_portal_command(*arguments: str, text: str = "") -> str:
    """Run one of the portal's own commands and return its stdout. Raises `CommandError` with what it said."""
    require_shell("web")
    done = subprocess.run(
        shell_command("web", *arguments),
        input=text,
        capture_output=True,
        text=True,
        env=_environment(),
        process_group=0,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CommandError(
            done.returncode, said[-1].removeprefix("authsim: ") if said else "the portal's command failed"
        )
    return done.stdout


def _environment() -> dict[str, str]:
    """Return our environment without what would steer a child: its home is named on the command line."""
    return {name: value for name, value in os.environ.items() if name != "AUTHKEY_HOME"} | {"PYTHONUTF8": "1"}
