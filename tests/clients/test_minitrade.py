"""minitrade logs in by challenge and response: it tells the challenge to a messenger, and waits for the answer."""

import json
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.clients.customers import Customer
from tests.clients.programs import alone_on_this_machine, require_client, require_program
from tests.support.child import LONGEST_S, clean_environment
from tests.support.kept_port import kept_port

_LOGIN = Path(__file__).with_name("minitrade_login.py")
_CHALLENGE = re.compile(r"<pre>([0-9]{6})</pre>")
#: It waits a minute for the page after a response, beside loading its browser on a busy machine.
_LONGEST_S = 300


@dataclass(slots=True, kw_only=True)
class Messenger:
    """Who is told the challenge: a person with a phone, who sends `answer(challenge)` back."""

    answer: Callable[[str], str]
    admin_port: int
    told: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def hears(self, message: dict[str, Any]) -> None:
        """Read a message; one with a challenge is answered, while minitrade goes on."""
        text = message.get("html") or message.get("text") or ""
        self.told.append(text)
        found = _CHALLENGE.search(text)
        if found is not None:
            threading.Thread(target=self._replies, args=(found[1],), daemon=True).start()

    def _replies(self, challenge: str) -> None:
        """Send the response to minitrade's own address."""
        body = json.dumps({"code": self.answer(challenge)}).encode()
        with closing(HTTPConnection("127.0.0.1", self.admin_port, timeout=LONGEST_S)) as connection:
            connection.request("POST", "/challenge", body, {"Content-Type": "application/json"})
            self.answered.append(connection.getresponse().status)


@contextmanager
def listening(messenger: Messenger) -> Iterator[int]:
    """Take what minitrade sends to its messenger, at a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messenger.hears(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What minitrade returned, and whether it ended the process that it takes for the gateway."""

    said: dict[str, Any]
    told: list[str]
    has_killed: bool


def log_in(folder: Path, customer: Customer, answer: Callable[[str], str], *, password: str | None = None) -> Outcome:
    """Let minitrade log in as `customer`; `answer` is what its owner sends back for a challenge."""
    python = require_client("minitrade")
    driver = require_program("chromedriver", "chromium-driver")
    with (
        alone_on_this_machine("minitrade"),
        kept_port() as admin_port,
        listening(messenger := Messenger(answer=answer, admin_port=admin_port)) as port,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch,  # a browser's socket needs a short path
    ):
        gateway = subprocess.Popen(["sleep", "infinity"])
        wish = {
            "scheduler_port": port,
            "admin_port": admin_port,
            "pid": gateway.pid,
            "port": customer.portal.port,
            "username": customer.name,
            "password": password or customer.password,
        }
        try:
            done = subprocess.run(
                [str(python), "-P", str(_LOGIN)],
                input=json.dumps(wish),
                env=clean_environment(
                    folder / "minitrade", TMPDIR=scratch, SE_CHROMEDRIVER=str(driver), SE_OFFLINE="true"
                ),
                capture_output=True,
                text=True,
                timeout=_LONGEST_S,
                check=False,
            )
            has_killed = gateway.poll() is not None
        finally:
            gateway.kill()
            gateway.wait()
    assert done.returncode == 0, done.stderr
    return Outcome(said=json.loads(done.stdout), told=messenger.told, has_killed=has_killed)


def test_a_right_response(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """The challenge reaches its owner, the response of the phone logs in, and minitrade finds the session healthy."""
    mina = customer("mina")

    outcome = log_in(tmp_path, mina, mina.phone.responds)

    status = outcome.said["status"]
    assert (status["account"], status["authenticated"], status["connected"]) == ("mina", True, True)
    assert isinstance(status["account_id"], int)
    assert outcome.told[-1] == "Login succeeded"
    assert not outcome.has_killed
    assert mina.refusals() == []
    assert mina.story("login:completed")


def test_a_wrong_response(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """A wrong response ends the attempt: minitrade waits in vain for the page after it, and nobody is logged in."""
    milo = customer("milo")

    outcome = log_in(tmp_path, milo, lambda challenge: f"{(int(milo.phone.responds(challenge)) + 1) % 10**8:08}")

    assert outcome.said["error"].startswith("TimeoutException")
    assert milo.refusals() == ["wrong_response"]
    assert not milo.story("login:completed")
