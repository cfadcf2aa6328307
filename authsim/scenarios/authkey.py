"""A phone that is the real device: each step is a run of `authkey`, a process of its own with a home of its own."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

from authsim.ends.children import PhoneChild
from authsim.scenarios.phones import Source, Typing, typed_code
from authsim.scenarios.seen import ActError, Seen
from authsim.terminal.outcome import DONE

_TEXT_SECONDS: Final = 30
_LOOK_MS: Final = 500
_COMMANDS: Final = {"register": ("activate", "--username"), "recover": ("recover",), "migrate": ("migrate",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a phone in a process needs of the world: where the portal is, where files lie, its texts, the clock.

    `read_texts(user, after, wait_ms)` returns texts; `advance(ms)` moves the clock.
    """

    address: str
    folder: Path
    read_texts: Callable[[str, int, int], list[dict[str, Any]]] = field(repr=False)
    advance: Callable[[int], None] = field(repr=False)

    def write(self, name: str, content: str) -> Path:
        """Write something secret into a file of its own, and return that."""
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(content, encoding="utf-8")
        return file


@final
class AuthkeyPhone:
    """A phone of kind `authkey`."""

    def __init__(self, child: PhoneChild, around: Surroundings) -> None:
        self.child = child
        self._around = around
        self._listening: subprocess.Popen[str] | None = None

    def set_pin(self, pin: str) -> None:
        """Let its owner type another PIN from now on."""
        self.child.pin_file.write_text(f"{pin}\n", encoding="ascii")

    def activate(self, source: Source, *, address: str = "") -> Seen:
        """Scan a picture, take a text on stdin, or type a Session ID."""
        way = ("--portal", address) if address else ()
        if source.picture is not None:
            return see(self.child.run_with_pin("activate", str(source.picture), *way))
        if source.session_id:
            portal = ("--portal", address or self._around.address)
            return see(self.child.run_with_pin("activate", source.session_id, *portal))
        return see(self.child.run_with_pin("activate", "-", *way, text=source.text))

    def respond(self, challenge: str, *, user: str = "", purpose: str = "") -> Seen:
        """Compute the response; it stands alone on stdout."""
        return see(self.child.run_with_pin("respond", challenge, *_of(user), *_named("--purpose", purpose)))

    def decide(self, decision: str, *, user: str = "", number: str = "", picture: Path | None = None) -> Seen:
        """Answer the request that waits, or the one whose QR code stands in a picture."""
        command = ["approve"] if decision == "approve" else ["deny"]
        command += ["--report"] if decision == "report" else []
        command += [] if picture is None else [str(picture)]
        return see(self.child.run_with_pin(*command, *_of(user), *_named("--number", number), "--json"))

    def enrol(self, command: str, typing: Typing) -> Seen:
        """Type password and texted code into the command that asks for them."""
        words = _COMMANDS.get(command, (command,))
        before = self._last_text(typing.user)
        password = self._around.write(f"{typing.user}.password", typing.password)
        process = self.child.start(
            *words,
            typing.user,
            *("--portal", self._around.address, "--password-file", str(password)),
            *("--code-stdin", "--yes", "--pin-file", str(self.child.pin_file)),
        )
        code = self._next_code(typing.user, before, process)
        if typing.dawdle_ms:
            self._around.advance(typing.dawdle_ms)
        seen = see(self.child.finish(process, typed_code(code, typing) if code else ""))
        return Seen(value=code, said=seen.said, refusal=seen.refusal, status=seen.status, facts={"code": code})

    def listen(self) -> None:
        """Start `authkey listen`, which approves the next request and ends."""
        pin = ("--pin-file", str(self.child.pin_file))
        self._listening = self.child.start("listen", "--approve-all", "--once", "--json", *pin)

    def hear(self) -> Seen:
        """Wait until it has approved."""
        if self._listening is None:
            raise ActError("this phone does not listen")
        listening, self._listening = self._listening, None
        return see(self.child.finish(listening))

    def run(self, words: list[str], **options: Any) -> Seen:
        """Run any command; `pin` types the PIN, `text` stands on its stdin."""
        if options.get("pin", False):
            return see(self.child.run_with_pin(*words, text=options.get("text", "")))
        return see(self.child.run(*words, text=options.get("text", "")))

    def _last_text(self, user: str) -> int:
        found = self._around.read_texts(user, 0, 0)
        return int(found[-1]["sequence"]) if found else 0

    def _next_code(self, user: str, after: int, process: "subprocess.Popen[str]") -> str:
        """Wait, as long as somebody does, for the next text to the user's number; return its code, or nothing."""
        end = time.monotonic() + _TEXT_SECONDS
        while process.poll() is None and time.monotonic() < end:
            found = self._around.read_texts(user, after, _LOOK_MS)
            if found:
                return str(found[-1]["code"] or "")
        return ""


def see(done: "subprocess.CompletedProcess[str]") -> Seen:
    """Return what a run of `authkey` showed: its stdout as value, and as facts where it is one JSON object."""
    printed, said = str(done.stdout).strip(), str(done.stderr).strip()
    refusal = "" if done.returncode == DONE else f"authkey ended with {done.returncode}: {last_line(said)}"
    return Seen(
        value=printed,
        said=f"{printed}\n{said}".strip(),
        refusal=refusal,
        status=done.returncode,
        facts=_members_of(printed),
    )


def last_line(text: str) -> str:
    """Return the last line of what was said."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _members_of(printed: str) -> dict[str, Any]:
    try:
        told = json.loads(printed)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _of(user: str) -> tuple[str, ...]:
    return _named("--user", user)


def _named(option: str, value: str) -> tuple[str, ...]:
    return (option, value) if value else ()
