"""The documentation of scenarios does what it says."""

import re
import shlex
from pathlib import Path

import pytest

from authsim.scenarios.schema import EXPECTED
from authsim.scenarios.verbs import VERBS
from tests.authsim.cli.conftest import Person
from tests.support.child import clean_environment
from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "testing" / "scenarios.md").read_text(encoding="utf-8")
FILES = {
    found[1]: found[0].removeprefix("```yaml\n").removesuffix("```")
    for found in re.finditer(r"```yaml\n# ([a-z]+\.yaml)\n.*?```", PAGE, re.DOTALL)
}
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if " record " not in line  # waits for somebody; tests/authsim/cli/test_scenario.py is that somebody
]


def test_the_examples_run(tmp_path: Path) -> None:
    """Every file of the page holds, and every command of the page ends well, in the order of the page."""
    person = Person(folder=tmp_path, environment=clean_environment(tmp_path / "home"))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert set(FILES) == {"login.yaml", "notification.yaml"}
    assert len(COMMANDS) == 5
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "authsim"
        done = person.runs(*arguments)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


@pytest.mark.parametrize("name", [verb.name for verb in VERBS] + list(EXPECTED) + ["repeat"])
def test_every_verb_is_named(name: str) -> None:
    """Each verb, and each thing that may be expected, stands on the page."""
    assert f"`{name}`" in PAGE
