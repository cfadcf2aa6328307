"""How many statements each step takes: a small number, and the same with ten users as with a thousand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, event

from authsim.adapters.sql import SqlStore
from tests.support import nouns
from tests.support.steps import walk

#: Without COMMIT; with SQLite's BEGIN, which PostgreSQL's driver sends by itself.
WANTED = {
    "users.add": 4,
    "users.get": 1,
    "users.find": 1,
    "users.change_lockout": 5,
    "users.set_password": 11,
    "users.remove": 23,
    "devices.active_of": 1,
    "devices.list_of": 1,
    "devices.change": 11,
    "activations.issue": 6,
    "activations.get": 1,
    "activations.redeem": 7,
    "activations.close": 4,
    "logins.begin": 6,
    "logins.advance": 6,
    "logins.find": 1,
    "logins.challenge_of": 1,
    "logins.open_challenge_of": 1,
    "logins.count_questions": 1,
    "logins.count_response": 6,
    "logins.complete": 11,
    "logins.fail": 7,
    "logins.expire": 8,
    "sessions.open": 6,
    "sessions.find": 1,
    "sessions.list_open": 1,
    "sessions.touch": 2,
    "sessions.end": 4,
    "devices.current_of": 1,
    "devices.count_signature": 2,
    "device_sessions.open": 7,
    "device_sessions.find": 1,
    "logins.begin with a request": 8,
    "pushes.issue": 7,
    "pushes.get": 1,
    "pushes.latest_of_login": 1,
    "pushes.list_notified": 1,
    "pushes.list_open": 1,
    "pushes.count_notified": 1,
    "pushes.list_decided": 1,
    "pushes.count_decision": 6,
    "pushes.decide": 5,
    "logins.complete_approved": 12,
    "pushes.decide no": 9,
    "pushes.close": 4,
    "enrolments.begin": 8,
    "enrolments.close": 4,
    "enrolments.get": 1,
    "enrolments.last_sent_ms": 1,
    "enrolments.resend": 6,
    "enrolments.count_try": 4,
    "texts.list_of": 1,
    "texts.list_numbers": 1,
    "devices.count_alarm": 5,
    "devices.count_alarm too many": 11,
    "devices.change back": 6,
    "enrolments.complete": 14,
    "sessions.end_all": 5,
    "users.set_seamless": 4,
    "audit.append": 3,
    "audit.list_of": 1,
    "audit.read": 1,
    "factors.add": 5,
    "factors.activate": 6,
    "factors.get": 1,
    "factors.list_of": 1,
    "logins.offer": 6,
    "logins.get": 1,
    "prompts.issue": 10,
    "prompts.latest_of_login": 1,
    "prompts.latest_of_user": 1,
    "prompts.resend": 6,
    "prompts.count": 6,
    "prompts.expire": 4,
    "prompts.fail": 7,
    "prompts.complete": 14,
    "factors.add shared": 6,
    "factors.add closing": 9,
    "factors.change": 7,
    "devices.pending_of": 1,
    "devices.count_confirmation": 4,
    "devices.confirm": 8,
    "devices.confirm by the other": 17,
    "logins.ask": 11,
    "logins.count_challenges": 1,
    "decoys.begin": 8,
    "decoys.find": 1,
    "decoys.count": 6,
    "decoys.renew": 7,
    "tallies.take": 3,
    "tallies.count": 1,
    "tallies.give_back": 3,
    "tallies.clear": 2,
    "tickets.open": 7,
    "tickets.get": 1,
    "tickets.list_of": 1,
    "tickets.list_open": 1,
    "tickets.messages_of": 1,
    "tickets.attachments_of": 1,
    "tickets.attachment": 1,
    "tickets.reply": 6,
    "tickets.close": 5,
    "sessions.spend_verification": 2,
    "users.set_secure_login": 4,
    "users.set_phone": 6,
    "sessions.get": 1,
    "gateways.open": 5,
    "gateways.get": 1,
    "gateways.touch": 2,
    "gateways.move": 5,
}


class Counter:
    """Counts what an engine executes."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.counts: dict[str, int] = {}

    @contextmanager
    def named(self, name: str) -> Iterator[None]:
        """Count under a name."""
        statements: list[str] = []

        def listen(_1: object, _2: object, statement: str, *_more: object) -> None:
            statements.append(statement)

        event.listen(self._store.database.engine, "before_cursor_execute", listen)
        yield
        event.remove(self._store.database.engine, "before_cursor_execute", listen)
        writes = any(not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")) for statement in statements)
        implied = int(writes and self._store.database.engine.dialect.name != "sqlite")
        checkpoint = int(name == "users.remove" and bool(implied))
        self.counts[name] = len(statements) + implied + checkpoint


def count(store: SqlStore) -> dict[str, int]:
    """Take every step once, and return how many statements each took."""
    counter = Counter(store)

    def step(name: str, do: Callable[[], object]) -> None:
        with counter.named(name):
            do()

    walk(store, step)
    return counter.counts


def test_every_step_takes_a_constant_number_of_statements(sql_store: SqlStore) -> None:
    """The number is the one written down here, whether the store holds ten users or a thousand."""
    for _ in range(10):
        nouns.add_user(sql_store)
    with_ten = count(sql_store)
    for _ in range(990):
        nouns.add_user(sql_store)

    assert count(sql_store) == with_ten == WANTED


def test_no_step_reads_a_whole_table(sqlite_store: SqlStore) -> None:
    """Every statement of every step finds its rows by an index; only what lists all users reads them all."""
    asked: list[tuple[str, Any]] = []

    def listen(_1: object, _2: object, statement: str, values: Any, *_more: object) -> None:
        asked.append((statement, values))

    event.listen(sqlite_store.database.engine, "before_cursor_execute", listen)
    walk(sqlite_store, lambda _, do: do())
    event.remove(sqlite_store.database.engine, "before_cursor_execute", listen)

    scans = set()
    for statement, values in asked:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            plan = sqlite_store.database.read(partial(_explain, statement=statement, values=values))
            scans |= {step for step in plan if step.startswith("SCAN ")}
    assert scans <= {"SCAN audit_head", "SCAN users USING COVERING INDEX users_of_phone"}


def _explain(connection: Connection, *, statement: str, values: Any) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()]


def test_a_login_takes_few_statements(sql_store: SqlStore) -> None:
    """All that one challenge and its response need of the store is less than a third of what others take (108)."""
    steps = ("users.find", "devices.active_of", "logins.count_questions", "logins.begin", "logins.find")
    answer = ("logins.challenge_of", "logins.count_response", "devices.active_of", "logins.complete")

    assert sum(WANTED[step] for step in (*steps, *answer)) < 36
