"""Reading the project's own documentation: pages, links, console examples, names of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.tree import ROOT

_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_FENCE = re.compile(r"(?:<!-- (?P<mark>[^>]*?) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: `mark` is the comment right above it, `kind` the word after the fence."""

    page: Path
    line: int
    mark: str
    kind: str
    body: str


def all_pages() -> list[Path]:
    """The README, the changelog and every page of docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def links_of(page: Path) -> Iterator[str]:
    """Every target that a page points to, as written."""
    for match in _LINK.finditer(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)):
        yield match.group(1) or match.group(2)


def local_target(page: Path, link: str) -> Path | None:
    """The file that a link of a page means, or None when it leads elsewhere."""
    if re.match(r"[a-z]+:", link) or link.startswith("#"):
        return None
    return (page.parent / link.partition("#")[0]).resolve()


def blocks_of(page: Path) -> Iterator[Block]:
    """Every fenced block of a page."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start("body"))
        yield Block(page=page, line=line, mark=match["mark"] or "", kind=match["kind"], body=match["body"])
