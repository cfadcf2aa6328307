"""What a verb is: its name, what it takes, and the function that does it in the world of a scenario."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from authsim.scenarios.seen import Seen
from authsim.scenarios.world import World

#: The members of a step, with every `$name` filled in.
Given: TypeAlias = Mapping[str, Any]
#: A JSON Schema of one member.
Kind: TypeAlias = Mapping[str, Any]

TEXT: Final[Kind] = MappingProxyType({"type": "string", "minLength": 1, "maxLength": 4000})
NAME: Final[Kind] = MappingProxyType({"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,31}$"})
FLAG: Final[Kind] = MappingProxyType({"type": "boolean"})
COUNT: Final[Kind] = MappingProxyType({"type": "integer", "minimum": 0, "maximum": 1_000_000_000})
SECONDS: Final[Kind] = MappingProxyType({"type": "number", "minimum": 0, "maximum": 315_000_000})
PATH: Final[Kind] = MappingProxyType({"type": "string", "pattern": r"^(/|\$)", "maxLength": 500})
FIELDS: Final[Kind] = MappingProxyType(
    {"type": "object", "maxProperties": 20, "additionalProperties": {"type": "string", "maxLength": 4000}}
)


def one_of(*names: str) -> Kind:
    """Return the schema of a word out of a list."""
    return {"enum": list(names)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb. `main`: the member that a bare value stands for; `required`: members that have to be there.

    `play` does it and returns what was seen. It raises `ActError` when that cannot be, with what was seen instead.
    """

    name: str
    says: str
    play: Callable[[World, Given], Seen]
    main: str = ""
    members: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[str, ...] = ()
