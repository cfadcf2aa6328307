"""What a login program did wrong, as a person at a terminal is told it, and a program."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from authsim.ends.children import PortalChild
from authsim.testing.client import Lab
from authsim.testing.portal import Portal
from tests.authsim.cli.conftest import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A portal with a lab that is served from `data`."""

    address: str
    data: Path
    portal: Portal


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A portal at which alice's client behaves, bob's guesses, carol's cannot wait, and nobody is dora's."""
    data = tmp_path_factory.mktemp("served") / "portal"
    with PortalChild(data, "--port", "0", "--lab") as child:
        address = child.wait_until_ready()
        with Lab.open(address, data / "lab.token") as lab, Portal(lab) as portal:
            lab.change_clock(freeze=True)
            alice, bob, carol, _ = (portal.add_user(name) for name in ("alice", "bob", "carol", "dora"))
            for user in (alice, carol):
                portal.add_phone(user, policy="approve" if user is alice else "ignore")
            portal.begin_login(alice)
            portal.begin_login(carol)
            portal.begin_login(carol)
            for _ in range(10):
                with portal.open_browser() as browser:
                    browser.begin(bob.name, "not-this-one")
                lab.change_clock(advance_ms=3_600_000)
            yield Served(address=address, data=data, portal=portal)


def lines_of(text: str) -> list[str]:
    """The lines of a text, with blanks collapsed."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_person_is_told_in_calm_lines(person: Person, served: Served) -> None:
    """Each user with the five counts, what would have locked, and the rule of this portal at the end."""
    done = person.runs("verdict", "--address", served.address, "--data", str(served.data))
    lines = lines_of(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in lines if line in ("alice", "bob", "carol", "dora")] == ["alice", "bob", "carol"]
    assert lines[lines.index("alice") :][1:7] == [
        "second-factor requests 1",
        "asked again while one was open 0",
        "notifications 1 (most within an hour: 1)",
        "failed logins 0",
        "attempts that came too soon 0",
        "lock-outs 0",
    ]
    bob = lines[lines.index("bob") : lines.index("carol")]
    assert bob[4:] == [
        "failed logins 10 (wrong_password)",
        "attempts that came too soon 0",
        "lock-outs 1",
        "your client would have locked the account after 32400 seconds",
    ]
    assert "asked again while one was open 1" in lines[lines.index("carol") :]
    assert lines[-1] == "10 failed logins within 24 hours lock an account."


def test_a_person_is_told_in_japanese(person: Person, served: Served) -> None:
    """The same, with every sentence in the other language and none left over."""
    done = person.runs("verdict", "--address", served.address, "--data", str(served.data), AUTHSIM_LANG="ja")

    assert done.returncode == 0
    assert "クライアントは 32400 秒でアカウントをロックしていました。" in done.stdout
    assert lines_of(done.stdout)[-1] == "24時間以内に10回失敗すると、アカウントはロックされます。"
    words = {word for line in lines_of(done.stdout) for word in line.split() if word.isascii() and word.isalpha()}
    assert words == {"alice", "bob", "carol"}


def test_one_user_alone(person: Person, served: Served) -> None:
    """With a name nobody else is told of; somebody whom no client tried is told so, and an unknown name is refused."""
    asked = ("verdict", "--address", served.address, "--data", str(served.data), "--user")
    bob, dora = person.runs(*asked, "bob"), person.runs(*asked, "dora")

    assert lines_of(bob.stdout)[0] == "bob"
    assert "alice" not in bob.stdout
    assert lines_of(dora.stdout)[0] == "dora was not asked for a second factor, and no login was refused."
    assert "no user of that name" in person.fails(64, *asked, "zoe")


def test_a_program_is_told_as_json(person: Person, served: Served) -> None:
    """What the lab answers, as it stands, in any language; of one user in the same shape."""
    token_file = str(served.data / "lab.token")
    asked = ("verdict", "--address", served.address, "--lab-token-file", token_file, "--json")
    nothing = {"refusals": {}, "would_lock_after_seconds": None}
    whole = json.loads(person.runs(*asked).stdout)
    bob = json.loads(person.runs(*asked, "--user", "bob").stdout)
    dora = json.loads(person.runs(*asked, "--user", "dora", AUTHSIM_LANG="ja").stdout)

    assert whole == served.portal.lab.read_verdict()
    assert bob == {
        "rule": whole["rule"],
        "all": whole["users"]["bob"],
        "users": {"bob": whole["users"]["bob"]},
        "says": [line for line in whole["says"] if line.startswith("bob: ")],
    }
    assert dora["users"] == {"dora": dict.fromkeys(whole["all"], 0) | nothing}


def test_before_anybody_tried(person: Person, tmp_path: Path) -> None:
    """A portal that has just begun, here one that speaks https, says that nobody has tried."""
    with PortalChild(tmp_path / "portal", "--port", "0", "--lab", "--tls") as child:
        done = person.runs("verdict", "--address", child.wait_until_ready(), "--data", str(tmp_path / "portal"))

    assert lines_of(done.stdout)[0] == "Nobody was asked for a second factor, and no login was refused."


def test_whoever_has_another_token_is_refused(person: Person, served: Served, tmp_path: Path) -> None:
    """The token of another lab is status 77, and what it is stands nowhere."""
    (tmp_path / "lab.token").write_text("CANARY-of-another-lab-0000")
    said = person.fails(77, "verdict", "--address", served.address, "--data", str(tmp_path))

    assert "another token" in said
    assert "CANARY" not in said


def test_what_does_not_answer_is_one_sentence(person: Person, served: Served, tmp_path: Path) -> None:
    """Nobody there, and a portal without a lab, are status 69 with the remedy."""
    with closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        said = person.fails(69, "verdict", "--address", nobody, "--data", str(served.data))
    with PortalChild(tmp_path / "portal", "--port", "0") as child:
        without = person.fails(69, "verdict", "--address", child.wait_until_ready(), "--data", str(served.data))

    assert f"nothing answers at {nobody}" in said
    assert "Serve it with --lab" in without


def test_what_is_wrong_with_the_question(person: Person, served: Served, tmp_path: Path) -> None:
    """A missing or doubled token, an address elsewhere, a file that is none or not there: each says what to do."""
    data, file = str(served.data), str(served.data / "lab.token")
    (tmp_path / "lab.token").write_bytes(os.urandom(8) + b"\n" * 100)

    assert "--lab-token-file" in person.fails(64, "verdict")
    assert "--lab-token-file" in person.fails(64, "verdict", "--data", data, "--lab-token-file", file)
    for address in ("http://192.0.2.1:5000", "ftp://127.0.0.1", "nonsense", "http://[::1", "http://127.0.0.1:99999"):
        assert "an address of this machine" in person.fails(64, "verdict", "--address", address, "--data", data)
    assert "no token of a lab" in person.fails(65, "verdict", "--data", str(tmp_path))
    assert "--lab" in person.fails(74, "verdict", "--data", str(tmp_path / "none"))
    assert "cannot be read" in person.fails(74, "verdict", "--lab-token-file", str(tmp_path))
