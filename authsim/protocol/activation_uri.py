"""The one-time code on its way from the screen to the phone: as a URI in a QR code, and typed as a Session ID."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from authsim.errors import MessageError
from authsim.protocol.encodings import (
    format_b64u,
    format_crockford,
    parse_b64u,
    parse_crockford,
    require_id,
    require_integer,
)
from authsim.protocol.suite import require_suite_name
from authsim.secret import Secret

MOST_CHARACTERS: Final = 512
MOST_ORIGIN_BYTES: Final = 255

_URI: Final = re.compile(
    r"authsim://activate/1"
    r"\?i=(?P<i>[0-9a-f]{32})"
    r"&p=(?P<p>[A-Za-z0-9._~%-]+)"
    r"&k=(?P<k>[A-Za-z0-9_-]{43})"
    r"&c=(?P<c>[A-Za-z0-9_-]{22})"
    r"&x=(?P<x>0|[1-9][0-9]{0,15})"
    r"&s=(?P<s>classic6|strict10)",
    re.ASCII,
)
_ORIGIN: Final = re.compile(
    r"https?://"
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]{2,39}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII,
)
_GROUPS: Final = ((0, 5), (5, 10), (10, 15), (15, 20), (20, 26))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationUri:
    """What a QR code says: which portal (id, origin, Ed25519 key of 32 bytes), and the one-time code of 16 bytes.

    `expires_s` (seconds since the epoch) is shown, never judged: only the portal's clock decides. `suite` is a name.
    """

    instance_id: str
    origin: str
    psk: bytes
    code: Secret = field(repr=False)
    expires_s: int
    suite: str


def require_origin(text: object) -> str:
    """Return `scheme://host[:port]`: http or https, lower case, no user, path or trailing slash."""
    found = _ORIGIN.fullmatch(text) if type(text) is str and len(text) <= MOST_ORIGIN_BYTES else None
    if found is None or int(found["port"] or 0) > 65_535:
        raise MessageError("an origin is scheme://host[:port] in lower case, and nothing else")
    return found[0]


def format_activation_uri(uri: ActivationUri) -> Secret:
    """Return the text of the QR code."""
    return Secret(
        f"authsim://activate/1?i={require_id(uri.instance_id)}&p={quote(require_origin(uri.origin), safe='')}"
        f"&k={format_b64u(uri.psk)}&c={format_b64u(uri.code.reveal())}&x={require_integer(uri.expires_s)}"
        f"&s={require_suite_name(uri.suite)}"
    )


def parse_activation_uri(text: str) -> ActivationUri:
    """Return what an activation URI says, or raise `MessageError`: each parameter once, in this order, nothing else."""
    found = _URI.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if found is None:
        raise MessageError("not an activation URI of authsim/1")
    origin = require_origin(unquote(found["p"]))
    if quote(origin, safe="") != found["p"]:
        raise MessageError("the origin is percent-encoded in one way only")
    return ActivationUri(
        instance_id=found["i"],
        origin=origin,
        psk=parse_b64u(found["k"], length=32),
        code=Secret(parse_b64u(found["c"], length=16)),
        expires_s=require_integer(int(found["x"])),
        suite=found["s"],
    )


def format_session_id(code: Secret) -> Secret:
    """Return the code as a person types it: 26 Crockford characters in groups 5-5-5-5-6."""
    text = format_crockford(code.reveal())
    return Secret("-".join(text[start:end] for start, end in _GROUPS))


def parse_session_id(text: object) -> Secret:
    """Return the code, 16 bytes, from what a person typed."""
    return Secret(parse_crockford(text))
