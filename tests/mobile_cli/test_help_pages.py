"""The help of `authkey` is Japanese wholly, and costs a command that answers nothing."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mobile_cli.group import cli
from mobile_cli.help_pages import SUBJECTS, translate
from mobile_cli.labels import labels_of
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone
from tests.support.sentences import blanks_of
from tests.support.tree import ROOT

TABLE = {key: text for subject in SUBJECTS for key, text in labels_of("ja", subject).items()}
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
_EXTRA = re.compile(r"(?:^| +)\[(?=.*\]$)", re.DOTALL)


def texts_of(command: click.Command) -> Iterator[str]:
    """Yield every text of a command's help, and of those below it."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            yield from (line.strip().partition("   ")[2].strip() for line in paragraph.splitlines()[2:])
        else:
            yield " ".join(paragraph.split())
    yield command.short_help or ""
    yield command.epilog or ""
    for param in command.params:
        meaning, *extra = _EXTRA.split(getattr(param, "help", None) or "", maxsplit=1)
        yield from (meaning, "".join(extra).removesuffix("]"))
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from texts_of(below)


def test_every_text_of_help_has_its_japanese() -> None:
    """And none of the tables is left over."""
    shown = {text for text in texts_of(cli) if text}
    usage = {"Say what the phone shall do", "{problem}. Run {command} --help."}

    assert sorted(shown - TABLE.keys()) == []
    assert sorted(TABLE.keys() - shown - usage) == []


def test_no_text_is_left_in_english() -> None:
    """Each has Japanese letters and the blanks of the English one, and stands in one table."""
    assert [text for text in TABLE.values() if not JAPANESE.search(text)] == []
    assert [key for key, text in TABLE.items() if blanks_of(key) != blanks_of(text)] == []
    assert len(TABLE) == sum(len(labels_of("ja", subject)) for subject in SUBJECTS)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["respnd"],
        ["respond", "--prpose", "1"],
        ["respond", "--user"],
        ["respond", "--yes=1"],
        ["users", "alice"],
        ["users", "alice", "bob"],
        ["init", "--platform", "windows"],
        ["card"],
        ["card", "receive"],
    ],
)
def test_each_usage_error_is_japanese(authkey: Authkey, arguments: list[str]) -> None:
    """click's own sentences too; the exit status and the way to the help stay."""
    said = authkey(*arguments, AUTHKEY_LANG="ja", check=64).stderr

    assert re.fullmatch(r"authkey: .*。authkey( \S+)* --help を実行してください。\n", said)
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", said.rpartition("。authkey")[0])


def test_the_language_may_stand_behind_help(authkey: Authkey) -> None:
    """Help is written before the options are read, and all the same in the language that is asked for."""
    for arguments in (["--lang", "ja", "users", "--help"], ["users", "--help", "--lang=ja"]):
        assert "この電話機が答えるユーザーと、" in authkey(*arguments, check=0).stdout
    assert authkey("users", "--help", "--lang", "en", LANG="ja_JP.UTF-8", check=0).stdout.startswith("Usage: ")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("arguments", [["respond", "123456", "--pin-file", "pin"], ["--version"]])
def test_a_command_that_answers_reads_nothing_of_it(authkey: Authkey, language: str, arguments: list[str]) -> None:
    """Neither the pages nor what only other commands need is imported."""
    authkey.holds(make_phone(make_account()))
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mobile_cli", "--home", str(authkey.home), *arguments],
        cwd=authkey.folder,
        env=authkey.environment | {"PYTHONPATH": str(ROOT), "AUTHKEY_LANG": language},
        capture_output=True,
        text=True,
        check=True,
    )
    read = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert "mobile_cli.group" in read
    assert not read & {
        "authsim.terminal",
        "mobile_cli.help_pages",
        "mobile_cli.purposes",
        "mobile_cli.wallet",
    }


def test_nothing_is_said_past_the_labels() -> None:
    """What a module of the phone writes, asks or refuses with is a key of the labels, or a fact."""
    outlets = {"line", "note", "show_error", "ask", "ask_hidden", "prompt", "echo"}
    written = {
        (path.name, node.args[0].value)
        for path in sorted(Path(ROOT / "mobile_cli").rglob("*.py"))
        if path.parent.name not in {"labels", "words"} and "phone" not in path.parts[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name) and node.args
        if (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id) in outlets
        if isinstance(node.args[0], ast.Constant) and re.search("[a-z]+ [a-z]+", str(node.args[0].value))
    }

    assert written == set()


def test_what_is_not_known_stays() -> None:
    """A text without a translation is shown as it is."""
    assert translate("Nobody wrote this.") == "Nobody wrote this."
