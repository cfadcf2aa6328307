"""`authkey serve` as a child: a phone that gives responses to programs on this machine, and a program that asks it."""

import http.client
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.support.authkey import Authkey
from tests.support.child import LONGEST_S
from tests.support.tree import ROOT

_READY = re.compile(r"http://127\.0\.0\.1:[0-9]+/response\b")


class Given(NamedTuple):
    """What came back, to the byte."""

    status: int
    headers: "http.client.HTTPMessage"
    body: bytes

    @property
    def text(self) -> str:
        """The sentence or the response."""
        return self.body.decode()


@dataclass(slots=True)
class ServingPhone:
    """A phone that serves, where it does, the file of its token, and the line with which it said so."""

    child: "subprocess.Popen[str]"
    address: str
    token_file: Path
    announced: str

    @property
    def token(self) -> str:
        """What a program shows."""
        return self.token_file.read_text().strip()

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.address).port or 0

    def gives(self, query: str = "", *, path: str = "/response", method: str = "GET", **headers: str | None) -> Given:
        """Ask, with the token; a header is left out by None. Names are written with `_` for `-`."""
        shown: dict[str, str | None] = {"Authorization": f"Bearer {self.token}", "Host": f"127.0.0.1:{self.port}"}
        shown |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_S)
        try:
            connection.putrequest(method, path + (f"?{query}" if query else ""), skip_host=True)
            for name, value in shown.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return Given(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def notes(self) -> str:
        """Return the next line on standard error."""
        assert self.child.stderr is not None
        return self.child.stderr.readline()

    def ends(self) -> tuple[int, str, str]:
        """Wait for the end; return status, and what is left on both streams."""
        out, err = self.child.communicate(timeout=LONGEST_S)
        return self.child.returncode, out, err


@contextmanager
def serving(phone: Authkey, *arguments: str, **environment: str) -> Iterator[ServingPhone]:
    """Let the phone serve at a port of its own until the block ends."""
    token_file = phone.folder / "token"
    child = subprocess.Popen(
        [
            *(*phone.command, "--home", str(phone.home), "serve", "--port", "0"),
            *("--pin-file", str(phone.pin), "--token-file", str(token_file), *arguments),
        ],
        cwd=ROOT,
        env=phone.environment | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert child.stdout is not None
        assert child.stderr is not None
        announced = child.stdout.readline().removesuffix("\n")
        found = _READY.search(announced)
        if found is None:
            child.kill()
        assert found is not None, announced + child.stderr.read()
        yield ServingPhone(child, found[0], token_file, announced)
    finally:
        if child.poll() is None:
            child.terminate()  # its own way to end
        child.communicate(timeout=LONGEST_S)
