"""A gateway on the command line: what is refused, where programs find it, and the folder that starts one."""

import contextlib
import shlex
import signal
import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from authsim.ends.browser import Browser
from tests.support.child import LONGEST_S, shell
from tests.support.kept_port import kept_port
from tests.web.commands.conftest import Operator
from tests.web.commands.test_serve import address_of, get
from web.commands.serve_options import PAGES
from web.gateway.vintages import VINTAGES

NO_SESSION = '{"error":"no session"}'
TICKLE = "/v1/api/tickle"


@contextmanager
def gateway(operator: Operator, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    """`authsim gateway ARGUMENTS`, for as long as the block lasts."""
    with started(shell("web", "gateway", *arguments), operator.environment) as child:
        yield child


@contextmanager
def started(
    command: list[str], environment: dict[str, str], folder: Path | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """A command that serves, for as long as the block lasts."""
    child = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate()


@pytest.fixture(scope="module")
def hardened(operator: Operator) -> str:
    """The directory of a hardened portal."""
    folder = str(operator.folder / "hardened")
    operator.succeeds("init", "--profile", "hardened", "--data", folder)
    return folder


@pytest.mark.parametrize("command", ["gateway", "serve --gateway"])
def test_it_answers_programs_and_people(operator: Operator, data: str, command: str) -> None:
    """Both commands: the session's answers, and the login page, at 127.0.0.1 and at localhost, told on stderr."""
    with started(shell("web", *command.split(), "--data", data, "--port", "0"), operator.environment) as child:
        address = address_of(child)
        at_localhost = address.replace("127.0.0.1", "localhost")
        tickled = [get(place, TICKLE)[:2] for place in (address, at_localhost)]
        started_at = get(at_localhost, "/")
        child.terminate()
        assert child.wait(LONGEST_S) == 0
        rest, errors = child.communicate()

    assert tickled == [(401, NO_SESSION)] * 2
    assert started_at[0] == 302
    assert started_at[2]["Location"] == "/sso/Login?forwardTo=22&RL=1&ip2loc=on"
    assert rest == ""
    assert errors == f"login programs find it at {at_localhost} too, and the session below {address}/v1/api\n"


def test_a_form_is_taken_at_localhost(operator: Operator, data: str) -> None:
    """Programs have the name built in: a login that was begun there is judged like any other."""
    with (
        gateway(operator, "--data", data, "--port", "0") as child,
        Browser(address_of(child).replace("127.0.0.1", "localhost")) as browser,
    ):
        page = browser.begin("nobody", "not-this-one")

    assert page.refusal == "Invalid username password combination"


def test_a_portal_without_a_gateway_has_none(operator: Operator, data: str) -> None:
    """Nothing of it is there unless it was asked for."""
    with operator.serving("--data", data, "--port", "0") as child:
        assert get(address_of(child), TICKLE)[0] == 404
        child.terminate()
        assert child.communicate()[1] == ""


def test_it_speaks_https(operator: Operator, data: str) -> None:
    """With --tls, at both names of its certificate."""
    with gateway(operator, "--data", data, "--port", "0", "--tls") as child:
        address = address_of(child)
        context = ssl.create_default_context(cafile=str(Path(data, "tls.crt")))
        places = (address, address.replace("127.0.0.1", "localhost"))
        answers = [get(place, TICKLE, tls=context)[:2] for place in places]

    assert address.startswith("https://")
    assert answers == [(401, NO_SESSION)] * 2


def test_a_person_is_warned(operator: Operator, data: str) -> None:
    """At a terminal: the banner, where programs find it, and that no real credentials belong there."""
    with operator.typing("gateway", "--data", data, "--port", "0") as terminal:
        terminal.sees("SIMULATION")
        terminal.sees("AuthSim is ready at http://127.0.0.1:")
        terminal.sees("login programs find it at http://localhost:")
        terminal.sees("no real credentials belong here")
        terminal.child.sendintr()
        assert terminal.ends() == 0


def test_the_pages_are_of_the_vintage_that_was_chosen(operator: Operator, data: str) -> None:
    """Today's by default, those of before 2023, and names that are drawn: the same for the same seed."""

    def fields(*options: str) -> set[str]:
        with gateway(operator, "--data", data, "--port", "0", *options) as child, Browser(address_of(child)) as browser:
            inputs = [element for element in browser.open("/sso/Login").root.walk() if element.tag == "input"]
        return {element.attributes.get("name", "") for element in inputs}

    assert "username" in fields()
    assert "user_name" in fields("--page", "2022")
    drifted = fields("--page", "drift", "--page-seed", "7")
    assert drifted != fields()
    assert fields("--page", "drift", "--page-seed", "7") == drifted
    assert fields("--page", "drift", "--page-seed", "8") != drifted
    assert PAGES == VINTAGES


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--bind-private",), "no token"),
        (("--proxies", "1"), "no token"),
        (("--host", "10.1.2.3"), "127.0.0.1 alone"),
        (("--host", "0.0.0.0"), "127.0.0.1 alone"),  # noqa: S104 - what is refused
        (("--host", "10.1.2.3", "--bind-private", "--tls"), "no token"),
        (("--origin", "http://portal.test"), "on localhost"),
        (("--origin", "https://192.168.1.20", "--tls"), "on localhost"),
        (("--page-seed", "7"), "--page drift"),
        (("--page", "2022", "--page-seed", "7"), "--page drift"),
        (("--page", "2021"), "drift"),
        (("--lab-seed", "7"), "--lab"),
    ],
)
def test_what_it_refuses(operator: Operator, data: str, options: tuple[str, ...], word: str) -> None:
    """A place that others could reach, and what does not go together: one sentence with the remedy, status 64."""
    for command in (("gateway",), ("serve", "--gateway")):
        assert word in operator.fails(64, *command, "--data", data, "--port", "0", *options)


def test_its_help_is_silent_about_what_it_refuses(operator: Operator) -> None:
    """What would reach beyond this machine stands in the help of a portal, and not in that of a gateway."""
    portal, front = (operator.succeeds(command, "--help") for command in ("serve", "gateway"))
    for option in ("--host", "--bind-private", "--proxies"):
        assert option in portal
        assert option not in front


def test_what_belongs_to_a_gateway(operator: Operator, data: str) -> None:
    """A portal without one has no other pages to choose."""
    for option in (("--page", "2022"), ("--page-seed", "7")):
        assert "--gateway" in operator.fails(64, "serve", "--data", data, "--port", "0", *option)


def test_a_hardened_portal_is_refused(operator: Operator, hardened: str, tmp_path: Path) -> None:
    """Its page says the same to everybody, which no program understands: the remedy is named, nothing is written."""
    assert "--profile classic" in operator.fails(64, "gateway", "--data", hardened, "--port", "0")
    assert "--profile classic" in operator.fails(64, "gateway", "--data", hardened, "--tls", "--port", "0")
    folder = tmp_path / "gateway"
    assert "--profile classic" in operator.fails(64, "gateway", "--data", hardened, "--make-folder", str(folder))
    assert not folder.exists()


def settings_in(text: str) -> dict[str, str]:
    """The settings that the command printed, as a shell reads them."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    return dict(word.split("=", 1) for line in lines for word in shlex.split(line))


#: What such a program is told that is nobody else's business.
SECRETS = ("ACCOUNT", "PASSWORD", "KEY", "PYOTP_SECRET", "EXTERNAL_REQUEST_HEADERS", "EXTERNAL_REQUEST_PARAMS")


@pytest.mark.parametrize("name", ["gateway", "my gate's way"])
def test_the_folder_starts_the_portal_itself(operator: Operator, data: str, tmp_path: Path, name: str) -> None:
    """The process that the script was started as is the portal: found by its mark, without what a program logs in with.

    It ends when that process is ended, and only the one of this folder bears the mark.
    """
    folder, make = tmp_path / name, ("gateway", "--data", data, "--make-folder", str(tmp_path / name))
    secret = {f"IBEAM_{word}": f"CANARY\nIBEAM_NOT=CANARY {word}" for word in SECRETS}
    with (
        kept_port() as port,
        contextlib.nullcontext(settings_in(operator.succeeds(*make, "--port", str(port)))) as told,
        started(["bash", "bin/run.sh", "root/conf.yaml"], operator.environment | secret, folder) as child,
    ):
        mark = told["IBEAM_GATEWAY_PROCESS_MATCH"]
        assert address_of(child) == told["IBEAM_GATEWAY_BASE_URL"] == f"http://127.0.0.1:{port}"
        assert get(told["IBEAM_GATEWAY_BASE_URL"], TICKLE)[:2] == (401, NO_SESSION)
        marked = processes_with(mark)
        surroundings = Path(f"/proc/{child.pid}/environ").read_bytes()
        child.send_signal(signal.SIGTERM)
        assert child.wait(LONGEST_S) == 0

    assert told["IBEAM_GATEWAY_DIR"] == str(folder)
    assert marked == [child.pid]
    assert b"CANARY" not in surroundings
    assert b"PATH=" in surroundings
    assert processes_with(mark) == []


def processes_with(words: str) -> list[int]:
    """The processes of this machine in whose command line these words stand, as programs look for their gateway."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                found += [int(place.name)] if words in line else []
    return found


def test_the_folder_keeps_what_was_chosen(operator: Operator, data: str, tmp_path: Path) -> None:
    """Every option that was given stands in the script, from any folder; it may be run, and the settings are valid."""
    folder = tmp_path / "gateway"
    environment = operator.environment
    options = (
        *("--tls", "--lab", "--lab-token-file", "lab.token", "--lab-seed", "7", "--page", "drift", "--page-seed", "5"),
        *("--access-log", "--no-inbox", "--workers", "2", "--origin", "https://localhost:5055", "--port", "5055"),
    )
    done = subprocess.run(
        shell("web", "gateway", "--data", "data", *options, "--make-folder", str(folder)),
        cwd=operator.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stderr
    words = shlex.split((folder / "bin" / "run.sh").read_text().splitlines()[-1])

    assert settings_in(done.stdout)["IBEAM_GATEWAY_BASE_URL"] == "https://127.0.0.1:5055"
    assert words[:6] == ["exec", *shell("web", "gateway")]
    assert words[words.index("--data") + 1] == data
    assert words[words.index("--lab-token-file") + 1] == str(operator.folder / "lab.token")
    assert set(options) - {"lab.token"} <= set(words)
    assert {stat.S_IMODE((folder / part).stat().st_mode) for part in (".", "bin", "root", "bin/run.sh")} == {0o700}
    assert (folder / "root" / "conf.yaml").read_text().splitlines()[-1] == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["gateway"]


def test_a_folder_of_ours_is_written_anew_and_nothing_else(operator: Operator, data: str, tmp_path: Path) -> None:
    """An empty folder is filled, also behind a link; ours gets another port, and keeps its settings file.

    A script that somebody changed is left alone.
    """
    folder = tmp_path / "gateway"
    (tmp_path / "real").mkdir()
    folder.symlink_to(tmp_path / "real")
    script, settings = folder / "bin" / "run.sh", folder / "root" / "conf.yaml"
    make = ("gateway", "--data", data, "--make-folder", str(folder), "--port")
    assert settings_in(operator.succeeds(*make, "5055"))["IBEAM_GATEWAY_DIR"] == str(tmp_path / "real")
    settings.write_text("ssl: off\n")
    operator.succeeds(*make, "5056")
    assert "--port 5056" in script.read_text()
    assert settings.read_text() == "ssl: off\n"
    assert sorted(path.name for path in script.parent.iterdir()) == ["run.sh"]

    changed = script.read_text().replace("--port 5056", "--port 5057")
    script.write_text(changed)
    assert "Name a new folder" in operator.fails(64, *make, "5058")
    assert script.read_text() == changed


def test_an_empty_folder_is_filled_where_it_is(operator: Operator, data: str, tmp_path: Path) -> None:
    """It keeps its mode, and may be a mount: it is not replaced. Where nothing can be made, that place is named."""
    folder = tmp_path / "volume"
    folder.mkdir()
    folder.chmod(0o775)
    before = folder.stat()
    make = ("gateway", "--data", data, "--make-folder")
    operator.succeeds(*make, str(folder))

    after = folder.stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == ["bin/run.sh", "root/conf.yaml"]
    assert "no folder can be made in /sys" in operator.fails(74, *make, "/sys/authsim-gateway")


def test_a_folder_of_somebody_elses_is_left_alone(operator: Operator, data: str, tmp_path: Path) -> None:
    """A folder with other files, a link in place of the script, a file, and one that cannot be made."""
    other, linked, file = tmp_path / "other", tmp_path / "linked", tmp_path / "file"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    operator.succeeds("gateway", "--data", data, "--make-folder", str(linked))
    script = linked / "bin" / "run.sh"
    script.rename(tmp_path / "elsewhere.sh")
    script.symlink_to(tmp_path / "elsewhere.sh")
    file.write_text("mine")

    for place in (other, linked, file):
        assert "Name a new folder" in operator.fails(64, "gateway", "--data", data, "--make-folder", str(place))
    said = operator.fails(74, "gateway", "--data", data, "--make-folder", str(file / "below"))
    assert f"no folder can be made in {file}" in said
    assert [path.name for path in other.iterdir()] == ["notes.txt"]
    assert script.is_symlink()
    assert file.read_text() == "mine"


def test_a_folder_without_a_portal(operator: Operator, data: str, tmp_path: Path) -> None:
    """A folder starts a portal that is there, at a port that is known, and what does not go together is refused now."""
    make = ("gateway", "--make-folder", str(tmp_path / "gateway"))

    assert "authsim init" in operator.fails(64, *make, "--data", str(tmp_path / "none"))
    assert "--port" in operator.fails(64, *make, "--data", data, "--port", "0")
    assert "--lab" in operator.fails(64, *make, "--data", data, "--lab-seed", "7")
    assert "an origin is" in operator.fails(64, *make, "--data", data, "--origin", "http://localhost:x")
    assert list(tmp_path.iterdir()) == []
