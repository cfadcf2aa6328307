"""What `ports.Users` promises, on every store."""

from contextlib import suppress
from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Factors, Lockout, Mode, Role, SecureLogin, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, ask, event, read_all


def one_more(lockout: Lockout) -> Lockout:
    """Return the lock-out after one more failure."""
    return replace(lockout, failures_ms=(*lockout.failures_ms, NOW_MS))


def test_a_user_is_kept_as_they_were_added(store: Store) -> None:
    """What was written is read, value for value, by id and by name."""
    added = nouns.user(
        role=Role.SECONDARY,
        mode=Mode.PAPER,
        phone=None,
        locale="ja",
        lockout=Lockout(failures_ms=(1, 2, NOW_MS), locked_until_ms=SOON_MS),
    )

    store.users.add(added, event=event(EventKind.USER_ADDED))

    assert store.users.get(added.user_id) == added
    assert store.users.find(added.name) == added
    assert read_all(store) == [EventKind.USER_ADDED]


def test_nobody_is_found_under_an_unknown_name(store: Store) -> None:
    """An unknown id and an unknown name give nothing."""
    add_user(store)

    assert store.users.get(UserId(nouns.new_hex())) is None
    assert store.users.find("nobody") is None


@pytest.mark.parametrize("same", ["name", "user_id"])
def test_a_name_is_taken_once(store: Store, same: str) -> None:
    """A second user with the name or the id of another is refused, and nothing is recorded."""
    first = add_user(store)

    with pytest.raises(StoreConflictError):
        store.users.add(nouns.user(**{same: getattr(first, same)}), event=event(EventKind.USER_ADDED))

    assert store.users.list_all() == [first]
    assert read_all(store) == [EventKind.USER_ADDED]


def test_users_are_listed_by_name(store: Store) -> None:
    """The order is that of the characters' codes, the same on every machine."""
    names = ["bob", "a-lice", "alice", "a1ice", "alice-2", "al"]
    for name in names:
        add_user(store, name=name)

    assert [user.name for user in store.users.list_all()] == ["a-lice", "a1ice", "al", "alice", "alice-2", "bob"]


def test_a_lockout_is_changed_in_one_step(store: Store) -> None:
    """The change sees the present value, and before and after are returned."""
    user = add_user(store)

    assert store.users.change_lockout(user.user_id, one_more) == (Lockout(), Lockout(failures_ms=(NOW_MS,)))
    before, after = store.users.change_lockout(user.user_id, one_more, event=event(EventKind.USER_LOCKED))

    assert (before.failures_ms, after.failures_ms) == ((NOW_MS,), (NOW_MS, NOW_MS))
    assert store.users.get(user.user_id) == replace(user, lockout=after)
    assert read_all(store) == [EventKind.USER_ADDED, EventKind.USER_LOCKED]


def test_an_unchanged_lockout_is_not_recorded(store: Store) -> None:
    """A change that changes nothing leaves no row in the audit record."""
    user = add_user(store)

    store.users.change_lockout(user.user_id, lambda lockout: lockout, event=event(EventKind.USER_UNLOCKED))

    assert read_all(store) == [EventKind.USER_ADDED]


def test_a_change_that_fails_changes_nothing(store: Store) -> None:
    """An error inside the change leaves the lock-out as it was, and the store usable."""
    user = add_user(store)

    def explode(lockout: Lockout) -> Lockout:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.users.change_lockout(user.user_id, explode, event=event(EventKind.USER_LOCKED))

    assert store.users.get(user.user_id) == user
    assert store.users.change_lockout(user.user_id, one_more)[0] == Lockout()


def test_a_new_password_ends_all_sessions(store: Store) -> None:
    """The hash is replaced, and every open session of that user ends with it, but nobody else's."""
    user, other = add_user(store), add_user(store)
    mine = [nouns.session(user.user_id, factors=factors) for factors in Factors]
    ended, theirs = nouns.session(user.user_id), nouns.session(other.user_id)
    for session in [*mine, ended, theirs]:
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event(EventKind.SESSION_OPENED))
    store.sessions.end(ended.session_id, user.user_id, now_ms=NOW_MS, event=event(EventKind.SESSION_ENDED))

    store.users.set_password(user.user_id, "new", event=event(EventKind.PASSWORD_SET, at_ms=LATER_MS))

    assert store.users.get(user.user_id) == replace(user, password_hash="new")
    assert [store.sessions.find(session.token_hash) for session in mine] == [
        replace(session, ended_ms=LATER_MS) for session in mine
    ]
    assert store.sessions.find(ended.token_hash) == replace(ended, ended_ms=NOW_MS)
    assert store.sessions.find(theirs.token_hash) == theirs


def test_a_new_password_ends_what_the_old_one_began(store: Store) -> None:
    """Open logins, their challenges and issued codes close with the old password; another user's stay open."""
    user, other = add_user(store), add_user(store)
    begun, asked, offered, enrolled = {}, {}, {}, {}
    for one in (user, other):
        device = add_device(store, one.user_id)
        begun[one.user_id] = nouns.login(one.user_id)
        asked[one.user_id] = nouns.challenge(begun[one.user_id], device.device_id)
        store.logins.begin(begun[one.user_id], challenge=asked[one.user_id], judged=nouns.HASH, events=[event()])
        offered[one.user_id] = nouns.code(one.user_id)
        store.activations.issue(offered[one.user_id], event=event(EventKind.ACTIVATION_ISSUED))

        enrolled[one.user_id] = nouns.enrol(store, one.user_id)

    store.users.set_password(user.user_id, "new", event=event(EventKind.PASSWORD_SET, at_ms=LATER_MS))

    assert store.enrolments.get(enrolled[user.user_id].flow_id) == replace(
        enrolled[user.user_id], state=states.OneShot.CANCELLED, closed_ms=LATER_MS
    )
    assert store.enrolments.get(enrolled[other.user_id].flow_id) == enrolled[other.user_id]
    assert store.logins.find(begun[user.user_id].token_hash) == replace(
        begun[user.user_id], state=states.Login.FAILED, closed_ms=LATER_MS
    )
    assert store.logins.challenge_of(begun[user.user_id].login_id) == replace(
        asked[user.user_id], state=states.OneShot.FAILED, closed_ms=LATER_MS
    )
    assert store.activations.get(offered[user.user_id].code_id) == replace(
        offered[user.user_id], state=states.OneShot.CANCELLED, closed_ms=LATER_MS
    )
    assert store.logins.find(begun[other.user_id].token_hash) == begun[other.user_id]
    assert store.logins.challenge_of(begun[other.user_id].login_id) == asked[other.user_id]
    assert store.activations.get(offered[other.user_id].code_id) == offered[other.user_id]


def test_a_removed_user_leaves_nothing_but_the_record(store: Store) -> None:
    """All that was theirs is deleted together; the audit rows stay, and the other user keeps everything."""
    user, other = add_user(store), add_user(store)
    kept_device = add_device(store, other.user_id)
    kept_challenge = ask(store, kept_device)
    device = add_device(store, user.user_id)
    begun = nouns.login(user.user_id)
    push = nouns.send(store, device, of=begun)
    enrolled = nouns.enrol(store, user.user_id)
    on_phone = nouns.device_session(device)
    store.device_sessions.open(on_phone, counter=1, event=event())
    session = nouns.session(user.user_id)
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event(EventKind.SESSION_OPENED))
    offered = nouns.code(user.user_id, session_id=session.session_id)
    store.activations.issue(offered, event=event(EventKind.ACTIVATION_ISSUED))
    recorded = read_all(store)

    store.users.remove(user.user_id, event=event(EventKind.USER_REMOVED, user_id=user.user_id))

    assert store.users.get(user.user_id) is None
    assert store.users.find(user.name) is None
    assert store.devices.get(device.device_id) is None
    assert store.logins.find(begun.token_hash) is None
    assert store.logins.challenge_of(begun.login_id) is None
    assert store.sessions.find(session.token_hash) is None
    assert store.activations.get(offered.code_id) is None
    assert store.pushes.get(push.request_id) is None
    assert store.enrolments.get(enrolled.flow_id) is None
    assert store.device_sessions.find(on_phone.token_hash) is None
    assert store.texts.list_of("+15550100", after=0, most=9) == []
    assert read_all(store) == [*recorded, EventKind.USER_REMOVED]
    assert store.users.list_all() == [other]
    assert store.devices.get(kept_device.device_id) == kept_device
    assert store.logins.challenge_of(kept_challenge.login_id) == kept_challenge


def test_a_removed_name_may_be_taken_again(store: Store) -> None:
    """A name is free once its user is gone."""
    user = add_user(store)
    store.users.remove(user.user_id, event=event(EventKind.USER_REMOVED))

    again = add_user(store, name=user.name)

    assert store.users.find(user.name) == again


def test_notifications_are_switched(store: Store) -> None:
    """A user has notifications at login until they are switched off, and again when they are switched on."""
    user = add_user(store)
    assert user.is_seamless

    for is_seamless in (False, True):
        store.users.set_seamless(user.user_id, is_seamless, event=event(EventKind.SEAMLESS_SET))
        assert store.users.get(user.user_id) == replace(user, is_seamless=is_seamless)
    assert read_all(store)[-2:] == [EventKind.SEAMLESS_SET] * 2


@pytest.mark.parametrize("step", ["change_lockout", "set_password", "set_seamless", "remove"])
def test_nothing_is_done_to_a_user_who_is_gone(store: Store, step: str) -> None:
    """Every change of an unknown user is a conflict, and is not recorded."""
    steps = {
        "change_lockout": lambda user_id: store.users.change_lockout(user_id, one_more, event=event()),
        "set_password": lambda user_id: store.users.set_password(user_id, "new", event=event()),
        "set_seamless": lambda user_id: store.users.set_seamless(user_id, False, event=event()),
        "remove": lambda user_id: store.users.remove(user_id, event=event()),
    }

    with pytest.raises(StoreConflictError):
        steps[step](UserId(nouns.new_hex()))

    assert read_all(store) == []


def test_what_a_user_is_comes_back(store: Store) -> None:
    """Role, region, number and the secure login system are kept as they were given."""
    kept = add_user(
        store,
        role=Role.HELP_DESK,
        region="JP",
        secure_login=SecureLogin.OPTING_OUT,
        opts_out_ms=LATER_MS,
        phone_verified_ms=NOW_MS,
    )

    assert store.users.get(kept.user_id) == kept


def test_the_secure_login_system_is_left_from_where_one_is(store: Store) -> None:
    """A step counts from the place that was judged; from another place, or for nobody, nothing changes."""
    user = add_user(store)
    steps = [
        (SecureLogin.ENROLLED, SecureLogin.OPTING_OUT, LATER_MS),
        (SecureLogin.OPTING_OUT, SecureLogin.ENROLLED, None),
    ]
    for before, after, opts_out_ms in steps:
        for user_id in (user.user_id, user.user_id, UserId(nouns.new_hex())):
            with suppress(StoreConflictError):
                store.users.set_secure_login(
                    user_id, before=before, after=after, opts_out_ms=opts_out_ms, event=event(EventKind.OPTED_OUT)
                )
        assert store.users.get(user.user_id) == replace(user, secure_login=after, opts_out_ms=opts_out_ms)
    assert read_all(store) == [EventKind.USER_ADDED, EventKind.OPTED_OUT, EventKind.OPTED_OUT]


def test_a_new_number_cancels_what_the_old_one_was_texted(store: Store) -> None:
    """Enrolments by the old number are over; noting that it was verified leaves them, and other users keep theirs."""
    user, other = add_user(store), add_user(store)
    begun, theirs = nouns.enrol(store, user.user_id), nouns.enrol(store, other.user_id)
    recorded = read_all(store)
    assert user.phone is not None

    store.users.set_phone(user.user_id, user.phone, verified_ms=NOW_MS, event=event(EventKind.NUMBER_VERIFIED))

    assert store.users.get(user.user_id) == replace(user, phone_verified_ms=NOW_MS)
    assert store.enrolments.get(begun.flow_id) == begun

    moved = event(EventKind.NUMBER_SET, at_ms=LATER_MS)
    store.users.set_phone(user.user_id, "+15550177", verified_ms=None, event=moved)

    assert store.users.get(user.user_id) == replace(user, phone="+15550177")
    cancelled = replace(begun, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
    assert store.enrolments.get(begun.flow_id) == cancelled
    assert store.enrolments.get(theirs.flow_id) == theirs
    assert read_all(store) == [*recorded, EventKind.NUMBER_VERIFIED, EventKind.NUMBER_SET]
    with pytest.raises(StoreConflictError):
        store.users.set_phone(UserId(nouns.new_hex()), "+15550177", verified_ms=None, event=moved)
