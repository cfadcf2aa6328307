"""The papers hang together."""

from pathlib import Path

import pytest

from tests.support.pages import all_pages, links_of, local_target
from tests.support.tree import ROOT

INDEX = ROOT / "docs" / "index.md"


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link into the project names a file or folder that exists."""
    targets = {link: local_target(page, link) for link in links_of(page)}

    assert [link for link, target in targets.items() if target is not None and not target.exists()] == []


def test_every_page_can_be_found() -> None:
    """Each page of docs/ is reached by links that begin at the README or at the index."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md", INDEX]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [target for link in links_of(page) if (target := local_target(page, link)) and target.exists()]

    forms = {ROOT / "docs" / "adr" / "template.md"}
    assert set(all_pages()) - reached - forms - {ROOT / "CHANGELOG.md"} == set()


def test_every_decision_stands_in_the_index() -> None:
    """The index of decisions lists each record by number and by the title that it bears."""
    index = (ROOT / "docs" / "adr" / "index.md").read_text(encoding="utf-8")
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))

    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0].partition(": ")[2] for path in records}

    assert [path.name[:4] for path in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert {name: f"[{name[:4]}]({name}) | {title} |" in index for name, title in titles.items()} == dict.fromkeys(
        titles, True
    )
