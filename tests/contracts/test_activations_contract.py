"""What `ports.Activations` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import ActivationCode, CodeId, Device, SessionId, User, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all

DIGEST = bytes(range(32))
CLOSING = {
    states.OneShot.FAILED: states.OneShotEvent.FAIL,
    states.OneShot.EXPIRED: states.OneShotEvent.EXPIRE,
    states.OneShot.CANCELLED: states.OneShotEvent.CANCEL,
}


def issue(store: Store, user_id: UserId, **fields: object) -> ActivationCode:
    """Issue a code."""
    issued = nouns.code(user_id, **fields)
    store.activations.issue(issued, event=event(EventKind.ACTIVATION_ISSUED))
    return issued


def redeem(store: Store, code: ActivationCode, *, now_ms: int = LATER_MS, **fields: object) -> Device:
    """Redeem a code for a new device."""
    device = nouns.device(fields.pop("user_id", code.user_id), **fields)  # type: ignore[arg-type]
    store.activations.redeem(
        code.code_id,
        device=device,
        request_digest=DIGEST,
        reply='{"v":1}',
        now_ms=now_ms,
        event=event(EventKind.ACTIVATION_CONSUMED),
    )
    return device


def in_state(store: Store, user: User, state: states.OneShot) -> ActivationCode:
    """Bring a code into a state by the steps that lead there."""
    code = issue(store, user.user_id)
    if state in CLOSING:
        store.activations.close(code.code_id, state, now_ms=NOW_MS, event=event(EventKind.ACTIVATION_REFUSED))
    elif state is states.OneShot.SUPERSEDED:
        newer = issue(store, user.user_id)
        store.activations.close(
            newer.code_id, states.OneShot.CANCELLED, now_ms=NOW_MS, event=event(EventKind.ACTIVATION_REFUSED)
        )
    elif state is states.OneShot.CONSUMED:
        device = redeem(store, code, now_ms=NOW_MS)
        revoked = event(EventKind.DEVICE_REVOKED)
        store.devices.change(device.device_id, states.DeviceEvent.REVOKE, now_ms=NOW_MS, event=revoked)
    present = store.activations.get(code.code_id)
    assert present is not None
    assert present.state is state
    return present


def test_a_code_is_kept_as_it_was_issued(store: Store) -> None:
    """What was written is read, value for value."""
    user = add_user(store)

    shown = issue(store, user.user_id, session_id=SessionId(nouns.new_hex()))
    by_operator = issue(store, add_user(store).user_id, display=None)

    assert store.activations.get(shown.code_id) == shown
    assert store.activations.get(by_operator.code_id) == by_operator
    assert store.activations.get(CodeId(nouns.new_hex())) is None


def test_a_code_needs_a_user(store: Store) -> None:
    """A code for a user who is gone is refused."""
    with pytest.raises(StoreConflictError):
        issue(store, UserId(nouns.new_hex()))


def test_a_code_is_issued_once(store: Store) -> None:
    """The same id a second time is refused, and the first stays as it was."""
    code = issue(store, add_user(store).user_id)
    other = add_user(store)

    with pytest.raises(StoreConflictError):
        issue(store, other.user_id, code_id=code.code_id)

    assert store.activations.get(code.code_id) == code


def test_a_new_code_supersedes_the_issued_one_of_that_user(store: Store) -> None:
    """Of one user's codes only the newest is open; other users' codes and closed ones stay as they are."""
    user, other = add_user(store), add_user(store)
    failed = in_state(store, user, states.OneShot.FAILED)
    first, elsewhere = issue(store, user.user_id), issue(store, other.user_id)

    second = issue(store, user.user_id, issued_ms=LATER_MS)

    assert store.activations.get(first.code_id) == replace(first, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    assert [store.activations.get(code.code_id) for code in (failed, elsewhere, second)] == [failed, elsewhere, second]


def test_the_latest_code_of_a_session_is_found(store: Store) -> None:
    """The newest code shown in a session is found, whatever became of it; of one millisecond, the last one."""
    user, session_id = add_user(store), SessionId(nouns.new_hex())
    assert store.activations.latest_of_session(session_id) is None
    issue(store, user.user_id, session_id=session_id)
    latest = issue(store, user.user_id, session_id=session_id)
    issue(store, user.user_id, session_id=SessionId(nouns.new_hex()))

    found = store.activations.latest_of_session(session_id)

    assert found == replace(latest, state=states.OneShot.SUPERSEDED, closed_ms=NOW_MS)


def test_redeeming_consumes_the_code_and_makes_the_device(store: Store) -> None:
    """Both happen together, and what makes a resend idempotent is kept."""
    code = issue(store, add_user(store).user_id)

    device = redeem(store, code)

    assert store.devices.active_of(code.user_id) == device
    assert store.activations.get(code.code_id) == replace(
        code,
        state=states.OneShot.CONSUMED,
        closed_ms=LATER_MS,
        device_id=device.device_id,
        request_digest=DIGEST,
        reply='{"v":1}',
    )
    assert read_all(store)[-1] is EventKind.ACTIVATION_CONSUMED


@pytest.mark.parametrize("state", states.OneShot)
def test_a_code_is_redeemed_where_the_table_says_so(store: Store, state: states.OneShot) -> None:
    """Only an issued code is redeemed; any other stays as it is, and no device appears."""
    code = in_state(store, add_user(store), state)

    if states.OneShotEvent.CONSUME in states.ONE_SHOT[state]:
        redeem(store, code)
        return
    recorded = read_all(store)
    with pytest.raises(StoreConflictError):
        redeem(store, code)

    assert store.activations.get(code.code_id) == code
    assert store.devices.active_of(code.user_id) is None
    assert read_all(store) == recorded


@pytest.mark.parametrize("end", CLOSING)
@pytest.mark.parametrize("state", states.OneShot)
def test_a_code_is_closed_where_the_table_says_so(store: Store, state: states.OneShot, end: states.OneShot) -> None:
    """Every pair of a state and an end is allowed or refused as the state table says."""
    code = in_state(store, add_user(store), state)
    recorded = read_all(store)

    def close() -> None:
        store.activations.close(code.code_id, end, now_ms=LATER_MS, event=event(EventKind.ACTIVATION_REFUSED))

    if CLOSING[end] in states.ONE_SHOT[state]:
        close()
        assert store.activations.get(code.code_id) == replace(code, state=end, closed_ms=LATER_MS)
    else:
        with pytest.raises(StoreConflictError):
            close()
        assert store.activations.get(code.code_id) == code
        assert read_all(store) == recorded


@pytest.mark.parametrize("state", states.OneShot)
def test_only_an_issued_code_is_superseded(store: Store, state: states.OneShot) -> None:
    """A new code closes the issued one and leaves every closed one as it ended."""
    user = add_user(store)
    code = in_state(store, user, state)

    issue(store, user.user_id)

    present = store.activations.get(code.code_id)
    assert present is not None
    assert present.state is (states.OneShot.SUPERSEDED if state is states.OneShot.ISSUED else state)


def test_a_code_is_only_closed_into_an_end(store: Store) -> None:
    """To close a code as issued is a bug of the caller."""
    code = issue(store, add_user(store).user_id)

    with pytest.raises(ValueError, match="not a terminal state"):
        store.activations.close(code.code_id, states.OneShot.ISSUED, now_ms=NOW_MS, event=event())


def test_unknown_codes_are_conflicts(store: Store) -> None:
    """A code that is nowhere can neither be redeemed nor closed."""
    user = add_user(store)

    with pytest.raises(StoreConflictError):
        redeem(store, nouns.code(user.user_id))
    with pytest.raises(StoreConflictError):
        store.activations.close(CodeId(nouns.new_hex()), states.OneShot.FAILED, now_ms=NOW_MS, event=event())


@pytest.mark.parametrize(("now_ms", "is_open"), [(SOON_MS - 1, True), (SOON_MS, False), (SOON_MS + 1, False)])
def test_a_code_lives_until_the_millisecond_it_expires(store: Store, now_ms: int, is_open: bool) -> None:
    """At `expires_ms` the code is dead, one millisecond before it is not."""
    code = issue(store, add_user(store).user_id)

    if is_open:
        redeem(store, code, now_ms=now_ms)
    else:
        with pytest.raises(StoreConflictError):
            redeem(store, code, now_ms=now_ms)
        assert store.activations.get(code.code_id) == code


@pytest.mark.parametrize("state", [states.Device.ACTIVE, states.Device.PENDING])
def test_a_user_with_an_active_device_redeems_nothing(store: Store, state: states.Device) -> None:
    """While a device is active no code makes another, active or pending, and the code stays as it was."""
    user = add_user(store)
    device = add_device(store, user.user_id)
    code = issue(store, user.user_id)

    with pytest.raises(StoreConflictError):
        redeem(store, code, state=state)

    assert store.activations.get(code.code_id) == code
    assert store.devices.list_of(user.user_id) == [device]


def test_a_code_serves_its_own_user(store: Store) -> None:
    """A device of somebody else is never made from it."""
    code, other = issue(store, add_user(store).user_id), add_user(store)

    with pytest.raises(StoreConflictError):
        redeem(store, code, user_id=other.user_id)

    assert store.activations.get(code.code_id) == code


def test_a_device_is_made_once(store: Store) -> None:
    """The id of a device that exists is refused, and the code stays as it was."""
    device = add_device(store, add_user(store).user_id)
    code = issue(store, add_user(store).user_id)

    with pytest.raises(StoreConflictError):
        redeem(store, code, device_id=device.device_id)

    assert store.activations.get(code.code_id) == code


def test_a_suspended_device_keeps_its_place(store: Store) -> None:
    """While a user's device is suspended no code enrols another: a password alone must not take its place."""
    user = add_user(store)
    device = nouns.add_device(store, user.user_id)
    fact = event(EventKind.DEVICE_SUSPENDED)
    store.devices.change(device.device_id, states.DeviceEvent.SUSPEND, now_ms=NOW_MS, event=fact)
    code = issue(store, user.user_id)
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        redeem(store, code)

    assert store.activations.get(code.code_id) == code
    assert store.devices.list_of(user.user_id) == [store.devices.current_of(user.user_id)]
    assert read_all(store) == recorded
