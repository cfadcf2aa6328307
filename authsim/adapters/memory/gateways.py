"""`ports.Gateways` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.errors import StoreConflictError
from authsim.states import BROKERAGE, BrokerageEvent, next_state

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import GatewaySession


@final
class MemoryGateways:
    """The one session that a gateway-compatible front answers for."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def open(self, gateway: "GatewaySession", *, event: "Event") -> None:
        """Put it in the place of whatever was there."""
        with self._tables.lock:
            self._tables.gateway = gateway
            self._tables.record(event)

    def get(self) -> "GatewaySession | None":
        """Return it as it was left, or None."""
        with self._tables.lock:
            return self._tables.gateway

    def touch(self, handle: str, *, now_ms: int) -> None:
        """Note that a program called."""
        with self._tables.lock:
            kept = self._tables.gateway
            if kept is not None and kept.handle == handle:
                self._tables.gateway = replace(kept, called_ms=max(kept.called_ms, now_ms))

    def move(self, seen: "GatewaySession", what: BrokerageEvent, *, now_ms: int, event: "Event") -> "GatewaySession":
        """Let something happen to the brokerage session, if it still is as it was seen."""
        after = next_state(BROKERAGE, seen.brokerage, what)
        with self._tables.lock:
            kept = self._tables.gateway
            if kept is None or replace(kept, called_ms=seen.called_ms) != seen:
                raise StoreConflictError("the brokerage session is not as it was seen any more")
            began_ms = now_ms if what is BrokerageEvent.BEGIN else kept.began_ms
            moved = replace(kept, brokerage=after, began_ms=began_ms, called_ms=now_ms)
            self._tables.gateway = moved
            self._tables.record(event)
            return moved
