"""Playing a scenario in its world: act by act, step by step; what failed, where, and the story of both ends."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from authsim.ends.browser import MissingElementError
from authsim.scenarios.expecting import require_expected
from authsim.scenarios.names import fill
from authsim.scenarios.scenario import Act, Scenario, Step
from authsim.scenarios.seen import ActError, Seen
from authsim.scenarios.story import find_missing, format_entry
from authsim.scenarios.verbs import VERBS
from authsim.scenarios.world import World
from authsim.terminal.outcome import CommandError
from authsim.terminal.running import reference_of
from authsim.testing import KitError

_VERBS: Final = MappingProxyType({verb.name: verb for verb in VERBS})
_FORESEEN: Final = (ActError, MissingElementError, CommandError, KitError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How an act went. `detail`: what was seen when it did not hold; `line`: where; `story`: what happened in it."""

    name: str
    title: str
    held: bool
    detail: str
    seconds: float
    line: int = 0
    story: tuple[Mapping[str, Any], ...] = ()


def play_scenario(
    scenario: Scenario, world: World, *, told: Callable[[Act, Played], None], is_over: Callable[[], bool]
) -> None:
    """Play all acts, each told when it has ended; one that fails does not end the others. Once over, none begins."""
    began = time.monotonic()
    problem = _attempt(world.begin)
    for act in scenario.acts:
        if is_over():
            return
        if problem:
            told(act, _how(act, f"the scenario could not begin: {problem}", act.line, began, ()))
            continue
        told(act, _play_act(act, world, began))
        began = time.monotonic()


def _play_act(act: Act, world: World, began: float) -> Played:
    account = Account(world)
    at = act.line
    detail = ""
    for step in act.steps:
        at = step.line
        detail = _attempt(lambda step=step: play_step(step, world, account))  # type: ignore[misc]
        if detail:
            break
    if not detail and act.story:
        at = act.line
        detail = _attempt(lambda: account.require(act.story))
    return _how(act, detail, at, began, account.since_begin() if detail else ())


def _how(act: Act, detail: str, line: int, began: float, story: Iterable[Mapping[str, Any]]) -> Played:
    seconds = round(time.monotonic() - began, 1)
    return Played(
        name=act.name,
        title=act.title,
        held=not detail,
        detail=detail,
        seconds=seconds,
        line=line if detail else 0,
        story=tuple(story),
    )


def _attempt(play: Callable[[], object]) -> str:
    """Play something; return what went wrong, or nothing."""
    try:
        play()
    except _FORESEEN as error:
        return str(error) or reference_of(error)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the line says
        return reference_of(error)
    return ""


def play_step(step: Step, world: World, account: "Account") -> None:
    """Do one step, look at what is expected of it, and keep what it shows."""
    if step.verb == "repeat":
        for _ in range(step.given["times"]):
            for one in step.steps:
                play_step(one, world, account)
        return
    if isinstance(step.expected.get("refused"), str):
        account.mark()
    given = dict(fill(step.given, world.find))
    if step.keeps:
        given["as"] = step.keeps
    seen: Seen = _VERBS[step.verb].play(world, given)
    require_expected(seen, fill(step.expected, world.find), reason=account.find_reason)
    if step.keeps:
        world.keep(step.keeps, seen)


class Account:
    """The story as it goes on: what happened since an act began, and since a step did."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: list[Mapping[str, Any]] = []
        self._begin = self._last = _newest(world.lab.list_events())

    def since_begin(self) -> Sequence[Mapping[str, Any]]:
        """Return what happened since the act began; nothing when the lab says nothing any more."""
        try:
            return self._world.lab.list_events(after=self._begin)
        except KitError:
            return ()

    def mark(self) -> None:
        """Begin a step here."""
        self._last = max(self._last, _newest(self._world.lab.list_events(after=self._last)))

    def find_reason(self) -> str | None:
        """Return why the last refusal since the mark was."""
        reasons = [entry["why"] for entry in self._world.lab.list_events(after=self._last) if entry["why"]]
        return reasons[-1] if reasons else None

    def require(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        """Go on if the entries stand in the story of the act, in this order. Raises `ActError` with one missing."""
        missing = find_missing(self.since_begin(), [fill(one, self._world.find) for one in wanted])
        if missing is not None:
            raise ActError(f"the story does not tell: {format_entry(missing)}")


def _newest(entries: Sequence[Mapping[str, Any]]) -> int:
    return int(entries[-1]["number"]) if entries else 0
