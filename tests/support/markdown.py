"""Reading our own documents: their sections, tables and fenced blocks."""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(kw_only=True)
class Section:
    """What stands under one heading, up to the next: tables as rows of cells, fenced blocks as (language, text)."""

    title: str
    tables: list[list[list[str]]] = field(default_factory=list)
    blocks: list[tuple[str, str]] = field(default_factory=list)


def read_sections(path: Path) -> dict[str, Section]:
    """Return a document's sections by their titles. A table's head is not among its rows; code marks are taken off."""
    sections = {"": Section(title="")}
    section = sections[""]
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    is_in_table = False
    for line in lines:
        if line.startswith("```"):
            section.blocks.append((line[3:], "".join(f"{inner}\n" for inner in iter(lambda: next(lines), "```"))))
        elif line.startswith("#"):
            title = line.lstrip("#").strip()
            assert title not in sections, f"two sections are called {title}"
            section = sections[title] = Section(title=title)
        elif line.startswith("|"):
            if not is_in_table:
                section.tables.append([])
            section.tables[-1].append([_plain(cell) for cell in line.strip("|").split("|")])
        is_in_table = line.startswith("|")
    for found in sections.values():
        found.tables = [table[2:] for table in found.tables]
    return sections


def _plain(cell: str) -> str:
    return re.sub(r"^(`|\*\*)(.*)\1$", r"\2", cell.strip())
