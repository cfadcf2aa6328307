"""A request to approve, as a phone learns of it, and the signed decision that it sends back.

What is signed names everything that the person saw: who asks, from where, for what, until when. The number that a
person may have to type stands on the portal's page only; it travels back in the decision and never out.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.codes import Purpose
from authsim.protocol.encodings import format_b64u, parse_b64u, parse_hex, require_id, require_integer, require_text
from authsim.protocol.members import format_members, parse_members, require_inactive
from authsim.protocol.transcript import Tag, encode_transcript, u8, u64

APPROVE: Final = 1
DENY: Final = 2
REPORT: Final = 3

#: What each decision makes of its request, as the wire says it.
DECIDED: Final[Mapping[int, str]] = MappingProxyType({APPROVE: "approved", DENY: "denied", REPORT: "reported"})
#: What a request can be.
STATES: Final = frozenset({"issued", "superseded", "expired", "consumed", "failed", "cancelled"})

MOST_DIGITS: Final = 6
OPERATION_BYTES: Final = 32
MOST_CONTEXT_BYTES: Final = 512

_NUMBER: Final = re.compile(r"[0-9]{0,6}", re.ASCII)
_PURPOSES: Final = frozenset(purpose.value for purpose in Purpose)
_INFO: Final = frozenset({"request_id", "purpose", "context", "sn", "iat", "exp", "digits", "state"})
#: What a request has besides, when it is about more than a login.
_OPERATION: Final = frozenset({"op"})
_CONTEXT: Final = frozenset({"ip", "agent", "place"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """Where a login comes from: address, program and place, as the portal saw them. Any may be empty."""

    ip: str
    agent: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInfo:
    """A request as it travels. `sn` is its nonce, 32 bytes; `iat` and `exp` are milliseconds since the epoch.

    `digits` is how many the person must type (0: none), `state` one of `STATES`. `op` is the digest (32 bytes) of what
    another purpose than logging in is about; a login has none.
    """

    request_id: str
    purpose: int
    context: RequestContext
    sn: bytes
    iat: int
    exp: int
    digits: int
    state: str
    op: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsReply:
    """The requests that wait for this device, oldest first, and whether its user is notified at all."""

    requests: tuple[RequestInfo, ...]
    seamless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequest:
    """What the person decided. `number` is empty unless it approves and one was asked; `sig` has 64 bytes."""

    decision: int
    number: str = field(repr=False)
    ctr: int
    sig: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReply:
    """What became of the request: one of the values of `DECIDED`."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnd:
    """The last event of a stream: what the device is (`members.INACTIVE`), or `expired` when its session is over."""

    state: str


def format_request(info: RequestInfo) -> str:
    """Return the JSON of one request: an event of the stream, or the answer to its id."""
    return format_members(_describe(info))


def parse_request(body: bytes) -> RequestInfo:
    """Return one request, or raise `MessageError`."""
    members = parse_members(body, _INFO, optional=_OPERATION)
    return _parse_info({name: value for name, value in members.items() if name != "v"})


def format_requests_reply(reply: RequestsReply) -> str:
    """Return the JSON of what waits."""
    return format_members({"requests": [_describe(info) for info in reply.requests], "seamless": reply.seamless})


def parse_requests_reply(body: bytes) -> RequestsReply:
    """Return what waits, or raise `MessageError`."""
    members = parse_members(body, {"requests", "seamless"})
    requests, seamless = members["requests"], members["seamless"]
    if type(requests) is not list or type(seamless) is not bool:
        raise MessageError("what waits is a list, and notifications are on or off")
    return RequestsReply(requests=tuple(_parse_info(item) for item in requests), seamless=seamless)


def format_decision_request(request: DecisionRequest) -> str:
    """Return the JSON of a decision."""
    return format_members(
        {"decision": request.decision, "number": request.number, "ctr": request.ctr, "sig": format_b64u(request.sig)}
    )


def parse_decision_request(body: bytes) -> DecisionRequest:
    """Return a decision, or raise `MessageError`. Signature and counter are judged by the ceremony, not here."""
    members = parse_members(body, {"decision", "number", "ctr", "sig"})
    decision = require_integer(members["decision"])
    if decision not in DECIDED:
        raise MessageError("a decision is 1, 2 or 3")
    return DecisionRequest(
        decision=decision,
        number=require_number(members["number"], decision=decision),
        ctr=require_integer(members["ctr"]),
        sig=parse_b64u(members["sig"], length=64),
    )


def require_number(value: object, *, decision: int) -> str:
    """Return the number of a decision: up to `MOST_DIGITS` ASCII digits, and none where it does not approve."""
    if type(value) is not str or not _NUMBER.fullmatch(value):
        raise MessageError("a number has up to 6 digits")
    if value and decision != APPROVE:
        raise MessageError("only an approval carries a number")
    return value


def format_decision_reply(reply: DecisionReply) -> str:
    """Return the JSON of what became of a request."""
    return format_members({"state": reply.state})


def parse_decision_reply(body: bytes) -> DecisionReply:
    """Return what became of the request, or raise `MessageError`."""
    return DecisionReply(state=_require_word(parse_members(body, {"state"})["state"], frozenset(DECIDED.values())))


def format_stream_end(end: StreamEnd) -> str:
    """Return the JSON of a stream's last event."""
    return format_members({"state": end.state})


def parse_stream_end(body: bytes) -> StreamEnd:
    """Return why a stream ends, or raise `MessageError`."""
    return StreamEnd(state=require_inactive(parse_members(body, {"state"})["state"]))


def context_digest(context: RequestContext, operation: bytes | None = None) -> bytes:
    """Return what stands for the context in a decision, and for the operation where there is one: 32 bytes."""
    seen = (
        (Tag.CLIENT_ADDRESS, context.ip.encode()),
        (Tag.CLIENT_AGENT, context.agent.encode()),
        (Tag.CLIENT_PLACE, context.place.encode()),
    )
    about = () if operation is None else ((Tag.OPERATION_DIGEST, operation),)
    return hashlib.sha256(encode_transcript("push-context", (*seen, *about))).digest()


def push_decision_transcript(
    *,
    instance_id: str,
    origin: str,
    user_id: str,
    device_id: str,
    request_id: str,
    purpose: int,
    server_nonce: bytes,
    number: str,
    decision: int,
    context: RequestContext,
    iat: int,
    exp: int,
    counter: int,
    operation: bytes | None = None,
) -> bytes:
    """Return what a phone signs when its user decides."""
    return encode_transcript(
        "push-decision",
        (
            (Tag.INSTANCE_ID, parse_hex(instance_id, length=16)),
            (Tag.ORIGIN, origin.encode()),
            (Tag.USER_ID, parse_hex(user_id, length=16)),
            (Tag.DEVICE_ID, parse_hex(device_id, length=16)),
            (Tag.FLOW_ID, parse_hex(request_id, length=16)),
            (Tag.PURPOSE, u8(purpose)),
            (Tag.SERVER_NONCE, server_nonce),
            (Tag.NUMBER, number.encode("ascii")),
            (Tag.DECISION, u8(decision)),
            (Tag.CONTEXT_DIGEST, context_digest(context, operation)),
            (Tag.ISSUED_AT, u64(iat)),
            (Tag.EXPIRES_AT, u64(exp)),
            (Tag.DEVICE_COUNTER, u64(counter)),
        ),
    )


def _describe(info: RequestInfo) -> dict[str, object]:
    context = info.context
    about = {} if info.op is None else {"op": info.op.hex()}
    return {
        "request_id": info.request_id,
        "purpose": info.purpose,
        "context": {"ip": context.ip, "agent": context.agent, "place": context.place},
        "sn": format_b64u(info.sn),
        "iat": info.iat,
        "exp": info.exp,
        "digits": info.digits,
        "state": info.state,
    } | about


def _parse_info(value: object) -> RequestInfo:
    if type(value) is not dict or value.keys() - _OPERATION != _INFO:
        raise MessageError("a request has exactly its members")
    purpose, digits = require_integer(value["purpose"]), require_integer(value["digits"])
    if purpose not in _PURPOSES or digits > MOST_DIGITS:
        raise MessageError("a request has a purpose of the table and asks for up to 6 digits")
    if "op" in value and purpose == Purpose.LOG_IN:
        raise MessageError("a login is about no other operation")
    return RequestInfo(
        request_id=require_id(value["request_id"]),
        purpose=purpose,
        context=_parse_context(value["context"]),
        sn=parse_b64u(value["sn"], length=32),
        iat=require_integer(value["iat"]),
        exp=require_integer(value["exp"]),
        digits=digits,
        state=_require_word(value["state"], STATES),
        op=parse_hex(value["op"], length=OPERATION_BYTES) if "op" in value else None,
    )


def _parse_context(value: object) -> RequestContext:
    if type(value) is not dict or value.keys() != _CONTEXT:
        raise MessageError("a context has exactly its members")
    return RequestContext(
        ip=_require_seen(value["ip"]), agent=_require_seen(value["agent"]), place=_require_seen(value["place"])
    )


def _require_seen(value: object) -> str:
    """Return text for people that may be empty: the portal passes on what a stranger's program said of itself."""
    return "" if value == "" else require_text(value, most_bytes=MOST_CONTEXT_BYTES)


def _require_word(value: object, words: frozenset[str]) -> str:
    if type(value) is not str or value not in words:
        raise MessageError("a state is one word of its table")
    return value
