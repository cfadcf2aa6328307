"""The board of faults: which are on, for whom, and when each strikes.

It lies on the shelf, so all workers count together. A fault is asked for by name at the place where it would strike;
asking counts, and whoever is told that it strikes plays it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, final

from authsim import ports
from authsim.errors import MessageError
from authsim.lab.catalogue import FAULTS, FaultKind, Step
from authsim.lab.ports import Shelf
from authsim.lab.telling import LAB, Teller

_DOCUMENT: Final = "faults"
#: How often each fault was switched on: kept beside, for it outlives that.
_ARMINGS: Final = "armings"
#: The members that say when a fault strikes, and by how much: those that are not None are told.
NARROWED: Final = ("step", "nth", "every", "seconds", "by_ms")
MOST_NTH: Final = 1_000_000
MOST_SECONDS: Final = 366 * 86_400
MOST_BY_MS: Final = 366 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that is on. Members that are None narrow nothing.

    `user`: the name that it is for. `step`: the one step at which it strikes. `nth`: it strikes at the nth call that
    fits, and at no other; `every`: at every so many. `seconds`: how long it stays on, on the lab's clock, from
    `armed_ms` on. `by_ms`: how long, for one that is about time. `seen` counts the calls that fitted, `struck` those at
    which it was played.
    """

    name: str
    user: str | None = None
    step: str | None = None
    nth: int | None = None
    every: int | None = None
    seconds: float | None = None
    by_ms: int | None = None
    armed_ms: int = 0
    seen: int = 0
    struck: int = 0

    def is_over(self, now_ms: int) -> bool:
        """Say whether its time is over."""
        return self.seconds is not None and now_ms >= self.armed_ms + int(self.seconds * 1_000)

    def fits(self, *, user: str | None, step: Step | None) -> bool:
        """Say whether a call is one that it is about."""
        return self.user in (None, user) and (self.step is None or step is None or self.step == step.value)

    def is_counted(self) -> bool:
        """Say whether it strikes at some of the calls that fit alone."""
        return self.nth is not None or self.every is not None

    def count(self) -> "Fault":
        """Return it with one more call counted, and struck when it is that call's turn."""
        seen = self.seen + 1
        strikes = (self.nth is None or seen == self.nth) and (self.every is None or seen % self.every == 0)
        return replace(self, seen=seen, struck=self.struck + strikes)


@final
class Board:
    """The faults that are on. `clock` is the portal's."""

    __slots__ = ("_clock", "_parsed", "_shelf", "_teller")

    def __init__(self, shelf: Shelf, clock: ports.Clock, teller: Teller) -> None:
        self._shelf = shelf
        self._clock = clock
        self._teller = teller
        self._parsed: tuple[str, dict[str, Fault]] | None = None

    def arm(self, wanted: Fault) -> Fault:
        """Switch a fault on, in place of one of that name. Raises `MessageError` for what cannot be played."""
        kind = require_kind(wanted.name)
        fault = replace(
            _require_playable(wanted, kind),
            by_ms=kind.by_ms if wanted.by_ms is None else wanted.by_ms,
            armed_ms=self._clock.now_ms(),
            seen=0,
            struck=0,
        )
        self._change(lambda faults: faults | {fault.name: fault})
        self._shelf.change(_ARMINGS, lambda text: _count_arming(text, fault.name))
        narrowed = {name: value for name in NARROWED if (value := getattr(fault, name)) is not None}
        self._teller.tell(LAB, "fault:on", user=fault.user, fault=fault.name, **narrowed)
        return fault

    def disarm(self, name: str) -> None:
        """Switch it off; one that is not on is no error."""
        require_kind(name)
        if name in self._read():
            self._change(lambda faults: {kept: fault for kept, fault in faults.items() if kept != name})
            self._teller.tell(LAB, "fault:off", fault=name)

    def disarm_all(self) -> None:
        """Switch all of them off."""
        for name in sorted(self._read()):
            self.disarm(name)

    def list_on(self) -> Sequence[Fault]:
        """Return the faults that are on, by name."""
        now_ms = self._clock.now_ms()
        return [fault for _, fault in sorted(self._read().items()) if not fault.is_over(now_ms)]

    def is_on(self, *names: str) -> bool:
        """Say whether any of these faults is on for anybody: one look, before anything is looked up for it."""
        faults = self._read()
        return bool(faults) and any(name in faults for name in names)

    def count_armings(self, name: str) -> int:
        """Return how often a fault has been switched on: tells one time from the next, also while the clock stands."""
        text = self._shelf.read(_ARMINGS)
        return 0 if text is None else int(json.loads(text).get(name, 0))

    def find(self, name: str, *, user: str | None = None, step: Step | None = None) -> Fault | None:
        """Return a fault that is on and fits, without counting: for what shows as long as it lasts."""
        fault = self._read().get(name)
        if fault is None or not fault.fits(user=user, step=step) or fault.is_over(self._clock.now_ms()):
            return None
        return fault

    def would_strike(self, name: str, *, user: str | None = None, step: Step | None = None) -> bool:
        """Say whether the next call that is counted is one at which the fault is played; count nothing."""
        fault = self.find(name, user=user, step=step)
        return fault is not None and fault.count().struck > fault.struck

    def strikes(self, name: str, *, user: str | None = None, step: Step | None = None) -> Fault | None:
        """Count a call that a fault may be about; return the fault when it is to be played at this call."""
        if self.find(name, user=user, step=step) is None:
            return None
        told: list[Fault | None] = []

        def count(faults: dict[str, Fault]) -> dict[str, Fault]:
            fault = faults.get(name)
            if fault is None:  # switched off since
                told.append(None)
                return faults
            counted = fault.count()
            told.append(counted if counted.struck > fault.struck else None)
            return faults | {name: counted}

        self._change(count)
        struck = told[-1]
        if struck is not None:
            facts = {} if step is None else {"step": step.value}
            self._teller.tell(LAB, "fault:struck", user=user, fault=name, **facts)
        return struck

    def _read(self) -> dict[str, Fault]:
        text = self._shelf.read(_DOCUMENT)
        if text is None:
            return {}
        parsed = self._parsed
        if parsed is None or parsed[0] != text:
            parsed = self._parsed = (text, _parse(text))
        return parsed[1]

    def _change(self, change: Callable[[dict[str, Fault]], dict[str, Fault]]) -> None:
        def rewrite(text: str | None) -> str | None:
            faults = change({} if text is None else _parse(text))
            return json.dumps([asdict(fault) for fault in faults.values()]) if faults else None

        self._shelf.change(_DOCUMENT, rewrite)


def require_kind(name: str) -> FaultKind:
    """Return the fault of that name. Raises `MessageError`, with the names that there are."""
    kind = FAULTS.get(name)
    if kind is None:
        raise MessageError(f"there is no such fault. There are: {', '.join(sorted(FAULTS))}")
    return kind


def _require_playable(fault: Fault, kind: FaultKind) -> Fault:
    steps = [step.value for step in kind.steps]
    _require(fault.step is None or fault.step in steps, f"{kind.name} strikes at: {', '.join(steps)}")
    _require(fault.user is not None or not kind.needs_user, f"{kind.name} needs a user: it is about one user's state")
    _require(fault.nth is None or 1 <= fault.nth <= MOST_NTH, f"nth is a number from 1 to {MOST_NTH}")
    _require(fault.every is None or 1 <= fault.every <= MOST_NTH, f"every is a number from 1 to {MOST_NTH}")
    _require(fault.nth is None or fault.every is None, "give nth or every, not both")
    _require(fault.seconds is None or 0 < fault.seconds <= MOST_SECONDS, "seconds is above 0 and at most a year")
    _require(fault.by_ms is None or kind.by_ms is not None, f"{kind.name} is not about time: leave by_ms out")
    _require(fault.by_ms is None or 0 <= fault.by_ms <= MOST_BY_MS, "by_ms is a number from 0 to a year")
    return fault


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise MessageError(otherwise)


def _count_arming(text: str | None, name: str) -> str:
    armings: dict[str, int] = {} if text is None else json.loads(text)
    return json.dumps(armings | {name: armings.get(name, 0) + 1})


def _parse(text: str) -> dict[str, Fault]:
    faults: list[dict[str, Any]] = json.loads(text)
    return {members["name"]: Fault(**members) for members in faults}
