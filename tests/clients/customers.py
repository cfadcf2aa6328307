"""Whom a real program logs in: a user of the gateway with a phone, and what the portal has to say of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from authsim.testing import Lab
from tests.support.child import LONGEST_S
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, password_of

#: What the portal's record calls a request to the phone: each is a second factor that somebody had to give.
_REQUESTS = frozenset({"push:sent", "prompt:issued"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A phone that gives responses to programs: where, and the file with the token that they have to show."""

    url: str
    token_file: Path

    @property
    def token(self) -> str:
        """The token."""
        return self.token_file.read_text().strip()


@dataclass(slots=True, kw_only=True)
class PhoneOwner:
    """A user of a portal, with a phone. `name` and `password` are what a program is told."""

    name: str
    password: str
    phone: Phone
    portal: LivePortal

    @property
    def address(self) -> str:
        """Where their portal answers."""
        return self.portal.address

    @contextmanager
    def approves_all(self) -> Iterator[None]:
        """Let the phone lie there and approve whatever it sees, until the end."""
        with self.phone.starts("listen", "--approve-all", "--pin-file", str(self.phone.pin_file)) as child:
            try:
                yield
            finally:
                child.terminate()
                child.communicate(timeout=LONGEST_S)

    @contextmanager
    def serves_responses(self) -> Iterator[Answering]:
        """Let the phone answer challenges for programs, as `authkey serve` does, until the end."""
        token_file = self.phone.folder / "serve.token"
        files = ("--token-file", str(token_file), "--pin-file", str(self.phone.pin_file))
        with self.phone.starts("serve", *files, "--port", "0", "--json") as child:
            try:
                assert child.stdout is not None
                address = json.loads(child.stdout.readline())["address"]
                yield Answering(url=address, token_file=token_file)
            finally:
                child.terminate()
                child.communicate(timeout=LONGEST_S)


def adds_over_https(portal: LivePortal, name: str, folder: Path) -> PhoneOwner:
    """A user of a portal with a certificate of its own, whose phone trusts it and is active."""
    phone = make_phone(folder).is_made()
    pin_file, certificate = str(phone.pin_file), str(portal.data / "tls.crt")
    phone.does("trust", portal.address, "--certificate", certificate, "--yes", "--pin-file", pin_file)
    phone.activates(portal.adds(name, activation=True)[name]["activation"])
    return PhoneOwner(name=name, password=password_of(name), phone=phone, portal=portal)


@dataclass(slots=True, kw_only=True)
class Customer(PhoneOwner):
    """One whose portal stands in a lab, which tells what was recorded of them.

    `authenticator` sets up an authenticator app, where they were made with one.
    """

    lab: Lab
    authenticator: str = field(default="", repr=False)

    def story(self, *wanted: str) -> list[dict[str, Any]]:
        """What the portal recorded of them, oldest first: all of it, or what is named so."""
        told = self.lab.list_events(end="portal", user=self.name)
        return [entry for entry in told if not wanted or entry["what"] in wanted]

    def happenings(self) -> list[str]:
        """What the portal recorded of them, by name."""
        return [entry["what"] for entry in self.story()]

    def requests(self) -> list[str]:
        """Each second factor that they were asked for."""
        return [what for what in self.happenings() if what in _REQUESTS]

    def refusals(self) -> list[str]:
        """Why the portal refused, oldest first."""
        return [entry["why"] for entry in self.story() if entry["why"] is not None]

    def conduct(self) -> dict[str, Any]:
        """What the lab's verdict counts for them."""
        found: dict[str, Any] = self.lab.read_verdict()["users"][self.name]
        return found
