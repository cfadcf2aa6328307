import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from authsim.ends.children import PortalChild
from authsim.secret import Secret
from authsim.testing import Lab, LabError, Portal, User
from authsim.testing.wire import require_address

TOKEN = "0123456789abcdef-SECRET"


@pytest.fixture
def lab(portal: Portal) -> Lab:
    """The lab API of the portal."""
    return portal.lab


@pytest.fixture
def answers() -> Iterator[Callable[[int, bytes], Lab]]:
    """A client of something that gives one answer to everything."""
    ends = []

    def begin(status: int, body: bytes) -> Lab:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        lab = Lab(f"http://127.0.0.1:{server.server_port}", TOKEN)
        ends.append((lab, server, thread))
        return lab

    yield begin
    for lab, server, thread in ends:
        lab.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8765", "http://localhost:1", "http://[::1]:9/", " http://127.9.9.9", "https://localhost:5443"],
)
def test_a_lab_is_on_this_machine(address: str) -> None:
    """Every name of loopback is taken, and what follows the port is left out."""
    assert require_address(address) == address.strip().rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.1",
        "https://192.0.2.1",
        "ftp://127.0.0.1",
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://user:secret@127.0.0.1",
        "127.0.0.1:8765",
        "http://example.test",
        "",
    ],
)
def test_a_lab_is_nowhere_else(address: str) -> None:
    """Another machine, another scheme and credentials in the address are refused before anything is sent."""
    with pytest.raises(LabError, match="an address of this machine") as refused:
        Lab(address, TOKEN)
    assert refused.value.status == 0
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("token", ["", "short", "with blanks in the middle", Secret("x" * 200)])
def test_a_token_has_a_form(token: str | Secret) -> None:
    """What cannot be a token is refused before it is sent, and not repeated."""
    with pytest.raises(LabError, match="no token of a lab") as refused:
        Lab("http://127.0.0.1:9", token)
    assert "blanks" not in str(refused.value)


def test_nobody_answers() -> None:
    """Where nothing listens, the error says so and what to look after, and not the token."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # a port that is taken, at which nobody listens
        with Lab(f"http://127.0.0.1:{held.getsockname()[1]}", TOKEN) as lab, pytest.raises(LabError) as refused:
            lab.read_clock()
    assert refused.value.status == 0
    assert "does not answer (ConnectError). Is the portal served?" in str(refused.value)
    assert TOKEN not in repr(refused.value)


@pytest.mark.parametrize(
    ("status", "body", "detail"),
    [
        (404, b"<h1>no</h1>", "this portal has no lab. Serve it with --lab"),
        (502, b"<h1>no</h1>", "the lab answered 502 without saying why"),
        (200, b"<h1>yes</h1>", "the lab answered 200 without saying why"),
        (400, b'{"detail": 7}', "the lab answered 400 without saying why"),
        (409, b'{"detail": "not now", "reason": "throttled"}', "not now (throttled)"),
    ],
)
def test_other_answers(answers: Callable[[int, bytes], Lab], status: int, body: bytes, detail: str) -> None:
    """Whatever answers in the lab's place becomes the same error, with the status and a sentence."""
    with pytest.raises(LabError) as refused:
        answers(status, body).read_clock()
    assert (refused.value.status, str(refused.value)) == (status, detail)
    assert refused.value.reason == ("throttled" if status == 409 else None)


def test_a_wrong_token(lab: Lab, tmp_path: Path) -> None:
    """A wrong token is refused by the lab; a file that is none by the client, with its name."""
    with Lab(lab.address, TOKEN) as stranger, pytest.raises(LabError) as refused:
        stranger.read_clock()
    assert refused.value.status == 401
    for name, content in (("missing", None), ("binary", b"\xff\xfe")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(LabError, match=name):
            Lab.open(lab.address, tmp_path / name)


def test_a_portal_without_a_lab(tmp_path: Path) -> None:
    """A portal that is served without `--lab` is told apart from one that is not served."""
    with (
        PortalChild(tmp_path / "plain", "--port", "0") as child,
        Lab(child.wait_until_ready(), TOKEN) as lab,
        pytest.raises(LabError, match="Serve it with --lab") as refused,
    ):
        lab.read_clock()
    assert refused.value.status == 404


def test_the_clock(lab: Lab) -> None:
    """All members of the clock go through, several at once, and what is wrong is said by the lab."""
    before = lab.read_clock()
    after = lab.change_clock(freeze=True, advance_ms=5_000, scale=2, actor="push", skew_ms=-40)
    assert after["frozen"] is True
    assert after["now_ms"] >= before["now_ms"] + 5_000
    assert (after["scale"], after["skews_ms"]) == (2, {"push": -40})
    assert lab.change_clock(at_ms=after["now_ms"] + 1)["now_ms"] == after["now_ms"] + 1
    with pytest.raises(LabError, match="never runs back") as refused:
        lab.change_clock(at_ms=1)
    assert refused.value.status == 400


def test_faults(lab: Lab) -> None:
    """Faults are armed with all that narrows them, listed, and disarmed one by one or all."""
    armed = lab.arm_fault("push_late", user="alice", step="notification", nth=2, seconds=60, by_ms=1_500)
    assert {name: armed[name] for name in ("name", "user", "step", "nth", "by_ms")} == {
        "name": "push_late",
        "user": "alice",
        "step": "notification",
        "nth": 2,
        "by_ms": 1_500,
    }
    lab.arm_fault("text_lost", every=2)
    assert sorted(fault["name"] for fault in lab.list_faults()["faults"]) == ["push_late", "text_lost"]
    lab.disarm_fault("push_late")
    assert [fault["name"] for fault in lab.list_faults()["faults"]] == ["text_lost"]
    lab.disarm_faults()
    assert lab.list_faults()["faults"] == []
    with pytest.raises(LabError, match="There are: "):
        lab.arm_fault("no such fault")


def test_users(lab: Lab, user: User) -> None:
    """Users are made one by one or many at once, shown, locked, unlocked, and removed."""
    made = lab.create_user(name="vera", password="a password of vera's", locale="ja")
    assert (made["name"], made["password"]) == ("vera", "a password of vera's")
    crowd = lab.create_users(3, prefix="crowd")
    assert len({one["name"] for one in crowd}) == 3
    assert len({one["password"] for one in crowd}) == 1
    names = {one["name"] for one in lab.list_users()}
    assert {"alice", "vera", *(one["name"] for one in crowd)} <= names
    lab.lock_user("vera")
    assert lab.find_user("vera")["state"] == "locked"
    lab.unlock_user("vera")
    assert lab.find_user("vera")["state"] != "locked"
    lab.remove_user("vera")
    with pytest.raises(LabError) as refused:
        lab.find_user("vera")
    assert refused.value.status == 404


def test_phones(lab: Lab, user: User) -> None:
    """A phone is activated by a URI that the operator draws, revoked, and taken away; many are activated at once."""
    phone = lab.phones.create(platform="android", policy="ignore", delay_ms=20, name="mine")[0]["id"]
    assert phone == "mine"
    uri = lab.draw_activation(user.name)
    assert "authsim:" not in repr(uri)
    assert lab.phones.activate(phone, activation=uri)["user"] == user.name
    assert (lab.phones.find(phone)["users"], lab.phones.find(phone)["platform"]) == (["alice"], "android")
    assert lab.phones.change(phone, policy="deny")["policy"] == "deny"
    lab.revoke_phone(user.name)
    lab.phones.remove(phone)
    assert phone not in [one["id"] for one in lab.phones.list_all()]

    crowd = [one["name"] for one in lab.create_users(2)]
    fleet = [one["id"] for one in lab.phones.create(count=2)]
    assert [done["user"] for done in lab.phones.activate_many(fleet, crowd)] == crowd


def test_snapshots_and_seed(lab: Lab) -> None:
    """A snapshot brings users and chance back; it has a name, its own or a drawn one, until it is removed."""
    lab.set_seed(7)
    name = lab.take_snapshot()
    first = lab.create_user(name="vera")["password"]
    lab.restore_snapshot(name)
    assert lab.create_user(name="vera")["password"] == first
    lab.restore_snapshot(name)
    assert "vera" not in [one["name"] for one in lab.list_users()]
    assert lab.read_seed() == 7
    lab.set_seed(None)
    assert lab.read_seed() is None
    assert name in lab.list_snapshots()
    lab.remove_snapshot(name)
    assert name not in lab.list_snapshots()
    with pytest.raises(LabError) as refused:
        lab.restore_snapshot(name)
    assert refused.value.status == 404


def test_the_story(portal: Portal, user: User) -> None:
    """The story is read whole, from a number on, or a part of it that is wanted; a label finds a client's own part."""
    lab = portal.lab
    portal.begin_login(user, label="mine")
    story = lab.list_events()
    assert [entry["number"] for entry in story] == list(range(1, len(story) + 1))
    assert lab.list_events(after=len(story) - 1) == story[-1:]
    assert lab.list_events(most=2) == story[:2]
    assert {entry["label"] for entry in lab.list_events(label="mine")} == {"mine"}
    assert {entry["end"] for entry in lab.list_events(end="portal", user="alice")} == {"portal"}
    assert lab.list_events(what="nothing-such", wait_ms=20) == []


def test_a_client_with_a_label(lab: Lab, portal: Portal) -> None:
    """Calls of any route go through `call`; secrets that are given as such stay so."""
    assert lab.call("GET", "clock")["frozen"] is False
    assert lab.call("POST", "clock", {"freeze": True})["frozen"] is True
    assert "SECRET" not in repr(Secret(TOKEN))
