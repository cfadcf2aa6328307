"""The inbox of one number, for programs: a list, a request that waits for the next text, and a stream.

A cookie makes no difference here: the inbox page in a browser sends one, and nobody is signed in to a SIM card.
"""

import json
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden, NotFound

from authsim.errors import MessageError
from authsim.verifier.inbox import Received, list_numbers, list_texts
from authsim.verifier.topics import inbox_topic

from .. import scope
from ..answers import answer_json
from ..forms import read_query
from ..streams import Message, News, read_resume_point

api: Final = Blueprint("inbox_api", __name__)

LONGEST_WAIT_MS: Final = 30_000
#: A page, a phone and a test may well watch the same number.
_SHARE: Final = 4
_OWN: Final = frozenset({"same-origin", "none"})


@api.before_request
def require_own_page() -> None:
    """Refuse what a page of another origin asks for: it could not read the answer, but keep it open."""
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        raise Forbidden


@api.get("/inbox/<number>/texts")
def show(number: str) -> Response:
    """Return the texts after `after`, oldest first; with `wait_ms`, wait for one when there is none."""
    query = read_query()
    _require_inbox(number)
    after, wait_ms = read_resume_point() or 0, _read_wait(query.get("wait_ms", "0"))
    verifier = scope.verifier()

    def look() -> Sequence[Received]:
        return list_texts(verifier, number, after=after)

    found = look()
    if wait_ms and not found:
        found = scope.streams().wait_for(
            f"inbox {number}",
            lambda: verifier.bus.subscribe(inbox_topic(number)),
            look,
            seconds=wait_ms / 1_000,
            share=_SHARE,
        )
    return answer_json(_format({"v": 1, "texts": [describe(text) for text in found]}))


@api.get("/inbox/<number>/events")
def listen(number: str) -> Response:
    """Stream the texts: those after the place that the listener names, without one those that come from now on."""
    _require_inbox(number)
    verifier = scope.verifier()
    seen = read_resume_point()
    if seen is None:
        newest = list_texts(verifier, number, after=0, most=1)
        seen = newest[-1].sequence if newest else 0
    return scope.streams().answer(
        f"inbox {number}",
        lambda: verifier.bus.subscribe(inbox_topic(number)),
        _Reader(number, seen).look,
        share=_SHARE,
    )


class _Reader:
    """One listener, and the last text that it was sent."""

    def __init__(self, number: str, seen: int) -> None:
        self._verifier = scope.verifier()
        self._number = number
        self._seen = seen

    def look(self) -> News:
        texts = list_texts(self._verifier, self._number, after=self._seen)
        if texts:
            self._seen = texts[-1].sequence
        return News(
            messages=[Message(event="text", data=_format(describe(text)), sequence=text.sequence) for text in texts]
        )


def describe(text: Received) -> dict[str, object]:
    """Return one text as JSON has it: its place in the inbox, its words, and when it was sent (ms since the epoch)."""
    return {"sequence": text.sequence, "text": text.text, "sent_ms": text.sent_ms}


def _require_inbox(number: str) -> None:
    """Raise 404 unless `number` belongs to a user."""
    if number not in list_numbers(scope.verifier()):
        raise NotFound


def _read_wait(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= LONGEST_WAIT_MS):
        raise MessageError(f"wait_ms is a number of milliseconds up to {LONGEST_WAIT_MS}")
    return int(text)


def _format(members: dict[str, object]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))
