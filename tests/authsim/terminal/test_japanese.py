"""`authsim` speaks Japanese wholly: no sentence is missing, none is left over, none is English."""

import ast
import re
from pathlib import Path

import pytest

from authsim.cli.group import authsim
from authsim.terminal.japanese import SUBJECTS, read_all, table_of
from tests.support.sentences import (
    RULES,
    blanked,
    blanks_of,
    help_of,
    rules_in,
    said_in,
    sources,
    texts_of,
    titles_of_scenes,
    written_past,
)
from tests.support.tree import ROOT
from web.commands.group import portal

KNOWN = {blanked(key) for key in read_all()}

#: The same in both languages: names, and what is a command and no sentence.
NAMES = {
    "Python",
    "SQLite",
    "pip install 'authsim[{}]'",
    "AuthSim is ready at {}",
}
#: Put together of others, each of which is there.
COMPOSED = {
    "{} on {}": {
        "active on {}",
        "suspended on {}",
        "pending on {}",
        "revoked on {}",
        "replaced on {}",
        "expired on {}",
    },
    "{}: authkey said nothing": {"{}: authkey: {}"},
}
#: What only fits sentences together has no Japanese of its own.
GLUE = {"{problem}: authkey: {said}"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_has_its_japanese(path: Path) -> None:
    """Whatever a module says to people is in the tables of `authsim.terminal.japanese`."""
    said = said_in(path) - NAMES
    composed = {part for text in said & COMPOSED.keys() for part in COMPOSED[text]}

    assert sorted((said - COMPOSED.keys() | composed) - KNOWN) == []


def test_every_act_of_the_tour_has_its_japanese() -> None:
    """The scenes of the tour are files; their titles are told in the language of the process."""
    assert sorted(titles_of_scenes() - KNOWN) == []


@pytest.mark.parametrize("path", RULES)
def test_every_rule_that_an_operator_is_told_has_its_japanese(path: str) -> None:
    """The core and the store name rules in English; their Japanese is found when they are written."""
    assert sorted(rules_in(ROOT / path) - KNOWN) == []


@pytest.mark.parametrize("group", [authsim, portal], ids=["authsim", "web"])
def test_every_page_of_help_has_its_japanese(group: object) -> None:
    """Each paragraph, option, command and note of an example."""
    texts = {text for text in help_of(group) if text}  # type: ignore[arg-type]

    assert sorted(text for text in texts if blanked(text) not in KNOWN) == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_written_past_the_languages(path: Path) -> None:
    """What goes to click as it stands is data: the line of the address, and commands to be typed."""
    past = {text for text in written_past(path) if not text.startswith(("  authsim ", "       {}"))}

    assert sorted(past - NAMES) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_blanks_are_the_same(subject: str) -> None:
    """What a sentence is filled with stands in both languages."""
    assert {key for key, target in table_of(subject).items() if blanks_of(key) != blanks_of(target)} == set()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_sentence_is_left_in_english(subject: str) -> None:
    """Each holds Japanese letters, and no half-width katakana."""
    table = table_of(subject)

    assert {key for key, target in table.items() if not re.search("[ぁ-んァ-ヶ一-龠]", target)} <= GLUE
    assert {key for key, target in table.items() if re.search("[\uff61-\uff9f]", target)} == set()


def test_no_sentence_stands_in_two_tables() -> None:
    """So that each has one Japanese."""
    assert sum(len(table_of(subject)) for subject in SUBJECTS) == len(read_all())


def test_no_sentence_is_left_over() -> None:
    """What no source says any more is taken out; what click and the system say stands in no source of ours."""
    ours = {
        text
        for folder in ("authsim", "web")
        for path in (ROOT / folder).rglob("*.py")
        if "japanese" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for text in texts_of(node)
    }
    ours |= titles_of_scenes()
    parts = {part for text in COMPOSED.values() for part in text}
    flowing = " ".join(ours)
    kept = {key for subject in SUBJECTS if subject not in {"click_words", "rules"} for key in table_of(subject)}

    assert sorted(key for key in kept if blanked(key) not in ours | parts and key not in flowing) == []
