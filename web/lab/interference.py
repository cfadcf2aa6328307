"""Faults on the wire: answers that are errors or late, before the portal has looked at what was asked.

Nothing is counted, kept or closed by a request that is answered here.
"""

from contextlib import suppress
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import InternalServerError, ServiceUnavailable

from authsim.lab.board import Fault
from authsim.lab.catalogue import Step
from authsim.model import Decision

from .. import scope
from .door import lab
from .watching import watched_step, watched_user
from .whose import read_message

_NAMES: Final = ("slow_answer", "http_500", "http_503", "approval_error")
LONGEST_MS: Final = 60_000
_TOPIC: Final = "lab/slow"
_DECISION: Final = "device_push.answer"


def register(app: Flask) -> None:
    """Let the faults of the wire strike what `app` is asked. To be registered behind `watching`."""
    app.before_request(_interfere)
    app.after_request(_phrase)


def _interfere() -> None:
    board, step, user = lab().board, watched_step(), watched_user()
    if step is None or not board.is_on(*_NAMES):
        return
    slow = board.strikes("slow_answer", user=user, step=step)
    if slow is not None:
        _wait(slow)
    if board.strikes("http_500", user=user, step=step) is not None:
        _break(InternalServerError())
    if _is_approval() and board.strikes("approval_error", user=user, step=Step.DECISION) is not None:
        _break(InternalServerError())
    unavailable = board.strikes("http_503", user=user, step=step)
    if unavailable is not None:
        g.lab_again_ms = _left_ms(unavailable)
        _break(ServiceUnavailable())


def _is_approval() -> bool:
    return request.endpoint == _DECISION and read_message().get("decision") == Decision.APPROVE


def _break(error: InternalServerError | ServiceUnavailable) -> None:
    g.lab_status = error.code
    raise error


def _left_ms(fault: Fault) -> int | None:
    """Return how long it stays on, on the lab's clock, or None when nobody said."""
    if fault.seconds is None:
        return None
    return fault.armed_ms + int(fault.seconds * 1_000) - lab().clock.now_ms()


def _wait(fault: Fault) -> None:
    """Hold the answer back by the machine's clock. Of too many that are held back at once the oldest leave sooner."""
    seconds = min(fault.by_ms or 0, LONGEST_MS) / 1_000
    with suppress(ServiceUnavailable):  # no place to wait in: it is answered at once
        scope.streams().wait_for(
            "lab slow answers",
            lambda: scope.verifier().bus.subscribe(_TOPIC),
            lambda: (),
            seconds=seconds,
            share=max(1, scope.settings().most_streams // 2),
        )


def _phrase(response: Response) -> Response:
    """Spell the reason as gateways do, and say when to come again."""
    if g.get("lab_status") == response.status_code:
        response.status = f"{response.status_code} {HTTPStatus(response.status_code).phrase}"
        again_ms = g.get("lab_again_ms")
        if again_ms is not None:
            response.headers["Retry-After"] = str(max(1, -(-again_ms // 1_000)))
    return response
