import subprocess
import sys

import pytest

from authsim import __version__
from tests.authsim.cli.conftest import Person
from tests.support.child import LONGEST_S, unmeasured

COMMANDS = (
    "demo",
    "tour",
    "scenario",
    "conformance",
    "init",
    "serve",
    "gateway",
    "verdict",
    "users",
    "secure",
    "audit",
    "wipe",
    "har",
    "doctor",
)


def test_help_shows_examples_first_and_every_command(person: Person) -> None:
    """The first thing to read is something to type; each command that exists is listed, and no other."""
    done = person.runs("--help")
    lines = done.stdout.partition("Commands:\n")[2].splitlines()
    listed = [line.split()[0] for line in lines if not line.startswith("   ")]  # what is deeper goes on a line before

    assert done.returncode == 0
    assert done.stdout.startswith("Examples:\n  authsim demo ")
    assert tuple(listed) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(person: Person, command: str) -> None:
    """Each command explains itself, with examples before its options."""
    done = person.runs(command, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith("Examples:\n")
    assert f"Usage: authsim {command}" in done.stdout


def test_the_version_is_told(person: Person) -> None:
    """`--version` names the program and its version."""
    assert person.runs("--version").stdout == f"authsim, version {__version__}\n"


def test_nothing_at_all_shows_help_on_stderr(person: Person) -> None:
    """Without a command the help stands on stderr, and the status says usage."""
    done = person.runs()

    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("Examples:")


@pytest.mark.parametrize(
    "arguments", [("frob",), ("--frob",), ("demo", "--port", "x"), ("tour", "now"), ("demo", "--frob")]
)
def test_what_is_not_understood_is_one_sentence(person: Person, arguments: tuple[str, ...]) -> None:
    """A mistyped command or option is refused in one sentence that points to the help."""
    assert "--help" in person.fails(64, *arguments)


def test_help_imports_neither_a_shell_nor_a_client() -> None:
    """Help is quick because it imports almost nothing."""
    code = (
        "import sys\n"
        "sys.argv[1:] = ['--help']\n"
        "from authsim.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    heavy = {'web', 'mobile_cli', 'httpx2', 'rich', 'flask', 'sqlalchemy', 'cryptography', 'PIL'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=unmeasured(), capture_output=True, text=True, timeout=LONGEST_S
    )

    assert done.stderr == "[]\n"
