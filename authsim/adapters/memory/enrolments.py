"""`ports.Enrolments` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.memory.endings import close_one_shots, give_way
from authsim.adapters.memory.texts import deliver
from authsim.adapters.transitions import states_before
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import Device, Enrolment, FlowId, TextMessage, UserId


@final
class MemoryEnrolments:
    """Enrolments by credentials and a texted code."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def begin(
        self, enrolment: "Enrolment", *, text: "TextMessage", judged: str, not_since_ms: int, event: "Event"
    ) -> None:
        """Insert, supersede the user's other issued one, deliver the text."""
        tables = self._tables
        with tables.lock:
            tables.require_judged(enrolment.user_id, judged)
            self._require_quiet(enrolment.user_id, not_since_ms)
            if enrolment.flow_id in tables.enrolments:
                raise StoreConflictError("that enrolment exists already")
            close_one_shots(
                tables.enrolments,
                lambda row: row.user_id == enrolment.user_id,
                states.OneShotEvent.SUPERSEDE,
                now_ms=enrolment.issued_ms,
            )
            tables.enrolments[enrolment.flow_id] = enrolment
            tables.record(event)
            deliver(tables, text, user_id=enrolment.user_id)

    def get(self, flow_id: "FlowId") -> "Enrolment | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.enrolments.get(flow_id)

    def last_sent_ms(self, user_id: "UserId") -> int | None:
        """Return when the newest text of any enrolment of this user was sent."""
        with self._tables.lock:
            sent = (row.sent_ms for row in self._tables.enrolments.values() if row.user_id == user_id)
            return max(sent, default=None)

    def resend(
        self,
        flow_id: "FlowId",
        *,
        code_mac: bytes,
        text: "TextMessage",
        sends_allowed: int,
        not_since_ms: int,
        now_ms: int,
        event: "Event",
    ) -> "Enrolment":
        """Replace the code, count the send, deliver the text."""
        tables = self._tables
        with tables.lock:
            present = self._require_open(flow_id, now_ms=now_ms)
            if present.sends >= sends_allowed:
                raise StoreConflictError("the enrolment has no texts left")
            self._require_quiet(present.user_id, not_since_ms)
            sent = replace(present, code_mac=code_mac, sends=present.sends + 1, sent_ms=now_ms)
            tables.enrolments[flow_id] = sent
            tables.record(event)
            deliver(tables, text, user_id=present.user_id)
            return sent

    def count_try(self, flow_id: "FlowId", *, now_ms: int, event: "Event") -> "Enrolment":
        """Count a try, before anyone compares."""
        tables = self._tables
        with tables.lock:
            present = self._require_open(flow_id, now_ms=now_ms)
            if present.attempts >= present.attempts_allowed:
                raise StoreConflictError("the enrolment has no tries left")
            counted = replace(present, attempts=present.attempts + 1)
            tables.enrolments[flow_id] = counted
            tables.record(event)
            return counted

    def complete(
        self,
        flow_id: "FlowId",
        *,
        device: "Device",
        request_digest: bytes,
        reply: str,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> "Sequence[Device]":
        """Consume it and insert the device; an active one replaces the user's others."""
        tables = self._tables
        with tables.lock:
            present = self._require_open(flow_id, now_ms=now_ms)
            if present.user_id != device.user_id:
                raise StoreConflictError("the enrolment is another user's")
            tables.require_insertable_device(device)
            tables.enrolments[flow_id] = replace(
                present,
                state=states.next_state(states.ONE_SHOT, present.state, states.OneShotEvent.CONSUME),
                closed_ms=now_ms,
                device_id=device.device_id,
                request_digest=request_digest,
                reply=reply,
            )
            replaced: list[Device] = []
            if device.state is states.Device.ACTIVE:
                replaced = give_way(tables, device, events, now_ms=now_ms)
            else:
                tables.record(*events)
            tables.devices[device.device_id] = device
            return replaced

    def close(self, flow_id: "FlowId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued enrolment to a terminal state."""
        allowed = states_before(states.ONE_SHOT, state)
        with self._tables.lock:
            present = self._tables.enrolments.get(flow_id)
            if present is None or present.state not in allowed:
                raise StoreConflictError("the enrolment is closed already")
            self._tables.enrolments[flow_id] = replace(present, state=state, closed_ms=now_ms)
            self._tables.record(event)

    def _require_quiet(self, user_id: "UserId", not_since_ms: int) -> None:
        last_ms = self.last_sent_ms(user_id)
        if last_ms is not None and last_ms > not_since_ms:
            raise StoreConflictError("a text was sent a moment ago")

    def _require_open(self, flow_id: "FlowId", *, now_ms: int) -> "Enrolment":
        present = self._tables.enrolments.get(flow_id)
        if (
            present is None
            or present.state not in states.states_that_allow(states.ONE_SHOT, states.OneShotEvent.CONSUME)
            or present.expires_ms <= now_ms
        ):
            raise StoreConflictError("the enrolment is closed already")
        return present
