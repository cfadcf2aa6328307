"""A thousand clients at one moment, on both databases: what phones, texts and passwords may do to each other."""

from typing import Any

import pytest

from authsim import states
from authsim.adapters.audit_chain import require_unbroken
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Decision, FactorKind, SessionId
from tests.support import factor_nouns, nouns
from tests.support.gateway_nouns import gateway
from tests.support.nouns import LATER_MS, NOW_MS
from tests.support.race import PROCESSES, THREADS, run_race
from tests.support.stores import SQL_KINDS

EVERYBODY = PROCESSES * THREADS


@pytest.fixture(params=SQL_KINDS)
def shared(request: pytest.FixtureRequest) -> tuple[Any, str]:
    """An empty store and the address under which other processes find it."""
    store = request.getfixturevalue(request.param)
    if request.param == "sqlite_store":
        return store, str(request.getfixturevalue("sqlite_path"))
    return store, request.getfixturevalue("postgres_url")


def test_a_request_is_decided_one_way(shared: tuple[Any, str]) -> None:
    """Of a thousand approvals and denials one stands, and login, challenge and request agree about which."""
    store, address = shared
    device = nouns.add_device(store, nouns.add_user(store).user_id)
    begun = nouns.login(device.user_id)
    sent = nouns.send(store, device, of=begun)

    outcomes = run_race(address, "decide_either_way", sent.request_id)

    kept, login = store.pushes.get(sent.request_id), store.logins.find(begun.token_hash)
    challenge = store.logins.challenge_of(sent.login_id)
    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    found = (kept.decision, kept.state, login.state, login.reason, challenge.state)
    assert found in {
        (Decision.APPROVE, states.OneShot.CONSUMED, states.Login.SECOND_FACTOR, None, states.OneShot.ISSUED),
        (
            Decision.DENY,
            states.OneShot.FAILED,
            states.Login.FAILED,
            Reason.PUSH_DENIED.value,
            states.OneShot.FAILED,
        ),
    }
    assert nouns.read_all(store).count(EventKind.PUSH_DENIED) == 1


def test_texts_keep_their_distance(shared: tuple[Any, str]) -> None:
    """Of a thousand who ask for another text at one moment, one gets it."""
    store, address = shared
    begun = nouns.enrol(store, nouns.add_user(store).user_id)

    outcomes = run_race(address, "ask_for_text", begun.flow_id)

    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert store.enrolments.get(begun.flow_id).sends == 2
    assert store.enrolments.last_sent_ms(begun.user_id) == LATER_MS
    assert len(store.texts.list_of("+15550100", after=0, most=EVERYBODY)) == 2


def test_exactly_one_phone_is_active_at_every_instant(shared: tuple[Any, str]) -> None:
    """While hundreds enrol by text and by QR code for one user, everybody who looks sees one active phone."""
    store, address = shared
    user = nouns.add_user(store)
    nouns.add_device(store, user.user_id)

    outcomes = run_race(address, "replace_phone", user.user_id, threads=25)

    devices = store.devices.list_of(user.user_id)
    assert set(outcomes) == {"done", "refused"}, outcomes
    assert len(devices) == outcomes["done"] + 1
    assert [device.state for device in devices].count(states.Device.ACTIVE) == 1
    assert {device.state for device in devices} == {states.Device.ACTIVE, states.Device.REPLACED}
    kinds = nouns.read_all(store)
    assert kinds.count(EventKind.DEVICE_REPLACED) == kinds.count(EventKind.ENROLMENT_COMPLETED) == outcomes["done"]
    assert require_unbroken(store.audit.read(after=0, most=20 * EVERYBODY)) == store.audit.head()


def test_nothing_begins_on_a_password_that_was_replaced(shared: tuple[Any, str]) -> None:
    """After the password was replaced amid logins, sessions and enrolments, none that stands on the old one is open."""
    store, address = shared
    user = nouns.add_user(store)
    device = nouns.add_device(store, user.user_id)

    outcomes = run_race(address, "begin_or_replace_password", f"{user.user_id},{device.device_id}", threads=40)

    assert set(outcomes) <= {"done", "refused"}, outcomes
    assert store.users.get(user.user_id).password_hash == "another hash"
    assert store.sessions.list_open(user.user_id, now_ms=NOW_MS) == []
    for table in ("logins", "challenges", "push_requests", "enrolments"):
        statement = f"SELECT count(*) FROM {table} WHERE state IN ('issued', 'started', 'second_factor')"  # noqa: S608
        assert store.database.read(lambda connection, of=statement: connection.exec_driver_sql(of).scalar()) == 0, table
    assert require_unbroken(store.audit.read(after=0, most=20 * EVERYBODY)) == store.audit.head()


def test_nobody_shares_what_was_taken_away(shared: tuple[Any, str]) -> None:
    """While some share a card and log in with it, it is taken away: whoever shared it holds nothing that is open."""
    store, address = shared
    card = factor_nouns.add_factor(store, nouns.add_user(store).user_id, kind=FactorKind.CODE_CARD)
    others = [nouns.add_user(store).user_id for _ in range(12)]

    outcomes = run_race(address, "share_or_end", f"{card.factor_id},{'+'.join(others)}", processes=4, threads=12)

    assert set(outcomes) <= {"done", "refused"}, outcomes
    if store.factors.get(card.factor_id).state is states.Factor.ACTIVE:
        revoke = states.FactorEvent.REVOKE
        store.factors.change(card.factor_id, revoke, now_ms=NOW_MS, event=nouns.event(EventKind.FACTOR_CLOSED))
    held = [factor for user_id in others for factor in store.factors.list_of(user_id)]
    assert not [factor for factor in held if factor.state is states.Factor.ACTIVE]
    kinds = nouns.read_all(store)
    assert len(held) <= kinds.count(EventKind.FACTOR_SHARED)
    assert require_unbroken(store.audit.read(after=0, most=20 * EVERYBODY)) == store.audit.head()


def test_the_front_answers_for_one_of_many_logins(shared: tuple[Any, str]) -> None:
    """Of a thousand logins that end at one moment none fails, and the newest of them is the session of the front."""
    store, address = shared
    user_id = nouns.add_user(store).user_id

    outcomes = run_race(address, "open_gateway", user_id)

    assert outcomes == {"done": EVERYBODY}
    assert store.gateways.get().session_id == store.sessions.list_open(user_id, now_ms=NOW_MS)[0].session_id
    assert (
        store.database.read(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM gateway").scalar()) == 1
    )
    assert 1 <= nouns.read_all(store).count(EventKind.BROKERAGE_BEGUN) <= EVERYBODY
    assert require_unbroken(store.audit.read(after=0, most=3 * EVERYBODY)) == store.audit.head()


def test_a_brokerage_session_ends_one_way(shared: tuple[Any, str]) -> None:
    """Of a thousand that saw it up and end it, some by logging out, one does, and the record has that one."""
    store, address = shared
    handle = nouns.new_hex()
    seen = gateway(handle=handle, session_id=SessionId(handle))
    store.gateways.open(seen, event=nouns.event(EventKind.BROKERAGE_BEGUN))

    outcomes = run_race(address, "move_gateway", handle)

    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert store.gateways.get().brokerage in {states.Brokerage.IDLE, states.Brokerage.LOGGED_OUT}
    assert nouns.read_all(store) == [EventKind.BROKERAGE_BEGUN, EventKind.BROKERAGE_ENDED]
