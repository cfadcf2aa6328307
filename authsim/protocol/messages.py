"""The JSON messages of the device API, and the two transcripts that bind an activation together.

A message is parsed completely or refused: exact members, exact types, version 1. HTTP is not known here.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.activation_uri import require_origin
from authsim.protocol.encodings import (
    format_b64u,
    parse_b64u,
    parse_hex,
    require_id,
    require_integer,
    require_text,
)
from authsim.protocol.members import MOST_LABEL_BYTES, format_members, parse_members
from authsim.protocol.suite import require_suite_name, suite_text
from authsim.protocol.transcript import VERSION, Tag, encode_transcript, u16, u64

_ERROR: Final = re.compile(r"[a-z][a-z_]{0,63}", re.ASCII)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceInfo:
    """Who a portal is: its id, its origin, its Ed25519 public key (32 bytes), the name of its suite."""

    instance_id: str
    origin: str
    psk: bytes
    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateRequest:
    """A1, the phone's half of an activation.

    `dsk` (Ed25519) and `dkx` (X25519) are its public keys, 32 bytes; `cn` its nonce, 16 bytes; `mac` (32 bytes) and
    `sig` (64 bytes) are over `activate_request_transcript`.
    """

    code_id: str
    dsk: bytes
    dkx: bytes
    cn: bytes
    label: str
    suite: str
    mac: bytes = field(repr=False)
    sig: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateReply:
    """A2, the portal's half. `pkx` and `sn` have 32 bytes; `iat` and `exp` are milliseconds since the epoch.

    `sig` (64 bytes) is over `activate_reply_transcript`, made with the key that the QR code named.
    """

    device_id: str
    user_id: str
    user_label: str
    pkx: bytes
    sn: bytes
    iat: int
    exp: int
    sig: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReply:
    """What a refusal says to a phone: one word of the error table, and the reference of the request."""

    error: str
    ref: str


def format_instance(info: InstanceInfo) -> str:
    """Return the JSON of `GET /api/device/v1/instance`."""
    return format_members(
        {
            "instance_id": info.instance_id,
            "origin": info.origin,
            "psk": format_b64u(info.psk),
            "suite": require_suite_name(info.suite),
        }
    )


def parse_instance(body: bytes) -> InstanceInfo:
    """Return who the portal says it is, or raise `MessageError`."""
    members = parse_members(body, {"instance_id", "origin", "psk", "suite"})
    return InstanceInfo(
        instance_id=require_id(members["instance_id"]),
        origin=require_origin(members["origin"]),
        psk=parse_b64u(members["psk"], length=32),
        suite=require_suite_name(members["suite"]),
    )


def format_activate_request(request: ActivateRequest) -> str:
    """Return the JSON of A1."""
    return format_members(
        {
            "code_id": request.code_id,
            "dsk": format_b64u(request.dsk),
            "dkx": format_b64u(request.dkx),
            "cn": format_b64u(request.cn),
            "label": request.label,
            "suite": require_suite_name(request.suite),
            "mac": format_b64u(request.mac),
            "sig": format_b64u(request.sig),
        }
    )


def parse_activate_request(body: bytes) -> ActivateRequest:
    """Return A1, or raise `MessageError`. Keys, MAC and signature are judged by the ceremony, not here."""
    members = parse_members(body, {"code_id", "dsk", "dkx", "cn", "label", "suite", "mac", "sig"})
    return ActivateRequest(
        code_id=require_id(members["code_id"]),
        dsk=parse_b64u(members["dsk"], length=32),
        dkx=parse_b64u(members["dkx"], length=32),
        cn=parse_b64u(members["cn"], length=16),
        label=require_text(members["label"], most_bytes=MOST_LABEL_BYTES),
        suite=require_suite_name(members["suite"]),
        mac=parse_b64u(members["mac"], length=32),
        sig=parse_b64u(members["sig"], length=64),
    )


def format_activate_reply(reply: ActivateReply) -> str:
    """Return the JSON of A2."""
    return format_members(
        {
            "device_id": reply.device_id,
            "user_id": reply.user_id,
            "user_label": reply.user_label,
            "pkx": format_b64u(reply.pkx),
            "sn": format_b64u(reply.sn),
            "iat": reply.iat,
            "exp": reply.exp,
            "sig": format_b64u(reply.sig),
        }
    )


def parse_activate_reply(body: bytes) -> ActivateReply:
    """Return A2, or raise `MessageError`. The signature is judged by the ceremony, not here."""
    members = parse_members(body, {"device_id", "user_id", "user_label", "pkx", "sn", "iat", "exp", "sig"})
    return ActivateReply(
        device_id=require_id(members["device_id"]),
        user_id=require_id(members["user_id"]),
        user_label=require_text(members["user_label"], most_bytes=MOST_LABEL_BYTES),
        pkx=parse_b64u(members["pkx"], length=32),
        sn=parse_b64u(members["sn"], length=32),
        iat=require_integer(members["iat"]),
        exp=require_integer(members["exp"]),
        sig=parse_b64u(members["sig"], length=64),
    )


def format_error(reply: ErrorReply) -> str:
    """Return the JSON of a refusal."""
    return format_members({"error": reply.error, "ref": reply.ref})


def parse_error(body: bytes) -> ErrorReply:
    """Return a refusal, or raise `MessageError`."""
    members = parse_members(body, {"error", "ref"})
    error, ref = members["error"], members["ref"]
    if type(error) is not str or not _ERROR.fullmatch(error):
        raise MessageError("an error is one word of the table")
    if type(ref) is not str or not _REFERENCE.fullmatch(ref):
        raise MessageError("a reference is up to 64 letters, digits and hyphens")
    return ErrorReply(error=error, ref=ref)


def activate_request_transcript(
    *,
    instance_id: str,
    origin: str,
    code_id: str,
    client_nonce: bytes,
    dsk: bytes,
    dkx: bytes,
    psk: bytes,
    suite: str,
    label: str,
) -> bytes:
    """Return RT, what the phone signs and MACs in A1. `suite` is a name; the transcript carries its OCRA text."""
    return encode_transcript(
        "activate-req",
        (
            (Tag.INSTANCE_ID, parse_hex(instance_id, length=16)),
            (Tag.ORIGIN, origin.encode()),
            (Tag.FLOW_ID, parse_hex(code_id, length=16)),
            (Tag.CLIENT_NONCE, client_nonce),
            (Tag.DEVICE_SIGN_PK, dsk),
            (Tag.DEVICE_KX_PK, dkx),
            (Tag.PORTAL_SIGN_PK, psk),
            (Tag.SUITE, suite_text(suite).encode("ascii")),
            (Tag.DEVICE_LABEL, label.encode()),
            (Tag.VERSION, u16(VERSION)),
        ),
    )


def activate_reply_transcript(
    *,
    instance_id: str,
    origin: str,
    user_id: str,
    device_id: str,
    code_id: str,
    server_nonce: bytes,
    client_nonce: bytes,
    iat: int,
    exp: int,
    dsk: bytes,
    dkx: bytes,
    psk: bytes,
    pkx: bytes,
    suite: str,
    label: str,
    user_label: str,
) -> bytes:
    """Return ST, what the portal signs in A2 and both ends derive the seed from."""
    return encode_transcript(
        "activate-resp",
        (
            (Tag.INSTANCE_ID, parse_hex(instance_id, length=16)),
            (Tag.ORIGIN, origin.encode()),
            (Tag.USER_ID, parse_hex(user_id, length=16)),
            (Tag.DEVICE_ID, parse_hex(device_id, length=16)),
            (Tag.FLOW_ID, parse_hex(code_id, length=16)),
            (Tag.SERVER_NONCE, server_nonce),
            (Tag.CLIENT_NONCE, client_nonce),
            (Tag.ISSUED_AT, u64(iat)),
            (Tag.EXPIRES_AT, u64(exp)),
            (Tag.DEVICE_SIGN_PK, dsk),
            (Tag.DEVICE_KX_PK, dkx),
            (Tag.PORTAL_SIGN_PK, psk),
            (Tag.PORTAL_KX_PK, pkx),
            (Tag.SUITE, suite_text(suite).encode("ascii")),
            (Tag.DEVICE_LABEL, label.encode()),
            (Tag.VERSION, u16(VERSION)),
            (Tag.USER_LABEL, user_label.encode()),
        ),
    )
