"""What a phone of a scenario can do, whether it is a real device in a process of its own or one of the lab."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from authsim.scenarios.seen import ActError, Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a phone activates from: a code as text, the picture of one, or a Session ID that is typed."""

    text: str = field(default="", repr=False)
    picture: Path | None = None
    session_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """What is typed when a user is added by text: of whom, with which password, and what is made of the texted code.

    `code`: `right`, `wrong` (other digits), or the digits themselves. `dawdle_ms` passes on the clock before that.
    """

    user: str
    password: str = field(repr=False)
    code: str = field(default="right", repr=False)
    dawdle_ms: int = 0


class Phone(Protocol):
    """A phone. Each call returns what it showed; a refusal is shown, not raised."""

    def activate(self, source: Source, *, address: str = "") -> Seen:
        """Scan a code, or type it. `address`: another way to the portal."""

    def respond(self, challenge: str, *, user: str = "", purpose: str = "") -> Seen:
        """Compute the response to a challenge; it is the value."""

    def decide(self, decision: str, *, user: str = "", number: str = "", picture: Path | None = None) -> Seen:
        """Answer the request that waits with `approve`, `deny` or `report`; `state` and `user` are facts."""

    def enrol(self, command: str, typing: Typing) -> Seen:
        """Add a user by password and text: `register`, `add-user`, `migrate` or `recover`. The code is the value."""

    def listen(self) -> None:
        """Wait for the next notification, and approve it when it comes."""

    def hear(self) -> Seen:
        """Return what it heard while it listened; `state` and `user` are facts."""


def other_digits(code: str) -> str:
    """Return as many digits as `code` has, and others. Raises `ActError` for what is no code."""
    if not code.isascii() or not code.isdigit():
        raise ActError("there is no code that could be mistyped")
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def typed_code(code: str, typing: Typing) -> str:
    """Return what is typed where `code` came."""
    if typing.code == "right":
        return code
    return other_digits(code) if typing.code == "wrong" else typing.code
