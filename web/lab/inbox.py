"""The simulated texts of a number, as they arrive: late, never, or in another order where a fault says so."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from authsim.protocol.texted_code import find_code
from authsim.verifier.inbox import Received, list_numbers, list_texts
from authsim.verifier.topics import inbox_topic

from .. import scope
from .door import PREFIX, answer, read_number, read_parameters
from .waiting import wait_for

api: Final = Blueprint("lab_inbox", __name__)

LONGEST_WAIT_MS: Final = 30_000
_MOST_SEQUENCE: Final = 2**53 - 1
#: A text that is late rings nobody when the clock is moved in another process: so often one looks all the same.
_LOOK_S: Final = 0.1


@api.get(f"{PREFIX}/inbox/<number>")
def show(number: str) -> Response:
    """Return the texts behind `after`, oldest first; with `wait_ms`, wait for one when there is none."""
    parameters = read_parameters("after", "wait_ms")
    after = read_number(parameters, "after", otherwise=0, most=_MOST_SEQUENCE)
    wait_ms = read_number(parameters, "wait_ms", otherwise=0, most=LONGEST_WAIT_MS)
    verifier = scope.verifier()
    if number not in list_numbers(verifier):
        raise NotFound("no user of this portal has that number")

    def look() -> Sequence[Received]:
        return list_texts(verifier, number, after=after)

    found = wait_for(
        scope.streams(),
        f"lab inbox {number}",
        look,
        seconds=wait_ms / 1_000,
        every_s=_LOOK_S,
        subscribe=lambda: verifier.bus.subscribe(inbox_topic(number)),
    )
    return answer({"texts": [describe(text) for text in found]})


def describe(text: Received) -> dict[str, Any]:
    """Return a text as JSON has it: its place, its words, the code that it offers or null, when it was sent."""
    return {
        "sequence": text.sequence,
        "text": text.text,
        "code": find_code(text.text),
        "sent_ms": text.sent_ms,
    }
