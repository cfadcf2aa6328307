"""Processes that are killed while a phone is replaced, at every single statement, on both databases."""

from typing import Any

import pytest

from authsim import states
from authsim.adapters.audit_chain import require_unbroken
from authsim.events import EventKind
from authsim.model import Device, Enrolment
from tests.support import nouns
from tests.support.mortal import complete, kill_at_each_statement
from tests.support.nouns import NOW_MS
from tests.support.stores import SQL_KINDS

#: More than the change has statements.
MANY = 20


@pytest.fixture(params=SQL_KINDS)
def shared(request: pytest.FixtureRequest) -> tuple[Any, str]:
    """An empty store and the address under which other processes find it."""
    store = request.getfixturevalue(request.param)
    if request.param == "sqlite_store":
        return store, str(request.getfixturevalue("sqlite_path"))
    return store, request.getfixturevalue("postgres_url")


def prepare(store: Any) -> tuple[Device, Enrolment]:
    """Return a device that holds all that a device can hold, and an enrolment that replaces it."""
    old = nouns.add_device(store, nouns.add_user(store).user_id)
    nouns.send(store, old)
    store.device_sessions.open(nouns.device_session(old), counter=1, event=nouns.event())
    store.sessions.open(nouns.session(old.user_id), judged=nouns.HASH, sessions_allowed=5, event=nouns.event())
    return old, nouns.enrol(store, old.user_id)


def test_a_kill_at_each_statement_leaves_one_active_phone(shared: tuple[Any, str]) -> None:
    """Killed before any statement or the COMMIT, the old phone is active with all it held; one more try replaces it."""
    store, address = shared
    town = [prepare(store) for _ in range(MANY)]

    killed = kill_at_each_statement(address, [(old.user_id, begun.flow_id) for old, begun in town])

    assert 10 < killed < MANY
    for number, (old, begun) in enumerate(town):
        active = [row for row in store.devices.list_of(old.user_id) if row.state is states.Device.ACTIVE]
        sessions = store.sessions.list_open(old.user_id, now_ms=NOW_MS)
        enrolment = store.enrolments.get(begun.flow_id)
        if number < killed:
            assert [row.device_id for row in active] == [old.device_id], number
            assert enrolment == begun
            assert len(sessions) == len(store.pushes.list_open(old.device_id, now_ms=NOW_MS)) == 1
            complete(store, old.user_id, begun.flow_id)
        else:
            assert [row.device_id for row in active] == [enrolment.device_id], number
            assert sessions == []
    assert len({store.devices.active_of(old.user_id).device_id for old, _ in town}) == MANY
    kinds = nouns.read_all(store)
    assert kinds.count(EventKind.ENROLMENT_COMPLETED) == kinds.count(EventKind.DEVICE_REPLACED) == MANY
    assert require_unbroken(store.audit.read(after=0, most=10_000)) == store.audit.head()
