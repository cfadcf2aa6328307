"""A phone as a person has it: a directory, its security element, and the real command `authkey`."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.child import clean_environment, console_script, run
from tests.support.terminal import Terminal

PIN = "135790"


@dataclass(slots=True, kw_only=True)
class Phone:
    """One phone. `language` is what its owner reads."""

    folder: Path
    platform: str = "ios"
    pin: str = PIN
    language: str = "en"
    environment: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lang = {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}[self.language]
        self.environment = clean_environment(self.folder / "environment", AUTHKEY_HOME=str(self.home), LANG=lang)
        self.pin_file.write_text(f"{self.pin}\n")

    @property
    def home(self) -> Path:
        """Where it keeps what it knows."""
        return self.folder / "phone"

    @property
    def pin_file(self) -> Path:
        """The security element, for scripts."""
        return self.folder / "pin"

    def runs(self, *arguments: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run `authkey` without a terminal."""
        return run([console_script("authkey"), *arguments], environment=self.environment, given=given)

    def does(self, *arguments: str, given: str | None = None) -> str:
        """Run `authkey` without a terminal, expect it to succeed, and return its stdout."""
        done = self.runs(*arguments, given=given)
        assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
        return done.stdout

    def starts(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `authkey` without a terminal; what it reads is written to it later."""
        return subprocess.Popen(
            [console_script("authkey"), *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def in_terminal(self, *arguments: str) -> Terminal:
        """Run `authkey` in a terminal of its own."""
        return Terminal([console_script("authkey"), *arguments], self.environment, folder=self.folder)

    def is_made(self, *options: str) -> "Phone":
        """Set it up."""
        self.does("init", "--platform", self.platform, "--pin-file", str(self.pin_file), *options)
        return self

    def activates(self, uri: str) -> str:
        """Scan a text; the quiet way, through standard input."""
        return self.does("activate", "-", "--pin-file", str(self.pin_file), given=uri)

    def responds(self, challenge: str, *options: str) -> str:
        """The response string."""
        return self.does("respond", challenge, "--pin-file", str(self.pin_file), *options).strip()


def make_phone(folder: Path, *, platform: str = "ios", pin: str = PIN, language: str = "en") -> Phone:
    """Return a phone that is not set up yet; `folder` is made."""
    folder.mkdir(parents=True, exist_ok=True)
    return Phone(folder=folder, platform=platform, pin=pin, language=language)
