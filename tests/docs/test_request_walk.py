"""`docs/request-walk.md` is compared with a login that really happens."""

import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from mobile_cli.group import cli as authkey
from tests.support.pages import blocks_of
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, password_of, served_portal
from tests.support.tree import PACKAGES, ROOT
from web.app import create_app
from web.settings import Settings
from web.wiring import open_portal

WALK = ROOT / "docs" / "request-walk.md"
PORTS = "authsim/ports/"
ADAPTERS = "authsim/adapters/"


@dataclass(slots=True, kw_only=True)
class Call:
    """A call of a function of the product (or a line of the page), and what was called inside it."""

    path: str
    name: str
    inside: list["Call"] = field(default_factory=list)

    def is_meant_by(self, line: "Call") -> bool:
        """Say whether a line of the page means this call; a port is met in whichever adapter there is."""
        if line.path.startswith(PORTS):
            return self.name == line.name and self.path.startswith(ADAPTERS)
        return (self.path, self.name) == (line.path, line.name)

    def everything_inside(self) -> Iterator["Call"]:
        """Every call inside, in the order in which they began."""
        for call in self.inside:
            yield call
            yield from call.everything_inside()


def read_walks() -> list[list[Call]]:
    """The `walk` blocks of the page, each a list of trees."""
    walks = []
    for block in (block for block in blocks_of(WALK) if block.kind == "walk"):
        root = Call(path="", name="")
        parents = [root]
        for line in block.body.splitlines():
            indent, path, name = cast("re.Match[str]", re.fullmatch(r"( *)(\S+)  (\w+)", line)).groups()
            depth = len(indent) // 2
            call = Call(path=path, name=name)
            parents[depth].inside.append(call)
            parents[depth + 1 :] = [call]
        walks.append(root.inside)
    return walks


@contextmanager
def traced(*, elsewhere: bool = False) -> Iterator[Call]:
    """Record the product's calls as a tree while the block lasts: those of this thread, or of threads begun in it."""
    root = Call(path="", name="")
    stacks: defaultdict[int, list[tuple[FrameType, Call]]] = defaultdict(list)
    folders = tuple(f"{package}/" for package in PACKAGES)

    def note(frame: FrameType, event: str, _: object) -> None:
        stack = stacks[threading.get_ident()]
        if event == "return" and stack and stack[-1][0] is frame:
            stack.pop()
        if event != "call" or not frame.f_code.co_filename.startswith(str(ROOT)):
            return
        path = Path(frame.f_code.co_filename).relative_to(ROOT).as_posix()
        if path.startswith(folders):
            call = Call(path=path, name=frame.f_code.co_name)
            (stack[-1][1] if stack else root).inside.append(call)
            stack.append((frame, call))

    follow = threading.setprofile if elsewhere else sys.setprofile
    follow(note)
    try:
        yield root
    finally:
        follow(None)


def first_missing(lines: list[Call], happened: Call) -> Call | None:
    """The first line that was not called, in order, inside `happened`; None when the walk is true."""
    calls = happened.everything_inside()
    for line in lines:
        for call in calls:
            if call.is_meant_by(line) and first_missing(line.inside, call) is None:
                break
        else:
            return line
    return None


@dataclass(slots=True, kw_only=True)
class Walker:
    """Alice with an active phone, and her portal and her phone inside this process, so that calls can be seen."""

    client: FlaskClient
    phone: Phone
    app: Flask
    port: int
    token: str = ""

    def opens(self, path: str) -> str:
        """Open a page, and remember its form."""
        response = self.client.get(path)
        assert response.status_code == 200, response.text
        form = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', response.text)
        self.token = form[1] if form else ""
        return response.text

    def sends(self, path: str, **fields: str) -> None:
        """Submit the form that the last page showed."""
        response = self.client.post(path, data={**fields, "csrf_token": self.token})
        assert response.status_code in {302, 303}, response.text

    def sees_challenge(self) -> str:
        """Pass the first factor, and return the challenge on the page."""
        self.opens("/sso/Login")
        self.sends("/sso/Login", username="alice", password=password_of("alice"))
        return self.reads_challenge()

    def reads_challenge(self) -> str:
        """The challenge on the page of the second factor."""
        found = re.search(r"xyz-goldchallenge[^>]*>\s*([0-9]{6})", self.opens("/sso/SecondFactor?with=challenge"))
        assert found is not None
        return found[1]

    @contextmanager
    def is_served(self) -> Iterator[None]:
        """Serve the portal to the phone, in a thread that is begun here."""
        server = make_server("127.0.0.1", self.port, self.app)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def approves(self) -> None:
        """Let the phone approve what waits."""
        arguments = ["--home", str(self.phone.home), "approve", "--pin-file", str(self.phone.pin_file)]
        authkey.main(arguments, prog_name="authkey", standalone_mode=False)

    def answers(self, challenge: str, capsys: pytest.CaptureFixture[str]) -> str:
        """Let the phone respond."""
        arguments = ["--home", str(self.phone.home), "respond", challenge, "--pin-file", str(self.phone.pin_file)]
        authkey.main(arguments, prog_name="authkey", standalone_mode=False)
        return capsys.readouterr().out.strip()


@pytest.fixture(scope="module")
def alice(tmp_path_factory: pytest.TempPathFactory) -> tuple[LivePortal, Phone]:
    """A portal that was served once, and alice's phone, active."""
    folder = tmp_path_factory.mktemp("walk")
    phone = make_phone(folder / "phone").is_made()
    with served_portal(folder / "portal") as portal:
        portal.adds("alice")
        phone.activates(portal.activation_uri("alice"))
    return portal, phone


@pytest.fixture
def walker(alice: tuple[LivePortal, Phone]) -> Iterator[Walker]:
    """The same portal and phone, in this process."""
    live, phone = alice
    settings = Settings(data_dir=live.data)
    portal = open_portal(settings)
    app = create_app(portal, settings)
    yield Walker(client=app.test_client(), phone=phone, app=app, port=live.port)
    portal.close()


def all_lines(lines: list[Call]) -> Iterator[Call]:
    """Every line of a walk, at any depth."""
    for line in lines:
        yield line
        yield from all_lines(line.inside)


def test_every_line_of_the_walk_names_a_function() -> None:
    """The page names files and functions that are there."""
    named = [line for walk in read_walks() for line in all_lines(walk)]

    assert named
    assert [
        f"{line.path}  {line.name}"
        for line in named
        if not re.search(rf"^ *def {line.name}\b", (ROOT / line.path).read_text(encoding="utf-8"), re.MULTILINE)
    ] == []


def test_a_login_takes_the_way_that_the_page_describes(walker: Walker, capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of the page is what happens, call by call, in a login and in one that is refused."""
    form, password, page, answer, response, home, *_, refusal = read_walks()

    with traced() as happened:
        walker.opens("/sso/Login")
    assert first_missing(form, happened) is None

    with traced() as happened:
        walker.sends("/sso/Login", username="alice", password=password_of("alice"))
    assert first_missing(password, happened) is None

    with traced() as happened:
        challenge = walker.reads_challenge()
    assert first_missing(page, happened) is None

    with traced() as happened:
        digits = walker.answers(challenge, capsys)
    assert first_missing(answer, happened) is None

    with traced() as happened:
        walker.sends("/sso/SecondFactor", **{"gold-response": digits})
    assert first_missing(response, happened) is None

    with traced() as happened:
        walker.opens("/sso/Dispatcher")
    assert first_missing(home, happened) is None

    walker.sees_challenge()
    with traced() as happened:
        walker.sends("/sso/SecondFactor", **{"gold-response": "00000000"})
        walker.opens("/sso/Login")
    assert first_missing(refusal, happened) is None


def test_an_approval_takes_the_way_that_the_page_describes(walker: Walker, capsys: pytest.CaptureFixture[str]) -> None:
    """The phone's half, the portal's half, and the browser that goes on by itself."""
    *_, approves, asks, decides, collects, _ = read_walks()
    walker.opens("/sso/Login")
    walker.sends("/sso/Login", username="alice", password=password_of("alice"))
    walker.opens("/sso/SecondFactor")

    with traced(elsewhere=True) as served, walker.is_served(), traced() as happened:
        walker.approves()
    assert first_missing(approves, happened) is None
    assert first_missing(asks, served) is None
    assert first_missing(decides, served) is None
    assert "alice" in capsys.readouterr().out

    walker.opens("/sso/SecondFactor")
    with traced() as happened:
        walker.sends("/sso/SecondFactor/continue")
    assert first_missing(collects, happened) is None


def test_a_way_that_is_not_taken_is_noticed(walker: Walker) -> None:
    """The comparison fails for a call that does not happen, and for one that happens elsewhere or earlier."""
    with traced() as happened:
        walker.opens("/sso/Login")

    guard = Call(path="web/guards.py", name="_require_known_host")
    show = Call(path="web/portal/login.py", name="show")
    assert first_missing([guard, show], happened) is None
    assert first_missing([show, guard], happened) is guard
    assert first_missing([Call(path=guard.path, name=guard.name, inside=[show])], happened) is not None
    assert first_missing([Call(path="web/portal/home.py", name="show")], happened) is not None
