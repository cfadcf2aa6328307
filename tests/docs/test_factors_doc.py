"""`docs/factors.md` says what the code does: kinds, pairs, tries and lives."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from authsim.factor_rules import ORDER, WORTH, meet
from authsim.model import FactorKind
from authsim.policy import CLASSIC, Policy
from authsim.profiles import PROFILES
from tests.support.markdown import read_sections
from web.factor_words import NAMES

SECTIONS = read_sections(Path(__file__).parents[2] / "docs" / "factors.md")
CLASSIC_POLICY = PROFILES[CLASSIC]


def table(title: str) -> list[list[str]]:
    """Return the rows of a section's table."""
    return SECTIONS[title].tables[0]


def dollars(limit: int | None) -> str:
    """Return a limit as the page writes it."""
    return "no limit" if limit is None else f"{limit:,}"


def test_the_kinds_are_those_of_the_rules() -> None:
    """Every kind stands in the order of the page, with its name, code, strength and limits."""
    answers = {True: "yes", False: "no"}
    assert table("The kinds") == [
        [
            kind.value,
            str(NAMES[kind]),
            WORTH[kind].code,
            str(WORTH[kind].strength),
            answers[WORTH[kind].is_lasting],
            answers[WORTH[kind].is_shareable],
            dollars(WORTH[kind].withdraws_in_a_day),
            dollars(WORTH[kind].withdraws_in_5_days),
        ]
        for kind in ORDER
    ]


def test_every_pair_is_that_of_the_rules() -> None:
    """Each of the 49 fields says what becomes of the held one."""
    rows = table("What may stand beside what")
    assert [row[0] for row in rows] == [kind.value for kind in ORDER]
    for row in rows:
        held = FactorKind(row[0])
        assert row[1:] == [meet(held, new).value for new in ORDER]


def test_tries_are_those_of_the_policy() -> None:
    """A code may be mistyped; everything else is answered once."""
    codes = (FactorKind.TEXT, FactorKind.AUTHENTICATOR_APP)
    for row in table("What is asked, and what is answered"):
        is_code = FactorKind(row[0]) in codes
        allowed = CLASSIC_POLICY.login_code_tries if is_code else CLASSIC_POLICY.responses_per_challenge
        assert (row[3], row[4]) == (str(allowed), "wrong_code" if is_code else "wrong_response")
    assert [row[0] for row in table("What is asked, and what is answered")][1:] == [
        kind.value for kind in (ORDER[0], *ORDER[2:])
    ]


@pytest.mark.parametrize("row", table("How long it lives"), ids=lambda row: row[0])
def test_lives_are_those_of_the_policy(row: list[str]) -> None:
    """Each number is that of its setting, in the setting's unit."""
    settings = {item.name: item.metadata["unit"] for item in fields(Policy)}
    unit = {"s": "s", "days": "days"}.get(settings[row[2]], "")
    found = re.match(rf"(\d+)( {unit})?\b", row[1])
    if found is None:
        assert row[1] == "as its question"
        return
    assert int(found[1]) == getattr(CLASSIC_POLICY, row[2])
