"""The published JSON Schema (draft 2020-12) of a scenario file, made of the table of verbs."""

from collections.abc import Mapping
from typing import Any, Final

from authsim.lab.catalogue import FAULTS, Step
from authsim.policy import CLASSIC, HARDENED
from authsim.scenarios.verb import COUNT, FLAG, NAME, TEXT, Kind, Verb, one_of
from authsim.scenarios.verbs import VERBS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MOST_STEPS: Final = 400
MOST_REPEATED: Final = 1000

_USER_NAME: Final[Kind] = {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,31}$"}
_WHO: Final[Kind] = {"anyOf": [_USER_NAME, {"type": "array", "items": _USER_NAME, "minItems": 1, "maxItems": 20}]}
_POLICIES: Final = ("approve", "deny", "report", "ignore", "delay", "manual", "wrong_response", "wrong_pin", "offline")
_TEXTS: Final[Kind] = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 20}]}
_SELECTORS: Final = _TEXTS
_ANY_MEMBERS: Final[Kind] = {"type": "object", "maxProperties": 20}

#: What may be expected of any step.
EXPECTED: Final[Mapping[str, Kind]] = {
    "authenticated": {**FLAG, "description": "Whether both factors are proven on this page."},
    "refused": {
        "anyOf": [FLAG, {"type": "string", "pattern": "^[a-z][a-z0-9_]{1,63}$"}],
        "description": "That it is refused; a name is the reason that the story gives.",
    },
    "says": {**_TEXTS, "description": "Texts that the page or the phone says."},
    "says_not": {**_TEXTS, "description": "Texts that it does not say."},
    "status": {**COUNT, "description": "The HTTP status of the page, or the exit status of the phone's command."},
    "path": {**TEXT, "description": "Where the browser is then."},
    "shows": {**_SELECTORS, "description": "Elements of the page: #id, .class or a tag, or a name=field."},
    "hides": {**_SELECTORS, "description": "Elements that the page does not have."},
    "value": {"description": "What comes of the step."},
    "not_value": {"description": "What does not come of it."},
    "facts": {**_ANY_MEMBERS, "description": "Members of what comes of it."},
}


def compute_schema() -> dict[str, Any]:
    """Return the schema, the same for the same verbs."""
    whole = {
        "$schema": DIALECT,
        "$id": "urn:authsim:scenario",
        "title": "A scenario of AuthSim",
        "description": "Users, phones, faults and steps, and the story that must come of them.",
        "type": "object",
        "required": ["scenario"],
        "additionalProperties": False,
        "properties": {
            "scenario": {"type": "string", "minLength": 1, "maxLength": 120, "description": "The title."},
            "says": {**TEXT, "description": "What it is about, for whoever reads the file."},
            "seed": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1, "description": "Lets all chance repeat."},
            "start": {
                "type": "string",
                "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
                "description": "Where the clock stands still at first, UTC; not over yet. By default, now.",
            },
            "portal": _portal(),
            "users": _people(_user()),
            "phones": _people(_phone()),
            "faults": {"type": "array", "maxItems": 40, "items": _fault()},
            "steps": {"$ref": "#/$defs/steps"},
            "story": {"$ref": "#/$defs/story"},
            "acts": {"type": "array", "minItems": 1, "maxItems": 60, "items": _act()},
        },
        "oneOf": [{"required": ["steps"]}, {"required": ["acts"]}],
        "$defs": {
            "steps": {"type": "array", "minItems": 1, "maxItems": MOST_STEPS, "items": {"$ref": "#/$defs/step"}},
            "story": {"type": "array", "minItems": 1, "maxItems": MOST_STEPS, "items": _entry()},
            "step": compute_step_schema(),
        },
    }
    plain: dict[str, Any] = _plain(whole)
    return plain


def _plain(value: Any) -> Any:
    """Return mappings and sequences as JSON has them."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def compute_step_schema() -> dict[str, Any]:
    """Return the schema of a step: one verb, and what goes with any of them."""
    repeat = {
        "description": "Does steps several times.",
        **_object(
            {"times": {"type": "integer", "minimum": 1, "maximum": MOST_REPEATED}, "steps": {"$ref": "#/$defs/steps"}},
            "times",
            "steps",
        ),
    }
    verbs: dict[str, Any] = {verb.name: _of_verb(verb) for verb in VERBS} | {"repeat": repeat}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **verbs,
            "as": {**NAME, "description": "Keeps what comes of the step under this name: $name, $name.member."},
            "expect": {"description": "What must be seen.", **_object(EXPECTED), "minProperties": 1},
        },
        "oneOf": [{"required": [name]} for name in verbs],
    }


def _of_verb(verb: Verb) -> dict[str, Any]:
    """Return the schema of what a verb takes: its members, or the main one bare, or nothing where nothing has to be."""
    whole = _object(verb.members, *verb.required)
    bare: Kind = verb.members[verb.main] if verb.main and set(verb.required) <= {verb.main} else {"type": "object"}
    if not verb.required:
        bare = {"if": {"type": "null"}, "else": dict(bare)}
    return {"description": verb.says, "if": {"type": "object"}, "then": whole, "else": dict(bare)}


def _object(members: Mapping[str, Kind], *required: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: dict(kind) for name, kind in members.items()},
    }
    return {**found, "required": list(required)} if required else found


def _portal() -> dict[str, Any]:
    numbers = {"type": "object", "maxProperties": 100, "additionalProperties": {"type": "integer"}}
    return _object({"profile": one_of(CLASSIC, HARDENED), "policy": numbers})


def _people(kind: Kind) -> dict[str, Any]:
    return {"type": "object", "maxProperties": 60, "propertyNames": _USER_NAME, "additionalProperties": kind}


def _user() -> dict[str, Any]:
    """Return the schema of a user: what `authsim users load` takes, without the name."""
    return _object(
        {
            "password": {"type": "string", "minLength": 1, "maxLength": 256},
            "phone": {"type": "string", "maxLength": 32},
            "role": one_of("primary", "secondary", "help_desk"),
            "account": _USER_NAME,
            "locale": one_of("en", "ja"),
            "region": {"type": "string", "pattern": "^[A-Z]{2}$"},
            **dict.fromkeys(("paper", "locked", "opted_out", "texts", "authenticator", "activation"), FLAG),
        }
    )


def _phone() -> dict[str, Any]:
    return _object(
        {
            "kind": {**one_of("virtual", "authkey"), "description": "A phone of the lab, or a real child process."},
            "platform": one_of("ios", "android"),
            "policy": {**one_of(*_POLICIES), "description": "What a virtual phone does by itself."},
            "delay_seconds": {"type": "number", "minimum": 0, "maximum": 86_400},
            "active": {**_WHO, "description": "Users whose operator's code it has scanned already."},
            "without_app": FLAG,
            "number": {"type": "string", "maxLength": 64, "description": "Its number; $name.number is a user's."},
        }
    )


def _fault() -> dict[str, Any]:
    return _object(fault_members(), "name")


def fault_members() -> dict[str, Kind]:
    """Return what a fault is told."""
    return {
        "name": one_of(*FAULTS),
        "user": _USER_NAME,
        "step": one_of(*(step.value for step in Step)),
        "nth": COUNT,
        "every": COUNT,
        "seconds": {"type": "number", "minimum": 0, "maximum": 31_536_000},
        "by_seconds": {"type": "number", "minimum": 0, "maximum": 31_536_000},
    }


def _entry() -> dict[str, Any]:
    return {
        **_object(
            {
                "end": one_of("portal", "browser", "phone", "lab"),
                "what": TEXT,
                "why": {"anyOf": [TEXT, {"type": "null"}]},
                "user": {"anyOf": [TEXT, {"type": "null"}]},
                "facts": _ANY_MEMBERS,
            }
        ),
        "minProperties": 1,
    }


def _act() -> dict[str, Any]:
    return _object(
        {
            "act": {**NAME, "description": "Its name, for programs."},
            "title": {"type": "string", "minLength": 1, "maxLength": 120, "description": "What must hold."},
            "steps": {"$ref": "#/$defs/steps"},
            "story": {"$ref": "#/$defs/story"},
        },
        "act",
        "title",
        "steps",
    )
