"""`docs/failures.md` says what the product says, in both languages, and names tests and commands that exist."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

from mobile_cli.group import cli
from mobile_cli.labels import SUBJECTS, labels_of
from mobile_cli.phone.words import en, ja
from tests.support.failure_rows import LANGUAGES, PAGE, flat, read_rows
from tests.support.tree import ROOT
from web.commands.group import portal

ROWS = read_rows()
JOURNEYS = ROOT / "tests" / "journeys" / "failures"
#: What `authkey` says in one breath: a sentence, and what may be behind it.
_TOGETHER = (("auth_failed", "auth_failed_why"), ("auth_failed", "already_here_why"))


def _spoken() -> list[tuple[str, str]]:
    """Every sentence of the product as (English, Japanese), its blanks between angle quotes."""
    labels = [
        {key: text for subject in SUBJECTS for key, text in labels_of(language, subject).items()}
        for language in LANGUAGES
    ]
    pairs = [(labels[0][key], labels[1][key]) for key in labels[0]]
    pairs += [("".join(labels[0][key] for key in keys), "".join(labels[1][key] for key in keys)) for keys in _TOGETHER]
    pairs += [(en.WORDS[key], ja.WORDS[key]) for key in en.WORDS]
    with (ROOT / "web" / "translations" / "ja" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        pairs += [(str(message.id), str(message.string)) for message in read_po(file) if message.id]
    return [(_plain(english), _plain(japanese)) for english, japanese in pairs]


def _plain(sentence: str) -> str:
    return flat(re.sub(r"%\((\w+)\)s|\{(\w+)\}", lambda blank: f"‹{blank[1] or blank[2]}›", sentence))


SPOKEN = frozenset(_spoken())


@pytest.mark.parametrize("name", ROWS)
def test_the_words_are_the_product_s_own(name: str) -> None:
    """Each quoted text is a whole sentence of a command, a screen or a page, beside its own translation."""
    assert ROWS[name].words
    assert {pair for pair in ROWS[name].words if (flat(pair[0]), flat(pair[1])) not in SPOKEN} == set()


def test_every_row_names_tests_that_exist() -> None:
    """A failure that no test provokes would be hearsay."""
    missing = [
        f"{row.name}: {file}::{function}"
        for row in ROWS.values()
        for file, function in row.tests or (("", ""),)
        if not re.search(rf"^def {function}\b", _source(file), re.MULTILINE)
    ]

    assert missing == []


def test_every_failure_that_is_provoked_stands_on_the_page() -> None:
    """Each test of the journeys is named by a row, each row that they speak of exists."""
    tested = {
        (path.relative_to(ROOT / "tests").as_posix(), function)
        for path in JOURNEYS.glob("test_*.py")
        for function in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    spoken_of = {
        name
        for path in JOURNEYS.glob("test_*.py")
        for name in re.findall(r'"([A-K][0-9]+)"', path.read_text(encoding="utf-8"))
    }

    assert tested - {test for row in ROWS.values() for test in row.tests} == set()
    assert spoken_of - ROWS.keys() == set()


def test_the_commands_that_provoke_exist() -> None:
    """Each `authkey …` and `authsim …` of the page is a command of that name with those options."""
    commands = re.findall(r"`((?:authkey|authsim) [^`]+)`", PAGE.read_text(encoding="utf-8"))

    assert len(commands) > len(ROWS) / 2
    assert [command for command in commands if not _is_command(shlex.split(command))] == []


def _source(file: str) -> str:
    path: Path = ROOT / "tests" / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _is_command(words: list[str]) -> bool:
    group: click.Group = cli if words[0] == "authkey" else portal
    found: click.Command | None = group
    arguments = words[1:]
    while isinstance(found, click.Group) and arguments:
        found = found.get_command(click.Context(found), arguments.pop(0))
    if found is None:
        return words == ["authsim", "demo"]  # run by the operator's own command, which finds the others
    options = {name for option in found.params for name in (*option.opts, *option.secondary_opts)}
    given: Mapping[str, None] = dict.fromkeys(word for word in arguments if word.startswith("--"))
    return not isinstance(found, click.Group) and given.keys() <= options
