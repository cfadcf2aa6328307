"""Whatever the kit says to people is there in Japanese, and its page says the same as its code."""

import ast
import re
from pathlib import Path

import pytest

from authsim.conformance.cases import CASES
from authsim.terminal.japanese import read_all, translate
from tests.support.sentences import blanked, texts_of
from tests.support.tree import ROOT

KNOWN = {blanked(key) for key in read_all()}
ERRORS = {"MalformedAnswerError", "UnreachableError", "MessageError"}
PAGE = (ROOT / "docs" / "testing" / "conformance.md").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "authsim" / "conformance").rglob("*.py"))


def refusals_of(path: Path) -> set[str]:
    """Return the sentences that a module raises a target's errors with."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args]
    constants = {
        target.id: node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.AnnAssign) and isinstance(target := node.target, ast.Name) and node.value is not None
    }
    meant = [constants.get(one.id, one) if isinstance(one := node.args[0], ast.Name) else one for node in named]
    return {text for node in meant for text in texts_of(node)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_why_a_target_cannot_be_tried_has_its_japanese(path: Path) -> None:
    """The command says these sentences after its own."""
    assert sorted(refusals_of(path) - KNOWN) == []


def test_what_the_cases_show_has_its_japanese() -> None:
    """Each case is one sentence, in both languages."""
    assert [case.shows for case in CASES if case.shows not in KNOWN] == []
    assert translate("in the case race: POST answers was answered with status 500").startswith("ケース race: POST")


def test_names_and_sentences_are_distinct() -> None:
    """A name says one thing; a sentence ends."""
    assert len({case.name for case in CASES}) == len({case.shows for case in CASES}) == len(CASES)
    assert [case.name for case in CASES if not re.fullmatch("[a-z]+(-[a-z]+)*", case.name)] == []
    assert [case.shows for case in CASES if not case.shows.endswith(".")] == []


def test_the_page_lists_every_case() -> None:
    """Name, what it shows and its source, in the order in which they are tried."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)

    assert [row for row in rows if row[0] in {case.name for case in CASES}] == [
        (case.name, case.shows, case.source) for case in CASES
    ]
