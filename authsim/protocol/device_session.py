"""A phone proves its key: a nonce of the portal, a signature with a counter, and a token that only reads.

A phone that is not active gets the reason in place of a token, signed by the portal, because it gives up its key for
it. Nonces are the portal's own business; what it authenticates in them is here so that all transcripts are.
"""

from dataclasses import dataclass, field

from authsim.protocol.encodings import (
    format_b64u,
    parse_b64u,
    parse_hex,
    parse_json_object,
    require_id,
    require_integer,
)
from authsim.protocol.members import format_members, parse_members, require_inactive, require_token
from authsim.protocol.transcript import Tag, encode_transcript, u64
from authsim.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceRequest:
    """Which device wants to sign something."""

    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceReply:
    """The portal's nonce, 32 bytes; it is given for any id."""

    sn: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    """The nonce signed: `cn` is the phone's own, 16 bytes, `ctr` above any before, `sig` 64 bytes."""

    device_id: str
    sn: bytes
    cn: bytes
    ctr: int
    sig: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReply:
    """A token that reads this device's own requests for `expires_in` seconds."""

    token: Secret
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReply:
    """Why there is no token: one of `members.INACTIVE`.

    `sig` (64 bytes) is the portal's, over `device_state_transcript`.
    """

    state: str
    sig: bytes = field(repr=False)


def format_nonce_request(request: NonceRequest) -> str:
    """Return the JSON of the question for a nonce."""
    return format_members({"device_id": request.device_id})


def parse_nonce_request(body: bytes) -> NonceRequest:
    """Return which device asks, or raise `MessageError`."""
    return NonceRequest(device_id=require_id(parse_members(body, {"device_id"})["device_id"]))


def format_nonce_reply(reply: NonceReply) -> str:
    """Return the JSON of a nonce."""
    return format_members({"sn": format_b64u(reply.sn)})


def parse_nonce_reply(body: bytes) -> NonceReply:
    """Return the nonce, or raise `MessageError`."""
    return NonceReply(sn=parse_b64u(parse_members(body, {"sn"})["sn"], length=32))


def format_session_request(request: SessionRequest) -> str:
    """Return the JSON of the question for a session."""
    return format_members(
        {
            "device_id": request.device_id,
            "sn": format_b64u(request.sn),
            "cn": format_b64u(request.cn),
            "ctr": request.ctr,
            "sig": format_b64u(request.sig),
        }
    )


def parse_session_request(body: bytes) -> SessionRequest:
    """Return who asks, or raise `MessageError`. Nonce, counter and signature are judged by the ceremony, not here."""
    members = parse_members(body, {"device_id", "sn", "cn", "ctr", "sig"})
    return SessionRequest(
        device_id=require_id(members["device_id"]),
        sn=parse_b64u(members["sn"], length=32),
        cn=parse_b64u(members["cn"], length=16),
        ctr=require_integer(members["ctr"]),
        sig=parse_b64u(members["sig"], length=64),
    )


def format_session_reply(reply: SessionReply) -> str:
    """Return the JSON of a session."""
    return format_members({"token": reply.token.reveal_text(), "expires_in": reply.expires_in})


def format_state_reply(reply: StateReply) -> str:
    """Return the JSON that says why there is no session."""
    return format_members({"state": reply.state, "sig": format_b64u(reply.sig)})


def parse_session_reply(body: bytes) -> SessionReply | StateReply:
    """Return the session or why there is none, or raise `MessageError`. The signature is judged by the ceremony."""
    if "state" in parse_json_object(body):
        return _parse_state_reply(body)
    members = parse_members(body, {"token", "expires_in"})
    return SessionReply(token=require_token(members["token"]), expires_in=require_integer(members["expires_in"]))


def _parse_state_reply(body: bytes) -> StateReply:
    members = parse_members(body, {"state", "sig"})
    return StateReply(state=require_inactive(members["state"]), sig=parse_b64u(members["sig"], length=64))


def device_session_transcript(
    *, instance_id: str, origin: str, device_id: str, server_nonce: bytes, client_nonce: bytes, counter: int
) -> bytes:
    """Return what a phone signs for a session."""
    return encode_transcript(
        "device-session",
        (
            (Tag.INSTANCE_ID, parse_hex(instance_id, length=16)),
            (Tag.ORIGIN, origin.encode()),
            (Tag.DEVICE_ID, parse_hex(device_id, length=16)),
            (Tag.SERVER_NONCE, server_nonce),
            (Tag.CLIENT_NONCE, client_nonce),
            (Tag.DEVICE_COUNTER, u64(counter)),
        ),
    )


def device_state_transcript(
    *, instance_id: str, origin: str, device_id: str, server_nonce: bytes, client_nonce: bytes, state: str
) -> bytes:
    """Return what the portal signs when it says that a device is not active."""
    return encode_transcript(
        "device-state",
        (
            (Tag.INSTANCE_ID, parse_hex(instance_id, length=16)),
            (Tag.ORIGIN, origin.encode()),
            (Tag.DEVICE_ID, parse_hex(device_id, length=16)),
            (Tag.SERVER_NONCE, server_nonce),
            (Tag.CLIENT_NONCE, client_nonce),
            (Tag.DEVICE_STATE, state.encode("ascii")),
        ),
    )


def nonce_transcript(*, device_id: str, issued_ms: int) -> bytes:
    """Return what the portal authenticates in a nonce, so that it need not keep it."""
    return encode_transcript(
        "device-nonce",
        ((Tag.DEVICE_ID, parse_hex(device_id, length=16)), (Tag.ISSUED_AT, u64(issued_ms))),
    )
