"""`ports.Gateways` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.adapters.memory.tables import newest_first
from authsim.errors import StoreConflictError
from authsim.states import BROKERAGE, BrokerageEvent, next_state

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import GatewaySession, SessionId


@final
class MemoryGateways:
    """The one session that a gateway-compatible front answers for."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def open(self, gateway: "GatewaySession", *, event: "Event") -> bool:
        """Put it in the place of whatever was there, unless that rests on a newer login."""
        with self._tables.lock:
            if self._is_newer_kept(gateway.session_id):
                return False
            self._tables.gateway = gateway
            self._tables.record(event)
            return True

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
            if kept is None or not _is_as_seen(kept, seen, what):
                raise StoreConflictError("the brokerage session is not as it was seen any more")
            began_ms = now_ms if what is BrokerageEvent.BEGIN else kept.began_ms
            moved = replace(kept, brokerage=after, began_ms=began_ms, called_ms=now_ms)
            self._tables.gateway = moved
            self._tables.record(event)
            return moved

    def _is_newer_kept(self, session_id: "SessionId") -> bool:
        kept = self._tables.gateway
        if kept is None or session_id not in self._tables.sessions:
            return False
        ids = {kept.session_id, session_id}
        newest = newest_first(
            [row for key, row in self._tables.sessions.items() if key in ids], lambda row: row.opened_ms
        )
        return newest[0].session_id != session_id and newest[0].ended_ms is None


def _is_as_seen(kept: "GatewaySession", seen: "GatewaySession", what: BrokerageEvent) -> bool:
    if what is not BrokerageEvent.FALL_ASLEEP:
        kept = replace(kept, called_ms=seen.called_ms)
    return kept == seen
