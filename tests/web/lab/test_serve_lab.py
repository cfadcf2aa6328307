"""`authsim serve --lab` and `authsim demo --lab`: real processes, and who is refused a lab."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.ends.children import PortalChild
from authsim.testing.client import Lab
from authsim.testing.errors import LabError
from tests.support.child import LONGEST_S, clean_environment, console_script, unmeasured
from tests.web.commands.conftest import Operator

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator with a portal in `folder/data`; the tests of this module share it."""
    folder = tmp_path_factory.mktemp("operator")
    operator = Operator(folder=folder, environment=clean_environment(folder))
    operator.succeeds("init", "--data", str(folder / "data"))
    return operator


@pytest.fixture(scope="module")
def data(operator: Operator) -> str:
    """The portal's directory."""
    return str(operator.folder / "data")


def address_of(child: "subprocess.Popen[str]") -> str:
    """The address that a serving child announces."""
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line.startswith("AuthSim is ready at http"), line or (child.stderr.read() if child.stderr else "")
    return line.split()[-1]


def test_a_lab_is_opened_for_whoever_holds_its_token(operator: Operator, data: str) -> None:
    """The token is made in a private file, which is named on stderr and never printed; only with it a lab answers."""
    with operator.serving("--data", data, "--port", "0", "--lab") as child:
        address, token_file = address_of(child), Path(data, "lab.token")
        token = token_file.read_text().strip()
        with Lab(address, token) as lab:
            assert lab.read_clock()["scale"] == 1.0
        with Lab(address, "a-token-of-my-own-making") as stranger, pytest.raises(LabError) as refused:
            stranger.read_clock()
        child.terminate()
        _, said = child.communicate(timeout=LONGEST_S)

    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert str(token_file) in said
    assert token not in said
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--lab-seed", "7"), "Add --lab"),
        (("--lab-token-file", "x"), "Add --lab"),
        (("--lab", "--proxies", "1"), "loopback"),
        (("--lab", "--origin", "http://portal.test"), "loopback"),
        (("--lab", "--lab-seed", "-1"), "--lab-seed"),
        (("--lab", "--lab-seed", str(2**63)), "--lab-seed"),
        (("--lab", "--lab-seed", "x"), "--lab-seed"),
    ],
)
def test_where_there_is_no_lab(operator: Operator, data: str, options: tuple[str, ...], word: str) -> None:
    """Options of a lab without one, and a lab that other machines could reach, are one sentence: status 64."""
    assert word in operator.fails(64, "serve", "--data", data, "--port", "0", *options)


def test_an_origin_of_loopback_is_this_machine(operator: Operator, data: str) -> None:
    """A lab may be told another name of this machine."""
    with operator.serving("--data", data, "--port", "0", "--lab", "--origin", "http://localhost:8765") as child:
        assert address_of(child).startswith("http://127.0.0.1:")


def foreign(file: Path) -> Path:
    """A plain file that belongs to another user of this machine."""
    if os.geteuid():
        return Path("/etc/passwd")  # only root can give a file away
    file.write_text("a" * 32)
    os.chown(file, 65_534, 65_534)
    return file


@pytest.mark.parametrize(
    ("what", "word"),
    [
        ("shared", "chmod 600"),
        ("short", "16 to 128"),
        ("empty", "16 to 128"),
        ("strange", "16 to 128"),
        ("long", "longer than"),
        ("a link", "link"),
        ("a folder", "plain file"),
        ("nowhere", "nowhere"),
        ("foreign", "another user"),
    ],
)
def test_a_token_file_that_is_none(operator: Operator, data: str, tmp_path: Path, what: str, word: str) -> None:
    """A token that others could read, or that is none, is one sentence with the path and never the content: 74."""
    file = tmp_path / "token"
    content = {"short": "a" * 15, "empty": "", "strange": "not a token of ours !", "long": "a" * 300}
    if what == "a link":
        (tmp_path / "real").write_text("a" * 32)
        file.symlink_to(tmp_path / "real")
    elif what == "a folder":
        file.mkdir()
    elif what == "nowhere":
        file = tmp_path / "nowhere" / "token"
    elif what == "foreign":
        file = foreign(file)
    else:
        file.write_text(content.get(what, "a" * 32))
        file.chmod(0o644 if what == "shared" else 0o600)

    said = operator.fails(74, "serve", "--data", data, "--port", "0", "--lab", "--lab-token-file", str(file))

    assert word in said
    assert "aaaa" not in said
    assert "of ours !" not in said


def test_a_token_that_is_there_is_taken(operator: Operator, data: str, tmp_path: Path) -> None:
    """A harness may choose the token before it starts a portal, with or without a line's end."""
    file = tmp_path / "token"
    file.write_text("chosen-by-a-harness_1")
    file.chmod(0o600)
    with (
        operator.serving("--data", data, "--port", "0", "--lab", "--lab-token-file", str(file)) as child,
        Lab(address_of(child), "chosen-by-a-harness_1") as lab,
    ):
        assert lab.list_snapshots() == ["beginning"]
    assert file.read_text() == "chosen-by-a-harness_1"


def test_a_lab_lives_no_earlier_than_its_record(operator: Operator, tmp_path: Path) -> None:
    """A portal whose last lab was years ahead goes on from there in the next one, and its clock runs."""
    data = str(tmp_path / "data")
    operator.succeeds("init", "--data", data)
    instants = []
    for _ in range(2):
        with (
            operator.serving("--data", data, "--port", "0", "--lab") as child,
            Lab.open(address_of(child), Path(data, "lab.token")) as lab,
        ):
            instants.append(lab.read_clock()["now_ms"])
            lab.change_clock(advance_ms=1_000 * DAY_MS)
            instants.append(lab.read_clock()["now_ms"])
            lab.create_user()
            child.terminate()
            child.communicate(timeout=LONGEST_S)

    assert instants == sorted(instants)
    assert instants[2] >= instants[1]
    assert instants[3] - instants[0] >= 2_000 * DAY_MS


def test_who_serves_a_record_from_the_future_is_warned(operator: Operator, tmp_path: Path) -> None:
    """After a lab that went ahead, time stands still without one: whoever serves it so is told, and nobody else."""
    data = str(tmp_path / "data")
    operator.succeeds("init", "--data", data)
    said = []
    for options, ahead_ms in (((), 0), (("--lab",), 3 * DAY_MS), ((), 0)):
        with operator.serving("--data", data, "--port", "0", *options) as child:
            address = address_of(child)
            if ahead_ms:
                with Lab.open(address, Path(data, "lab.token")) as lab:
                    lab.change_clock(advance_ms=ahead_ms)
                    lab.create_user()
            child.terminate()
            said.append(child.communicate(timeout=LONGEST_S)[1])

    assert ["time stands still" in words for words in said] == [False, False, True]


def test_nothing_of_an_earlier_lab_is_left(operator: Operator, data: str) -> None:
    """Faults, snapshots and a frozen clock end with their server."""
    for is_first in (True, False):
        with (
            operator.serving("--data", data, "--port", "0", "--lab") as child,
            Lab.open(address_of(child), Path(data, "lab.token")) as lab,
        ):
            assert (lab.list_snapshots(), lab.read_clock()["frozen"]) == (["beginning"], False)
            if is_first:
                lab.change_clock(freeze=True)
                lab.take_snapshot("mine")


def test_a_lab_is_wiped_with_its_portal(operator: Operator, tmp_path: Path) -> None:
    """`authsim wipe` leaves nothing of a lab behind."""
    data = tmp_path / "data"
    operator.succeeds("init", "--data", str(data))
    with operator.serving("--data", str(data), "--port", "0", "--lab") as child:
        address_of(child)
    assert (data / "lab.sqlite3").exists()

    operator.succeeds("wipe", "--data", str(data), "--yes")

    assert not data.exists()


LOADED = """
import json, sys, threading
from pathlib import Path
from web.app import create_app
from web.settings import Settings
from web.wiring import open_portal
settings = Settings(data_dir=Path(sys.argv[1]))
portal = open_portal(settings)
client = create_app(portal, settings).test_client()
told = [client.get(path, base_url="http://127.0.0.1:8765").status_code for path in ("/sso/Login", "/api/lab/v1/clock")]
portal.close()
print(json.dumps([told, sorted(name for name in sys.modules if name.startswith(("authsim.lab", "web.lab")))]))
"""


def test_without_a_lab_nothing_of_it_is_loaded(operator: Operator, data: str) -> None:
    """A portal that serves without a lab has no module of it, and no route."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOADED, data],
        env=unmeasured() | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )

    assert done.returncode == 0, done.stderr
    statuses, loaded = json.loads(done.stdout)
    assert statuses == [200, 404]
    assert loaded == []


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo with a lab, as a program starts one."""
    child = subprocess.Popen(
        [console_script("authsim"), "demo", "--port", "0", "--lab", "--lab-seed", "5", "--json"],
        env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield child
    if child.poll() is None:
        child.terminate()
    child.communicate(timeout=LONGEST_S)


def test_a_demo_has_a_lab_beside_its_cast(demo: subprocess.Popen[str]) -> None:
    """The token's file is told, and a reset keeps the cast, which was made after the lab was opened."""
    assert demo.stdout is not None
    described = json.loads(demo.stdout.readline())
    cast = sorted(user["name"] for user in described["users"])
    with Lab.open(described["address"], described["lab_token_file"]) as lab:
        assert lab.read_seed() == 5
        lab.create_user(name="passer-by")
        lab.reset()
        assert sorted(user["name"] for user in lab.list_users()) == cast
    demo.terminate()
    _, said = demo.communicate(timeout=LONGEST_S)

    assert described["lab_token_file"] in said


def test_a_demo_passes_refusals_on(tmp_path: Path) -> None:
    """What the portal refuses about a lab ends the demo with its status and its one sentence."""
    done = subprocess.run(
        [console_script("authsim"), "demo", "--port", "0", "--lab-seed", "5"],
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )

    assert done.returncode == 64
    assert len(done.stderr.splitlines()) == 1
    assert "Add --lab" in done.stderr


def test_a_portal_child_can_have_a_lab(tmp_path: Path) -> None:
    """A harness starts a portal with a lab on an empty folder, and finds the token beside the store."""
    with PortalChild(tmp_path / "data", "--port", "0", "--lab") as portal:
        address = portal.wait_until_ready()
        with Lab.open(address, tmp_path / "data" / "lab.token") as lab:
            assert lab.create_user()["name"] == "user-1"


def test_help_tells_of_the_lab(operator: Operator) -> None:
    """The options of a lab stand on the pages of help of both commands."""
    served = operator.succeeds("serve", "--help")
    played = subprocess.run(
        [console_script("authsim"), "demo", "--help"], env=operator.environment, capture_output=True, text=True
    ).stdout

    for page in (served, played):
        assert all(option in page for option in ("--lab ", "--lab-token-file F", "--lab-seed N"))
