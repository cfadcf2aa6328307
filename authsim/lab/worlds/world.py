"""What every port of the lab is given, and what was decided of one object and stays so.

A notification that was lost stays lost, however often a list is read and whatever is switched off since: the verdict is
kept under the object's id. So a fault counts objects (notifications, texts, sessions), never looks at them.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from authsim.lab.agenda import RING
from authsim.lab.board import Fault
from authsim.lab.catalogue import Step
from authsim.lab.laboratory import Lab
from authsim.model import UserId
from authsim.verifier import Verifier

#: Verdicts of as many objects are kept of each kind; the oldest are long over by then.
MOST_KEPT: Final = 5_000


@final
class World:
    """A lab, and the portal in it as it is without faults: its time and chance are the lab's, its ports plain."""

    __slots__ = ("lab", "portal")

    def __init__(self, lab: Lab, portal: Verifier) -> None:
        self.lab = lab
        self.portal = portal

    def is_on(self, *names: str) -> bool:
        """Say whether any of these faults is on for anybody: all that a port without a fault costs."""
        return self.lab.board.is_on(*names)

    def name_of(self, user_id: UserId) -> str | None:
        """Return what a user is called: faults are told names."""
        user = self.portal.store.users.get(user_id)
        return None if user is None else user.name

    def strikes(self, name: str, user_id: UserId, step: Step) -> Fault | None:
        """Count a call that a fault may be about; return the fault when it is to be played."""
        return self.lab.board.strikes(name, user=self.name_of(user_id), step=step) if self.is_on(name) else None

    def ring_at(self, due_ms: int, topic: str) -> None:
        """Wake who listens to a topic when the portal's clock shows `due_ms`: what was under way has arrived."""
        self.lab.agenda.add(due_ms, RING, topic)

    def skew_of(self, actor: str) -> int:
        """Return how far the clock of an actor is ahead of the portal's, in milliseconds."""
        return self.lab.clock.read().skews_ms.get(actor, 0)


@final
class Marks:
    """What was decided of the objects of one kind, by their ids, in one document that all workers share."""

    __slots__ = ("_document", "_parsed", "_world")

    def __init__(self, world: World, kind: str) -> None:
        self._world = world
        self._document = f"struck:{kind}"
        self._parsed: tuple[str, Mapping[str, Mapping[str, Any]]] | None = None

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all that is kept: for each object, what is noted of it."""
        text = self._world.lab.shelf.read(self._document)
        if text is None:
            return {}
        parsed = self._parsed
        if parsed is None or parsed[0] != text:
            parsed = self._parsed = (text, json.loads(text))
        return parsed[1]

    def decide(self, name: str, object_id: str, user_id: UserId, step: Step) -> int | None:
        """Return how a fault strikes this object: by how many milliseconds, or 0; None when it does not.

        It is decided once, while the fault is on; whoever asks again is told the same.
        """
        if not self._world.is_on(name) or not self._claim(name, object_id):
            return self.find(name, object_id)
        return self._strike(name, object_id, user_id, step)

    def strikes_now(self, name: str, object_id: str, user_id: UserId, step: Step) -> bool:
        """Count a look at the one object that there is, and say whether the fault strikes it at this very look.

        `nth` and `every` count the looks since the fault was switched on; without them it strikes each object once, and
        once more whenever it is switched on anew.
        """
        board = self._world.lab.board
        if not self._world.is_on(name):
            return False
        fault = board.find(name, user=self._world.name_of(user_id), step=step)
        if fault is None:
            return False
        if not fault.is_counted() and not self._claim_anew(name, object_id, board.count_armings(name)):
            return False
        return self._world.strikes(name, user_id, step) is not None

    def find(self, name: str, object_id: str) -> int | None:
        """Return what was decided, None when it was spared or never asked about."""
        verdict: int | None = self.read().get(object_id, {}).get(name)
        return verdict

    def note(self, word: str, object_id: str, value: int | str | None) -> None:
        """Keep something about an object."""
        self._change(object_id, lambda noted: noted | {word: value})

    def _strike(self, name: str, object_id: str, user_id: UserId, step: Step) -> int | None:
        fault = self._world.strikes(name, user_id, step)
        if fault is None:
            return None
        self.note(name, object_id, fault.by_ms or 0)
        return fault.by_ms or 0

    def _claim(self, name: str, object_id: str) -> bool:
        """Say whether this is the first to ask; until it has decided, the object is spared for everybody else."""
        if name in self.read().get(object_id, {}):
            return False
        claims: list[bool] = []

        def claim(noted: dict[str, Any]) -> dict[str, Any]:
            claims.append(name not in noted)
            return {name: None} | noted

        self._change(object_id, claim)
        return claims[-1]

    def _claim_anew(self, name: str, object_id: str, arming: int) -> bool:
        """Say whether this is the first to ask since the fault was switched on."""
        word = f"{name}:arming"
        if self.read().get(object_id, {}).get(word) == arming:
            return False
        claims: list[bool] = []

        def claim(noted: dict[str, Any]) -> dict[str, Any]:
            claims.append(noted.get(word) != arming)
            return noted | {word: arming}

        self._change(object_id, claim)
        return claims[-1]

    def _change(self, object_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        def rewrite(text: str | None) -> str:
            kept: dict[str, dict[str, Any]] = {} if text is None else json.loads(text)
            noted = change(kept.pop(object_id, {}))
            newest = list(kept.items())[1 - MOST_KEPT :]
            return json.dumps(dict(newest) | {object_id: noted}, separators=(",", ":"))

        self._world.lab.shelf.change(self._document, rewrite)
