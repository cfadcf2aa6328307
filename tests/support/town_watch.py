"""What is compared after each step of the state machine: the portal's store with the model, and with itself before.

Who is in, which phone answers for whom and who is locked are the model's word. A terminal state that is never left,
counters that only rise, one phone for each user, and an unbroken record hold without any model.
"""

from dataclasses import dataclass, field
from typing import Any

from authsim import states
from authsim.adapters.audit_chain import ChainHead, append_rows, require_unbroken
from authsim.adapters.memory.tables import Tables
from authsim.model import Factors
from tests.support.model_nouns import ACTIVE, SUSPENDED, Key
from tests.support.model_town import ModelTown
from tests.support.people import Town

_CURRENT = {states.Device.ACTIVE: ACTIVE, states.Device.SUSPENDED: SUSPENDED}
_OVER = {state for state in states.OneShot if states.is_terminal(states.ONE_SHOT, state)}
_LOGIN_OVER = {state for state in states.Login if states.is_terminal(states.LOGIN, state)}
_MOST_ROWS = 100_000


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at one town again and again."""

    town: Town
    tables: Tables
    model: ModelTown
    head: ChainHead = field(default_factory=ChainHead)
    seen: dict[str, tuple[object, int]] = field(default_factory=dict)
    counters: dict[str, tuple[int, int, bool]] = field(default_factory=dict)

    def require(self) -> None:
        """Fail, in words, when something does not hold now."""
        self._require_who_is_in()
        self._require_phones()
        self._require_locks()
        self._require_one_way()
        self._require_record()

    def _require_who_is_in(self) -> None:
        idle_ms = self.town.policy.session_idle_seconds * 1_000
        now_ms = self.town.clock.now_ms()
        rows = [
            row
            for row in self.tables.sessions.values()
            if row.ended_ms is None and now_ms < min(row.expires_ms, row.last_seen_ms + idle_ms)
        ]
        is_in = [
            session for user in self.model.users.values() for session in user.sessions if self.model.is_in(session)
        ]
        found = {(str(row.session_id), row.factors is Factors.TWO) for row in rows}
        assert found == {(session.portal_id, session.key is not None) for session in is_in}, "who is in"
        for session in is_in:
            if session.key is not None:
                assert session.key is session.user.key, "in by a phone that is not the user's any more"
                assert session.key.state == ACTIVE, "in by a phone that is out of use"
                assert session.place != "cellar" or session.key.is_thief, "the thief is in"

    def _require_phones(self) -> None:
        for user in self.model.users.values():
            user_id = next(row.user_id for row in self.tables.users.values() if row.name == user.name)
            current = [
                (str(row.device_id), _CURRENT[row.state], row.counter, row.alarms)
                for row in self.tables.devices.values()
                if row.user_id == user_id and row.state in _CURRENT
            ]
            assert len(current) <= 1, "two phones"
            assert current == [_facts(key) for key in [user.key] if key is not None], "which phone answers"
        for row in self.tables.devices.values():
            now = row.counter, row.alarms, states.is_terminal(states.DEVICE, row.state)
            before = self.counters.get(row.device_id, (0, 0, False))
            assert all(old <= new for old, new in zip(before, now, strict=True)), "a counter fell, or a phone came back"
            self.counters[row.device_id] = now

    def _require_locks(self) -> None:
        now_ms = self.town.clock.now_ms()
        window_ms = self.town.policy.lockout_window_seconds * 1_000
        for row in self.tables.users.values():
            user = self.model.users[row.name]
            self.model.settle(user)
            until_ms = row.lockout.locked_until_ms
            is_over = until_ms is not None and until_ms <= now_ms
            failures = [] if is_over else [at for at in row.lockout.failures_ms if at > now_ms - window_ms]
            kept = (len(failures), None if is_over else until_ms)
            assert kept == (self.model.count_failures(user), user.locked_ms), "who is locked"

    def _require_one_way(self) -> None:
        """A one-shot is in at most one terminal state, for good; tries only rise, and never above what is allowed."""
        shots: list[tuple[str, Any]] = [
            *self.tables.challenges.items(),
            *self.tables.pushes.items(),
            *self.tables.activations.items(),
            *self.tables.enrolments.items(),
            *self.tables.logins.items(),
        ]
        for key, row in shots:
            tries = getattr(row, "attempts", 0)
            state, before = self.seen.get(key, (None, 0))
            assert state is None or state is row.state, "a terminal state was left"
            assert before <= tries <= getattr(row, "attempts_allowed", 0), "tries fell, or are more than allowed"
            is_over = row.state in _OVER or row.state in _LOGIN_OVER
            self.seen[key] = (row.state if is_over else None, tries)
        proven = {row.login_id for row in self.tables.challenges.values() if row.state is states.OneShot.CONSUMED}
        proven |= {row.login_id for row in self.tables.pushes.values() if row.state is states.OneShot.CONSUMED}
        done = [row for row in self.tables.logins.values() if row.state is states.Login.DONE]
        assert all(row.login_id in proven for row in done), "a login without a proof"
        opened = sum(row.factors is Factors.TWO for row in self.tables.sessions.values())
        assert opened == len(done), "completed logins and sessions differ"

    def _require_record(self) -> None:
        rows = self.town.verifier.store.audit.read(after=self.head.sequence, most=_MOST_ROWS)
        assert append_rows(self.head, [row.event for row in rows]) == list(rows), "the record is broken"
        if rows:
            self.head = ChainHead(sequence=rows[-1].sequence, chain=rows[-1].chain)

    def require_whole_record(self, *, unheard: str) -> None:
        """Fail unless the record is unbroken from its first row on, and what nobody should keep is nowhere."""
        rows = self.town.verifier.store.audit.read(after=0, most=_MOST_ROWS)
        assert require_unbroken(rows) == self.head, "the record is broken"
        self.require_nothing_of(unheard)

    def require_nothing_of(self, unheard: str) -> None:
        """Fail when what somebody typed for an unknown user was kept anywhere."""
        assert unheard not in repr(self.tables), "something typed for an unknown user was kept"


def _facts(key: Key) -> tuple[str, str, int, int]:
    return key.portal_id, key.state, key.counter, key.alarms
