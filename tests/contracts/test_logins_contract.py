"""What `ports.Logins` promises about transactions, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import DeviceId, LoginId, LoginTransaction, Mode, SessionId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all

EVENTS = [event(EventKind.LOGIN_STARTED), event(EventKind.CHALLENGE_ISSUED)]


def begin(store: Store, user_id: UserId, **fields: object) -> LoginTransaction:
    """Begin a login that asks nothing yet."""
    begun = nouns.login(user_id, **fields)
    store.logins.begin(begun, challenge=None, judged=nouns.HASH, events=[event(EventKind.LOGIN_STARTED)])
    return begun


def advanced(login: LoginTransaction) -> LoginTransaction:
    """Return what a started login becomes when its mode is corrected."""
    return replace(login, token_hash=bytes.fromhex(nouns.new_hex(32)), mode=Mode.PAPER, expires_ms=login.expires_ms + 1)


def test_a_login_is_kept_as_it_began(store: Store) -> None:
    """The transaction and its first challenge are read, value for value, and every event is recorded in order."""
    device = add_device(store, add_user(store).user_id)
    begun = nouns.login(device.user_id, session_id=SessionId(nouns.new_hex()))
    asked = nouns.challenge(begun, device.device_id, attempts_allowed=3)

    store.logins.begin(begun, challenge=asked, judged=nouns.HASH, events=EVENTS)

    assert store.logins.find(begun.token_hash) == begun
    assert store.logins.challenge_of(begun.login_id) == asked
    assert read_all(store)[-2:] == [EventKind.LOGIN_STARTED, EventKind.CHALLENGE_ISSUED]


def test_unknown_logins_are_nowhere(store: Store) -> None:
    """An unknown token and an unknown id give nothing."""
    assert store.logins.find(bytes(32)) is None
    assert store.logins.challenge_of(LoginId(nouns.new_hex())) is None


@pytest.mark.parametrize("same", ["login_id", "token_hash"])
def test_a_login_begins_once(store: Store, same: str) -> None:
    """A second transaction with the id or the token of another is refused, and its challenge is not asked."""
    device = add_device(store, add_user(store).user_id)
    first = begin(store, device.user_id)
    second = nouns.login(device.user_id, **{same: getattr(first, same)})
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        store.logins.begin(
            second, challenge=nouns.challenge(second, device.device_id), judged=nouns.HASH, events=EVENTS
        )

    assert store.logins.find(first.token_hash) == first
    assert store.logins.count_questions(device.device_id) == 0
    assert read_all(store) == recorded


def test_a_login_needs_a_user_and_a_device(store: Store) -> None:
    """A user who is gone begins nothing, and a device that is gone is asked nothing."""
    nobody, user = nouns.login(UserId(nouns.new_hex())), add_user(store)
    begun = nouns.login(user.user_id)

    with pytest.raises(StoreConflictError):
        store.logins.begin(nobody, challenge=None, judged=nouns.HASH, events=EVENTS)
    with pytest.raises(StoreConflictError):
        store.logins.begin(
            begun, challenge=nouns.challenge(begun, DeviceId(nouns.new_hex())), judged=nouns.HASH, events=EVENTS
        )

    assert store.logins.find(begun.token_hash) is None


def test_a_device_is_asked_a_question_once_in_its_life(store: Store) -> None:
    """The same question again is refused with its whole login; another device may be asked it."""
    device, other = (add_device(store, add_user(store).user_id) for _ in range(2))
    asked = nouns.ask(store, device)
    store.logins.fail(asked, reason="wrong_response", now_ms=NOW_MS, event=event(EventKind.LOGIN_REFUSED))
    again = nouns.login(device.user_id)

    with pytest.raises(StoreConflictError):
        store.logins.begin(
            again,
            challenge=nouns.challenge(again, device.device_id, question=asked.question),
            judged=nouns.HASH,
            events=EVENTS,
        )
    elsewhere = nouns.ask(store, other, question=asked.question)

    assert store.logins.find(again.token_hash) is None
    assert store.logins.challenge_of(elsewhere.login_id) == elsewhere
    assert store.logins.count_questions(device.device_id) == 1


def test_questions_are_counted_for_life(store: Store) -> None:
    """Every question that the device was asked counts, whatever became of it, and no other device's."""
    device, other = (add_device(store, add_user(store).user_id) for _ in range(2))
    assert store.logins.count_questions(device.device_id) == 0
    for _ in range(3):
        asked = nouns.ask(store, device)
    store.logins.expire(asked.login_id, now_ms=SOON_MS, event=event(EventKind.LOGIN_EXPIRED))
    nouns.ask(store, other)

    assert store.logins.count_questions(device.device_id) == 3


def test_advancing_asks_for_the_second_factor(store: Store) -> None:
    """Token, mode and expiry are those of the new value, all else stays, and the challenge is issued with it."""
    device = add_device(store, add_user(store).user_id)
    begun = begin(store, device.user_id, state=states.Login.STARTED)
    asked = nouns.challenge(begun, device.device_id)
    after = advanced(begun)

    store.logins.advance(replace(after, reason="not written", client=nouns.CLIENT), challenge=asked, events=EVENTS)

    assert store.logins.find(begun.token_hash) is None
    assert store.logins.find(after.token_hash) == replace(after, state=states.Login.SECOND_FACTOR)
    assert store.logins.challenge_of(begun.login_id) == asked
    assert read_all(store)[-2:] == [EventKind.LOGIN_STARTED, EventKind.CHALLENGE_ISSUED]


@pytest.mark.parametrize("state", states.Login)
def test_a_login_advances_where_the_table_says_so(store: Store, state: states.Login) -> None:
    """Only a started login advances; any other stays as it is, and nobody is asked."""
    device = add_device(store, add_user(store).user_id)
    begun = begin(store, device.user_id, state=state)
    recorded = read_all(store)

    def advance() -> None:
        store.logins.advance(advanced(begun), challenge=nouns.challenge(begun, device.device_id), events=EVENTS)

    if states.LoginEvent.AWAIT_SECOND_FACTOR in states.LOGIN[state]:
        advance()
        assert store.logins.count_questions(device.device_id) == 1
    else:
        with pytest.raises(StoreConflictError):
            advance()
        assert store.logins.find(begun.token_hash) == begun
        assert store.logins.count_questions(device.device_id) == 0
        assert read_all(store) == recorded


def test_advancing_into_a_conflict_changes_nothing(store: Store) -> None:
    """An unknown login, a taken token, an asked question or challenge, an unknown device: the login stays started."""
    device = add_device(store, add_user(store).user_id)
    begun = begin(store, device.user_id, state=states.Login.STARTED)
    asked, other = nouns.ask(store, device), begin(store, device.user_id)
    conflicts = [
        (advanced(nouns.login(device.user_id)), nouns.challenge(begun, device.device_id)),
        (replace(advanced(begun), token_hash=other.token_hash), nouns.challenge(begun, device.device_id)),
        (advanced(begun), nouns.challenge(begun, device.device_id, question=asked.question)),
        (advanced(begun), nouns.challenge(begun, device.device_id, challenge_id=asked.challenge_id)),
        (advanced(begun), nouns.challenge(begun, DeviceId(nouns.new_hex()))),
    ]

    for login, challenge in conflicts:
        with pytest.raises(StoreConflictError):
            store.logins.advance(login, challenge=challenge, events=EVENTS)

    assert store.logins.find(begun.token_hash) == begun
    assert store.logins.challenge_of(begun.login_id) is None


def test_a_login_has_one_open_challenge(store: Store) -> None:
    """While a challenge of a login is issued, no second one is."""
    device = add_device(store, add_user(store).user_id)
    begun = nouns.login(device.user_id, state=states.Login.STARTED)
    asked = nouns.challenge(begun, device.device_id)
    store.logins.begin(begun, challenge=asked, judged=nouns.HASH, events=EVENTS)

    with pytest.raises(StoreConflictError):
        store.logins.advance(advanced(begun), challenge=nouns.challenge(begun, device.device_id), events=EVENTS)

    assert store.logins.challenge_of(begun.login_id) == asked


def test_the_newest_challenge_of_a_login_is_found(store: Store) -> None:
    """Of several challenges the newest is found; of one millisecond, the one that came last."""
    device = add_device(store, add_user(store).user_id)
    begun = nouns.login(device.user_id, state=states.Login.STARTED)
    over = nouns.challenge(begun, device.device_id, state=states.OneShot.SUPERSEDED, closed_ms=NOW_MS)
    store.logins.begin(begun, challenge=over, judged=nouns.HASH, events=EVENTS)
    assert store.logins.challenge_of(begun.login_id) == over

    asked = nouns.challenge(begun, device.device_id)
    store.logins.advance(advanced(begun), challenge=asked, events=EVENTS)

    assert store.logins.challenge_of(begun.login_id) == asked


@pytest.mark.parametrize("state", states.Login)
def test_a_login_expires_where_the_table_says_so(store: Store, state: states.Login) -> None:
    """An open login is written as expired with its issued challenge; a closed one stays, and nothing is recorded."""
    device = add_device(store, add_user(store).user_id)
    begun = nouns.login(device.user_id, state=state)
    asked = nouns.challenge(begun, device.device_id)
    store.logins.begin(begun, challenge=asked, judged=nouns.HASH, events=EVENTS)
    recorded = read_all(store)

    store.logins.expire(begun.login_id, now_ms=LATER_MS, event=event(EventKind.LOGIN_EXPIRED))

    if states.LoginEvent.EXPIRE in states.LOGIN[state]:
        expired = replace(begun, state=states.Login.EXPIRED, closed_ms=LATER_MS)
        assert store.logins.find(begun.token_hash) == expired
        assert store.logins.challenge_of(begun.login_id) == replace(
            asked, state=states.OneShot.EXPIRED, closed_ms=LATER_MS
        )
        assert read_all(store) == [*recorded, EventKind.LOGIN_EXPIRED]
    else:
        assert store.logins.find(begun.token_hash) == begun
        assert store.logins.challenge_of(begun.login_id) == asked
        assert read_all(store) == recorded


def test_expiring_keeps_what_is_closed_or_elsewhere(store: Store) -> None:
    """A closed challenge stays as it ended, other logins stay open, and an unknown login is no matter."""
    device = add_device(store, add_user(store).user_id)
    begun = nouns.login(device.user_id)
    over = nouns.challenge(begun, device.device_id, state=states.OneShot.CANCELLED, closed_ms=NOW_MS)
    store.logins.begin(begun, challenge=over, judged=nouns.HASH, events=EVENTS)
    elsewhere = nouns.ask(store, device)

    store.logins.expire(begun.login_id, now_ms=LATER_MS, event=event(EventKind.LOGIN_EXPIRED))
    store.logins.expire(LoginId(nouns.new_hex()), now_ms=LATER_MS, event=event(EventKind.LOGIN_EXPIRED))

    assert store.logins.challenge_of(begun.login_id) == over
    assert store.logins.challenge_of(elsewhere.login_id) == elsewhere
    assert read_all(store).count(EventKind.LOGIN_EXPIRED) == 1
