"""What every message has in common: one JSON object of exactly its members and version 1, and a few kinds of member.

Which members a message has is told by the module that describes it. HTTP is not known here.
"""

import json
import re
from collections.abc import Set as AbstractSet
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.encodings import parse_json_object
from authsim.protocol.transcript import VERSION
from authsim.secret import Secret

MOST_LABEL_BYTES: Final = 64
#: More than any person types, and little enough for any hash.
MOST_PASSWORD_BYTES: Final = 1_024

#: Why a device answers nothing, as the wire says it.
INACTIVE: Final = frozenset({"expired", "pending", "replaced", "revoked", "suspended"})

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)


def parse_members(
    body: bytes, names: AbstractSet[str], *, optional: AbstractSet[str] = frozenset()
) -> dict[str, object]:
    """Return the members of a message that has exactly `names` and its version, or raise `MessageError`.

    Those that are `optional` may stand there too.
    """
    members = parse_json_object(body)
    if members.keys() - optional != names | {"v"}:
        raise MessageError("a message has exactly its members")
    if type(members["v"]) is not int or members["v"] != VERSION:
        raise MessageError("the version is 1")
    return members


def format_members(members: dict[str, object]) -> str:
    """Return a message: its version, then its members, compact."""
    return json.dumps({"v": VERSION} | members, ensure_ascii=False, separators=(",", ":"))


def require_password(value: object) -> Secret:
    """Return a password as it was typed: text that is not empty. Which passwords there are is not judged here."""
    if type(value) is not str or not value:
        raise MessageError("a password is text")
    try:
        password = Secret(value)
    except UnicodeEncodeError:
        raise MessageError("a password is text that UTF-8 can spell") from None
    if len(password) > MOST_PASSWORD_BYTES:
        raise MessageError(f"a password has at most {MOST_PASSWORD_BYTES} bytes of UTF-8")
    return password


def require_token(value: object) -> Secret:
    """Return a token: the text of 256 random bits in base64url, 43 characters."""
    if type(value) is not str or not _TOKEN.fullmatch(value):
        raise MessageError("a token is base64url of 32 bytes")
    return Secret(value)


def require_inactive(value: object) -> str:
    """Return why a device answers nothing: one of `INACTIVE`."""
    if type(value) is not str or value not in INACTIVE:
        raise MessageError("the state of a device is one of the table")
    return value
