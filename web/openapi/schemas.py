"""The messages, as JSON Schema (2020-12) says them. What their members mean is told by `docs/protocol.md`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from authsim import states
from authsim.protocol.codes import Purpose
from authsim.protocol.encodings import MOST_INTEGER
from authsim.protocol.members import INACTIVE, MOST_LABEL_BYTES, MOST_PASSWORD_BYTES
from authsim.protocol.push import APPROVE, DECIDED, MOST_CONTEXT_BYTES, MOST_DIGITS, OPERATION_BYTES, STATES
from authsim.protocol.suite import SUITES
from authsim.protocol.trading import MOST_TYPED_BYTES
from authsim.verifier.inbox import MOST_TEXTS

from ..portal.standing import Standing
from ..refusals import REASONS, STATUSES, UNEXPECTED

Schema = dict[str, Any]


#: C0, C1 and bidirectional controls stand in no text for people.
_PLAIN: Final = r"^[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$"
#: The last character of base64url holds bits that are zero: 4 of them behind one byte of three, 2 behind two.
_ENDINGS: Final = MappingProxyType({0: "A-Za-z0-9_-", 1: "AQgw", 2: "AEIMQUYcgkosw048"})


def _text(most: int) -> Schema:
    """Return text for people: in normalisation form C, at most so many bytes of UTF-8."""
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": _PLAIN}


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _b64u(length: int) -> Schema:
    """Return base64url without padding, of so many bytes."""
    return _pattern(f"[A-Za-z0-9_-]{{{(length * 4 + 2) // 3 - 1}}}[{_ENDINGS[length % 3]}]")


def _one_of(words: object) -> Schema:
    return {"type": "string", "enum": sorted(words)}  # type: ignore[call-overload]


def _integer(least: int = 0, most: int = MOST_INTEGER) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _object(members: Mapping[str, Schema], *, optional: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """Return an object of exactly its members."""
    return {
        "type": "object",
        "properties": {**members, **optional},
        "required": list(members),
        "additionalProperties": False,
    }


def _message(members: Mapping[str, Schema], *, optional: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """Return a message: its version, then its members."""
    return _object({"v": {"const": 1}, **members}, optional=optional)


def _decision(decisions: list[int], number: Schema) -> Schema:
    """Return a decision: only an approval carries a number."""
    decision: Schema = {"type": "integer", "enum": decisions}
    return _message({"decision": decision, "number": number, "ctr": _integer(), "sig": _b64u(64)})


def refer(name: str) -> Schema:
    """Return a reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_ID: Final = _pattern("[0-9a-f]{32}")
_LABEL: Final = _text(MOST_LABEL_BYTES)
_PASSWORD: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": MOST_PASSWORD_BYTES}
_TOKEN: Final = _b64u(32)
_SIGNATURE: Final = _b64u(64)
_SUITE: Final = _one_of(SUITES)
_SEEN: Final[Schema] = {"type": "string", "maxLength": MOST_CONTEXT_BYTES}
_PHONE: Final = {"dsk": _b64u(32), "dkx": _b64u(32), "cn": _b64u(16), "label": _LABEL, "suite": _SUITE}
_PURPOSE: Final[Schema] = {"type": "integer", "enum": sorted(purpose.value for purpose in Purpose)}
_DIGITS: Final = _pattern("([0-9]{6}|[0-9]{10})")
_CHALLENGE: Final = {
    "question": _DIGITS,
    "suite": _SUITE,
    "purpose": _PURPOSE,
    "iat": _integer(),
    "exp": _integer(),
}
_REQUEST: Final = {
    "request_id": _ID,
    "purpose": _PURPOSE,
    "context": _object({"ip": _SEEN, "agent": _SEEN, "place": _SEEN}),
    "sn": _b64u(32),
    "iat": _integer(),
    "exp": _integer(),
    "digits": _integer(most=MOST_DIGITS),
    "state": _one_of(STATES),
}
_OPERATION: Final = {"op": _pattern(f"[0-9a-f]{{{2 * OPERATION_BYTES}}}")}
_CREDENTIALS: Final = _message({"username": _LABEL, "password": _PASSWORD})
_TEXT: Final = _object({"sequence": _integer(1), "text": {"type": "string"}, "sent_ms": _integer()})
_NULL: Final[Schema] = {"type": "null"}

#: Every message of the JSON surface, by its name.
SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        "Error": _message(
            {
                "error": _one_of({entry.code for entry in (*REASONS.values(), *STATUSES.values(), UNEXPECTED)}),
                "ref": _pattern("[A-Za-z0-9-]{1,64}"),
            }
        ),
        "Instance": _message({"instance_id": _ID, "origin": _text(255), "psk": _b64u(32), "suite": _SUITE}),
        "ActivateRequest": _message({"code_id": _ID, **_PHONE, "mac": _b64u(32), "sig": _SIGNATURE}),
        "ActivateReply": _message(
            {
                "device_id": _ID,
                "user_id": _ID,
                "user_label": _LABEL,
                "pkx": _b64u(32),
                "sn": _b64u(32),
                "iat": _integer(),
                "exp": _integer(),
                "sig": _SIGNATURE,
            }
        ),
        "AddUserStart": _message({"username": _LABEL, "password": _PASSWORD, **_PHONE, "sig": _SIGNATURE}),
        "AddUserStarted": _message({"flow_id": _ID, "expires_in": _integer()}),
        "AddUserResend": _message({"flow_id": _ID}),
        "AddUserFinish": _message({"flow_id": _ID, "code": _pattern("[0-9]{4,10}"), "sig": _SIGNATURE}),
        "Credentials": _CREDENTIALS,
        "NonceRequest": _message({"device_id": _ID}),
        "Nonce": _message({"sn": _b64u(32)}),
        "SessionRequest": _message(
            {"device_id": _ID, "sn": _b64u(32), "cn": _b64u(16), "ctr": _integer(), "sig": _SIGNATURE}
        ),
        "Session": _message({"token": _TOKEN, "expires_in": _integer()}),
        "DeviceState": _message({"state": _one_of(INACTIVE), "sig": _SIGNATURE}),
        "SessionReply": {"oneOf": [refer("Session"), refer("DeviceState")]},
        "Request": _message(_REQUEST, optional=_OPERATION),
        "Requests": _message(
            {
                "requests": {"type": "array", "items": _object(_REQUEST, optional=_OPERATION)},
                "seamless": {"type": "boolean"},
            }
        ),
        "Challenges": _message({"challenges": {"type": "array", "maxItems": 1, "items": _object(_CHALLENGE)}}),
        "Decision": {
            "oneOf": [
                _decision([APPROVE], _pattern(f"[0-9]{{0,{MOST_DIGITS}}}")),
                _decision(sorted(DECIDED.keys() - {APPROVE}), {"const": ""}),
            ]
        },
        "Decided": _message({"state": _one_of(DECIDED.values())}),
        "TradingLogin": _CREDENTIALS,
        "TradingChallenge": _message({"token": _TOKEN, "challenge": _DIGITS, "exp": _integer()}),
        "TradingEntry": _message({"user_label": _LABEL, "session": _TOKEN}),
        "TradingAnswer": {"oneOf": [refer("TradingChallenge"), refer("TradingEntry")]},
        "TradingResponse": _message({"token": _TOKEN, "response": _text(MOST_TYPED_BYTES)}),
        "TradingSignOut": _message({"session": _TOKEN}),
        "Done": _message({}),
        "Texts": _message(
            {
                "texts": {"type": "array", "maxItems": MOST_TEXTS, "items": refer("Text")},
            }
        ),
        "Text": _TEXT,
        "StreamEnd": _message({"state": _one_of(INACTIVE)}),
        "LoginState": _object({"state": _one_of(standing.value for standing in Standing)}),
        "ActivationState": _object(
            {
                "state": _one_of(state.value for state in states.OneShot),
                "device": {"anyOf": [_one_of(state.value for state in states.Device), _NULL]},
                "remaining_s": _integer(),
            }
        ),
        "Description": {"type": "object", "required": ["openapi", "info", "paths"]},
    }
)
