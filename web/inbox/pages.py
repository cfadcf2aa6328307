"""The simulated SIM card as pages: the numbers that there are, and the texts of one of them.

Whoever sees these pages sees everybody's codes; that is why `app` serves this room only where its operator opened it.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from authsim.protocol.texted_code import find_code
from authsim.verifier.inbox import Received, list_numbers, list_texts

from .. import scope

pages: Final = Blueprint("inbox", __name__)

#: So many are shown; older ones are kept, and nobody needs their codes any more.
MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One text as it is shown. `code` is what its last words offer to a phone that fills it in, or empty."""

    sequence: int
    body: str
    code: str
    sent_ms: int


@pages.get("/inbox")
def show() -> str:
    """Show the numbers of all users; they are few, and made by the operator."""
    return render_template("inbox.html", numbers=list_numbers(scope.verifier()))


@pages.get("/inbox/<number>")
def texts(number: str) -> str:
    """Show the texts of one number, newest last."""
    verifier = scope.verifier()
    if number not in list_numbers(verifier):
        raise NotFound
    received = list_texts(verifier, number, after=0, most=MOST_SHOWN)
    return render_template("inbox_texts.html", number=number, bubbles=[_draw(one) for one in received])


def _draw(received: Received) -> Bubble:
    return Bubble(
        sequence=received.sequence,
        body=received.text,
        code=find_code(received.text) or "",
        sent_ms=received.sent_ms,
    )
