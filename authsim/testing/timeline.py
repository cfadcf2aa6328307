"""The two-ended story of a test: what the portal recorded, and what browsers, phones and the lab saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, final

from authsim.lab.story_text import format_story
from authsim.testing.client import Lab
from authsim.testing.errors import LabError

_PORTAL: Final = "portal"
_TOO_FAR: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, at `at_ms` of the lab's clock.

    `end` is who saw it: `portal`, `browser`, `phone` or `lab`. `why` is the name of a refusal. `label` is what the
    client that caused it called itself.
    """

    number: int
    at_ms: int
    end: str
    what: str
    user: str | None = None
    why: str | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    label: str | None = None


@final
class Timeline:
    """The story from a place in it on. Printed, it is a table: the portal left, browsers and phones right."""

    def __init__(self, lab: Lab, *, after: int = 0) -> None:
        self._lab = lab
        self._after = after

    @property
    def events(self) -> list[Event]:
        """What happened so far, oldest first."""
        return [parse_event(entry) for entry in self._read()]

    @property
    def refusals(self) -> list[str]:
        """The names of all refusals, oldest first: as the portal's record has them, else as a request was answered."""
        found: list[str] = []
        is_recorded = False
        for event in self.events:
            is_request = event.end != _PORTAL and " /" in event.what
            if event.why is not None and (event.end == _PORTAL or (is_request and not is_recorded)):
                found.append(event.why)
            is_recorded = not is_request and (is_recorded or (event.end == _PORTAL and event.why is not None))
        return found

    def find(self, what: str, *, user: str | None = None) -> list[Event]:
        """Return the events of that kind, of one user where it is named."""
        return [event for event in self.events if event.what == what and user in (None, event.user)]

    def __str__(self) -> str:
        return format_story(self._read())

    def _read(self) -> list[dict[str, Any]]:
        """Return the entries from the place on; all of them where a snapshot took the story back behind it."""
        try:
            return self._lab.list_events(after=self._after)
        except LabError as error:
            if error.status != _TOO_FAR:
                raise
            return self._lab.list_events()


def parse_event(members: Mapping[str, Any]) -> Event:
    """Return an event from what the lab answered."""
    return Event(
        number=members["number"],
        at_ms=members["at_ms"],
        end=members["end"],
        what=members["what"],
        user=members["user"],
        why=members["why"],
        facts=MappingProxyType(members["facts"]),
        label=members.get("label"),
    )
