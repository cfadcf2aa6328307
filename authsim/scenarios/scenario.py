"""The nouns: a scenario with its people, phones and acts, each act a list of steps, as a file says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One verb with what it is given. `keeps`: the name for what comes of it; `expected`: what must be seen then.

    `steps`: what `repeat` does several times.
    """

    line: int
    verb: str
    given: Mapping[str, Any]
    keeps: str = ""
    expected: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    steps: "tuple[Step, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Steps that stand for one line of a report. `story`: entries that must come of them, in this order."""

    name: str
    title: str
    line: int
    steps: tuple[Step, ...]
    story: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalWanted:
    """The portal that a scenario needs: a profile, and numbers of the policy that are not the profile's."""

    profile: str = "classic"
    policy: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneWanted:
    """A phone of a scenario. `policy` is what a virtual one does by itself; an `authkey` does nothing by itself."""

    name: str
    kind: str
    platform: str
    policy: str = "manual"
    delay_ms: int | None = None
    is_empty: bool = False
    number: str = ""
    active: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One run: from a reset world, with these people, phones and faults, through these acts."""

    file: str
    title: str
    says: str
    portal: PortalWanted
    acts: tuple[Act, ...]
    seed: int | None = None
    start_ms: int | None = None
    users: tuple[Mapping[str, Any], ...] = ()
    phones: tuple[PhoneWanted, ...] = ()
    faults: tuple[Mapping[str, Any], ...] = ()
