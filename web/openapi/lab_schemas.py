"""The messages of the lab, as JSON Schema (2020-12) says them. What they do is told by `docs/testing/http.md`.

A member that may be left out may as well be null. Nothing here knows the lab itself: a test compares the two.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_YES: Final[Schema] = {"type": "boolean"}
_WHOLE: Final[Schema] = {"type": "integer"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_NULL: Final[Schema] = {"type": "null"}
_MOST_PHONES: Final = 1_000


def _number(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NULL]}


def _list(schema: Schema, **more: int) -> Schema:
    return {"type": "array", "items": schema, **more}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _refer(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(members: Mapping[str, Schema], *, optional: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """Return an object of exactly its members."""
    return {
        "type": "object",
        "properties": {**members, **optional},
        "required": list(members),
        "additionalProperties": False,
    }


def _wish(members: Mapping[str, Schema], *, required: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """Return what may be asked: any of its members, or null for one; `required` has to be there."""
    optional = {name: _maybe(schema) for name, schema in members.items()}
    return _answer(required, optional=optional)


_COUNTS: Final[Schema] = {"type": "object", "additionalProperties": _COUNT}
_NAME: Final[Schema] = {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,31}$"}
_TURN: Final = _number(1, 1_000_000)
_DELAY: Final = _number(0, 366 * 86_400_000)
_POLICY: Final = _one_of(
    *("approve", "deny", "report", "ignore", "delay", "manual", "wrong_response", "wrong_pin", "offline")
)
_PLATFORM: Final = _one_of("ios", "android")
_HABITS: Final = {"policy": _POLICY, "delay_ms": _DELAY}
_FAULT: Final = {
    "user": _NAME,
    "step": _one_of(
        *("page", "password", "choice", "challenge", "response", "notification", "decision", "continue", "text"),
        *("activation", "enrolment", "session"),
    ),
    "nth": _TURN,
    "every": _TURN,
    "seconds": {"type": "number", "exclusiveMinimum": 0, "maximum": 366 * 86_400},
    "by_ms": _DELAY,
}

#: Every message of the lab, by its name.
LAB_SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        "Problem": _answer(
            {"title": _TEXT, "status": _number(400, 599), "detail": _TEXT, "ref": _TEXT},
            optional={"reason": _TEXT, "attempts_remaining": _COUNT},
        ),
        "Clock": _answer(
            {
                "now_ms": _WHOLE,
                "frozen": _YES,
                "scale": {"type": "number"},
                "skews_ms": {"type": "object", "additionalProperties": _WHOLE},
            }
        ),
        "ClockChange": _wish(
            {
                "freeze": _YES,
                "at_ms": _WHOLE,
                "advance_ms": _COUNT,
                "scale": {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000},
                "actor": _TEXT,
                "skew_ms": _WHOLE,
            }
        ),
        "FaultWish": _wish(_FAULT),
        "Fault": _answer(
            {
                "name": _TEXT,
                **{name: _maybe(schema) for name, schema in _FAULT.items()},
                "armed_ms": _WHOLE,
                "seen": _COUNT,
                "struck": _COUNT,
            }
        ),
        "FaultKind": _answer(
            {"name": _TEXT, "says": _TEXT, "steps": _list(_TEXT), "by_ms": _maybe(_COUNT), "needs_user": _YES}
        ),
        "Faults": _answer({"faults": _list(_refer("Fault")), "known": _list(_refer("FaultKind"))}),
        "LabText": _answer({"sequence": _COUNT, "text": _TEXT, "code": _maybe(_TEXT), "sent_ms": _WHOLE}),
        "LabTexts": _answer({"texts": _list(_refer("LabText"))}),
        "UserWish": _wish(
            {
                "name": _TEXT,
                "password": _TEXT,
                "role": _one_of("primary", "secondary", "help_desk"),
                "account": _TEXT,
                "locale": _TEXT,
                "region": _TEXT,
                "phone": {"anyOf": [_TEXT, {"const": False}]},
                **dict.fromkeys(("paper", "locked", "opted_out", "texts", "authenticator", "activation"), _YES),
                "count": _number(1, 2_000),
                "prefix": _TEXT,
            }
        ),
        "MadeUser": _answer(
            {
                **dict.fromkeys(("name", "password", "role", "account", "locale"), _TEXT),
                "phone": _maybe(_TEXT),
                "paper": _YES,
                "locked": _YES,
            },
            optional={"activation": _TEXT, "authenticator": _TEXT},
        ),
        "MadeUsers": _answer({"users": _list(_refer("MadeUser"))}),
        "UserFacts": {
            "type": "object",
            "properties": {"name": _TEXT, "user_id": _TEXT, "state": _TEXT, "phone": _maybe(_TEXT)},
            "required": ["name", "user_id", "state", "phone", "failures", "locked_for_ms", "device"],
        },
        "Users": _answer({"users": _list(_refer("UserFacts"))}),
        "ActivationWish": _wish({"replace": _YES}),
        "Activation": _answer({"activation": _TEXT}),
        "SnapshotWish": _wish({"name": _TEXT}),
        "Snapshot": _answer({"snapshot": _TEXT}),
        "Snapshots": _answer({"snapshots": _list(_TEXT)}),
        "Seed": _answer({"seed": _maybe(_number(0, 2**63 - 1))}),
        "PhoneWish": _wish(
            {
                "platform": _PLATFORM,
                **_HABITS,
                "name": {"type": "string", "pattern": "^[a-z0-9-]{1,32}$"},
                "count": _number(1, _MOST_PHONES),
            }
        ),
        "Habits": _wish(_HABITS),
        "VirtualPhone": _answer(
            {
                "id": _TEXT,
                "platform": _PLATFORM,
                **_HABITS,
                "users": _list(_TEXT),
                "apps": _list(_TEXT),
                "tries_left": _COUNT,
                "wiped": _YES,
            }
        ),
        "VirtualPhones": _answer({"phones": _list(_refer("VirtualPhone"))}),
        "ActivateWish": _wish({"activation": _TEXT, "user": _TEXT}),
        "Enrolled": _answer({"user": _TEXT, "device": _TEXT, "confirmation": _maybe(_TEXT)}),
        "ManyWish": _answer(dict.fromkeys(("phones", "users"), _list(_TEXT, minItems=1, maxItems=_MOST_PHONES))),
        "ManyEnrolled": _answer({"activated": _list(_refer("Enrolled"))}),
        "AddUserWish": _wish({"user": _TEXT, "password": _TEXT, "renew": _YES, "wait_ms": _number(0, 30_000)}),
        "Waiting": _answer({"state": _one_of("waiting")}),
        "RespondWish": _wish(
            {"user": _TEXT, "purpose": {"type": ["integer", "string"]}}, required={"challenge": _TEXT}
        ),
        "Response": _answer({"response": _TEXT, "purpose": _WHOLE}),
        "PhoneRequest": _answer(
            {
                **dict.fromkeys(("request", "user", "state", "ip", "agent"), _TEXT),
                **dict.fromkeys(("purpose", "digits", "issued_ms", "expires_ms"), _WHOLE),
            }
        ),
        "PhoneRequests": _answer({"requests": _list(_refer("PhoneRequest"))}),
        "DecideWish": _wish(dict.fromkeys(("user", "request", "number", "login"), _TEXT)),
        "State": _answer({"state": _TEXT}),
        "AppWish": _answer({"authenticator": _TEXT}),
        "AppUser": _answer({"user": _TEXT}),
        "AppCode": _answer({"code": _TEXT}),
        "Entry": _answer(
            {
                "number": _number(1, 2**53 - 1),
                "at_ms": _WHOLE,
                "end": _one_of("portal", "browser", "phone", "lab"),
                "what": _TEXT,
                "user": _maybe(_TEXT),
                "why": _maybe(_TEXT),
                "facts": {"type": "object"},
            },
            optional={"label": _TEXT},
        ),
        "Conduct": _answer(
            {
                **dict.fromkeys(
                    (
                        *("second_factor_requests", "notifications", "most_notifications_in_an_hour"),
                        *("requested_again_while_open", "failed_logins", "throttled", "locked_out"),
                    ),
                    _COUNT,
                ),
                "refusals": _COUNTS,
                "would_lock_after_seconds": _maybe({"type": "number", "minimum": 0}),
            }
        ),
        "Verdict": _answer(
            {
                "rule": _answer(dict.fromkeys(("failures", "within_seconds"), _COUNT)),
                "all": _refer("Conduct"),
                "users": {"type": "object", "additionalProperties": _refer("Conduct")},
                "says": _list(_TEXT),
            }
        ),
        "Exercised": _answer({"exercised": _COUNTS, "missing": _list(_TEXT)}),
        "Coverage": _answer(dict.fromkeys(("states", "transitions", "refusals"), _refer("Exercised"))),
        "Events": _answer({"events": _list(_refer("Entry")), "next": _COUNT}),
    }
)
