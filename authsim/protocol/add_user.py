"""Enrolment by credentials and a texted code: messages B1 and B2, what they sign, and what the code is good for.

The reply to B2 is A2 of an activation (`messages`), in which the flow's id stands in the place of the code's.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from authsim.protocol.encodings import (
    format_b64u,
    parse_b64u,
    parse_hex,
    require_id,
    require_integer,
    require_text,
    require_texted_code,
)
from authsim.protocol.hkdf import expand, extract
from authsim.protocol.members import MOST_LABEL_BYTES, format_members, parse_members, require_password
from authsim.protocol.suite import require_suite_name, suite_text
from authsim.protocol.transcript import VERSION, Tag, encode_transcript, u16
from authsim.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUserStart:
    """B1. `dsk` (Ed25519) and `dkx` (X25519) are the phone's public keys, 32 bytes; `cn` its nonce, 16 bytes.

    `sig` (64 bytes) is over `add_user_start_transcript`.
    """

    username: str
    password: Secret
    dsk: bytes
    dkx: bytes
    cn: bytes
    label: str
    suite: str
    sig: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUserStarted:
    """The answer to B1 and to a resend: which flow a code was texted for, and how many seconds it lasts."""

    flow_id: str
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUserResend:
    """The wish for another code. It replaces the one before."""

    flow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUserFinish:
    """B2: the code from the text message, 4 to 10 digits, and a signature over `add_user_finish_transcript`."""

    flow_id: str
    code: Secret
    sig: bytes = field(repr=False)


def format_add_user_start(start: AddUserStart) -> str:
    """Return the JSON of B1."""
    return format_members(
        {
            "username": start.username,
            "password": start.password.reveal_text(),
            "dsk": format_b64u(start.dsk),
            "dkx": format_b64u(start.dkx),
            "cn": format_b64u(start.cn),
            "label": start.label,
            "suite": require_suite_name(start.suite),
            "sig": format_b64u(start.sig),
        }
    )


def parse_add_user_start(body: bytes) -> AddUserStart:
    """Return B1, or raise `MessageError`. Keys, signature and credentials are judged by the ceremony, not here."""
    members = parse_members(body, {"username", "password", "dsk", "dkx", "cn", "label", "suite", "sig"})
    return AddUserStart(
        username=require_text(members["username"], most_bytes=MOST_LABEL_BYTES),
        password=require_password(members["password"]),
        dsk=parse_b64u(members["dsk"], length=32),
        dkx=parse_b64u(members["dkx"], length=32),
        cn=parse_b64u(members["cn"], length=16),
        label=require_text(members["label"], most_bytes=MOST_LABEL_BYTES),
        suite=require_suite_name(members["suite"]),
        sig=parse_b64u(members["sig"], length=64),
    )


def format_add_user_started(started: AddUserStarted) -> str:
    """Return the JSON that says that a code was texted."""
    return format_members({"flow_id": started.flow_id, "expires_in": started.expires_in})


def parse_add_user_started(body: bytes) -> AddUserStarted:
    """Return which flow it is, or raise `MessageError`."""
    members = parse_members(body, {"flow_id", "expires_in"})
    return AddUserStarted(flow_id=require_id(members["flow_id"]), expires_in=require_integer(members["expires_in"]))


def format_add_user_resend(resend: AddUserResend) -> str:
    """Return the JSON of the wish for another code."""
    return format_members({"flow_id": resend.flow_id})


def parse_add_user_resend(body: bytes) -> AddUserResend:
    """Return which flow wants another code, or raise `MessageError`."""
    return AddUserResend(flow_id=require_id(parse_members(body, {"flow_id"})["flow_id"]))


def format_add_user_finish(finish: AddUserFinish) -> str:
    """Return the JSON of B2."""
    return format_members(
        {"flow_id": finish.flow_id, "code": finish.code.reveal_text(), "sig": format_b64u(finish.sig)}
    )


def parse_add_user_finish(body: bytes) -> AddUserFinish:
    """Return B2, or raise `MessageError`."""
    members = parse_members(body, {"flow_id", "code", "sig"})
    return AddUserFinish(
        flow_id=require_id(members["flow_id"]),
        code=require_texted_code(members["code"]),
        sig=parse_b64u(members["sig"], length=64),
    )


def add_user_start_transcript(
    *,
    instance_id: str,
    origin: str,
    client_nonce: bytes,
    dsk: bytes,
    dkx: bytes,
    psk: bytes,
    suite: str,
    label: str,
    username: str,
) -> bytes:
    """Return what B1 signs. `suite` is a name; `username` is in Unicode form C, and only its digest stands here."""
    fields = _fields(instance_id, origin, client_nonce, dsk, dkx, psk, suite, label, username)
    return _encode(fields)


def add_user_finish_transcript(
    *,
    instance_id: str,
    origin: str,
    client_nonce: bytes,
    dsk: bytes,
    dkx: bytes,
    psk: bytes,
    suite: str,
    label: str,
    username: str,
    flow_id: str,
    code: Secret,
) -> bytes:
    """Return what B2 signs: the fields of B1, the flow, and the code."""
    fields = _fields(instance_id, origin, client_nonce, dsk, dkx, psk, suite, label, username)
    return _encode((*fields, (Tag.FLOW_ID, parse_hex(flow_id, length=16)), (Tag.NUMBER, code.reveal())))


def derive_text_psk(code: Secret, flow_id: str) -> Secret:
    """Return what stands in the place of an activation's pre-shared key, 32 bytes: it needs the texted code."""
    return Secret(expand(extract(b"authsim/1/sms", code.reveal()), parse_hex(flow_id, length=16), 32))


def code_transcript(*, user_id: str, flow_id: str, code: str) -> bytes:
    """Return what the portal keeps a MAC of in the place of a texted code: it fits one user and one flow."""
    return encode_transcript(
        "otp-at-rest",
        (
            (Tag.USER_ID, parse_hex(user_id, length=16)),
            (Tag.FLOW_ID, parse_hex(flow_id, length=16)),
            (Tag.NUMBER, code.encode("ascii")),
        ),
    )


def _fields(
    instance_id: str,
    origin: str,
    client_nonce: bytes,
    dsk: bytes,
    dkx: bytes,
    psk: bytes,
    suite: str,
    label: str,
    username: str,
) -> tuple[tuple[Tag, bytes], ...]:
    return (
        (Tag.INSTANCE_ID, parse_hex(instance_id, length=16)),
        (Tag.ORIGIN, origin.encode()),
        (Tag.CLIENT_NONCE, client_nonce),
        (Tag.DEVICE_SIGN_PK, dsk),
        (Tag.DEVICE_KX_PK, dkx),
        (Tag.PORTAL_SIGN_PK, psk),
        (Tag.SUITE, suite_text(suite).encode("ascii")),
        (Tag.DEVICE_LABEL, label.encode()),
        (Tag.VERSION, u16(VERSION)),
        (Tag.OPERATION_DIGEST, hashlib.sha256(username.encode()).digest()),
    )


def _encode(fields: Iterable[tuple[Tag, bytes]]) -> bytes:
    return encode_transcript("adduser-req", sorted(fields))
