"""The session of a gateway-compatible front, with faults: a login after which no brokerage session is up.

Whatever a fault does to it really happens to it, so the record and every program see the same. What keeps it down is
refused as a race is that somebody else won: the front looks again, and says how it stands.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Final, final

from authsim import ports
from authsim.errors import StoreConflictError
from authsim.lab.catalogue import Step
from authsim.lab.worlds.world import Marks, World
from authsim.states import Brokerage, BrokerageEvent
from authsim.verifier.gateway_session import move_brokerage

if TYPE_CHECKING:
    from authsim.events import Event
    from authsim.model import GatewaySession, UserId

_NEVER: Final = "brokerage_never"
_LATE: Final = "brokerage_late"
_DOWN: Final = "brokerage_down"
#: When a session that is late is there, on the lab's clock.
_UNTIL: Final = "until"


@final
class FaultyGateways:
    """`ports.Gateways`. `marks` are those of the front's sessions, by their handles."""

    __slots__ = ("_inner", "_marks", "_world", "touch")

    def __init__(self, world: World, marks: Marks) -> None:
        inner: ports.Gateways = world.portal.store.gateways
        self._inner = inner
        self._world = world
        self._marks = marks
        self.touch = inner.touch

    def open(self, gateway: "GatewaySession", *, event: "Event") -> bool:
        """Put it in the place of an older one; where a fault strikes this login, it is down at once."""
        is_opened = self._inner.open(gateway, event=event)
        if is_opened and event.user_id is not None and self._world.is_on(_NEVER, _LATE, _DOWN):
            self._strike(gateway, event.user_id)
        return is_opened

    def _strike(self, gateway: "GatewaySession", user_id: "UserId") -> None:
        if self._strikes(_NEVER, user_id):
            self._move(gateway, BrokerageEvent.FALL_ASLEEP)
        elif (by_ms := self._marks.decide(_LATE, gateway.handle, user_id, Step.SESSION)) is not None:
            self._marks.note(_UNTIL, gateway.handle, gateway.began_ms + by_ms)
            self._move(gateway, BrokerageEvent.FALL_ASLEEP)
        elif self._strikes(_DOWN, user_id):
            self._move(gateway, BrokerageEvent.LOG_OUT)

    def get(self) -> "GatewaySession | None":
        """Return it as it was left, or None; one that was late and is there now begins at this look."""
        gateway = self._inner.get()
        if gateway is None or self._due_ms(gateway) is None or self._is_late(gateway):
            return gateway
        self._marks.note(_UNTIL, gateway.handle, None)
        if gateway.brokerage is Brokerage.IDLE:
            self._move(gateway, BrokerageEvent.BEGIN)
        return self._inner.get()

    def move(self, seen: "GatewaySession", what: BrokerageEvent, *, now_ms: int, event: "Event") -> "GatewaySession":
        """Let something happen to the brokerage session; one that a fault keeps down does not begin."""
        is_coming_up = what is BrokerageEvent.BEGIN and seen.brokerage is not Brokerage.UP
        if is_coming_up and event.user_id is not None and self._stays_down(seen, event.user_id):
            raise StoreConflictError("the brokerage session does not come up")
        return self._inner.move(seen, what, now_ms=now_ms, event=event)

    def _stays_down(self, seen: "GatewaySession", user_id: "UserId") -> bool:
        return self._is_late(seen) or self._strikes(_NEVER, user_id)

    def _due_ms(self, gateway: "GatewaySession") -> int | None:
        return self._marks.find(_UNTIL, gateway.handle)

    def _is_late(self, gateway: "GatewaySession") -> bool:
        due_ms = self._due_ms(gateway)
        return due_ms is not None and self._world.portal.clock.now_ms() < due_ms

    def _strikes(self, name: str, user_id: "UserId") -> bool:
        return self._world.strikes(name, user_id, Step.SESSION) is not None

    def _move(self, gateway: "GatewaySession", what: BrokerageEvent) -> None:
        """Let it happen for real, with its row, unless something else has happened to it meanwhile."""
        portal = self._world.portal
        session = portal.store.sessions.get(gateway.session_id)
        if session is not None:
            with suppress(StoreConflictError):
                move_brokerage(portal, gateway, what, session, now_ms=portal.clock.now_ms())
