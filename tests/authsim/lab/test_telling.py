"""The lines of the journal: what they hold, and the place in the record that they note."""

import json

import pytest

from authsim.errors import MessageError
from authsim.events import Event, EventKind
from authsim.lab.telling import BROWSER, LAB, require_label
from tests.support.lab import LabTown, told
from tests.support.ports import BEGINNING_MS


def test_a_line_holds_what_it_is_told() -> None:
    """A line holds the instant, who saw it, what, whose, why, the facts, the client's label, and its place."""
    town = LabTown()
    town.verifier.store.audit.append(Event(kind=EventKind.LOGIN_EXPIRED, at_ms=1))
    number = town.lab.teller.tell(
        BROWSER, "POST /sso/Login", user="alice", why="throttled", label="mine", status=429, step="password"
    )
    assert number == 1
    assert told(town.lab) == [
        {
            "at_ms": BEGINNING_MS,
            "end": "browser",
            "what": "POST /sso/Login",
            "user": "alice",
            "why": "throttled",
            "facts": {"status": 429, "step": "password"},
            "label": "mine",
            "after": 1,
        }
    ]


def test_a_line_needs_no_more_than_its_name() -> None:
    """Whose it is, why, and the label may all be unknown."""
    town = LabTown()
    town.lab.teller.tell(LAB, "clock:changed")
    (text,) = town.shelf.lines
    line = json.loads(text)
    assert (line["user"], line["why"], line["label"], line["facts"], line["after"]) == (None, None, None, {}, 0)


@pytest.mark.parametrize("label", ["a", "login-1", "A.b_c-9", "x" * 64])
def test_a_label_is_taken(label: str) -> None:
    """Letters, digits and three marks, at most 64, are a label."""
    assert require_label(label) == label


@pytest.mark.parametrize("label", ["", "x" * 65, "a b", "ü", "a\n", "a/b"])
def test_a_text_that_is_no_label_is_refused(label: str) -> None:
    """Anything else is refused, without being repeated."""
    with pytest.raises(MessageError) as caught:
        require_label(label)
    assert str(caught.value) == "a label has 1 to 64 letters, digits, '.', '_' and '-'"
