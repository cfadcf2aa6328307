"""Every sentence that the operator's commands may write: read out of their sources, and out of their pages of help."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from authsim.scenarios.scenes import read_scenes
from authsim.terminal.helping import LazyGroup
from tests.support.tree import ROOT

#: Where `authsim` speaks.
PLACES = ("authsim/cli", "authsim/terminal", "web/commands")

#: Whose rules an operator is told word by word.
RULES = (
    "authsim/policy.py",
    "authsim/evidence/reading.py",
    "authsim/adapters/passwords.py",
    "authsim/adapters/private_files.py",
    "authsim/adapters/vault.py",
    *(f"authsim/adapters/sql/{name}.py" for name in ("database", "postgres", "schema", "sqlite", "store")),
    *(f"authsim/verifier/{name}.py" for name in ("operators", "password_rules")),
    *(
        f"web/{name}.py"
        for name in (
            "binding",
            "certificate",
            "hosts",
            "newcomers",
            "serving",
            "settings",
            "unfinished",
            "wiring",
            "workers",
        )
    ),
)

#: Which argument of whom is said to people: by position, by name.
_SAID: dict[str, tuple[int | None, tuple[str, ...]]] = {
    "tell": (0, ()),
    "say": (0, ()),
    "spoken": (0, ()),
    "_heading": (0, ()),
    "_require_done": (1, ()),
    "CommandError": (1, ()),
    "UsageError": (0, ()),
    "BadParameter": (0, ()),
    "Check": (None, ("name", "text", "remedy")),
    "Member": (None, ("story",)),
    "echo_table": (0, ()),
}
_RULE_ERRORS = {"MessageError", "StoreError"}
_OUTLETS = {"echo", "confirm", "prompt", "secho", "ClickException"}
_BLANK = re.compile(r"(?<!\{)\{\w*\}(?!\})")
_EXTRA = re.compile(r"(?:^| +)\[(?=.*\]$)", re.DOTALL)


def blanked(sentence: str) -> str:
    """Return a sentence whose blanks have no names."""
    return " ".join(_BLANK.sub("{}", sentence).split())


def blanks_of(sentence: str) -> set[str]:
    """Return the blanks of a sentence."""
    return set(_BLANK.findall(sentence))


def sources() -> list[Path]:
    """Return the modules in which `authsim` speaks."""
    found = [path for place in PLACES for path in sorted((ROOT / place).rglob("*.py"))]
    return [path for path in found if "japanese" not in path.parts]


def said_in(path: Path) -> set[str]:
    """Return the sentences of one module."""
    return {text for node in _calls(path) for text in _said_by(node) if _is_language(text)} | _refused_in(path)


def titles_of_scenes() -> set[str]:
    """Return what the tour says of its scenes and acts, which are files."""
    scenes = read_scenes()
    return {scene.title for scene in scenes} | {act.title for scene in scenes for act in scene.acts}


def rules_in(path: Path) -> set[str]:
    """Return the rules that one module names when it refuses something."""
    named = (node for node in _calls(path) if _name_of(node.func) in _RULE_ERRORS and node.args)
    return {text for node in named for text in texts_of(node.args[0])}


def written_past(path: Path) -> set[str]:
    """Return the texts that a module gives to click as they stand; data that is filled in is none."""
    outlets = (node for node in _calls(path) if _name_of(node.func) in _OUTLETS and node.args)
    return {text for node in outlets for text in _raw_texts_of(node.args[0]) if _is_language(text)}


def help_of(command: click.Command) -> Iterator[str]:
    """Yield every text on the page of a command's help, and on those below it."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield " ".join(paragraph.split())
    for example in getattr(command, "examples", ()):
        yield example.partition("   ")[2].strip()
    for param in command.params:
        meaning, *extra = _EXTRA.split(getattr(param, "help", None) or "", maxsplit=1)
        yield from (" ".join(meaning.split()), *(item.strip() for item in "".join(extra).removesuffix("]").split(";")))
    if isinstance(command, LazyGroup):
        yield from (text for _, text in command.commands_at.values())
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from help_of(below)


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _said_by(node: ast.Call) -> Iterator[str]:
    position, names = _SAID.get(_name_of(node.func), (None, ()))
    arguments = [keyword.value for keyword in node.keywords if keyword.arg in names]
    if position is not None and len(node.args) > position:
        arguments.append(node.args[position])
    for argument in arguments:
        yield from texts_of(argument)


def _refused_in(path: Path) -> set[str]:
    """Return the values of a table whose keys are reasons."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tables = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    entries = [(key, value) for table in tables for key, value in zip(table.keys, table.values, strict=True)]
    named = [value for key, value in entries if isinstance(key, ast.Attribute) and _name_of(key.value) == "Reason"]
    return {text for value in named for text in texts_of(value)}


def texts_of(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression may be, with blanks for what is filled in."""
    return (" ".join(text.split()) for text in _raw_texts_of(node))


def _raw_texts_of(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _raw_texts_of(body)
            yield from _raw_texts_of(orelse)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _raw_texts_of(element)


def _is_language(text: str) -> bool:
    return re.search("[A-Za-z]{2}", text) is not None


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
