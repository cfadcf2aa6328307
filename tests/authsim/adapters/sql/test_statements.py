"""How many statements each step takes: a small number, and the same with ten users as with a thousand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from authsim import states
from authsim.adapters.sql import SqlStore
from authsim.model import Device, Lockout, User
from tests.support import nouns
from tests.support.nouns import NOW_MS

#: Without COMMIT; with SQLite's BEGIN, which PostgreSQL's driver sends by itself.
WANTED = {
    "users.add": 4,
    "users.get": 1,
    "users.find": 1,
    "users.change_lockout": 5,
    "users.set_password": 10,
    "users.remove": 15,
    "devices.active_of": 1,
    "devices.list_of": 1,
    "devices.change": 10,
    "activations.issue": 6,
    "activations.get": 1,
    "activations.redeem": 6,
    "activations.close": 4,
    "logins.begin": 6,
    "logins.advance": 6,
    "logins.find": 1,
    "logins.challenge_of": 1,
    "logins.count_questions": 1,
    "logins.count_response": 6,
    "logins.complete": 11,
    "logins.fail": 7,
    "logins.expire": 7,
    "sessions.open": 6,
    "sessions.find": 1,
    "sessions.list_open": 1,
    "sessions.touch": 2,
    "sessions.end": 4,
    "audit.append": 3,
    "audit.list_of": 1,
    "audit.read": 1,
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


def one_more(lockout: Lockout) -> Lockout:
    """Return the lock-out after one more failure."""
    return Lockout(failures_ms=(*lockout.failures_ms, NOW_MS))


def walk(store: SqlStore) -> dict[str, int]:
    """Take every step once, and return how many statements each took."""
    counter = Counter(store)

    def step(name: str, do: Callable[[], object]) -> None:
        with counter.named(name):
            do()

    fact = nouns.event()
    user: User = nouns.user()
    step("users.add", lambda: store.users.add(user, event=fact))
    step("users.get", lambda: store.users.get(user.user_id))
    step("users.find", lambda: store.users.find(user.name))
    step("users.change_lockout", lambda: store.users.change_lockout(user.user_id, one_more, event=fact))
    failed, redeemed = nouns.code(user.user_id), nouns.code(user.user_id)
    step("activations.issue", lambda: store.activations.issue(failed, event=fact))
    failing = states.OneShot.FAILED
    step("activations.close", lambda: store.activations.close(failed.code_id, failing, now_ms=NOW_MS, event=fact))
    store.activations.issue(redeemed, event=fact)
    device: Device = nouns.device(user.user_id)
    step(
        "activations.redeem",
        lambda: store.activations.redeem(
            redeemed.code_id, device=device, request_digest=bytes(32), reply="{}", now_ms=NOW_MS, event=fact
        ),
    )
    step("activations.get", lambda: store.activations.get(redeemed.code_id))
    step("devices.active_of", lambda: store.devices.active_of(user.user_id))
    step("devices.list_of", lambda: store.devices.list_of(user.user_id))
    begun = nouns.login(user.user_id)
    asked = nouns.challenge(begun, device.device_id)
    step("logins.begin", lambda: store.logins.begin(begun, challenge=asked, judged=nouns.HASH, events=[fact, fact]))
    step("logins.find", lambda: store.logins.find(begun.token_hash))
    step("logins.challenge_of", lambda: store.logins.challenge_of(begun.login_id))
    step("logins.count_questions", lambda: store.logins.count_questions(device.device_id))
    step(
        "logins.count_response",
        lambda: store.logins.count_response(asked.challenge_id, now_ms=NOW_MS, change=one_more, event=fact),
    )
    session = nouns.session(user.user_id)
    step(
        "logins.complete",
        lambda: store.logins.complete(
            asked,
            session=session,
            replaces=session.session_id,
            sessions_allowed=1,
            now_ms=NOW_MS,
            locked_until_ms=None,
            events=[fact, fact],
        ),
    )
    started = nouns.login(user.user_id, state=states.Login.STARTED)
    store.logins.begin(started, challenge=None, judged=nouns.HASH, events=[fact])
    second = nouns.challenge(started, device.device_id)
    step("logins.advance", lambda: store.logins.advance(started, challenge=second, events=[fact, fact]))
    step("logins.fail", lambda: store.logins.fail(second, reason="wrong", now_ms=NOW_MS, event=fact))
    third = nouns.ask(store, device)
    step("logins.expire", lambda: store.logins.expire(third.login_id, now_ms=NOW_MS, event=fact))
    revoke = states.DeviceEvent.REVOKE
    step("devices.change", lambda: store.devices.change(device.device_id, revoke, now_ms=NOW_MS, event=fact))
    opened = nouns.session(user.user_id)
    step("sessions.open", lambda: store.sessions.open(opened, judged=nouns.HASH, sessions_allowed=1, event=fact))
    step("sessions.find", lambda: store.sessions.find(opened.token_hash))
    step("sessions.list_open", lambda: store.sessions.list_open(user.user_id, now_ms=NOW_MS))
    step("sessions.touch", lambda: store.sessions.touch(opened.session_id, now_ms=NOW_MS + 1))
    step("sessions.end", lambda: store.sessions.end(opened.session_id, user.user_id, now_ms=NOW_MS, event=fact))
    step("audit.append", lambda: store.audit.append(fact))
    step("audit.list_of", lambda: store.audit.list_of(user.user_id, most=20))
    step("audit.read", lambda: store.audit.read(after=0, most=20))
    step("users.set_password", lambda: store.users.set_password(user.user_id, "new", event=fact))
    step("users.remove", lambda: store.users.remove(user.user_id, event=fact))
    return counter.counts


def test_every_step_takes_a_constant_number_of_statements(sql_store: SqlStore) -> None:
    """The number is the one written down here, whether the store holds ten users or a thousand."""
    for _ in range(10):
        nouns.add_user(sql_store)
    with_ten = walk(sql_store)
    for _ in range(990):
        nouns.add_user(sql_store)

    assert walk(sql_store) == with_ten == WANTED


def test_a_login_takes_few_statements(sql_store: SqlStore) -> None:
    """All that one challenge and its response need of the store is less than a third of what others take (108)."""
    steps = ("users.find", "devices.active_of", "logins.count_questions", "logins.begin", "logins.find")
    answer = ("logins.challenge_of", "logins.count_response", "devices.active_of", "logins.complete")

    assert sum(WANTED[step] for step in (*steps, *answer)) < 36
