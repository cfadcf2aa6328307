"""What becomes of a notification on its way: none is sent, or it is lost, comes late, or comes twice.

The request itself is the portal's: it is kept, shown on the page, and can be fetched by its QR code, whatever becomes
of its announcement. A skewed clock of `push` is a slow or fast carrier: a notification is there when that clock shows
the instant at which it was sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, final

from authsim.events import Event, EventKind
from authsim.lab.catalogue import Step
from authsim.lab.clock import PUSH
from authsim.lab.worlds.world import Marks, World
from authsim.model import PushRequest
from authsim.verifier.requests import sent_event
from authsim.verifier.topics import device_topic

_ON_THE_WAY: Final = ("push_lost", "push_late", "push_twice")


@final
class Post:
    """The carrier of notifications. `marks` are those of requests."""

    __slots__ = ("_marks", "_world")

    def __init__(self, world: World, marks: Marks) -> None:
        self._world = world
        self._marks = marks

    def take(self, push: PushRequest, events: Sequence[Event]) -> tuple[PushRequest, Sequence[Event]]:
        """Decide what becomes of a request that is about to be kept; return it, and the rows that go with it."""
        if not push.is_notified or not self._world.is_on("no_push", *_ON_THE_WAY):
            return push, events
        if self._decide("no_push", push) is not None:
            silent = replace(push, is_notified=False)
            return silent, [sent_event(silent) if event.kind is EventKind.PUSH_SENT else event for event in events]
        if self._decide("push_lost", push) is None:
            late_ms = self._decide("push_late", push)
            self._decide("push_twice", push)
            if late_ms is not None:
                due_ms = push.issued_ms + late_ms - self._world.skew_of(PUSH)
                self._world.ring_at(due_ms, device_topic(push.device_id))
        return push, events

    def deliver(self, pushes: Sequence[PushRequest]) -> Sequence[PushRequest]:
        """Return of announced requests what the phone has got by now, one that came twice twice."""
        if not self._is_touched():
            return pushes
        return [copy for push in pushes for copy in self._copies(push)]

    def is_under_way(self, push: PushRequest) -> bool:
        """Say whether its notification is still to arrive."""
        noted = self._marks.read().get(push.request_id, {})
        late_ms: int = noted.get("push_late") or 0
        return push.issued_ms + late_ms > self._world.portal.clock.now_ms() + self._world.skew_of(PUSH)

    def _is_touched(self) -> bool:
        return bool(self._marks.read()) or self._world.skew_of(PUSH) != 0

    def _copies(self, push: PushRequest) -> Iterator[PushRequest]:
        noted = self._marks.read().get(push.request_id, {})
        if noted.get("push_lost") is not None or self.is_under_way(push):
            return
        yield push
        if noted.get("push_twice") is not None:
            yield push

    def _decide(self, name: str, push: PushRequest) -> int | None:
        return self._marks.decide(name, push.request_id, push.user_id, Step.NOTIFICATION)
