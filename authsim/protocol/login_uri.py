"""The QR code of a login: which request an enrolled phone may fetch.

It holds no secret, and scanning it approves nothing.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from authsim.errors import MessageError
from authsim.protocol.activation_uri import MOST_CHARACTERS, require_origin
from authsim.protocol.encodings import require_id, require_integer
from authsim.secret import Secret

_URI: Final = re.compile(
    r"authsim://login/1"
    r"\?i=(?P<i>[0-9a-f]{32})"
    r"&p=(?P<p>[A-Za-z0-9._~%-]+)"
    r"&r=(?P<r>[0-9a-f]{32})"
    r"&x=(?P<x>0|[1-9][0-9]{0,15})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginUri:
    """Which portal, and which request. `expires_s` (seconds since the epoch) is shown, never judged by the phone."""

    instance_id: str
    origin: str
    request_id: str
    expires_s: int


def format_login_uri(uri: LoginUri) -> Secret:
    """Return the text of the QR code."""
    return Secret(
        f"authsim://login/1?i={require_id(uri.instance_id)}&p={quote(require_origin(uri.origin), safe='')}"
        f"&r={require_id(uri.request_id)}&x={require_integer(uri.expires_s)}"
    )


def parse_login_uri(text: str) -> LoginUri:
    """Return what a login URI says, or raise `MessageError`: each parameter once, in this order, nothing else."""
    found = _URI.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if found is None:
        raise MessageError("not a login URI of authsim/1")
    origin = require_origin(unquote(found["p"]))
    if quote(origin, safe="") != found["p"]:
        raise MessageError("the origin is percent-encoded in one way only")
    return LoginUri(
        instance_id=found["i"], origin=origin, request_id=found["r"], expires_s=require_integer(int(found["x"]))
    )
