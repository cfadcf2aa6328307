"""The requests of a sanitised file as bars in time: what a person looks at who asks where the time went."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authsim.evidence.report import Cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One request. `start_ms` counts from the first request of the file; a duration that is not known is 0.

    `number` counts from 1, `size` is the bytes of the body or -1, `status` is 0 when there was no answer.
    """

    number: int
    method: str
    address: str
    status: int
    media_type: str
    size: int
    start_ms: float
    blocked_ms: float
    dns_ms: float
    connect_ms: float
    send_ms: float
    wait_ms: float
    receive_ms: float
    total_ms: float


def waterfall(cleaned: Cleaned) -> Sequence[Bar]:
    """Return the requests of a file in the order of their beginning."""
    entries = json.loads(cleaned.har)["log"]["entries"]
    starts = [datetime.fromisoformat(entry["startedDateTime"]).timestamp() * 1_000 for entry in entries]
    # An instant that could not be read stands at the beginning of all time; its bar stands at that of the file.
    first = min((start for start in starts if start > 0), default=0.0)
    order = sorted(range(len(entries)), key=lambda place: starts[place])
    return tuple(
        _make_bar(entries[place], number=number, start_ms=max(0.0, round(starts[place] - first, 3)))
        for number, place in enumerate(order, start=1)
    )


def _make_bar(entry: Mapping[str, Any], *, number: int, start_ms: float) -> Bar:
    timings, response = entry["timings"], entry["response"]
    return Bar(
        number=number,
        method=entry["request"]["method"],
        address=entry["request"]["url"],
        status=response["status"],
        media_type=response["content"]["mimeType"],
        size=response["content"]["size"],
        start_ms=start_ms,
        blocked_ms=max(0, timings.get("blocked", 0)),
        dns_ms=max(0, timings.get("dns", 0)),
        connect_ms=max(0, timings.get("connect", 0)),
        send_ms=timings["send"],
        wait_ms=timings["wait"],
        receive_ms=timings["receive"],
        total_ms=entry["time"],
    )
