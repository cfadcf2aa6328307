"""What happened, over HTTP: the story of both ends, what a client did wrong, and what the run has exercised."""

from collections.abc import Sequence
from typing import Final, final

from flask import Blueprint, Response

from authsim.errors import MessageError
from authsim.lab.coverage import compute_coverage
from authsim.lab.story import PORTAL, Entry, Story, Wanted
from authsim.lab.telling import require_label
from authsim.lab.verdict import compute_verdict

from .. import scope
from ..wiring import read_record
from .door import PREFIX, answer, lab, read_number, read_parameters
from .waiting import wait_for

api: Final = Blueprint("lab_events", __name__)

MOST: Final = 10_000
USUAL: Final = 1_000
LONGEST_WAIT_MS: Final = 30_000
#: Looking costs next to nothing: the lab's file and the record say how far they reach.
_PAUSE_S: Final = 0.01
_MOST_AFTER: Final = 2**53 - 1
_NARROWING: Final = ("end", "what", "user", "why", "label")


@api.get(f"{PREFIX}/events")
def show_events() -> Response:
    """Return entries with a number above `after`, at most `most`; with `wait_ms`, wait for one that is wanted."""
    asked = read_parameters("after", "most", "wait_ms", *_NARROWING)
    after = read_number(asked, "after", otherwise=0, most=_MOST_AFTER)
    most = read_number(asked, "most", otherwise=USUAL, most=MOST)
    wait_ms = read_number(asked, "wait_ms", otherwise=0, most=LONGEST_WAIT_MS)
    if not most:
        raise MessageError("ask for one entry at least")
    wanted = Wanted(**{name: asked[name] for name in _NARROWING if name in asked})
    if wanted.label is not None:
        require_label(wanted.label)
    reader = _Reader(story(), after=after, most=most, wanted=wanted)
    found = wait_for(scope.streams(), "lab events", reader.look, seconds=wait_ms / 1_000, every_s=_PAUSE_S)
    return answer({"events": [entry.describe() for entry in found], "next": reader.next})


@api.get(f"{PREFIX}/verdict")
def show_verdict() -> Response:
    """Return how clients behaved, by user and in all; with `after`, since that number of the story."""
    asked = read_parameters("after")
    after = read_number(asked, "after", otherwise=0, most=_MOST_AFTER)
    return answer(compute_verdict(story().walk(after=after), policy=scope.verifier().policy).describe())


@api.get(f"{PREFIX}/coverage")
def show_coverage() -> Response:
    """Return which states, transitions and refusals the run has exercised, and which are missing.

    With `after`, what was exercised since that number of the story.
    """
    asked = read_parameters("after")
    after = read_number(asked, "after", otherwise=0, most=_MOST_AFTER)
    told, policy = story(), scope.verifier().policy
    met = [entry.why for entry in told.walk(after=after) if entry.end != PORTAL and entry.why is not None]
    rows = (row.event for row in read_record(scope.portal()))
    return answer(compute_coverage(rows, policy=policy, met=met, known=told.find_place(after).rows).describe())


def story() -> Story:
    """Return the story of the portal that this application serves."""
    return Story(lab().journal, lab().record, scope.verifier().store.users)


@final
class _Reader:
    """One who reads on: each look begins where the one before it ended, which is `next`."""

    def __init__(self, told: Story, *, after: int, most: int, wanted: Wanted) -> None:
        self._told = told
        self._most = most
        self._wanted = wanted
        self.next = after

    def look(self) -> Sequence[Entry]:
        """Return what is wanted of the next entries."""
        page = self._told.read(after=self.next, most=self._most, wanted=self._wanted)
        self.next = page.next
        return page.entries
