"""The frame around a run: help, exit statuses, the banner, and never a traceback."""

import re
import signal
import subprocess
import sys

import pexpect
import pytest

from mobile_cli.group import COMMANDS
from tests.support.authkey import Authkey
from tests.support.child import run_unread
from tests.support.phones import make_account, make_phone
from tests.support.tree import ROOT

BANNER = "SIMULATION · not a real financial service · never enter real credentials"


def test_the_version_stands_alone(authkey: Authkey) -> None:
    """One line, and nothing on standard error."""
    done = authkey("--version", home=False, check=0)

    assert re.fullmatch(r"authkey, version \d+\.\d+\.\d+\n", done.stdout)
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_names_every_command_and_status(authkey: Authkey, arguments: list[str]) -> None:
    """The first page says what the phone can do and how it ends."""
    text = authkey(*arguments, home=False, check=0).stdout

    for word in (*COMMANDS, "64", "65", "69", "74", "77", "broker"):
        assert word in text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_begins_with_examples(authkey: Authkey, command: str) -> None:
    """Examples first, then sentences without gaps, then the options; --home is an option of each command too."""
    text = authkey(command, "--help", home=False, check=0).stdout

    assert "  Examples:\n    authkey " in text
    assert text.index("Examples:") < text.index("Options:") < text.rindex("--home DIR")
    assert not re.search(r"\S {4,}\S", text[: text.index("Options:")])


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ([], "authkey"),
        (["dance"], "authkey"),
        (["--loud"], "authkey"),
        (["respond", "123456", "--loud"], "authkey respond"),
        (["respond", "123456", "--biometric", "perhaps"], "authkey respond"),
        (["respond", "123456", "--pin", "4938"], "authkey respond"),
        (["init"], "authkey init"),
        (["init", "--platform", "windows"], "authkey init"),
        (["users", "surplus"], "authkey users"),
        (["--lang", "fr", "users"], "authkey"),
        (["status", "--home"], "authkey"),
    ],
)
def test_wrong_usage_ends_with_64(authkey: Authkey, arguments: list[str], where: str) -> None:
    """One line on standard error that says what was wrong and where help is; nothing on standard output."""
    done = authkey(*arguments, home=False, check=64)

    assert done.stdout == ""
    assert re.fullmatch(r"authkey: [^\n]+\. Run [a-z -]+ --help\.\n", done.stderr)
    assert done.stderr.endswith(f"Run {where} --help.\n")


def test_the_home_stands_on_either_side(authkey: Authkey) -> None:
    """Before or after the sub-command, or in the environment; the later one holds."""
    authkey.holds(make_phone(make_account()))
    elsewhere = str(authkey.folder / "elsewhere")

    before = authkey("status", "--json", check=0).stdout
    after = authkey("status", "--json", "--home", str(authkey.home), home=False, check=0).stdout
    environment = authkey("status", "--json", home=False, AUTHKEY_HOME=str(authkey.home), check=0).stdout
    both = authkey("--home", elsewhere, "status", "--json", "--home", str(authkey.home), home=False, check=0).stdout

    assert before == after == environment == both
    assert '"state": "ready"' in before


def test_without_a_home_the_phone_lives_in_the_users_data_folder(authkey: Authkey) -> None:
    """`authsim/phone` where the platform keeps a user's data."""
    place = authkey.folder / "data"

    done = authkey("status", home=False, HOME=str(authkey.folder), XDG_DATA_HOME=str(place), check=0)

    assert f"No phone in {place}/authsim/phone yet." in done.stdout


def test_no_banner_in_a_pipe(authkey: Authkey) -> None:
    """What a script reads is free of it, on both streams."""
    authkey.holds(make_phone(make_account()))
    done = authkey.with_pin("respond", "123456", check=0)

    assert BANNER not in done.stdout + done.stderr
    assert re.fullmatch(r"[0-9]{8}\n", done.stdout)
    assert done.stderr == ""


def test_an_unexpected_error_becomes_a_reference(authkey: Authkey) -> None:
    """A bug shows no traceback and no content, only a short reference, and ends with 70."""
    program = (
        "import sys; from authsim.secret import Secret; from mobile_cli import home; from mobile_cli.group import run\n"
        "def read_summary(self): raise LookupError('CANARY')\n"
        "home.PhoneHome.read_summary = read_summary\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    authkey.holds(make_phone(make_account()))
    authkey.command = [sys.executable, "-c", program]
    done = authkey("users", check=70)

    assert re.fullmatch(r"authkey: Something unexpected happened, reference [0-9a-f]{8}\. .*\n", done.stderr)
    assert "CANARY" not in done.stderr
    assert done.stdout == ""


def test_an_unexpected_error_in_the_frame_becomes_a_reference_too(authkey: Authkey) -> None:
    """Even before a command is known there is no traceback."""
    program = (
        "import sys; from mobile_cli import group\n"
        "def show_banner(**_): raise LookupError('4938')\n"
        "group.show_banner = show_banner\n"
        "sys.exit(group.run(sys.argv[1:]))"
    )
    authkey.command = [sys.executable, "-c", program]
    done = authkey("users", check=70)

    assert re.fullmatch(r"authkey: Something unexpected happened, reference [0-9a-f]{8}\. .*\n", done.stderr)


def test_a_reader_that_leaves_is_no_error_message(authkey: Authkey) -> None:
    """With nobody at the other end of the pipe the command ends quietly."""
    authkey.holds(make_phone(make_account()))
    for arguments in (["users"], ["--help"]):
        command = [*authkey.command, "--home", str(authkey.home), *arguments]
        done = run_unread(command, environment=authkey.environment, folder=ROOT)

        assert (done.returncode, done.stderr) == (74, "")


@pytest.mark.parametrize(
    "arguments", [["respond", "123456", "--pin-file", "pin"], ["users"], ["--help"], ["--version"]]
)
def test_a_full_disk_under_standard_output_is_told(authkey: Authkey, arguments: list[str]) -> None:
    """What could not be written is an error, not a success."""
    authkey.holds(make_phone(make_account()))
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*authkey.command, "--home", str(authkey.home), *arguments],
            cwd=authkey.folder,
            env=authkey.environment | {"PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert done.returncode == 74
    assert done.stderr == "authkey: No space left on device.\n"


def test_an_interrupt_at_the_very_beginning_ends_quietly(authkey: Authkey) -> None:
    """Ctrl-C while the modules are being read is Ctrl-C too."""
    program = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'mobile_cli.options': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from mobile_cli.cli import main\n"
        "main()"
    )
    authkey.command = [sys.executable, "-c", program]
    done = authkey("users", check=130)

    assert done.stderr == ""


def test_ctrl_c_ends_quietly(authkey: Authkey) -> None:
    """At a prompt, with echo off, an interrupt ends with 130, and the terminal echoes again."""
    authkey.holds(make_phone(make_account()))
    with authkey.at_terminal("respond", "123456") as child:
        child.expect_exact("Passcode: ")
        child.kill(signal.SIGINT)
        child.expect(pexpect.EOF)
        child.close()

    assert child.exitstatus == 130
    assert "Traceback" not in str(child.before)


def test_the_end_of_input_ends_quietly(authkey: Authkey) -> None:
    """Ctrl-D at a prompt is a way out."""
    authkey.holds(make_phone(make_account()))
    with authkey.at_terminal("respond") as child:
        child.expect_exact("Challenge code: ")
        child.sendeof()
        child.expect(pexpect.EOF)
        child.close()

    assert child.exitstatus == 130


def test_an_odd_locale_does_not_stop_a_sentence(authkey: Authkey) -> None:
    """Characters that the locale cannot write are replaced."""
    done = authkey("users", "--lang", "ja", PYTHONIOENCODING="ascii", check=77)

    assert done.stderr.startswith("authkey: ")


def test_closed_streams_are_no_obstacle(authkey: Authkey) -> None:
    """Started without any stream, the command works in silence, and no file of the phone takes a stream's number."""
    authkey.command = ["/bin/sh", "-c", '"$@" <&- >&- 2>&-', "sh", *authkey.command]
    authkey.with_pin("init", "--platform", "ios", check=0)
    authkey.with_pin("respond", "123456", check=77)

    assert sorted(authkey.files()) == ["attempts", "device.key", "keystore.json", "lock", "phone.json"]
