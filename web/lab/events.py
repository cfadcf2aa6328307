"""What happened, over HTTP: the story of both ends, what a client did wrong, and what the run has exercised."""

import threading
import time
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response

from authsim.errors import MessageError
from authsim.lab.story import Page, Story, Wanted
from authsim.lab.telling import require_label

from .. import scope
from .door import PREFIX, answer, lab, read_number, read_parameters

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
    told = story()
    page = _wait_for(lambda seen: told.read(after=seen, most=most, wanted=wanted), after=after, wait_ms=wait_ms)
    return answer({"events": [entry.describe() for entry in page.entries], "next": page.next})


def story() -> Story:
    """Return the story of the portal that this application serves."""
    return Story(lab().journal, lab().record, scope.verifier().store.users)


def _wait_for(read: Callable[[int], Page], *, after: int, wait_ms: int) -> Page:
    """Read on until something is wanted, or so many milliseconds of the machine's clock are over."""
    ends = time.monotonic() + wait_ms / 1_000
    pause = threading.Event()
    page = read(after)
    while not page.entries and time.monotonic() < ends:
        pause.wait(_PAUSE_S)
        page = read(page.next)
    return page
