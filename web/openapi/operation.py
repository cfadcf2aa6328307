"""One thing that a program may ask: how, with which message, and what may come back."""

import enum
from dataclasses import dataclass
from typing import Any, Final

#: What every request may be answered with, and what every message besides.
_ALWAYS: Final = frozenset({400, 503})
_WITH_MESSAGE: Final = frozenset({403, 413, 415})
#: An answer that stays open, as Server-Sent Events.
STREAM: Final = "text/event-stream"


class Access(enum.Enum):
    """Who may ask: anybody, a phone or a browser with what its session gave it, or whoever holds the lab's token.

    A gateway's session is that of all programs of the machine: they show nothing.
    """

    ANYBODY = "anybody"
    PHONE = "a phone's token"
    BROWSER = "a browser's session"
    LAB = "the lab's token"
    GATEWAY = "a login at the pages before"
    PROGRAM = "a login at the pages before, or without one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One part of an address or one header. `place` as OpenAPI names it: path, query or header."""

    name: str
    place: str
    says: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. `message` and `reply` are names of `SCHEMAS`; a `reply` of `STREAM` stays open.

    A `reply` of "" is none. `is_message_needed`: whether an empty body is no message. `later`: what 202 carries when
    the good answer has to wait.
    `events`: what the events of a stream are called, and the message that each carries. `declined`: the statuses
    beside those that every request may have. `leads_away`: in the other profile it leads to that one's page.
    """

    method: str
    path: str
    name: str
    says: str
    group: str
    reply: str
    events: tuple[tuple[str, str], ...] = ()
    status: int = 200
    message: str | None = None
    is_message_needed: bool = True
    access: Access = Access.ANYBODY
    declined: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    leads_away: bool = False
    later: str = ""

    @property
    def refusals(self) -> tuple[int, ...]:
        """Every status other than the good one, ascending."""
        own = set(self.declined) | _ALWAYS
        if self.message is not None:
            own |= _WITH_MESSAGE
        if self.access not in (Access.ANYBODY, Access.PROGRAM):
            own |= {401}
        if self.access in (Access.LAB, Access.GATEWAY, Access.PROGRAM):
            own |= {403}
        return tuple(sorted(own))
