"""What a phone knows: its platform, the users it answers for, the portals it trusts, and an activation under way.

This is the sealed body of the keystore. How it is sealed, and where it is kept, is not known here.
"""

import enum
import json
from collections.abc import Iterable
from typing import Final, NamedTuple

from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.encodings import (
    format_b64u,
    parse_b64u,
    parse_json_object,
    require_id,
    require_integer,
    require_text,
)
from authsim.protocol.suite import require_suite_name
from authsim.secret import Secret

MOST_BODY_BYTES: Final = 48 * 1024
MOST_LABEL_BYTES: Final = 64
MOST_ORIGIN_BYTES: Final = 255
MOST_ACCOUNTS: Final = 32
MOST_PORTALS: Final = 32


class Platform(enum.Enum):
    """Whose phone it plays: iOS asks the security element after the challenge, Android a PIN together with it."""

    IOS = "ios"
    ANDROID = "android"


class Portal(NamedTuple):
    """A portal whose Ed25519 key, 32 bytes, this phone keeps."""

    instance_id: str
    origin: str
    psk: bytes


class Account(NamedTuple):
    """One user's key on this phone: the identity `dsk` and the OCRA `seed`, 32 bytes each. `label` is the user name."""

    instance_id: str
    origin: str
    psk: bytes
    user_id: str
    device_id: str
    dsk: Secret
    seed: Secret
    ctr: int
    suite: str
    label: str


class Pending(NamedTuple):
    """An activation whose reply has not come: what the QR code said, the private keys `dsk` and `dkx`, the nonce `cn`.

    Kept until the reply, so that the same request can be sent again byte for byte. `address` is the origin to send it
    to, when the portal is reached under another name than the one it signs.
    """

    instance_id: str
    origin: str
    psk: bytes
    suite: str
    code: Secret
    address: str
    dsk: Secret
    dkx: Secret
    cn: bytes
    label: str


class Phone(NamedTuple):
    """Everything that one phone knows. `created_ms` is the phone's own clock and judges nothing."""

    platform: Platform
    pin_policy: PinPolicy
    created_ms: int
    accounts: tuple[Account, ...] = ()
    portals: tuple[Portal, ...] = ()
    pending: Pending | None = None


def accounts_named(accounts: Iterable[Account], name: str) -> tuple[Account, ...]:
    """Return the accounts that `name` means: a user name, or `name@host:port` where two portals share one."""
    return tuple(account for account in accounts if name in (account.label, full_name(account.label, account.origin)))


def full_name(label: str, origin: str) -> str:
    """Return `name@host:port`."""
    return f"{label}@{origin.partition('://')[2]}"


def require_trusted(phone: Phone, portal: Portal) -> None:
    """Refuse with `PORTAL_NOT_TRUSTED` when this phone knows that instance by another key, or another at that origin.

    Whoever takes over an address must not silently take over its users: `without_portal` is a person's decision.
    """
    known: list[Portal | Account] = [*phone.portals, *phone.accounts]
    if any(item.instance_id == portal.instance_id and item.psk != portal.psk for item in known):
        raise RefusalError(Reason.PORTAL_NOT_TRUSTED)
    if any(item.origin == portal.origin and item.instance_id != portal.instance_id for item in known):
        raise RefusalError(Reason.PORTAL_NOT_TRUSTED)


def with_portal(phone: Phone, portal: Portal) -> Phone:
    """Return the phone, keeping the key of that portal; refuses as `require_trusted`. `MOST_PORTALS` are kept."""
    require_trusted(phone, portal)
    others = tuple(item for item in phone.portals if item.origin != portal.origin)
    return phone._replace(portals=(*others, portal)[-MOST_PORTALS:])


def with_account(phone: Phone, account: Account) -> Phone:
    """Return the phone with that account in place of those that nobody can ask for any more.

    These are an older key of the same user, and a user of that name whom the same portal had before.
    """
    others = tuple(
        item
        for item in phone.accounts
        if item.instance_id != account.instance_id or (item.user_id != account.user_id and item.label != account.label)
    )
    return phone._replace(accounts=(*others, account))


def without_account(phone: Phone, account: Account) -> Phone:
    """Return the phone without the keys of that account."""
    return phone._replace(accounts=tuple(item for item in phone.accounts if item.device_id != account.device_id))


def without_portal(phone: Phone, origin: str) -> Phone:
    """Return the phone without the portals of that origin, their users, and what is under way with them."""
    return phone._replace(
        accounts=tuple(item for item in phone.accounts if item.origin != origin),
        portals=tuple(item for item in phone.portals if item.origin != origin),
        pending=None if phone.pending is not None and phone.pending.origin == origin else phone.pending,
    )


def format_phone(phone: Phone) -> Secret:
    """Return the body: compact JSON with sorted members; `portals` and `pending` only when there are any."""
    members: dict[str, object] = {
        "accounts": [_format_record(account) for account in phone.accounts],
        "created_ms": phone.created_ms,
        "pin_policy": phone.pin_policy.value,
        "platform": phone.platform.value,
    }
    if phone.portals:
        members["portals"] = [_format_record(portal) for portal in phone.portals]
    if phone.pending:
        members["pending"] = _format_record(phone.pending)
    return Secret(json.dumps(members, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def parse_phone(body: Secret) -> Phone:
    """Return what a body says, or raise `MessageError`."""
    members = parse_json_object(body.reveal(), most_bytes=MOST_BODY_BYTES)
    if not {"accounts", "created_ms", "pin_policy", "platform"} <= members.keys() <= _BODY:
        raise MessageError("a phone has exactly its members")
    try:
        platform, policy = Platform(members["platform"]), PinPolicy(members["pin_policy"])
    except ValueError:
        raise MessageError("the platform is ios or android, the PIN policy classic or hardened") from None
    return Phone(
        platform=platform,
        pin_policy=policy,
        created_ms=require_integer(members["created_ms"]),
        accounts=tuple(_parse_account(item) for item in _require_list(members["accounts"])),
        portals=tuple(_parse_portal(item) for item in _require_list(members.get("portals", []))),
        pending=_parse_pending(members["pending"]) if "pending" in members else None,
    )


_BODY: Final = frozenset({"accounts", "created_ms", "pending", "pin_policy", "platform", "portals"})


def _format_record(record: Account | Portal | Pending) -> dict[str, object]:
    return {name: _format_value(value) for name, value in record._asdict().items()}


def _format_value(value: object) -> object:
    if isinstance(value, Secret):
        return format_b64u(value.reveal())
    return format_b64u(value) if isinstance(value, bytes) else value


def require_plain_origin(value: object) -> str:
    """Return an origin that was judged before it was kept; here only that it is text for people."""
    return require_text(value, most_bytes=MOST_ORIGIN_BYTES)


def _require_list(value: object) -> list[object]:
    if type(value) is not list:
        raise MessageError("a list was expected")
    return value


def _require_record(value: object, kind: type[Account | Portal | Pending]) -> dict[str, object]:
    if type(value) is not dict or value.keys() != set(kind._fields):
        raise MessageError("a record has exactly its members")
    return value


def _parse_portal(value: object) -> Portal:
    members = _require_record(value, Portal)
    return Portal(
        instance_id=require_id(members["instance_id"]),
        origin=require_plain_origin(members["origin"]),
        psk=parse_b64u(members["psk"], length=32),
    )


def _parse_account(value: object) -> Account:
    members = _require_record(value, Account)
    return Account(
        instance_id=require_id(members["instance_id"]),
        origin=require_plain_origin(members["origin"]),
        psk=parse_b64u(members["psk"], length=32),
        user_id=require_id(members["user_id"]),
        device_id=require_id(members["device_id"]),
        dsk=Secret(parse_b64u(members["dsk"], length=32)),
        seed=Secret(parse_b64u(members["seed"], length=32)),
        ctr=require_integer(members["ctr"]),
        suite=require_suite_name(members["suite"]),
        label=require_text(members["label"], most_bytes=MOST_LABEL_BYTES),
    )


def _parse_pending(value: object) -> Pending:
    members = _require_record(value, Pending)
    return Pending(
        instance_id=require_id(members["instance_id"]),
        origin=require_plain_origin(members["origin"]),
        psk=parse_b64u(members["psk"], length=32),
        suite=require_suite_name(members["suite"]),
        code=Secret(parse_b64u(members["code"], length=16)),
        address=require_plain_origin(members["address"]),
        dsk=Secret(parse_b64u(members["dsk"], length=32)),
        dkx=Secret(parse_b64u(members["dkx"], length=32)),
        cn=parse_b64u(members["cn"], length=16),
        label=require_text(members["label"], most_bytes=MOST_LABEL_BYTES),
    )
