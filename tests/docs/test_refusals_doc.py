"""The one list of refusals says what the code says."""

import re

from authsim.errors import Reason
from tests.support.tree import ROOT
from web.refusals import REASONS

TEXT = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8")
PORTAL = re.findall(r"^\| `([a-z_]+)` \| (\d+) `([a-z_]+)` \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
PHONE = re.findall(r"^\| `([a-z_]+)` \| ([^|]+?) \| ([^|]+?) \|$", TEXT, re.MULTILINE)


def test_the_document_lists_exactly_the_refusals() -> None:
    """One row for each reason, the portal's and then the phone's, in the order of the code, with meaning and remedy."""
    assert [row[0] for row in (*PORTAL, *PHONE)] == [reason.value for reason in Reason]


def test_the_answers_are_those_of_the_one_table() -> None:
    """Status and word are what `web/refusals.py` says."""
    assert [(name, int(status), code) for name, status, code, _, _ in PORTAL] == [
        (reason.value, REASONS[reason].status, REASONS[reason].code) for reason in list(Reason)[: len(PORTAL)]
    ]
