"""A person with a phone at a served portal: begins logins in a browser, and runs the real command on the phone."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from authsim.protocol.login_uri import LoginUri, format_login_uri
from tests.support.authkey import Authkey
from tests.support.browser_plain import Visitor
from tests.support.child import LONGEST_S
from tests.support.portal import LivePortal, password_of
from tests.support.tree import ROOT


@dataclass(slots=True)
class Resident:
    """One user of one portal, with one phone."""

    portal: LivePortal
    name: str
    phone: Authkey

    def begins(self, **headers: str) -> Visitor:
        """Pass the first factor in a new browser, which waits on the page of the second."""
        visitor = self.portal.visitor(**headers)
        visitor.is_patient = True
        visitor.types_password(self.name, password_of(self.name))
        return visitor

    def uses(self, *arguments: str, check: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run the phone with its PIN file."""
        return self.phone.with_pin(*arguments, check=check)

    def told(self, *arguments: str, check: int = 0) -> Any:
        """Run the phone with its PIN file and --json; return what it says."""
        return json.loads(self.uses(*arguments, "--json", check=check).stdout)

    def is_in(self, visitor: Visitor) -> bool:
        """Let the waiting page go on, and say whether it is signed in now."""
        page = visitor.get("/sso/SecondFactor")
        buttons = [form for form in page.all(tag="form") if form.attributes.get("action", "").endswith("/continue")]
        return visitor.send(buttons[0]).has_succeeded if buttons else page.has_succeeded

    def login_uri(self) -> str:
        """Return what the QR code of the newest login says."""
        newest = self.portal.rows("SELECT request_id, expires_ms FROM push_requests ORDER BY serial DESC LIMIT 1")[0]
        instance = self.portal.rows("SELECT instance_id, origin FROM instance")[0]
        uri = LoginUri(
            instance_id=instance["instance_id"],
            origin=instance["origin"],
            request_id=newest["request_id"],
            expires_s=newest["expires_ms"] // 1000,
        )
        return format_login_uri(uri).reveal_text()

    @contextmanager
    def listens(self, *arguments: str) -> "Iterator[Listening]":
        """Let the phone listen in a pipe until the block ends."""
        command = [*self.phone.command, "--home", str(self.phone.home), "listen", "--pin-file", str(self.phone.pin)]
        child = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env=self.phone.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            listening = Listening(child)
            assert listening.notes().startswith("Listening for ")
            yield listening
        finally:
            child.kill()
            child.communicate(timeout=LONGEST_S)


@dataclass(slots=True)
class Listening:
    """A phone that listens in a pipe."""

    child: "subprocess.Popen[str]"

    def notes(self) -> str:
        """Return the next line on standard error."""
        assert self.child.stderr is not None
        return self.child.stderr.readline()

    def says(self) -> str:
        """Return the next line on standard output."""
        assert self.child.stdout is not None
        return self.child.stdout.readline()

    def tells(self) -> Any:
        """Return the next line on standard output, which is JSON."""
        return json.loads(self.says())

    def ends(self) -> tuple[int, str, str]:
        """Wait for the end; return status, and what is left on both streams."""
        out, err = self.child.communicate(timeout=LONGEST_S)
        return self.child.returncode, out, err
