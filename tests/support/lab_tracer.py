"""What really moved in a store in memory: every state that was entered and every transition, call by call."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from authsim.adapters.memory import MemoryStore
from authsim.lab.coverage import Coverage, compute_coverage
from authsim.lab.ledger import MACHINES
from tests.support.people import Town
from tests.support.ports import BetweenSteps

#: Where the rows of each machine lie.
TABLES = {
    "login": "logins",
    "challenge": "challenges",
    "request": "pushes",
    "prompt": "prompts",
    "activation": "activations",
    "enrolment": "enrolments",
    "device": "devices",
    "factor": "factors",
}


class Tracer:
    """Passes on to a store, or one of its ports, and compares what lies in it before and after each call."""

    def __init__(self, store: MemoryStore, inner: Any = None, seen: "Seen | None" = None) -> None:
        self._store = store
        self._inner = store if inner is None else inner
        self.seen = seen or Seen()

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._inner, name)
        if not callable(inner):
            return Tracer(self._store, inner, self.seen)

        def call(*args: Any, **kwargs: Any) -> Any:
            before = look(self._store)
            try:
                return inner(*args, **kwargs)
            finally:
                self.seen.note(before, look(self._store))

        return call


class Seen:
    """What was entered and what moved, by the names that the coverage uses."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.transitions: Counter[str] = Counter()

    def note(self, before: Mapping[tuple[str, object], Any], after: Mapping[tuple[str, object], Any]) -> None:
        """Note what one call changed."""
        for (machine, key), (state, since) in after.items():
            old = before.get((machine, key))
            if old == (state, since):
                continue
            self.states[f"{machine}.{state.value}"] += 1
            if old is not None:
                (event,) = (event for event, to in MACHINES[machine][old[0]].items() if to is state)
                self.transitions[f"{machine}.{old[0].value}.{event.value}"] += 1


def look(store: MemoryStore) -> dict[tuple[str, object], Any]:
    """Return the state of every row, and since when it counts: what begins anew was in the same state before."""
    found: dict[tuple[str, object], Any] = {
        (machine, key): (row.state, 0)
        for machine, name in TABLES.items()
        for key, row in getattr(store._tables, name).items()
    }
    front = store._tables.gateway
    return found if front is None else found | {("brokerage", front.handle): (front.brokerage, front.began_ms)}


def trace(journey: Callable[[Town], None]) -> tuple[Coverage, Seen]:
    """Let a journey happen; return what its record claims, and what really moved."""
    tracer = Tracer(MemoryStore())
    town = Town(between=BetweenSteps(tracer))
    journey(town)
    return compute_coverage(town.record(), policy=town.policy), tracer.seen


def require_honest(claimed: Coverage, seen: Seen) -> None:
    """Fail when something is claimed that did not happen, or more often than it did."""
    lies = {name: count for name, count in claimed.transitions.items() if count > seen.transitions[name]}
    lies |= {name: count for name, count in claimed.states.items() if count > seen.states[name]}
    assert not lies
