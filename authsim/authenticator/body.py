"""How a phone spells what it knows: the body of its keystore, which is sealed as a whole.

A body of an earlier version, which knew of less, is read as well. Sealing is `sealing`'s business.
"""

import json
from typing import Final

from authsim.authenticator.device import (
    MOST_LABEL_BYTES,
    Account,
    Pending,
    PendingEnrolment,
    Phone,
    Platform,
    Portal,
    require_plain_origin,
)
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError
from authsim.protocol.encodings import (
    format_b64u,
    parse_b64u,
    parse_json_object,
    require_id,
    require_integer,
    require_text,
    require_texted_code,
)
from authsim.protocol.suite import require_suite_name
from authsim.secret import Secret

MOST_BODY_BYTES: Final = 48 * 1024

_ALWAYS: Final = frozenset({"accounts", "created_ms", "pin_policy", "platform"})
_OPTIONAL: Final = frozenset({"enrolment", "pending", "portals"})

_Record = Account | Portal | Pending | PendingEnrolment


def format_phone(phone: Phone) -> Secret:
    """Return the body: compact JSON with sorted members; what is optional only when there is any."""
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
    if phone.enrolment:
        members["enrolment"] = _format_enrolment(phone.enrolment)
    return Secret(json.dumps(members, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def parse_phone(body: Secret) -> Phone:
    """Return what a body says, or raise `MessageError`."""
    members = parse_json_object(body.reveal(), most_bytes=MOST_BODY_BYTES)
    if not _ALWAYS <= members.keys() <= _ALWAYS | _OPTIONAL:
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
        enrolment=_parse_enrolment(members["enrolment"]) if "enrolment" in members else None,
    )


def _format_record(record: _Record) -> dict[str, object]:
    return {name: _format_value(value) for name, value in record._asdict().items()}


def _format_enrolment(enrolment: PendingEnrolment) -> dict[str, object]:
    code = None if enrolment.code is None else enrolment.code.reveal_text()
    return _format_record(enrolment) | {"code": code}


def _format_value(value: object) -> object:
    if isinstance(value, Secret):
        return format_b64u(value.reveal())
    return format_b64u(value) if isinstance(value, bytes) else value


def _require_list(value: object) -> list[object]:
    if type(value) is not list:
        raise MessageError("a list was expected")
    return value


def _require_record(value: object, kind: type[_Record]) -> dict[str, object]:
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


def _parse_enrolment(value: object) -> PendingEnrolment:
    members = _require_record(value, PendingEnrolment)
    flow_id, code = members["flow_id"], members["code"]
    return PendingEnrolment(
        instance_id=require_id(members["instance_id"]),
        origin=require_plain_origin(members["origin"]),
        psk=parse_b64u(members["psk"], length=32),
        suite=require_suite_name(members["suite"]),
        address=require_plain_origin(members["address"]),
        username=require_text(members["username"], most_bytes=MOST_LABEL_BYTES),
        dsk=Secret(parse_b64u(members["dsk"], length=32)),
        dkx=Secret(parse_b64u(members["dkx"], length=32)),
        cn=parse_b64u(members["cn"], length=16),
        label=require_text(members["label"], most_bytes=MOST_LABEL_BYTES),
        flow_id=None if flow_id is None else require_id(flow_id),
        code=None if code is None else require_texted_code(code),
    )
