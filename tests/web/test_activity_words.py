"""Every kind of event that a user may see has its sentence, and no other."""

import pytest

from authsim.events import EventKind
from authsim.verifier.activity import VISIBLE, Activity
from tests.support.site import Site
from web.activity_words import KINDS, describe


def test_every_visible_event_has_words() -> None:
    """What the timeline can hold is what there are words for: nothing is left out, nothing is idle."""
    assert KINDS.keys() == VISIBLE


@pytest.mark.parametrize(
    ("kind", "tone"),
    [
        (EventKind.PUSH_APPROVED, "good"),
        (EventKind.ENROLMENT_COMPLETED, "good"),
        (EventKind.PUSH_REPORTED, "bad"),
        (EventKind.DEVICE_SUSPENDED, "bad"),
        (EventKind.DEVICE_REPLACED, "plain"),
        (EventKind.SEAMLESS_SET, "plain"),
    ],
)
def test_tones(site: Site, kind: EventKind, tone: str) -> None:
    """What went well, what deserves a question, and what is merely told, are told apart."""
    row = Activity(at_ms=0, kind=kind, reason=None, address="", agent="", label="a phone")
    with site.app.test_request_context():
        line = describe(row)
    assert (line.tone, line.facts) == (tone, ("a phone",))
