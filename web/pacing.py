"""When an answer leaves, where how long it took would tell something: on the beat, never as soon as it is ready.

Where every login shows the same page, a login and a decoy do the same work but not to the millisecond. Their answers
wait for the next beat since the request came in, so time tells only how many beats the work took, which is the same for
both on a machine that is not overloaded.
"""

import re
import time
from typing import Final

from flask import Flask, Response, g, request

#: Where a password or an answer is judged.
JUDGING: Final = re.compile(r"/sso/.*|/mobile/.*|/api/trading/v1/.*|/api/device/v1/adduser/.*", re.ASCII)


def compute_wait_ms(spent_ms: float, *, beat_ms: int) -> float:
    """Return how long an answer that took `spent_ms` waits for the next beat."""
    return -spent_ms % beat_ms


def register(app: Flask, *, beat_ms: int) -> None:
    """Let answers of `app` about passwords and second factors leave on the beat."""

    def note_start() -> None:
        g.authsim_asked = time.monotonic()

    def wait_for_the_beat(response: Response) -> Response:
        asked = g.get("authsim_asked")
        if asked is not None and request.method == "POST" and JUDGING.fullmatch(request.path):
            time.sleep(compute_wait_ms((time.monotonic() - asked) * 1_000, beat_ms=beat_ms) / 1_000)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, note_start)
    app.after_request_funcs.setdefault(None, []).insert(0, wait_for_the_beat)  # Flask runs the last one first
