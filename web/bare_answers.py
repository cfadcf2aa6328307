"""Answers that need no application: what every response carries, and the pages of requests that nobody could read.

A server refuses garbage before our application sees it. Its own words would leave without the banner and without our
headers; these leave in their place. Nothing here is translated, rendered or looked up.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from markupsafe import escape

from authsim.protocol.messages import ErrorReply, format_error

from .banner import SENTENCE, TITLE_MARK

API_PREFIX: Final = "/api/"
LAB_PREFIX: Final = "/api/lab/v1/"
GATEWAY_PREFIX: Final = "/v1/"
_DENIED: Final = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking"),
)
#: What every response carries, whatever it answers.
FIXED_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _DENIED)),
    # not `no-referrer`: that makes browsers send `Origin: null` with our own forms
    ("Referrer-Policy", "same-origin"),
    ("X-Authsim-Simulation", "1"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
)
HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")
#: A page without script, style and form needs nothing.
_POLICY: Final = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

#: A request that was not read has no place in the log, and hence no reference of its own.
NOT_READ: Final = "not-read"
_SENTENCES: Final = MappingProxyType(
    {
        413: ("too_large", "The request is too large."),
        414: ("too_large", "The address is too long."),
        431: ("too_large", "The request has too many or too long headers."),
    }
)
_MALFORMED: Final = ("malformed", "The request cannot be read.")
_UNEXPECTED: Final = ("internal", "Something went wrong in the simulator.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BareAnswer:
    """One whole answer: the status line's number and phrase, headers, and the body they describe."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def status_line(self) -> str:
        """Number and phrase, such as `414 Request-URI Too Long`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def to_http(self) -> bytes:
        """Return the answer as HTTP/1.1 sends it, as the last one of its connection."""
        lines = [f"HTTP/1.1 {self.status_line}", *(f"{name}: {value}" for name, value in self.headers)]
        lines += [f"Content-Length: {len(self.body)}", "Connection: close"]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


def compose_bare_answer(status: int, *, path: str, tls: bool) -> BareAnswer:
    """Return the answer to a request that was refused unread. `path`: as far as it is known, else empty.

    A device and a login program get JSON, each its own, anybody else a page. `tls`: browsers reach us by https.
    """
    code, what = _SENTENCES.get(status) or (_MALFORMED if status < 500 else _UNEXPECTED)
    if path.startswith(GATEWAY_PREFIX):
        kind, body = "application/json", format_gateway_error(code)
    elif path.startswith(API_PREFIX):
        kind, body = "application/json", format_error(ErrorReply(error=code, ref=NOT_READ))
    else:
        kind, body = "text/html; charset=utf-8", format_plain_page(what, NOT_READ)
    headers = (("Content-Type", kind), *FIXED_HEADERS, ("Content-Security-Policy", _POLICY))
    return BareAnswer(status=status, headers=(*headers, HSTS) if tls else headers, body=body.encode())


def format_gateway_error(code: str) -> str:
    """Return how a gateway tells login programs of an error: in words, without spaces between members."""
    return json.dumps({"error": code.replace("_", " ")}, separators=(",", ":"))


def format_plain_page(what: str, reference: str) -> str:
    """Return a page that needs no template, with the banner."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE_MARK} AuthSim</title></head>'
        f"<body><p>{SENTENCE}</p><main><h1>{escape(what)}</h1><p>Reference {escape(reference)}</p></main></body></html>"
    )
