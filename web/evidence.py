"""Evidence at the portal's edge: an uploaded file is cleaned here, before any ceremony sees it; and shown again.

Nothing of a file is ever rendered as what it says it is: pages show our own words and numbers, and the clean file only
leaves as a download.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Response
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.errors import MessageError, Reason
from authsim.evidence import (
    Bar,
    Cleaned,
    Finding,
    Kind,
    format_report,
    parse_report,
    read_har,
    sanitise,
    token_shapes,
    waterfall,
)
from authsim.evidence.reading import MOST_BYTES
from authsim.model import Attachment
from authsim.verifier.tickets import Evidence, count_secrets, note_refused_evidence

from . import scope
from .sessions import require_signed_in, session_token

#: A page draws this many requests; the clean file holds them all.
MOST_BARS: Final = 200
#: The width of the drawing, in its own units, and the least that can be seen of a request.
WIDTH: Final = 1000
_LEAST_WIDTH: Final = 3
_ORIGIN: Final = re.compile(r"[a-z]+://[^/?#]+")

KINDS: Final[Mapping[Kind, LazyString]] = MappingProxyType(
    {
        Kind.PASSWORD: _l("passwords"),
        Kind.CHALLENGE: _l("challenge codes"),
        Kind.RESPONSE: _l("response codes"),
        Kind.CODE: _l("texted and other one-time codes"),
        Kind.SESSION: _l("session identifiers"),
        Kind.TOKEN: _l("tokens"),
        Kind.COOKIE: _l("cookies"),
        Kind.KEY: _l("keys and signatures"),
        Kind.PERSONAL: _l("names and numbers of people"),
        Kind.ADDRESS: _l("addresses of machines"),
        Kind.BODY: _l("bodies"),
        Kind.HEADER: _l("values of headers"),
        Kind.PARAMETER: _l("values of parameters"),
        Kind.WEBSOCKET: _l("messages of open connections"),
        Kind.COMMENT: _l("comments"),
        Kind.UNLISTED: _l("other things that have no business there"),
    }
)
#: What a person worries about first; the rest is taken out to be on the safe side.
SECRETS: Final = frozenset(
    {Kind.PASSWORD, Kind.CHALLENGE, Kind.RESPONSE, Kind.CODE, Kind.SESSION, Kind.TOKEN, Kind.COOKIE, Kind.KEY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """One request of the waterfall. `x` and `width` are in units of the drawing; `tone`: passed, led or failed.

    `path` is the address, without the origin where all have the same one.
    """

    bar: Bar
    path: str
    x: int
    width: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page says of one attachment: what was taken out, in the reader's words, and whether anything is left.

    `searched`: known secrets that were looked for when it came. `tested`: strings that were hashed now, of which `left`
    open something here.
    """

    attachment: Attachment
    secrets: Sequence[tuple[str, int]]
    others: Sequence[tuple[str, int]]
    findings: Sequence[tuple[str, Finding]]
    entries: int
    searched: int
    tested: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The requests as a drawing of `total_ms`; `hidden` more are not drawn. `origin`: of all of them, or nothing."""

    bars: Sequence[DrawnBar]
    hidden: int
    origin: str
    total_ms: int


def take_in(data: bytes | None) -> Evidence | None:
    """Return the clean copy of what was uploaded, which is all that may be kept; None for nothing.

    Refuses with `EVIDENCE_TOO_LARGE` and `EVIDENCE_UNREADABLE`, caused by the `MessageError` that names the rule.
    """
    if data is None:
        return None
    verifier = scope.verifier()
    try:
        cleaned = sanitise(read_har(data), entropy=verifier.entropy, known=(session_token(),))
    except MessageError as error:
        reason = Reason.EVIDENCE_TOO_LARGE if len(data) > MOST_BYTES else Reason.EVIDENCE_UNREADABLE
        raise note_refused_evidence(verifier, require_signed_in(), reason) from error
    return Evidence(
        har=cleaned.har,
        report=format_report(cleaned.report),
        uploaded_bytes=len(data),
        tokens=tuple(token_shapes(cleaned)),
    )


def show(attachment: Attachment) -> Shown:
    """Return what there is to say of an attachment; what looks like a token is held against the store."""
    cleaned = _open(attachment)
    shapes = token_shapes(cleaned)
    report = cleaned.report
    return Shown(
        attachment=attachment,
        secrets=[(str(KINDS[kind]), count) for kind, count in report.counts.items() if kind in SECRETS],
        others=[(str(KINDS[kind]), count) for kind, count in report.counts.items() if kind not in SECRETS],
        findings=[(str(KINDS[finding.kind]), finding) for finding in report.findings],
        entries=report.entries,
        searched=report.searched,
        tested=len(shapes),
        left=count_secrets(scope.verifier(), shapes),
    )


def draw(attachment: Attachment) -> Course:
    """Return the course of the requests of an attachment, ready to be drawn."""
    bars = waterfall(_open(attachment))
    total_ms = max((round(bar.start_ms + bar.total_ms) for bar in bars), default=0) or 1
    origin = _find_origin(bars)
    return Course(
        bars=[_draw(bar, origin, total_ms) for bar in bars[:MOST_BARS]],
        hidden=max(0, len(bars) - MOST_BARS),
        origin=origin,
        total_ms=total_ms,
    )


def send(attachment: Attachment, *, number: int) -> Response:
    """Return the clean file as a download; no browser shows it."""
    return Response(
        attachment.har,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="ticket-{number}-clean.har"'},
    )


def _open(attachment: Attachment) -> Cleaned:
    return Cleaned(har=attachment.har, report=parse_report(attachment.report))


def _find_origin(bars: Sequence[Bar]) -> str:
    """Return scheme and host of all requests, or nothing when they differ."""
    found = {match[0] if (match := _ORIGIN.match(bar.address)) else "" for bar in bars}
    return found.pop() if len(found) == 1 else ""


def _draw(bar: Bar, origin: str, total_ms: int) -> DrawnBar:
    x = min(WIDTH - _LEAST_WIDTH, int(WIDTH * bar.start_ms / total_ms))
    width = max(_LEAST_WIDTH, min(WIDTH - x, int(WIDTH * bar.total_ms / total_ms)))
    tone = "failed" if bar.status >= 400 or bar.status == 0 else "led" if 300 <= bar.status < 400 else "passed"
    return DrawnBar(bar=bar, path=bar.address.removeprefix(origin) or bar.address, x=x, width=width, tone=tone)
