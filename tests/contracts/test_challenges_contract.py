"""What `ports.Logins` promises about answering a challenge, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Challenge, ChallengeId, Device, Lockout, LoginTransaction, PortalSession, SessionId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all

DONE = [event(EventKind.LOGIN_COMPLETED), event(EventKind.SESSION_OPENED)]


def one_more(lockout: Lockout) -> Lockout:
    """Return the lock-out after one more failure."""
    return replace(lockout, failures_ms=(*lockout.failures_ms, LATER_MS))


class Town:
    """One user with one device and one login that asked it, in the states that a test names."""

    def __init__(
        self,
        store: Store,
        *,
        login_state: states.Login = states.Login.SECOND_FACTOR,
        device_state: states.Device = states.Device.ACTIVE,
        **challenge: object,
    ) -> None:
        self.store = store
        self.user = add_user(store)
        self.device: Device = add_device(store, self.user.user_id, state=device_state)
        self.login: LoginTransaction = nouns.login(self.user.user_id, state=login_state)
        self.challenge: Challenge = nouns.challenge(self.login, self.device.device_id, **challenge)
        store.logins.begin(self.login, challenge=self.challenge, judged=nouns.HASH, events=[event()])
        self.recorded = read_all(store)

    def count(self, *, now_ms: int = LATER_MS) -> tuple[Challenge, Lockout, Lockout]:
        return self.store.logins.count_response(
            self.challenge.challenge_id, now_ms=now_ms, change=one_more, event=event(EventKind.RESPONSE_COUNTED)
        )

    def complete(
        self, *, session: PortalSession | None = None, replaces: SessionId | None = None, sessions_allowed: int = 5
    ) -> PortalSession:
        opened = session or nouns.session(self.user.user_id, opened_ms=LATER_MS)
        self.store.logins.complete(
            self.challenge,
            session=opened,
            replaces=replaces,
            sessions_allowed=sessions_allowed,
            now_ms=LATER_MS,
            locked_until_ms=None,
            events=DONE,
        )
        return opened

    def fail(self) -> None:
        self.store.logins.fail(
            self.challenge, reason="wrong_response", now_ms=LATER_MS, event=event(EventKind.LOGIN_REFUSED)
        )

    def is_untouched(self) -> bool:
        return (
            self.store.users.get(self.user.user_id) == self.user
            and self.store.devices.get(self.device.device_id) == self.device
            and self.store.logins.find(self.login.token_hash) == self.login
            and self.store.logins.challenge_of(self.login.login_id) == self.challenge
            and self.store.sessions.list_open(self.user.user_id, now_ms=NOW_MS) == []
            and read_all(self.store) == self.recorded
        )


def test_a_response_is_counted_before_anyone_compares(store: Store) -> None:
    """The try and the failure are written together, and what was written is returned."""
    town = Town(store, attempts_allowed=2)

    counted, before, after = town.count()

    assert counted == replace(town.challenge, attempts=1)
    assert (before, after) == (Lockout(), Lockout(failures_ms=(LATER_MS,)))
    assert store.logins.challenge_of(town.login.login_id) == counted
    assert store.users.get(town.user.user_id) == replace(town.user, lockout=after)
    assert read_all(store) == [*town.recorded, EventKind.RESPONSE_COUNTED]


def test_a_response_counts_though_the_lockout_stays(store: Store) -> None:
    """A change that leaves the lock-out as it was still counts the try and records it."""
    town = Town(store)

    counted, before, after = store.logins.count_response(
        town.challenge.challenge_id,
        now_ms=LATER_MS,
        change=lambda lockout: lockout,
        event=event(EventKind.RESPONSE_COUNTED),
    )

    assert counted.attempts == 1
    assert before == after == Lockout()
    assert read_all(store) == [*town.recorded, EventKind.RESPONSE_COUNTED]


@pytest.mark.parametrize("attempts_allowed", [1, 3])
def test_tries_never_exceed_what_is_allowed(store: Store, attempts_allowed: int) -> None:
    """As many responses are counted as are allowed, and one more is refused without a trace."""
    town = Town(store, attempts_allowed=attempts_allowed)
    for number in range(attempts_allowed):
        assert town.count()[0].attempts == number + 1
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        town.count()

    user = store.users.get(town.user.user_id)
    assert user is not None
    assert len(user.lockout.failures_ms) == attempts_allowed
    assert read_all(store) == recorded


@pytest.mark.parametrize(("now_ms", "is_open"), [(SOON_MS - 1, True), (SOON_MS, False), (SOON_MS + 1, False)])
def test_a_challenge_lives_until_the_millisecond_it_expires(store: Store, now_ms: int, is_open: bool) -> None:
    """At `expires_ms` no response is counted, one millisecond before it is."""
    town = Town(store)

    if is_open:
        town.count(now_ms=now_ms)
    else:
        with pytest.raises(StoreConflictError):
            town.count(now_ms=now_ms)
        assert town.is_untouched()


@pytest.mark.parametrize("device_state", states.Device)
def test_only_an_active_device_answers(store: Store, device_state: states.Device) -> None:
    """A response from a device in any other state is neither counted nor accepted."""
    town = Town(store, device_state=device_state, attempts_allowed=2)

    if device_state is states.Device.ACTIVE:
        town.count()
        town.complete()
    else:
        with pytest.raises(StoreConflictError):
            town.count()
        with pytest.raises(StoreConflictError):
            town.complete()
        assert town.is_untouched()


@pytest.mark.parametrize("state", states.OneShot)
@pytest.mark.parametrize("happening", ["count", "complete", "fail"])
def test_a_challenge_is_answered_where_the_table_says_so(store: Store, state: states.OneShot, happening: str) -> None:
    """Only an issued challenge is counted, completed or failed; any other stays as it ended."""
    closed_ms = None if state is states.OneShot.ISSUED else NOW_MS
    town = Town(store, state=state, closed_ms=closed_ms)
    events = {
        "count": states.OneShotEvent.CONSUME,
        "complete": states.OneShotEvent.CONSUME,
        "fail": states.OneShotEvent.FAIL,
    }
    happen = {"count": town.count, "complete": town.complete, "fail": town.fail}[happening]

    if events[happening] in states.ONE_SHOT[state]:
        happen()
        assert not town.is_untouched()
    else:
        with pytest.raises(StoreConflictError):
            happen()
        assert town.is_untouched()


@pytest.mark.parametrize("login_state", states.Login)
def test_a_login_completes_where_the_table_says_so(store: Store, login_state: states.Login) -> None:
    """Only a login that awaits a second factor completes; else nothing is consumed, cleared or opened."""
    town = Town(store, login_state=login_state)

    if states.LoginEvent.COMPLETE in states.LOGIN[login_state]:
        town.complete()
    else:
        with pytest.raises(StoreConflictError):
            town.complete()
        assert town.is_untouched()


def test_completing_does_everything_together(store: Store) -> None:
    """The challenge is consumed, the login done, the lock-out cleared, the device noted, the session opened."""
    town = Town(store)
    counted, _, _ = town.count()

    session = town.complete()

    assert store.logins.challenge_of(town.login.login_id) == replace(
        counted, state=states.OneShot.CONSUMED, closed_ms=LATER_MS
    )
    assert store.logins.find(town.login.token_hash) == replace(town.login, state=states.Login.DONE, closed_ms=LATER_MS)
    assert store.users.get(town.user.user_id) == town.user
    assert store.devices.get(town.device.device_id) == replace(town.device, last_used_ms=LATER_MS)
    assert store.sessions.find(session.token_hash) == session
    assert read_all(store)[-2:] == [EventKind.LOGIN_COMPLETED, EventKind.SESSION_OPENED]


def test_a_login_completes_once(store: Store) -> None:
    """The second time is a conflict, and no second session opens."""
    town = Town(store)
    session = town.complete()
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        town.complete()

    assert store.sessions.list_open(town.user.user_id, now_ms=LATER_MS) == [session]
    assert read_all(store) == recorded


def test_a_step_up_replaces_its_limited_session(store: Store) -> None:
    """The session that stepped up ends; it takes no place, and other sessions stay."""
    town = Town(store)
    older, limited = (nouns.session(town.user.user_id, opened_ms=NOW_MS + step) for step in range(2))
    for session in (older, limited):
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event(EventKind.SESSION_OPENED))

    full = town.complete(replaces=limited.session_id, sessions_allowed=2)

    assert store.sessions.list_open(town.user.user_id, now_ms=LATER_MS) == [full, older]
    assert store.sessions.find(limited.token_hash) == replace(limited, ended_ms=LATER_MS)


def test_nobody_replaces_what_is_over_or_not_theirs(store: Store) -> None:
    """An ended session keeps its end, another user's stays open, and the login completes all the same."""
    town, other = Town(store), add_user(store)
    ended, theirs = nouns.session(town.user.user_id), nouns.session(other.user_id)
    for session in (ended, theirs):
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event(EventKind.SESSION_OPENED))
    store.sessions.end(ended.session_id, town.user.user_id, now_ms=NOW_MS, event=event(EventKind.SESSION_ENDED))

    full = town.complete(replaces=ended.session_id)
    again = Town(store)
    again.complete(replaces=theirs.session_id)

    assert store.sessions.find(ended.token_hash) == replace(ended, ended_ms=NOW_MS)
    assert store.sessions.find(theirs.token_hash) == theirs
    assert store.sessions.list_open(town.user.user_id, now_ms=LATER_MS) == [full]


def test_completing_ends_the_oldest_sessions(store: Store) -> None:
    """Beyond the number allowed the oldest sessions end with the login."""
    town = Town(store)
    older = [nouns.session(town.user.user_id, opened_ms=NOW_MS + step) for step in range(3)]
    for session in older:
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event(EventKind.SESSION_OPENED))

    full = town.complete(sessions_allowed=2)

    assert store.sessions.list_open(town.user.user_id, now_ms=LATER_MS) == [full, older[2]]
    assert store.sessions.find(older[0].token_hash) == replace(older[0], ended_ms=LATER_MS)


def test_a_session_that_cannot_open_completes_nothing(store: Store) -> None:
    """If the session's token is taken, nothing is consumed and no lock-out is cleared."""
    town = Town(store)
    taken = nouns.session(add_user(store).user_id)
    store.sessions.open(taken, judged=nouns.HASH, sessions_allowed=5, event=event(EventKind.SESSION_OPENED))
    town.recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        town.complete(session=nouns.session(town.user.user_id, token_hash=taken.token_hash))

    assert town.is_untouched()


def test_failing_closes_challenge_and_login(store: Store) -> None:
    """Both end as failed, with the reason, and the lock-out stays as it was counted."""
    town = Town(store)
    counted, _, after = town.count()

    town.fail()

    assert store.logins.challenge_of(town.login.login_id) == replace(
        counted, state=states.OneShot.FAILED, closed_ms=LATER_MS
    )
    assert store.logins.find(town.login.token_hash) == replace(
        town.login, state=states.Login.FAILED, closed_ms=LATER_MS, reason="wrong_response"
    )
    assert store.users.get(town.user.user_id) == replace(town.user, lockout=after)
    assert read_all(store)[-1] is EventKind.LOGIN_REFUSED


@pytest.mark.parametrize("login_state", states.Login)
def test_a_login_fails_where_the_table_says_so(store: Store, login_state: states.Login) -> None:
    """A login that is over keeps its end when a challenge of it fails late."""
    town = Town(store, login_state=login_state)

    town.fail()

    found = store.logins.find(town.login.token_hash)
    if states.LoginEvent.FAIL in states.LOGIN[login_state]:
        assert found == replace(town.login, state=states.Login.FAILED, closed_ms=LATER_MS, reason="wrong_response")
    else:
        assert found == town.login


def test_unknown_challenges_are_conflicts(store: Store) -> None:
    """A challenge that is nowhere is neither counted nor completed nor failed."""
    town = Town(store)
    known = town.challenge
    town.challenge = replace(known, challenge_id=ChallengeId(nouns.new_hex()))

    for happen in (town.count, town.complete, town.fail):
        with pytest.raises(StoreConflictError):
            happen()

    town.challenge = known
    assert town.is_untouched()


def test_an_error_in_the_change_counts_nothing(store: Store) -> None:
    """If the change of the lock-out raises, the try is not counted either."""
    town = Town(store)

    def explode(lockout: Lockout) -> Lockout:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.logins.count_response(town.challenge.challenge_id, now_ms=LATER_MS, change=explode, event=event())

    assert town.is_untouched()
