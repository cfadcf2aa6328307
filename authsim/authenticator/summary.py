"""What a phone shows without its PIN: platform, user names and origins, nothing secret, nothing that is trusted.

The shell keeps it beside the keystore and writes it anew whenever the sealed truth says something else.
"""

import json
from typing import Final, NamedTuple

from authsim.authenticator.device import MOST_LABEL_BYTES, Phone, Platform, require_plain_origin
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError
from authsim.protocol.encodings import parse_json_object, require_integer, require_text
from authsim.protocol.suite import require_suite_name

MOST_BYTES: Final = 64 * 1024


class Enrolled(NamedTuple):
    """A user that this phone answers for: user name, the portal's origin, the name of the suite."""

    label: str
    origin: str
    suite: str


class Summary(NamedTuple):
    """The plain face of a phone. `pending` is the origin where a user is being enrolled."""

    platform: Platform
    pin_policy: PinPolicy
    created_ms: int
    users: tuple[Enrolled, ...]
    portals: tuple[str, ...]
    pending: str | None


def summarise(phone: Phone) -> Summary:
    """Return the plain face of a phone."""
    under_way = phone.pending or phone.enrolment
    return Summary(
        platform=phone.platform,
        pin_policy=phone.pin_policy,
        created_ms=phone.created_ms,
        users=tuple(Enrolled(account.label, account.origin, account.suite) for account in phone.accounts),
        portals=tuple(portal.origin for portal in phone.portals),
        pending=under_way.origin if under_way else None,
    )


def format_summary(summary: Summary) -> bytes:
    """Return the file: readable JSON with sorted members."""
    members = {
        "created_ms": summary.created_ms,
        "pending": summary.pending,
        "pin_policy": summary.pin_policy.value,
        "platform": summary.platform.value,
        "portals": list(summary.portals),
        "users": [user._asdict() for user in summary.users],
        "v": 1,
    }
    return json.dumps(members, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def parse_summary(file: bytes) -> Summary:
    """Return what the file says, or raise `MessageError`."""
    members = parse_json_object(file, most_bytes=MOST_BYTES)
    names = {"created_ms", "pending", "pin_policy", "platform", "portals", "users", "v"}
    users, portals, pending = members.get("users"), members.get("portals"), members.get("pending")
    if members.keys() != names or type(users) is not list or type(portals) is not list:
        raise MessageError("a phone's summary has exactly its members")
    try:
        platform, policy = Platform(members["platform"]), PinPolicy(members["pin_policy"])
    except ValueError:
        raise MessageError("the platform is ios or android, the PIN policy classic or hardened") from None
    return Summary(
        platform=platform,
        pin_policy=policy,
        created_ms=require_integer(members["created_ms"]),
        users=tuple(_parse_enrolled(item) for item in users),
        portals=tuple(require_plain_origin(item) for item in portals),
        pending=None if pending is None else require_plain_origin(pending),
    )


def _parse_enrolled(value: object) -> Enrolled:
    if type(value) is not dict or value.keys() != set(Enrolled._fields):
        raise MessageError("a user in a summary has exactly its members")
    return Enrolled(
        label=require_text(value["label"], most_bytes=MOST_LABEL_BYTES),
        origin=require_plain_origin(value["origin"]),
        suite=require_suite_name(value["suite"]),
    )
