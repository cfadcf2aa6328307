"""What `authsim demo` prints is true: the passwords log in, and the commands, typed as they stand, do the rest."""

import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.browser_plain import Visitor
from tests.support.child import LONGEST_S, clean_environment, console_script
from tests.support.phone import PIN
from tests.support.terminal import Terminal

CAST = re.compile(r"^  ([a-z][a-z0-9-]{2,31})  +([a-z]{5}(?:-[a-z]{5})+)  +(\S.*)$", re.MULTILINE)


@dataclass(slots=True)
class Demo:
    """A demo that runs, and what it printed."""

    environment: dict[str, str] = field(repr=False)
    text: str

    @property
    def address(self) -> str:
        """The last word of the line that scripts wait for."""
        return self.text.splitlines()[0].split()[-1]

    @property
    def passwords(self) -> dict[str, str]:
        """Who can log in."""
        return {name: password for name, password, _ in CAST.findall(self.text)}

    def command_with(self, *words: str) -> str:
        """The one printed command that holds these words."""
        found = [line.strip() for line in self.text.splitlines() if all(word in line.split() for word in words)]
        assert len(found) == 1, found
        return found[0]

    def in_terminal(self, command: str) -> Terminal:
        """Type a command at a second terminal."""
        return Terminal(["/bin/sh", "-c", command], self.environment)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`authsim demo`, as somebody would start it, ended by Ctrl-C."""
    environment = clean_environment(tmp_path_factory.mktemp("demo"))
    child = subprocess.Popen(
        [console_script("authsim"), "demo", "--port", "0"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            break
    yield Demo(environment, "".join(lines))
    child.send_signal(signal.SIGINT)
    child.stdout.close()
    assert child.wait(LONGEST_S) == 0
    assert [path.name for path in Path(environment["TMPDIR"]).iterdir()] == []


def test_it_says_who_can_log_in(demo: Demo) -> None:
    """The first line ends with the address, and at least six people stand there with a password each."""
    assert re.fullmatch(r"AuthSim is ready at http://127\.0\.0\.1:[0-9]+", demo.text.splitlines()[0])
    assert len(demo.passwords) >= 6
    assert len(set(demo.passwords.values())) == len(demo.passwords)


def test_a_first_login_as_it_is_told(demo: Demo) -> None:
    """The Session ID put into the printed commands, and a PIN typed, lead alice from nothing to signed in."""
    browser = Visitor(demo.address)
    page = browser.types_password("alice", demo.passwords["alice"])
    activate = demo.command_with("activate", "SESSION-ID")
    approve = demo.command_with("approve", re.search(r"--home (\S+)", activate)[1])

    with demo.in_terminal(activate.replace("SESSION-ID", page.one(cls="xyz-sessionid").text)) as terminal:
        terminal.sees(page.one(cls="fingerprint").text)
        terminal.sees("[y/N]")
        terminal.types("y")
        for question in ("New Passcode: ", "Repeat the Passcode: "):
            terminal.sees(question)
            terminal.types(PIN)
        terminal.sees("IB Key is active for alice.")
        assert terminal.ends() == 0
    browser.get("/portal/activation")
    browser.press("/portal/activation/sign-in")
    with demo.in_terminal(approve) as terminal:
        terminal.sees("Passcode: ")
        terminal.types(PIN)
        terminal.sees("[y/N]")
        terminal.types("y")
        terminal.sees("Authentication succeeded for alice.")
        assert terminal.ends() == 0

    browser.get("/sso/SecondFactor")
    assert browser.press("/sso/SecondFactor/continue").has_succeeded


def test_a_notification_as_it_is_told(demo: Demo) -> None:
    """Bruno's phone listens with the printed command; Enter opens the notification, a approves it."""
    with demo.in_terminal(demo.command_with("listen", "--pin-file")) as terminal:
        terminal.sees("Listening for")
        browser = Visitor(demo.address)
        browser.types_password("bruno", demo.passwords["bruno"])
        terminal.sees("Enter opens it.")
        terminal.types("")
        terminal.sees("a Approve")
        terminal.types("a")
        terminal.sees("Authentication succeeded for bruno.")

    browser.get("/sso/SecondFactor")
    assert browser.press("/sso/SecondFactor/continue").has_succeeded


def test_a_login_with_an_active_phone_as_it_is_told(demo: Demo) -> None:
    """The printed command for bruno, with his challenge in it, writes the response that logs him in."""
    browser = Visitor(demo.address)
    challenge = browser.types_password("bruno", demo.passwords["bruno"]).challenge
    command = demo.command_with("respond", "CHALLENGE", "--pin-file").replace("CHALLENGE", challenge)

    done = subprocess.run(command.split(), env=demo.environment, capture_output=True, text=True, timeout=LONGEST_S)

    assert done.returncode == 0, done.stderr
    assert browser.types_response(done.stdout.strip()).has_succeeded
