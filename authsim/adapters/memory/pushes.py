"""`ports.Pushes` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim import states
from authsim.adapters.consequences import REFUSED
from authsim.adapters.memory.devices import require_counter
from authsim.adapters.memory.endings import close_one_shots, close_questions_of, fail_login
from authsim.adapters.memory.tables import newest_first
from authsim.adapters.transitions import states_before
from authsim.errors import StoreConflictError
from authsim.model import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import DeviceId, LoginId, PushRequest, RequestId, UserId


@final
class MemoryPushes:
    """Requests to devices, one open for each user."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def get(self, request_id: "RequestId") -> "PushRequest | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.pushes.get(request_id)

    def latest_of_login(self, login_id: "LoginId") -> "PushRequest | None":
        """Return the newest request of a login transaction."""
        with self._tables.lock:
            rows = [row for row in self._tables.pushes.values() if row.login_id == login_id]
            return rows[-1] if rows else None

    def list_notified(self, device_id: "DeviceId", *, after: int, most: int) -> "Sequence[PushRequest]":
        """Return announced requests after a sequence, oldest first."""
        return [row for row in self._announced(device_id) if row.sequence > after][:most]

    def list_open(self, device_id: "DeviceId", *, now_ms: int) -> "Sequence[PushRequest]":
        """Return announced requests that are issued and fresh, oldest first."""
        return [
            row for row in self._announced(device_id) if row.state is states.OneShot.ISSUED and row.expires_ms > now_ms
        ]

    def count_notified(self, user_id: "UserId", *, since_ms: int) -> int:
        """Return how many requests of this user were announced since an instant."""
        with self._tables.lock:
            return sum(
                row.user_id == user_id and row.is_notified and row.issued_ms >= since_ms
                for row in self._tables.pushes.values()
            )

    def list_decided(self, user_id: "UserId", *, most: int) -> "Sequence[PushRequest]":
        """Return the user's newest announced requests, newest first."""
        with self._tables.lock:
            rows = (row for row in self._tables.pushes.values() if row.user_id == user_id and row.is_notified)
            return newest_first(rows, lambda row: row.sequence)[:most]

    def issue(self, push: "PushRequest", *, event: "Event") -> "PushRequest":
        """Insert, and supersede the user's other issued requests."""
        tables = self._tables
        with tables.lock:
            login = tables.logins.get(push.login_id)
            if login is None or login.state is not states.Login.SECOND_FACTOR or not tables.is_active(push.device_id):
                raise StoreConflictError("the login is not waiting any more, or its device is not active")
            own = (row for row in tables.pushes.values() if row.login_id == push.login_id)
            if any(row.state is states.OneShot.CONSUMED for row in own):
                raise StoreConflictError("the login was approved already")
            require_insertable_push(tables, push)
            kept = insert_push(tables, push)
            tables.record(event)
            return kept

    def count_decision(self, request_id: "RequestId", *, counter: int, now_ms: int, event: "Event") -> "PushRequest":
        """Count a signed decision on the request, and its counter on the device."""
        tables = self._tables
        with tables.lock:
            push = self._require_issued(request_id)
            if push.attempts >= push.attempts_allowed or push.expires_ms <= now_ms:
                raise StoreConflictError("the request takes no decision")
            tables.devices[push.device_id] = require_counter(tables, push.device_id, counter)
            counted = replace(push, attempts=push.attempts + 1)
            tables.pushes[request_id] = counted
            tables.record(event)
            return counted

    def decide(self, push: "PushRequest", decision: "Decision", *, digest: bytes, now_ms: int, event: "Event") -> None:
        """Keep what a person answered."""
        tables = self._tables
        with tables.lock:
            present = self._require_issued(push.request_id)
            if not tables.is_active(present.device_id):
                raise StoreConflictError("the device is not active")
            is_approval = decision is Decision.APPROVE
            step = states.OneShotEvent.CONSUME if is_approval else states.OneShotEvent.FAIL
            state = states.next_state(states.ONE_SHOT, present.state, step)
            tables.pushes[push.request_id] = replace(
                present, state=state, decision=decision, decision_digest=digest, closed_ms=now_ms
            )
            if not is_approval:
                close_questions_of(tables, present.login_id, states.OneShotEvent.FAIL, now_ms=now_ms)
                fail_login(tables, present.login_id, reason=REFUSED[decision].value, now_ms=now_ms)
            tables.record(event)

    def close(self, request_id: "RequestId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued request to a terminal state."""
        allowed = states_before(states.ONE_SHOT, state)
        with self._tables.lock:
            push = self._tables.pushes.get(request_id)
            if push is None or push.state not in allowed:
                raise StoreConflictError("the request is closed already")
            self._tables.pushes[request_id] = replace(push, state=state, closed_ms=now_ms)
            self._tables.record(event)

    def _announced(self, device_id: "DeviceId") -> "list[PushRequest]":
        with self._tables.lock:
            return [row for row in self._tables.pushes.values() if row.device_id == device_id and row.is_notified]

    def _require_issued(self, request_id: "RequestId") -> "PushRequest":
        push = self._tables.pushes.get(request_id)
        if push is None or push.state not in states.states_that_allow(states.ONE_SHOT, states.OneShotEvent.CONSUME):
            raise StoreConflictError("the request is closed already")
        return push


def require_insertable_push(tables: "Tables", push: "PushRequest") -> None:
    """Raise `StoreConflictError` when the request cannot be inserted."""
    if push.device_id not in tables.devices:
        raise StoreConflictError("there is no such device any more")
    if push.request_id in tables.pushes:
        raise StoreConflictError("that request exists already")


def insert_push(tables: "Tables", push: "PushRequest") -> "PushRequest":
    """Insert with the next sequence, and supersede the user's other issued requests."""
    close_one_shots(
        tables.pushes,
        lambda row: row.user_id == push.user_id,
        states.OneShotEvent.SUPERSEDE,
        now_ms=push.issued_ms,
    )
    kept = replace(push, sequence=tables.next_sequence())
    tables.pushes[push.request_id] = kept
    return kept
