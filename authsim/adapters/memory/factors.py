"""`ports.FactorStore` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.memory.endings import end_factors, replace_factors
from authsim.adapters.memory.tables import newest_first
from authsim.adapters.memory.texts import deliver
from authsim.adapters.transitions import require_end
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import Factor, FactorId, FactorKind, TextMessage, UserId


@final
class MemoryFactors:
    """Second factors other than phones."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def add(
        self,
        factor: "Factor",
        *,
        closes: "frozenset[FactorKind]",
        text: "TextMessage | None" = None,
        event: "Event",
    ) -> None:
        """Insert, replace what it closes, deliver the text."""
        tables = self._tables
        with tables.lock:
            tables.require_user(factor.user_id)
            if factor.factor_id in tables.factors:
                raise StoreConflictError("that factor exists already")
            self._require_source(factor)
            if factor.state is states.Factor.ACTIVE:
                self._require_only(factor, closes)
            tables.record(event)
            replace_factors(tables, factor.user_id, closes, now_ms=factor.made_ms)
            tables.factors[factor.factor_id] = factor
            if text is not None:
                deliver(tables, text, user_id=factor.user_id)

    def get(self, factor_id: "FactorId") -> "Factor | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.factors.get(factor_id)

    def list_of(self, user_id: "UserId") -> "Sequence[Factor]":
        """Return all of a user's factors in whatever state, newest first."""
        with self._tables.lock:
            rows = (row for row in self._tables.factors.values() if row.user_id == user_id)
            return newest_first(rows, lambda row: row.made_ms)

    def activate(
        self, factor_id: "FactorId", *, step: int, closes: "frozenset[FactorKind]", now_ms: int, event: "Event"
    ) -> None:
        """Move pending to active, and replace what it closes."""
        tables = self._tables
        with tables.lock:
            factor = tables.factors.get(factor_id)
            if factor is None or factor.state not in states.states_that_allow(
                states.FACTOR, states.FactorEvent.ACTIVATE
            ):
                raise StoreConflictError("the factor is not pending any more")
            self._require_source(factor)
            self._require_only(factor, closes)
            tables.record(event)
            replace_factors(tables, factor.user_id, closes, now_ms=now_ms, but=factor_id)
            tables.factors[factor_id] = replace(factor, state=states.Factor.ACTIVE, last_step=step, activated_ms=now_ms)

    def change(self, factor_id: "FactorId", change: "states.FactorEvent", *, now_ms: int, event: "Event") -> None:
        """Move on, with those that share it."""
        require_end(states.FACTOR, change)
        tables = self._tables
        with tables.lock:
            factor = tables.factors.get(factor_id)
            if factor is None or factor.state not in states.states_that_allow(states.FACTOR, change):
                raise StoreConflictError("the factor is in another state by now, or gone")
            tables.record(event)
            end_factors(tables, [factor], change, now_ms=now_ms, by=event.facts.get("by"))

    def _require_source(self, factor: "Factor") -> None:
        if factor.shared_factor_id is not None and not self._tables.is_usable(factor.shared_factor_id):
            raise StoreConflictError("what is shared is not active")

    def _require_only(self, factor: "Factor", closes: "frozenset[FactorKind]") -> None:
        if factor.kind in closes:
            return
        for row in self._tables.factors.values():
            if row.user_id == factor.user_id and row.kind is factor.kind and row.state is states.Factor.ACTIVE:
                raise StoreConflictError("the user has such a factor already")
