"""What must be true of a portal's store at any moment, also a moment after the power was cut.

I1: a one-shot succeeds at most once. I3: a session stands on one consumed proof. I4: a terminal state is never left.
I5: tries stay within what is allowed. I6: at most one active phone, and each came by one proof. I7: the record is
unbroken and has one row for each change. I8: counters only rise, and a phone out of use stays so. I2, that what was
acknowledged is durable, is for those who know what was.
"""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from authsim.adapters.audit_chain import require_unbroken
from authsim.adapters.sql import open_sqlite, open_store
from authsim.events import EventKind
from tests.support.portal import LivePortal

_TERMINAL = ("consumed", "failed", "expired", "cancelled", "superseded", "done", "revoked", "replaced", "spent")
_ONE_SHOTS = (
    ("challenges", "challenge_id"),
    ("push_requests", "request_id"),
    ("activation_codes", "code_id"),
    ("enrolments", "flow_id"),
    ("prompts", "prompt_id"),
    ("factors", "factor_id"),
    ("logins", "login_id"),
)
_MOST_ROWS = 100_000


@dataclass(slots=True)
class Invariants:
    """Checks one store again and again; remembers which one-shots it has seen closed."""

    portal: LivePortal
    closed: dict[str, str] = field(default_factory=dict)
    counters: dict[str, tuple[int, int, bool]] = field(default_factory=dict)

    def require(self) -> None:
        """Fail, naming the invariant, when one does not hold now."""
        assert [row[0] for row in self.portal.rows("PRAGMA integrity_check")] == ["ok"]
        self._require_single_use()
        self._require_terminal()
        self._require_limits()
        self._require_phones()
        self._require_record()

    def _require_single_use(self) -> None:
        # Whoever approves another phone gets no session for it.
        done = self._count("SELECT user_id FROM logins WHERE state = 'done' AND subject IS NULL")
        sessions = self._count("SELECT user_id FROM sessions WHERE factors = 'two'")
        proofs = self.portal.rows(
            "SELECT state, (SELECT count(*) FROM challenges WHERE state = 'consumed' AND login_id = logins.login_id)"
            " + (SELECT count(*) FROM prompts WHERE state = 'consumed' AND login_id = logins.login_id),"
            " (SELECT count(*) FROM push_requests WHERE state = 'consumed' AND login_id = logins.login_id) FROM logins"
        )
        # An approval that no browser collected is a consumed request without a session.
        assert all(answered <= 1 and approved <= 1 for _, answered, approved in proofs), "I1: consumed twice"
        assert all(answered + approved >= 1 for state, answered, approved in proofs if state == "done"), "I3: no proof"
        assert not any(answered for state, answered, _ in proofs if state != "done"), "I1: consumed without its login"
        assert sessions == done, "I3: sessions and completed logins differ"

    def _require_terminal(self) -> None:
        now = {
            row[0]: row[1]
            for table, key in _ONE_SHOTS
            for row in self.portal.rows(f"SELECT {key}, state FROM {table}")  # noqa: S608 - names of our own
            if row[1] in _TERMINAL
        }
        left = {key: (state, now.get(key)) for key, state in self.closed.items() if now.get(key) != state}
        assert not left, "I4: a terminal state was left"
        self.closed = now

    def _require_limits(self) -> None:
        for table in ("challenges", "push_requests", "enrolments", "prompts"):
            over = self.portal.rows(f"SELECT 1 FROM {table} WHERE attempts > attempts_allowed")  # noqa: S608
            untried = self.portal.rows(f"SELECT 1 FROM {table} WHERE state = 'consumed' AND attempts = 0")  # noqa: S608
            assert not over, f"I5: more tries than allowed in {table}"
            assert not untried, f"I5: a success that was not counted as a try in {table}"

    def _require_phones(self) -> None:
        current = self._count("SELECT user_id FROM devices WHERE state IN ('active', 'suspended')")
        assert set(current.values()) <= {1}, "I6: two phones"
        proofs = self._count(
            "SELECT device_id FROM activation_codes WHERE state = 'consumed'"
            " UNION ALL SELECT device_id FROM enrolments WHERE state = 'consumed'"
        )
        rows = self.portal.rows("SELECT device_id, counter, alarms, state FROM devices")
        assert proofs == Counter(row["device_id"] for row in rows), "I6: phones, and what enrolled them, differ"
        now = {row["device_id"]: (row["counter"], row["alarms"], row["state"] in _TERMINAL) for row in rows}
        for device_id, kept in self.counters.items():
            assert all(old <= new for old, new in zip(kept, now[device_id], strict=True)), "I8: a phone went back"
        self.counters = now

    def _require_record(self) -> None:
        with closing(open_store(open_sqlite(self.portal.database))) as store:
            head = store.audit.head()
            rows = [row for row in store.audit.read(after=0, most=_MOST_ROWS) if row.sequence <= head.sequence]
        assert require_unbroken(rows) == head, "I7: the record was cut off"
        kinds = Counter(row.event.kind for row in rows)
        changes = {
            EventKind.LOGIN_COMPLETED: "SELECT count(*) FROM logins WHERE state = 'done'",
            EventKind.RESPONSE_COUNTED: "SELECT coalesce(sum(attempts), 0) FROM challenges",
            EventKind.SESSION_OPENED: "SELECT count(*) FROM sessions",
            EventKind.ACTIVATION_CONSUMED: "SELECT count(*) FROM activation_codes WHERE state = 'consumed'",
            EventKind.ENROLMENT_COMPLETED: "SELECT count(*) FROM enrolments WHERE state = 'consumed'",
            EventKind.ENROLMENT_COUNTED: "SELECT coalesce(sum(attempts), 0) FROM enrolments",
            EventKind.PUSH_SENT: "SELECT count(*) FROM push_requests",
            EventKind.PUSH_COUNTED: "SELECT coalesce(sum(attempts), 0) FROM push_requests",
            EventKind.DEVICE_REPLACED: "SELECT count(*) FROM devices WHERE state = 'replaced'",
            EventKind.CHALLENGE_ISSUED: "SELECT count(*) FROM challenges",
            EventKind.PROMPT_ISSUED: "SELECT count(*) FROM prompts",
            EventKind.PROMPT_COUNTED: "SELECT coalesce(sum(attempts), 0) FROM prompts",
            EventKind.CONFIRMATION_COUNTED: "SELECT coalesce(sum(confirmations), 0) FROM devices",
            EventKind.USER_ADDED: "SELECT count(*) FROM users",
        }
        kept = {kind: self.portal.rows(statement)[0][0] for kind, statement in changes.items()}
        assert {kind: kinds[kind] for kind in changes} == kept, "I7: changes and rows of the record differ"

    def _count(self, statement: str) -> Counter[str]:
        return Counter(row[0] for row in self.portal.rows(statement))
