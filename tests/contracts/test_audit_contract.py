"""What `ports.Audit` promises, on every store."""

import hashlib
from dataclasses import replace

import pytest

from authsim.adapters.audit_chain import require_unbroken
from authsim.errors import Reason, StoreError
from authsim.events import EventKind
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, add_user, event

FACTS = {"username": "alice", "label": "携帯 \u2028 1", "empty": ""}


def test_an_event_is_kept_as_it_happened(store: Store) -> None:
    """What was written is read, value for value, with and without its optional parts."""
    full = event(
        EventKind.LOGIN_REFUSED,
        at_ms=LATER_MS,
        user_id=nouns.new_hex(),
        reason=Reason.WRONG_RESPONSE,
        facts=FACTS,
    )

    store.audit.append(full)
    store.audit.append(event())

    assert [row.event for row in store.audit.read(after=0, most=10)] == [full, event()]


def test_rows_are_numbered_from_one_without_gaps(store: Store) -> None:
    """A refused change takes no number."""
    user = add_user(store)
    for _ in range(3):
        with pytest.raises(StoreError):
            store.users.add(user, event=event(EventKind.USER_ADDED))
        store.audit.append(event())

    assert [row.sequence for row in store.audit.read(after=0, most=10)] == [1, 2, 3, 4]


def test_rows_are_read_onwards(store: Store) -> None:
    """Reading goes on after a row, oldest first, and takes as many as are asked for."""
    for number in range(5):
        store.audit.append(event(at_ms=number))

    assert [row.sequence for row in store.audit.read(after=0, most=2)] == [1, 2]
    assert [row.sequence for row in store.audit.read(after=2, most=10)] == [3, 4, 5]
    assert store.audit.read(after=5, most=10) == []


def test_a_user_s_rows_come_newest_first(store: Store) -> None:
    """The rows about one user are listed, and nobody else's, as many as are asked for."""
    mine, theirs = nouns.new_hex(), nouns.new_hex()
    for user_id in (mine, theirs, None, mine, mine):
        store.audit.append(event(user_id=user_id))

    assert [row.sequence for row in store.audit.list_of(mine, most=2)] == [5, 4]  # type: ignore[arg-type]
    assert [row.sequence for row in store.audit.list_of(mine, most=10)] == [5, 4, 1]  # type: ignore[arg-type]


def test_the_chain_is_unbroken_over_every_change(store: Store) -> None:
    """Rows written by every port follow each other in one chain."""
    user = add_user(store)
    device = nouns.add_device(store, user.user_id)
    nouns.ask(store, device)
    store.audit.append(event(facts=FACTS))

    rows = store.audit.read(after=0, most=100)

    assert require_unbroken(rows).sequence == len(rows) == 5


def test_every_store_keeps_the_same_chain(store: Store) -> None:
    """The hash of a row depends on what happened and not on where it is kept."""
    store.audit.append(event(at_ms=7, facts=FACTS, reason=Reason.THROTTLED))
    store.audit.append(event(EventKind.USER_LOCKED, at_ms=8, user_id="ab" * 16))
    first = (
        rb'{"at_ms":7,"facts":{"empty":"","label":"\u643a\u5e2f \u2028 1","username":"alice"},"kind":"login:started",'
        rb'"reason":"throttled","sequence":1,"user_id":null}'
    )
    second = rb'{"at_ms":8,"facts":{},"kind":"user:locked","reason":null,"sequence":2,"user_id":"%b"}' % (b"ab" * 16)

    chains = [row.chain for row in store.audit.read(after=0, most=2)]

    assert chains[0] == hashlib.sha256(bytes(32) + first).digest()
    assert chains[1] == hashlib.sha256(chains[0] + second).digest()


@pytest.mark.parametrize("position", range(4))
def test_a_changed_row_breaks_the_chain(store: Store, position: int) -> None:
    """Whatever row is changed, left out or doubled, the first row that does not follow is named."""
    for number in range(4):
        store.audit.append(event(at_ms=number))
    rows = list(store.audit.read(after=0, most=10))
    changed = replace(rows[position], event=event(at_ms=99))

    for forged in (
        [*rows[:position], changed, *rows[position + 1 :]],
        [*rows[: position + 1], *rows[position:]],
        [*rows[:position], replace(rows[position], chain=bytes(32)), *rows[position + 1 :]],
    ):
        with pytest.raises(StoreError, match=r"broken at row [1-5]"):
            require_unbroken(forged)


def test_a_change_without_events_records_nothing(store: Store) -> None:
    """A flow that has nothing to record leaves the chain as it was."""
    user = add_user(store)

    store.logins.begin(nouns.login(user.user_id), challenge=None, judged=nouns.HASH, events=[])

    assert len(store.audit.read(after=0, most=10)) == 1
