"""Reading YAML strictly: plain values of JSON, each with its line; no key twice, no alias, no tag, not too much.

Only `true`, `false`, `null` and decimal numbers are more than text: `on`, `no` and `012345` stay what was written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import yaml

MOST_BYTES: Final = 262_144
MOST_DEPTH: Final = 24
MOST_NODES: Final = 20_000

#: Where a value stands: the keys and places that lead to it.
Place: TypeAlias = tuple[str | int, ...]

_STRING: Final = "tag:yaml.org,2002:str"
_KINDS: Final = frozenset({_STRING, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_WORDS: Final = MappingProxyType({"true": True, "false": False, "null": None, "~": None, "": None})
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}", re.ASCII)


class ScenarioError(Exception):
    """A file that is no scenario: the text names the file and the line, and says what to do."""

    def __init__(self, file: str, line: int, text: str) -> None:
        super().__init__(f"{file}:{line}: {text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one file holds. `lines`: of each place, the line where it begins."""

    file: str
    content: Any
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Return the line of a place, or of what it stands in."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def refuse(self, place: Place, text: str) -> ScenarioError:
        """Return the error for what stands at a place."""
        return ScenarioError(self.file, self.line_of(place), text)


class _Loader(yaml.SafeLoader):
    """Knows no implicit kinds and no aliases: what a plain word means is decided here."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the name is PyYAML's

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                None, None, "write it out: anchors and aliases are not read", event.start_mark
            )
        return super().compose_node(parent, index)


def read_document(path: Path) -> Document:
    """Return what a file holds. Raises `ScenarioError`, and `OSError` when it cannot be read."""
    with path.open("rb") as source:
        content = source.read(MOST_BYTES + 1)
    return parse_document(content, file=str(path))


def parse_document(content: bytes, *, file: str) -> Document:
    """Return what the bytes of a file hold. Raises `ScenarioError`."""
    if len(content) > MOST_BYTES:
        raise ScenarioError(file, 1, f"the file is longer than {MOST_BYTES} bytes. Divide it")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScenarioError(file, line, "the file is not in UTF-8. Save it so") from None
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise ScenarioError(file, line, f"this is no YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError):
        raise ScenarioError(
            file, 1, "this is no YAML: it holds letters that may not stand in it, or too much"
        ) from None
    if node is None:
        raise ScenarioError(file, 1, "the file is empty. Begin with 'scenario: TITLE'")
    reader = _Reader(file)
    return Document(file=file, content=reader.read(node, ()), lines=reader.lines)


class _Reader:
    """Turns nodes into values, and notes their lines."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.lines: dict[Place, int] = {}

    def read(self, node: yaml.Node, place: Place) -> Any:
        """Return the value of a node."""
        self.lines.setdefault(place, _line_of(node))
        if len(self.lines) > MOST_NODES or len(place) > MOST_DEPTH:
            raise ScenarioError(self._file, _line_of(node), "there is too much in this file. Divide it")
        if node.tag not in _KINDS:
            raise ScenarioError(self._file, _line_of(node), "leave the tag out: only plain values are read")
        if isinstance(node, yaml.MappingNode):
            return self._read_mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*place, number)) for number, item in enumerate(node.value)]
        return _read_scalar(node)

    def _read_mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.value:
            line = _line_of(key)
            if not isinstance(key, yaml.ScalarNode) or key.tag != _STRING:
                raise ScenarioError(self._file, line, "a key is one word")
            if key.value in members:
                raise ScenarioError(self._file, line, f"the key {key.value[:40]!r} stands here twice. Take one away")
            self.lines[(*place, key.value)] = line
            members[key.value] = self.read(value, (*place, key.value))
        return members


def _read_scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if getattr(node, "style", None) is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
