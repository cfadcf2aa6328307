import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from authsim.cli.cast import CAST
from authsim.ends.browser import Browser
from tests.authsim.cli.conftest import Person
from tests.support.child import LONGEST_S, children_of, clean_environment, console_script, shell, wait_until
from tests.support.kept_port import kept_port
from tests.support.terminal import Terminal

BANNER = "SIMULATION · not a real financial service · never enter real credentials"
FILLING = b"-"
PASSWORD = re.compile(r"[a-z]{5}(?:-[a-z]{5}){4}")


@contextmanager
def demo(person: Person, *options: str) -> "Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]":
    """A demo that is ready, and what it says of itself as JSON."""
    child = subprocess.Popen(
        [console_script("authsim"), "demo", "--json", "--port", "0", *options],
        env=person.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line, child.stderr.read() if child.stderr else ""
        yield child, json.loads(line)
    finally:
        if child.poll() is None:
            child.terminate()
        child.communicate(timeout=LONGEST_S)


def respond(person: Person, user: dict[str, Any], challenge: str) -> str:
    """The response of a user's phone, as the demo tells to make it."""
    return runs(person, user, "respond", challenge, "--user", user["name"], with_pin=True)


def runs(person: Person, user: dict[str, Any], *arguments: str, with_pin: bool = False) -> str:
    """What a user's phone prints."""
    pin = ("--pin-file", user["pin_file"]) if with_pin else ()
    done = subprocess.run(
        shell("mobile_cli", "--home", user["home"], *arguments, *pin),
        env=person.environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def nobody(tmp_path: Path) -> Person:
    """Somebody whose temporary folder is this test's own."""
    return Person(folder=tmp_path, environment=clean_environment(tmp_path / "home"))


def leftovers(person: Person) -> list[str]:
    """What demos left in the temporary folder."""
    return [path.name for path in Path(person.environment["TMPDIR"]).iterdir() if path.name.startswith("authsim-")]


def kill(child: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> list[int]:
    """Kill a demo, and return its children: all of them, because it is stopped before and starts no other."""
    child.send_signal(signal.SIGSTOP)
    wait_until(lambda: Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    children = children_of(child.pid)
    child.kill()
    child.wait(LONGEST_S)
    return children


def are_there(pids: list[int]) -> bool:
    """Say whether one of these processes has not ended yet."""
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def full_pipe() -> tuple[int, int]:
    """A pipe without room, its end to read from first: whoever writes into it waits, and tells nothing."""
    output, told = os.pipe()
    os.set_blocking(told, False)
    for size in (4096, 1):
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(told, FILLING * size)
    os.set_blocking(told, True)
    return output, told


def page_of_two(browser: Browser, user: dict[str, Any]) -> set[str]:
    """Log in as somebody with several factors, and return what can be chosen."""
    chooser = browser.begin(user["name"], user["password"]).require(".xyz-multipleselect")
    return {option.text for option in chooser.walk() if option.tag == "option"}


def test_the_cast_stands_as_its_stories_say(nobody: Person) -> None:
    """Eleven users in different states can do what is told of them, with private files, and all is gone afterwards."""
    with demo(nobody) as (child, description):
        users = {user["name"]: user for user in description["users"]}
        states = {name: user["state"] for name, user in users.items()}
        for name in ("bruno", "chiara", "dana"):
            with Browser(description["address"]) as browser:
                page = browser.log_in(name, users[name]["password"])
                challenge = page.require(".xyz-goldchallenge").text
                page = browser.answer(page, respond(nobody, users[name], challenge))
                assert page.require("pre").text == "Client login succeeds"
        with Browser(description["address"]) as browser:
            assert browser.log_in("alice", users["alice"]["password"]).find(".qr-plate") is not None
        with Browser(description["address"]) as browser:
            assert "Please wait" in browser.log_in("farid", users["farid"]["password"]).refusal
        with Browser(description["address"]) as browser:
            assert "Paper Trading user" in browser.log_in("greta", users["greta"]["password"]).refusal
            assert page_of_two(browser, users["ivan"]) == {"Select Type", "IB Key", "Mobile Authenticator App"}
            assert browser.begin("kofi", users["kofi"]["password"]).find("#xyz-field-silver-response") is not None
        with Browser(description["address"]) as browser:
            form = browser.open("/mobile/ios").form_to("/mobile/ios/log-in")
            page = browser.submit(form, username="hana", password=users["hana"]["password"])
            assert "OTCBB" in page.require(".restricted").text
        with Browser(description["address"]) as browser:
            page = browser.log_in("judith", users["judith"]["password"])
            challenge = page.require(".xyz-goldchallenge").text
            browser.answer(page, respond(nobody, users["judith"], challenge))
            assert browser.open("/desk").status == 200
        homes = [Path(user["home"]) for user in users.values() if user["home"]]
        pins = [Path(user["pin_file"]) for user in users.values() if user["pin_file"]]
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (*homes, *pins)]
        child.send_signal(signal.SIGINT)
        assert child.wait(LONGEST_S) == 0

    assert states == {
        "alice": "new",
        "bruno": "active",
        "chiara": "active",
        "dana": "active",
        "emiko": "new",
        "farid": "locked",
        "greta": "active",
        "hana": "active",
        "ivan": "active",
        "judith": "active",
        "kofi": "texts",
    }
    assert users["ivan"]["authenticator"].startswith("otpauth://totp/")
    assert [name for name, user in users.items() if user["opted_out"]] == ["hana"]
    assert users["judith"]["role"] == "help_desk"
    assert {user["platform"] for user in users.values()} == {"ios", "android", None}
    assert users["dana"]["role"] == "secondary"
    assert users["dana"]["home"] == users["bruno"]["home"]
    assert users["emiko"]["locale"] == "ja"
    assert set(modes) == {0o700, 0o600}
    assert all(PASSWORD.fullmatch(user["password"]) for user in users.values())
    assert leftovers(nobody) == []


def test_a_person_is_told_what_to_type(nobody: Person) -> None:
    """On a terminal: banner, address, who can log in, phones, and the commands; Ctrl-C ends it cleanly."""
    command = [console_script("authsim"), "demo", "--port", "0"]
    with Terminal(command, nobody.environment) as terminal:
        terminal.sees(BANNER)
        terminal.sees("AuthSim is ready at http://127.0.0.1:")
        terminal.sees("Who can log in")
        terminal.sees("Phones that are active")
        terminal.sees("activate SESSION-ID --portal http://127.0.0.1:")
        terminal.sees("listen --pin-file")
        terminal.sees("Beside it")
        terminal.sees("/inbox")
        terminal.sees("/mobile")
        terminal.sees("Ctrl-C ends the demo and deletes it.")
        portals = children_of(terminal.child.pid)
        terminal.child.sendintr()
        assert terminal.ends() == 0
        text = terminal.screen

    assert len(portals) == 1
    assert not are_there(portals)
    assert "Traceback" not in text
    assert leftovers(nobody) == []


def test_the_phones_of_the_cast_hear_notifications_at_once(nobody: Person) -> None:
    """Each phone of the cast approves a login that it is told of, has its owner's number, and finds its texts."""
    with demo(nobody) as (_, description):
        users = {user["name"]: user for user in description["users"]}
        for name in ("bruno", "chiara"):
            with Browser(description["address"]) as browser:
                assert browser.begin(name, users[name]["password"]).find(".xyzblock-notification") is not None
                assert "succeeded" in runs(nobody, users[name], "approve", "--user", name, with_pin=True)
                page = browser.submit(browser.open("/sso/SecondFactor").form_to("/sso/SecondFactor/continue"))
                assert page.require("pre").text == "Client login succeeds"
            told = json.loads(runs(nobody, users[name], "inbox", "--json"))
            assert told == {"number": users[name]["number"], "texts": []}
        with Browser(description["address"]) as browser:
            inbox = browser.open(urlsplit(description["inbox"]).path)
            trading = browser.open(urlsplit(description["trading"]).path)

    assert all(re.fullmatch(r"\+12025550\d{3}|\+447700900\d{3}", user["number"]) for user in users.values())
    assert all(user["number"] in "".join(inbox.root.text.split()) for user in users.values())
    assert trading.find("#trading-username") is not None


def test_ctrl_c_at_once_leaves_nothing(nobody: Person) -> None:
    """Ctrl-C while the cast is still being made ends as cleanly as later."""
    with Terminal([console_script("authsim"), "demo", "--port", "0"], nobody.environment) as terminal:
        terminal.sees("AuthSim is ready at")
        terminal.child.sendintr()
        assert terminal.ends() == 0
        assert "Traceback" not in terminal.screen

    assert leftovers(nobody) == []


def test_a_killed_demo_leaves_no_portal(nobody: Person) -> None:
    """Even kill -9 leaves no portal behind: it ends when nobody holds it any more."""
    with kept_port() as port, demo(nobody, "--port", str(port)) as (child, _):
        portals = kill(child)
        wait_until(lambda: not are_there(portals))

        assert len(portals) == 1
        with closing(socket.socket()) as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_closed_terminal_ends_the_demo(nobody: Person) -> None:
    """SIGHUP ends it as SIGTERM does: no folder and no portal are left."""
    with demo(nobody) as (child, _):
        portals = children_of(child.pid)
        child.send_signal(signal.SIGHUP)
        assert child.wait(LONGEST_S) == 0

    assert not are_there(portals)
    assert leftovers(nobody) == []


def test_what_a_killed_demo_left_is_swept_away(nobody: Person) -> None:
    """The next demo removes the secrets of one that was killed, and leaves alone one that still runs."""
    with demo(nobody) as (_, running):
        with demo(nobody) as (victim, killed):
            portals = kill(victim)
            wait_until(lambda: not are_there(portals))
        assert Path(killed["data"], "portal.key").exists()
        with demo(nobody) as _:
            assert not Path(killed["data"]).exists()
            assert Path(running["data"], "portal.key").exists()

    assert leftovers(nobody) == []


@pytest.mark.parametrize("mark", ["untold.json", "bruno/keystore.json", "greta/device.key"])
def test_a_demo_that_was_killed_before_it_told_is_made_whole(nobody: Person, tmp_path: Path, mark: str) -> None:
    """Wherever the making of the cast was killed, the next start tells passwords that work, with phones that answer."""
    data = tmp_path / "demo"
    output, told = full_pipe()
    with open(output, "rb") as output_file, open(told, "wb") as pipe:
        child = subprocess.Popen(
            [console_script("authsim"), "demo", "--json", "--port", "0", "--data", str(data)],
            env=nobody.environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
        )
        wait_until(lambda: (data / "phones" / mark).exists(), every_s=0.001)
        helpers = kill(child)
        wait_until(lambda: not are_there(helpers))
        pipe.close()
        assert output_file.read().strip(FILLING) == b"", "nothing was told"

    with demo(nobody, "--data", str(data)) as (_, description):
        users = {user["name"]: user for user in description["users"]}
        assert all(PASSWORD.fullmatch(user["password"] or "") for user in users.values())
        for name in ("bruno", "dana", "chiara"):
            with Browser(description["address"]) as browser:
                page = browser.log_in(name, users[name]["password"])
                response = respond(nobody, users[name], page.require(".xyz-goldchallenge").text)
                assert browser.answer(page, response).require("pre").text == "Client login succeeds"


def test_a_kept_demo_starts_again(nobody: Person, tmp_path: Path) -> None:
    """The same users and phones are there; passwords are shown again only as new ones, which then work."""
    data = str(tmp_path / "demo")
    with demo(nobody, "--data", data) as (_, first):
        pass
    with demo(nobody, "--data", data) as (_, second):
        pass
    with demo(nobody, "--data", data, "--new-passwords") as (_, third):
        bruno = next(user for user in third["users"] if user["name"] == "bruno")
        with Browser(third["address"]) as browser:
            page = browser.log_in("bruno", bruno["password"])
            response = respond(nobody, bruno, page.require(".xyz-goldchallenge").text)
            assert browser.answer(page, response).require("pre").text == "Client login succeeds"

    assert [user["password"] for user in second["users"]] == [None] * len(CAST)
    assert {user["password"] for user in first["users"]}.isdisjoint(user["password"] for user in third["users"])
    assert [user["home"] for user in first["users"]] == [user["home"] for user in third["users"]]


def test_a_kept_demo_is_made_whole_again(nobody: Person, tmp_path: Path) -> None:
    """Members who were removed, and phones that were revoked, are back at the next start."""
    data = str(tmp_path / "demo")
    with demo(nobody, "--data", data) as _:
        pass
    assert nobody.runs("users", "remove", "greta", "--yes", "--data", data).returncode == 0
    assert nobody.runs("users", "revoke", "bruno", "--data", data).returncode == 0

    with demo(nobody, "--data", data, "--new-passwords") as (_, again):
        users = {user["name"]: user for user in again["users"]}
        for name in ("bruno", "dana"):
            with Browser(again["address"]) as browser:
                page = browser.log_in(name, users[name]["password"])
                response = respond(nobody, users[name], page.require(".xyz-goldchallenge").text)
                assert browser.answer(page, response).require("pre").text == "Client login succeeds"

    assert users["greta"]["password"]


def test_a_place_that_is_no_demo_is_refused(nobody: Person, tmp_path: Path) -> None:
    """A real portal, somebody's folder and a file are left alone: status 64."""
    portal, folder, file = tmp_path / "portal", tmp_path / "folder", tmp_path / "file"
    assert nobody.runs("init", "--data", str(portal)).returncode == 0
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    file.write_text("mine")

    assert "authsim serve" in nobody.fails(64, "demo", "--data", str(portal), "--port", "0")
    assert "empty directory" in nobody.fails(64, "demo", "--data", str(folder), "--port", "0")
    assert "directory" in nobody.fails(64, "demo", "--data", str(file), "--port", "0")
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_what_stands_in_the_way_is_one_sentence(nobody: Person) -> None:
    """A taken port and a wrong setting end the demo with the sentence of the portal, and nothing is left."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        assert "is taken" in nobody.fails(74, "demo", "--port", str(listener.getsockname()[1]))
    assert "challenge_seconds" in nobody.fails(64, "demo", "--port", "0", "--set", "nonsense=1")
    assert leftovers(nobody) == []


def test_a_demo_for_login_programs(nobody: Person, tmp_path: Path) -> None:
    """With --gateway the session answers too, and programs are told whom they can be; a plain demo has none of it."""
    with demo(nobody, "--gateway", "--lab", "--data", str(tmp_path / "demo")) as (_, description):
        told = description["gateway"]
        users = {user["name"]: user for user in description["users"]}
        bruno = users["bruno"]
        with Browser(description["address"]) as browser:
            assert browser.open("/v1/api/tickle").status == 401
            page = browser.log_in("bruno", bruno["password"])
            page = browser.answer(page, respond(nobody, bruno, page.require(".xyz-goldchallenge").text))
            assert page.require("pre").text == "Client login succeeds"
        with Browser(description["address"]) as program:
            assert program.open("/v1/api/tickle").status == 200
        asked = ("verdict", "--address", description["address"], "--lab-token-file", description["lab_token_file"])
        verdict = json.loads(nobody.runs(*asked, "--user", "bruno", "--json").stdout)
    with demo(nobody) as (_, plain):
        assert plain["gateway"] is None

    assert told["session"] == f"{description['address']}/v1/api"
    assert told["users"] == ["bruno", "chiara", "dana", "greta", "ivan"]
    assert all(users[name]["state"] == "active" for name in told["users"])
    assert told["ibeam"] == {
        "IBEAM_GATEWAY_BASE_URL": description["address"],
        "IBEAM_GATEWAY_PROCESS_MATCH": " ".join(told["bystander"]),
    }
    assert verdict["all"]["failed_logins"] == 0


def test_a_person_is_told_what_login_programs_need(nobody: Person) -> None:
    """On a terminal: the users, the settings of IBeam with a process that it may end, and who counts."""
    with Terminal(
        [console_script("authsim"), "demo", "--port", "0", "--gateway", "--lab"], nobody.environment
    ) as terminal:
        terminal.sees("Existing login programs, unmodified")
        terminal.sees("never as yourself")
        terminal.sees("sleep 5000000 &")
        terminal.sees("export IBEAM_GATEWAY_BASE_URL=http://127.0.0.1:")
        terminal.sees('IBEAM_GATEWAY_DIR="$(mktemp -d)"')
        terminal.sees("export IBEAM_ACCOUNT=bruno IBEAM_PASSWORD=")
        terminal.sees('IBEAM_CHROME_DRIVER_PATH="$(command -v chromedriver)"')
        terminal.sees("Keep that folder empty and for yourself")
        terminal.sees("authsim verdict --address http://127.0.0.1:")
        terminal.sees("Ctrl-C ends the demo")
        terminal.child.sendintr()
        assert terminal.ends() == 0


@pytest.mark.parametrize(("options", "port"), [((), 8765), (("--gateway",), 5000)])
def test_the_usual_port(nobody: Person, options: tuple[str, ...], port: int) -> None:
    """Without --port a demo is where its README says, and a gateway where programs look."""
    with closing(socket.socket()) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else of this machine has it: it is taken all the same
            taken.bind(("127.0.0.1", port))
            taken.listen()
        assert f"port {port} is taken" in nobody.fails(74, "demo", *options)
