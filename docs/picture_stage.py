"""The stage of the pictures: a portal with a fixed cast, served in a directory of its own, and terminals beside it."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect

PORT = 8765
PIN = "246810"
NUMBER = "+12025550142"
PASSWORD = "correct-horse-7"  # a practice account of these pictures, gone when they are made
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A served portal in a directory of its own."""

    directory: Path
    address: str

    def says(self, program: str, *arguments: str, text: str | None = None) -> str:
        """Run one of our programs to its end and return its stdout."""
        command = [str(PROGRAMS / program), *arguments]
        done = subprocess.run(command, cwd=self.directory, input=text, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def asks_for_a_code(self, name: str, *, phone: str) -> None:
        """Let a new phone ask for a user, until it wants the code that was texted; then it is put away."""
        command = [
            "activate",
            "--username",
            name,
            "--portal",
            self.address,
            "--password-file",
            "password",
            "--pin-file",
            "pin",
        ]
        child = pexpect.spawn(
            str(PROGRAMS / "authkey"),
            ["--home", phone, *command],
            cwd=self.directory,
            encoding="utf-8",
            timeout=60,
            dimensions=(40, 92),
        )
        if child.expect([r"\[y/N\]", "send a new one"]) == 0:
            child.sendline("y")
            child.expect("send a new one")
        child.close(force=True)

    def typed(self, command: str, *, phone: str) -> str:
        """Type a command in the terminal of a phone, answer when it asks for the PIN, and return what stood there."""
        home = {"AUTHKEY_HOME": str(self.directory / phone), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
        child = pexpect.spawn(
            "bash",
            ["-c", command],
            cwd=self.directory,
            env={**os.environ, **home, "TERM": "xterm-256color"},
            encoding="utf-8",
            dimensions=(40, 92),
        )
        shown = ""
        while child.expect([r"Passcode[^\r\n]*: ?$", pexpect.EOF], timeout=60) == 0:
            shown += child.before + child.after
            child.sendline(PIN)
        return as_plain(shown + child.before).replace(str(self.directory), "~")


@contextmanager
def staged() -> Iterator[Stage]:
    """Make a portal with two users, alice with a phone and bob without, and serve it while the block lasts."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        (directory / "password").write_text(PASSWORD)
        (directory / "pin").write_text(PIN)
        stage = Stage(directory=directory, address=f"http://127.0.0.1:{PORT}")
        stage.says("authsim", "init", "--data", "portal")
        for name in ("alice", "bob"):
            number = ["--phone", NUMBER] if name == "alice" else []
            stage.says("authsim", "users", "add", name, "--data", "portal", "--password-file", "password", *number)
        serve = [str(PROGRAMS / "authsim"), "serve", "--data", "portal", "--port", str(PORT)]
        with subprocess.Popen(serve, cwd=directory, stdout=subprocess.PIPE, text=True) as portal:
            try:
                if portal.stdout is None or "ready" not in portal.stdout.readline():
                    sys.exit(f"the portal did not start: is port {PORT} taken?")
                uri = stage.says("authsim", "users", "activation", "alice", "--data", "portal")
                stage.says("authkey", "activate", "-", "--pin-file", "pin", "--home", "phones/alice", text=uri)
                yield stage
            finally:
                portal.terminate()


def demo() -> str:
    """Return what the README's first command shows when it answers; Ctrl-C ends it and deletes its store."""
    child = pexpect.spawn(
        "authsim",
        ["demo", "--port", str(PORT)],
        env={**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm-256color"},
        encoding="utf-8",
        dimensions=(60, 160),
    )
    child.expect(r"Ctrl-C[^\r\n]*", timeout=60)
    shown = child.before + child.after
    child.sendintr()
    child.expect(pexpect.EOF, timeout=60)
    return as_plain(shown)


def as_plain(shown: str) -> str:
    """Return the text of a terminal without its colours."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "").strip("\n")
