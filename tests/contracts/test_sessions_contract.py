"""What `ports.Sessions` promises, on every store."""

from dataclasses import replace

import pytest

from authsim.errors import StoreConflictError, StoreStaleError
from authsim.events import EventKind
from authsim.model import FactorKind, Factors, PortalSession, Reach, SessionId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_user, event, read_all


def open_session(store: Store, user_id: UserId, *, sessions_allowed: int = 5, **fields: object) -> PortalSession:
    """Open a session."""
    opened = nouns.session(user_id, **fields)
    store.sessions.open(
        opened, judged=nouns.HASH, sessions_allowed=sessions_allowed, event=event(EventKind.SESSION_OPENED)
    )
    return opened


def end(store: Store, session: PortalSession, user_id: UserId | None = None) -> None:
    """End a session."""
    store.sessions.end(
        session.session_id, user_id or session.user_id, now_ms=LATER_MS, event=event(EventKind.SESSION_ENDED)
    )


def test_a_session_is_kept_as_it_was_opened(store: Store) -> None:
    """What was written is read, value for value, by the hash of its token."""
    opened = open_session(store, add_user(store).user_id, factors=Factors.ONE)

    assert store.sessions.find(opened.token_hash) == opened
    assert store.sessions.find(bytes(32)) is None
    assert read_all(store)[-1] is EventKind.SESSION_OPENED


def test_a_session_is_found_by_its_id(store: Store) -> None:
    """Whoever knows the id finds it as it is, also when it has ended; an id of nobody's finds nothing."""
    user_id = add_user(store).user_id
    opened, other = open_session(store, user_id), open_session(store, user_id)

    assert store.sessions.get(opened.session_id) == opened
    end(store, opened)

    assert store.sessions.get(opened.session_id) == replace(opened, ended_ms=LATER_MS)
    assert store.sessions.get(other.session_id) == other
    assert store.sessions.get(SessionId(nouns.new_hex())) is None


@pytest.mark.parametrize("same", ["session_id", "token_hash"])
def test_a_session_is_opened_once(store: Store, same: str) -> None:
    """A second session with the id or the token of another is refused, and no session ends for it."""
    opened = open_session(store, add_user(store).user_id)

    with pytest.raises(StoreConflictError):
        open_session(store, opened.user_id, sessions_allowed=1, **{same: getattr(opened, same)})

    assert store.sessions.find(opened.token_hash) == opened


def test_a_session_needs_a_user(store: Store) -> None:
    """A session of a user who is gone is refused."""
    with pytest.raises(StoreConflictError):
        open_session(store, UserId(nouns.new_hex()))


def test_the_oldest_session_ends_when_one_too_many_opens(store: Store) -> None:
    """As many stay as are allowed, the newest ones; of one millisecond, those that came last. Others' sessions stay."""
    user, other = add_user(store), add_user(store)
    theirs = open_session(store, other.user_id, opened_ms=NOW_MS - 10)
    opened = [open_session(store, user.user_id, opened_ms=NOW_MS + step) for step in (0, 0, 1)]

    newest = open_session(store, user.user_id, sessions_allowed=3, opened_ms=NOW_MS + 2)

    assert store.sessions.list_open(user.user_id, now_ms=NOW_MS + 2) == [newest, opened[2], opened[1]]
    assert store.sessions.find(opened[0].token_hash) == replace(opened[0], ended_ms=NOW_MS + 2)
    assert store.sessions.find(theirs.token_hash) == theirs


def test_one_allowed_session_replaces_all_others(store: Store) -> None:
    """With one session allowed, the new one is the only one left."""
    user = add_user(store)
    for _ in range(3):
        open_session(store, user.user_id)

    newest = open_session(store, user.user_id, sessions_allowed=1)

    assert store.sessions.list_open(user.user_id, now_ms=NOW_MS) == [newest]


def test_sessions_that_are_over_take_no_place(store: Store) -> None:
    """An ended session and an expired one do not count against the number allowed, and stay as they were."""
    user = add_user(store)
    expired = open_session(store, user.user_id, expires_ms=LATER_MS, opened_ms=NOW_MS + 3)
    ended = open_session(store, user.user_id, opened_ms=NOW_MS + 2)
    end(store, ended)
    living = open_session(store, user.user_id)

    newest = open_session(store, user.user_id, sessions_allowed=2, opened_ms=LATER_MS)

    assert store.sessions.list_open(user.user_id, now_ms=LATER_MS) == [newest, living]
    assert store.sessions.find(expired.token_hash) == expired
    assert store.sessions.find(ended.token_hash) == replace(ended, ended_ms=LATER_MS)


@pytest.mark.parametrize(("now_ms", "is_open"), [(SOON_MS - 1, True), (SOON_MS, False)])
def test_an_expired_session_is_not_listed(store: Store, now_ms: int, is_open: bool) -> None:
    """At `expires_ms` a session is over, one millisecond before it is not."""
    opened = open_session(store, add_user(store).user_id)

    assert store.sessions.list_open(opened.user_id, now_ms=now_ms) == ([opened] if is_open else [])


def test_touching_notes_when_a_session_was_last_seen(store: Store) -> None:
    """The newest instant stays, an older one changes nothing, and nothing is recorded."""
    opened = open_session(store, add_user(store).user_id)
    recorded = read_all(store)

    store.sessions.touch(opened.session_id, now_ms=LATER_MS)
    store.sessions.touch(opened.session_id, now_ms=NOW_MS)
    store.sessions.touch(SessionId(nouns.new_hex()), now_ms=SOON_MS)

    assert store.sessions.find(opened.token_hash) == replace(opened, last_seen_ms=LATER_MS)
    assert read_all(store) == recorded


def test_an_ended_session_is_over(store: Store) -> None:
    """It is found with its end, but not listed, touched or ended again."""
    opened = open_session(store, add_user(store).user_id)

    end(store, opened)
    recorded = read_all(store)
    store.sessions.touch(opened.session_id, now_ms=SOON_MS)
    with pytest.raises(StoreConflictError):
        end(store, opened)

    assert store.sessions.find(opened.token_hash) == replace(opened, ended_ms=LATER_MS)
    assert store.sessions.list_open(opened.user_id, now_ms=NOW_MS) == []
    assert recorded[-1] is EventKind.SESSION_ENDED
    assert read_all(store) == recorded


def test_nobody_ends_the_session_of_another(store: Store) -> None:
    """A session ends only for the user it belongs to; an unknown one for nobody."""
    opened, other = open_session(store, add_user(store).user_id), add_user(store)

    with pytest.raises(StoreConflictError):
        end(store, opened, other.user_id)
    with pytest.raises(StoreConflictError):
        end(store, nouns.session(opened.user_id))

    assert store.sessions.find(opened.token_hash) == opened


def test_all_sessions_end_together(store: Store) -> None:
    """Every open session of a user ends, with a row for each; ended and expired ones and other users' stay."""
    user, other = add_user(store), add_user(store)
    open_ones = [open_session(store, user.user_id) for _ in range(3)]
    ended, over = open_session(store, user.user_id), open_session(store, user.user_id, expires_ms=LATER_MS)
    end(store, ended)
    theirs, recorded = open_session(store, other.user_id), read_all(store)

    store.sessions.end_all(user.user_id, now_ms=LATER_MS, event=event(EventKind.SESSION_ENDED))

    for session in open_ones:
        assert store.sessions.find(session.token_hash) == replace(session, ended_ms=LATER_MS)
    assert store.sessions.find(over.token_hash) == over
    assert store.sessions.find(theirs.token_hash) == theirs
    assert read_all(store) == [*recorded, *[EventKind.SESSION_ENDED] * 3]
    store.sessions.end_all(user.user_id, now_ms=LATER_MS, event=event(EventKind.SESSION_ENDED))
    assert read_all(store) == [*recorded, *[EventKind.SESSION_ENDED] * 3]
    with pytest.raises(StoreConflictError):
        store.sessions.end_all(UserId(nouns.new_hex()), now_ms=LATER_MS, event=event())


@pytest.mark.parametrize("gone", [False, True])
def test_a_session_needs_the_password_that_was_judged(store: Store, gone: bool) -> None:
    """When the hash is another by now, or the user gone, no session opens and none makes room for it."""
    user = add_user(store)
    opened = open_session(store, user.user_id)
    session = nouns.session(UserId(nouns.new_hex()) if gone else user.user_id)
    recorded = read_all(store)

    with pytest.raises(StoreStaleError):
        store.sessions.open(session, judged=nouns.HASH if gone else "another hash", sessions_allowed=1, event=event())

    assert store.sessions.list_open(user.user_id, now_ms=NOW_MS) == [opened]
    assert store.sessions.find(session.token_hash) is None
    assert read_all(store) == recorded


def test_a_proof_is_spent_once(store: Store) -> None:
    """What a session's user proved is there for its purpose, for its time, once; the session stays open."""
    user = add_user(store)
    session = nouns.session(
        user.user_id, proof=FactorKind.TEXT, reach=Reach.RESTRICTED, verified_purpose=4, verified_ms=NOW_MS
    )
    store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    assert store.sessions.find(session.token_hash) == session

    for purpose, since_ms in ((3, NOW_MS), (4, NOW_MS + 1)):
        with pytest.raises(StoreConflictError):
            store.sessions.spend_verification(session.session_id, purpose=purpose, since_ms=since_ms)
    store.sessions.spend_verification(session.session_id, purpose=4, since_ms=NOW_MS)

    assert store.sessions.find(session.token_hash) == replace(session, verified_purpose=None, verified_ms=None)
    with pytest.raises(StoreConflictError):
        store.sessions.spend_verification(session.session_id, purpose=4, since_ms=NOW_MS)


@pytest.mark.parametrize("what", ["unknown", "ended", "unproven"])
def test_without_a_proof_nothing_is_spent(store: Store, what: str) -> None:
    """An unknown session, one that has ended and one that proved nothing have nothing to spend."""
    user = add_user(store)
    proven = {} if what == "unproven" else {"verified_purpose": 4, "verified_ms": NOW_MS}
    session = nouns.session(user.user_id, **proven)
    if what != "unknown":
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    if what == "ended":
        store.sessions.end(session.session_id, user.user_id, now_ms=NOW_MS, event=event())

    with pytest.raises(StoreConflictError):
        store.sessions.spend_verification(session.session_id, purpose=4, since_ms=0)
