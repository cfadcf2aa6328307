"""A thousand clients at one moment: what may happen once happens once, and nobody is told that something broke."""

from typing import Any

import pytest

from authsim import states
from authsim.adapters.audit_chain import require_unbroken
from authsim.events import EventKind
from tests.support import factor_nouns, nouns
from tests.support.race import PROCESSES, THREADS, run_race
from tests.support.stores import SQL_KINDS

EVERYBODY = PROCESSES * THREADS
FEW = 25


@pytest.fixture(params=SQL_KINDS)
def shared(request: pytest.FixtureRequest) -> tuple[Any, str]:
    """An empty store and the address under which other processes find it."""
    store = request.getfixturevalue(request.param)
    if request.param == "sqlite_store":
        return store, str(request.getfixturevalue("sqlite_path"))
    return store, request.getfixturevalue("postgres_url")


@pytest.mark.parametrize("attempts_allowed", [1, EVERYBODY])
def test_one_challenge_opens_one_session(shared: tuple[Any, str], attempts_allowed: int) -> None:
    """Of a thousand right answers to one challenge one gets in, however many may try; the record tells the same."""
    store, address = shared
    device = nouns.add_device(store, nouns.add_user(store).user_id)
    asked = nouns.ask(store, device, attempts_allowed=attempts_allowed)

    outcomes = run_race(address, "answer_rightly", f"{device.user_id},{asked.challenge_id}")

    answered = store.logins.challenge_of(asked.login_id)
    kinds = nouns.read_all(store)
    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert len(store.sessions.list_open(device.user_id, now_ms=nouns.NOW_MS)) == 1
    assert answered.state is states.OneShot.CONSUMED
    assert answered.attempts == kinds.count(EventKind.RESPONSE_COUNTED) <= attempts_allowed
    assert kinds.count(EventKind.LOGIN_COMPLETED) == 1
    assert require_unbroken(store.audit.read(after=0, most=10 * EVERYBODY)) == store.audit.head()


def test_one_activation_makes_one_device(shared: tuple[Any, str]) -> None:
    """Of a thousand phones that redeem one activation, one becomes the user's device."""
    store, address = shared
    user = nouns.add_user(store)
    code = nouns.code(user.user_id)
    store.activations.issue(code, event=nouns.event(EventKind.ACTIVATION_ISSUED))

    outcomes = run_race(address, "redeem", f"{user.user_id},{code.code_id}")

    redeemed, devices = store.activations.get(code.code_id), store.devices.list_of(user.user_id)
    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert [device.device_id for device in devices] == [redeemed.device_id]
    assert redeemed.state is states.OneShot.CONSUMED
    assert nouns.read_all(store).count(EventKind.ACTIVATION_CONSUMED) == 1


@pytest.mark.parametrize("attempts_allowed", [1, 3])
def test_a_storm_of_wrong_answers_is_counted(shared: tuple[Any, str], attempts_allowed: int) -> None:
    """Of a thousand answers no more are compared than are allowed, and each of those counts against the user."""
    store, address = shared
    device = nouns.add_device(store, nouns.add_user(store).user_id)
    asked = nouns.ask(store, device, attempts_allowed=attempts_allowed)

    outcomes = run_race(address, "answer_wrongly", asked.challenge_id)

    assert outcomes == {"done": attempts_allowed, "refused": EVERYBODY - attempts_allowed}
    assert store.logins.challenge_of(asked.login_id).attempts == attempts_allowed
    assert len(store.users.get(device.user_id).lockout.failures_ms) == attempts_allowed
    assert nouns.read_all(store).count(EventKind.RESPONSE_COUNTED) == attempts_allowed


def test_one_request_is_approved_once_and_collected_once(shared: tuple[Any, str]) -> None:
    """Of a thousand approvals one counts, and of a thousand browsers that collect it one gets in."""
    store, address = shared
    device = nouns.add_device(store, nouns.add_user(store).user_id)
    asked = nouns.send(store, device)

    approved = run_race(address, "approve", asked.request_id)
    collected = run_race(address, "collect", asked.request_id)

    kept, kinds = store.pushes.get(asked.request_id), nouns.read_all(store)
    assert approved == collected == {"done": 1, "refused": EVERYBODY - 1}
    assert (kept.state, kept.attempts) == (states.OneShot.CONSUMED, 1)
    assert len(store.sessions.list_open(device.user_id, now_ms=nouns.NOW_MS)) == 1
    assert kinds.count(EventKind.PUSH_COUNTED) == kinds.count(EventKind.LOGIN_COMPLETED) == 1


def test_one_counter_opens_one_device_session(shared: tuple[Any, str]) -> None:
    """Of a thousand signatures with the same counter one is taken."""
    store, address = shared
    device = nouns.add_device(store, nouns.add_user(store).user_id)

    outcomes = run_race(address, "open_device_session", device.device_id)

    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert store.devices.get(device.device_id).counter == 1


def test_one_texted_code_makes_one_device(shared: tuple[Any, str]) -> None:
    """Of a thousand phones that bring the right code one takes the place of the old one, and none stands beside it."""
    store, address = shared
    user = nouns.add_user(store)
    old = nouns.add_device(store, user.user_id)
    begun = nouns.enrol(store, user.user_id, attempts_allowed=EVERYBODY)

    outcomes = run_race(address, "bring_code", begun.flow_id)

    kept = store.enrolments.get(begun.flow_id)
    devices = {device.device_id: device.state for device in store.devices.list_of(user.user_id)}
    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert devices == {old.device_id: states.Device.REPLACED, kept.device_id: states.Device.ACTIVE}
    assert kept.state is states.OneShot.CONSUMED
    assert nouns.read_all(store).count(EventKind.ENROLMENT_COUNTED) == kept.attempts


def test_a_storm_of_wrong_codes_is_counted(shared: tuple[Any, str]) -> None:
    """Of a thousand codes no more are compared than are allowed."""
    store, address = shared
    begun = nouns.enrol(store, nouns.add_user(store).user_id)

    outcomes = run_race(address, "guess_code", begun.flow_id)

    assert outcomes == {"done": 3, "refused": EVERYBODY - 3}
    assert store.enrolments.get(begun.flow_id).attempts == 3


def test_one_code_opens_one_session(shared: tuple[Any, str]) -> None:
    """Of a thousand who type one code of an authenticator app, in two logins, one gets in: its step counts once."""
    store, address = shared
    held = factor_nouns.add_factor(store, nouns.add_user(store).user_id)
    asked = [factor_nouns.issue(store, held, attempts_allowed=EVERYBODY) for _ in range(2)]
    names = "+".join(prompt.prompt_id for prompt in asked)

    outcomes = run_race(address, "answer_prompt", f"{held.user_id},{names},7")

    kept = [store.prompts.latest_of_login(prompt.login_id) for prompt in asked]
    kinds = nouns.read_all(store)
    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert {prompt.state for prompt in kept} == {states.OneShot.CONSUMED, states.OneShot.ISSUED}
    assert store.factors.get(held.factor_id).last_step == 7
    assert len(store.sessions.list_open(held.user_id, now_ms=nouns.NOW_MS)) == 1
    assert sum(prompt.attempts for prompt in kept) == kinds.count(EventKind.PROMPT_COUNTED)
    assert kinds.count(EventKind.LOGIN_COMPLETED) == 1
    assert require_unbroken(store.audit.read(after=0, most=10 * EVERYBODY)) == store.audit.head()


def test_a_storm_of_wrong_codes_at_a_login_is_counted(shared: tuple[Any, str]) -> None:
    """Of hundreds of codes no more are compared than are allowed, and each of those counts against the user."""
    store, address = shared
    asked = factor_nouns.issue(store, factor_nouns.add_factor(store, nouns.add_user(store).user_id))

    outcomes = run_race(address, "guess_prompt", asked.prompt_id, threads=FEW)

    assert outcomes == {"done": 3, "refused": PROCESSES * FEW - 3}
    assert store.prompts.latest_of_login(asked.login_id).attempts == 3
    assert len(store.users.get(asked.user_id).lockout.failures_ms) == 3
    assert nouns.read_all(store).count(EventKind.PROMPT_COUNTED) == 3


def test_one_confirmation_makes_one_phone(shared: tuple[Any, str]) -> None:
    """Of a thousand who confirm a phone one does; no more tries are counted than are allowed."""
    store, address = shared
    user = nouns.add_user(store)
    waiting = {"state": states.Device.PENDING, "confirmations_allowed": 9, "expires_ms": nouns.SOON_MS}
    pending = nouns.add_device(store, user.user_id, **waiting)

    outcomes = run_race(address, "confirm_phone", pending.device_id)

    confirmed, kinds = store.devices.get(pending.device_id), nouns.read_all(store)
    assert outcomes == {"done": 1, "refused": EVERYBODY - 1}
    assert confirmed.state is states.Device.ACTIVE
    assert confirmed.confirmations == kinds.count(EventKind.CONFIRMATION_COUNTED) <= 9
    assert kinds.count(EventKind.DEVICE_CONFIRMED) == 1


def test_a_full_span_lets_nobody_in(shared: tuple[Any, str]) -> None:
    """Of hundreds of tries under one key at one moment exactly as many are counted as are allowed."""
    store, address = shared

    outcomes = run_race(address, "take_tally", "20", threads=FEW)

    assert outcomes == {"done": 20, "refused": PROCESSES * FEW - 20}
    assert store.tallies.count(bytes(32), since_ms=0) == 20
