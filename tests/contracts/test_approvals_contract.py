"""What `ports.Logins` promises of logins whose device was sent a request, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.events import EventKind
from authsim.model import Decision, Factors, Lockout, PortalSession, PushRequest, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all

DONE = [event(EventKind.LOGIN_COMPLETED), event(EventKind.SESSION_OPENED)]


class Town:
    """One user with one device, and one login that sent it a request."""

    def __init__(self, store: Store, **push: object) -> None:
        self.store = store
        self.user = add_user(store)
        self.device = add_device(store, self.user.user_id)
        self.login = nouns.login(self.user.user_id)
        self.push: PushRequest = nouns.send(store, self.device, of=self.login, **push)
        asked = store.logins.challenge_of(self.login.login_id)
        assert asked is not None
        self.challenge = asked

    def decides(self, decision: Decision = Decision.APPROVE) -> None:
        self.store.pushes.decide(
            self.push, decision, digest=bytes(32), now_ms=NOW_MS, event=event(EventKind.PUSH_APPROVED)
        )

    def complete(self, *, now_ms: int = LATER_MS, locked_until_ms: int | None = None, **given: object) -> PortalSession:
        session = nouns.session(self.user.user_id, opened_ms=now_ms)
        self.store.logins.complete_approved(
            self.push,
            **{"session": session, "replaces": None, "sessions_allowed": 5} | given,  # type: ignore[arg-type]
            locked_until_ms=locked_until_ms,
            now_ms=now_ms,
            events=DONE,
        )
        return session

    def answers(self, *, locked_until_ms: int | None = None) -> None:
        self.store.logins.complete(
            self.challenge,
            session=nouns.session(self.user.user_id),
            replaces=None,
            sessions_allowed=5,
            locked_until_ms=locked_until_ms,
            now_ms=LATER_MS,
            events=DONE,
        )

    def locks(self) -> None:
        self.store.users.change_lockout(self.user.user_id, lambda _: Lockout(locked_until_ms=SOON_MS), event=event())

    def moves(self, step: states.DeviceEvent) -> None:
        self.store.devices.change(self.device.device_id, step, now_ms=NOW_MS, event=event(EventKind.DEVICE_SUSPENDED))

    def picture(self) -> list[object]:
        """All that a refused step must leave as it is."""
        return [
            self.store.users.get(self.user.user_id),
            self.store.devices.get(self.device.device_id),
            self.store.logins.find(self.login.token_hash),
            self.store.logins.challenge_of(self.login.login_id),
            self.store.pushes.get(self.push.request_id),
            self.store.sessions.list_open(self.user.user_id, now_ms=NOW_MS),
            read_all(self.store),
        ]


def test_an_approved_login_opens_its_session(store: Store) -> None:
    """Login done, challenge cancelled, lock-out cleared, device noted, the limited session replaced: all together."""
    town = Town(store)
    limited = nouns.session(town.user.user_id, factors=Factors.ONE)
    store.sessions.open(limited, judged=nouns.HASH, sessions_allowed=5, event=event())
    store.users.change_lockout(town.user.user_id, lambda _: Lockout(failures_ms=(NOW_MS,)), event=event())
    town.decides()
    recorded = read_all(store)

    session = town.complete(replaces=limited.session_id)

    assert store.sessions.list_open(town.user.user_id, now_ms=NOW_MS) == [session]
    assert store.sessions.find(limited.token_hash) == replace(limited, ended_ms=LATER_MS)
    done = replace(town.login, state=states.Login.DONE, closed_ms=LATER_MS)
    assert store.logins.find(town.login.token_hash) == done
    cancelled = replace(town.challenge, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
    assert store.logins.challenge_of(town.login.login_id) == cancelled
    assert store.users.get(town.user.user_id) == town.user
    assert store.devices.get(town.device.device_id) == replace(town.device, last_used_ms=LATER_MS)
    assert read_all(store) == [*recorded, *(fact.kind for fact in DONE)]


def test_an_approval_opens_one_session(store: Store) -> None:
    """A second browser that asks for the same approval is refused."""
    town = Town(store)
    town.decides()
    town.complete()
    before = town.picture()

    with pytest.raises(StoreConflictError):
        town.complete()

    assert town.picture() == before


@pytest.mark.parametrize(
    "what", ["undecided", "denied", "login over", "late", "suspended", "resumed", "unknown", "taken token"]
)
def test_what_is_not_approved_opens_nothing(store: Store, what: str) -> None:
    """Only a consumed approval of a waiting, fresh login by an active device opens a session."""
    town = Town(store)
    if what != "undecided":
        town.decides(Decision.DENY if what == "denied" else Decision.APPROVE)
    if what == "login over":
        store.logins.expire(town.login.login_id, now_ms=NOW_MS, event=event())
    if what in ("suspended", "resumed"):
        town.moves(states.DeviceEvent.SUSPEND)
    if what == "resumed":
        town.moves(states.DeviceEvent.RESUME)
    given: dict[str, object] = {}
    if what == "taken token":
        taken = nouns.session(town.user.user_id)
        store.sessions.open(taken, judged=nouns.HASH, sessions_allowed=5, event=event())
        given["session"] = nouns.session(town.user.user_id, token_hash=taken.token_hash)
    if what == "unknown":
        town.push = replace(town.push, request_id=nouns.push(town.login, town.device.device_id).request_id)
    before = town.picture()

    with pytest.raises(StoreConflictError):
        town.complete(now_ms=SOON_MS if what == "late" else LATER_MS, **given)

    assert town.picture() == before


@pytest.mark.parametrize("way", ["challenge", "approval"])
def test_a_lock_that_nobody_judged_is_not_cleared(store: Store, way: str) -> None:
    """A user who was locked since the judgement is not logged in, and stays locked; the judged lock is cleared."""
    town = Town(store)
    if way == "approval":
        town.decides()
    town.locks()
    before = town.picture()
    log_in = town.answers if way == "challenge" else town.complete

    with pytest.raises(StoreStaleError):
        log_in(locked_until_ms=None)
    assert town.picture() == before

    log_in(locked_until_ms=SOON_MS)
    assert store.users.get(town.user.user_id) == town.user


def test_a_typed_answer_cancels_the_request(store: Store) -> None:
    """When the challenge is answered, the phone need not be asked any more."""
    town = Town(store)

    town.answers()

    cancelled = replace(town.push, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
    assert store.pushes.get(town.push.request_id) == cancelled


@pytest.mark.parametrize("end", ["fails", "expires", "new password"])
def test_a_request_ends_with_its_login(store: Store, end: str) -> None:
    """When the login fails or expires or its password is replaced, its open request is over, and nobody else's."""
    town, other = Town(store), Town(store)
    state = states.OneShot.EXPIRED if end == "expires" else states.OneShot.FAILED

    if end == "fails":
        store.logins.fail(town.challenge, reason="wrong_response", now_ms=LATER_MS, event=event())
    elif end == "expires":
        store.logins.expire(town.login.login_id, now_ms=LATER_MS, event=event())
    else:
        store.users.set_password(town.user.user_id, "new", event=event(at_ms=LATER_MS))

    assert store.pushes.get(town.push.request_id) == replace(town.push, state=state, closed_ms=LATER_MS)
    assert store.pushes.get(other.push.request_id) == other.push


def test_a_newer_login_supersedes_the_request_of_the_older(store: Store) -> None:
    """One open request for each user, also when a started login goes on; one that asks nothing supersedes nothing."""
    town = Town(store)
    started = nouns.login(town.user.user_id, state=states.Login.STARTED)
    store.logins.begin(started, challenge=None, judged=nouns.HASH, events=[])
    assert store.pushes.get(town.push.request_id) == town.push
    asked, sent = (make(started, town.device.device_id) for make in (nouns.challenge, nouns.push))

    store.logins.advance(started, challenge=asked, push=sent, events=[event()])

    kept = store.pushes.get(sent.request_id)
    assert kept is not None
    assert kept == replace(sent, sequence=kept.sequence)
    superseded = store.pushes.get(town.push.request_id)
    assert superseded == replace(town.push, state=states.OneShot.SUPERSEDED, closed_ms=NOW_MS)


@pytest.mark.parametrize("gone", [False, True])
def test_a_login_needs_the_password_that_was_judged(store: Store, gone: bool) -> None:
    """When the hash is another by now, or the user gone, no login begins, and what was open stays open."""
    town = Town(store)
    begun = nouns.login(UserId(nouns.new_hex()) if gone else town.user.user_id)
    asked, sent = (make(begun, town.device.device_id) for make in (nouns.challenge, nouns.push))
    before = town.picture()

    with pytest.raises(StoreStaleError):
        store.logins.begin(
            begun, challenge=asked, push=sent, judged=nouns.HASH if gone else "another hash", events=[event()]
        )

    assert store.logins.find(begun.token_hash) is None
    assert town.picture() == before


def test_a_request_with_a_taken_id_begins_nothing(store: Store) -> None:
    """A login whose request cannot be kept is not kept either."""
    town = Town(store)
    begun = nouns.login(town.user.user_id)
    asked = nouns.challenge(begun, town.device.device_id)
    sent = nouns.push(begun, town.device.device_id, request_id=town.push.request_id)
    before = town.picture()

    with pytest.raises(StoreConflictError):
        store.logins.begin(begun, challenge=asked, push=sent, judged=nouns.HASH, events=[event()])

    assert store.logins.find(begun.token_hash) is None
    assert town.picture() == before


@pytest.mark.parametrize("step", [states.DeviceEvent.SUSPEND, states.DeviceEvent.REVOKE, states.DeviceEvent.REPLACE])
@pytest.mark.parametrize("is_approved", [False, True])
def test_a_device_that_is_taken_away_holds_nothing(store: Store, step: states.DeviceEvent, is_approved: bool) -> None:
    """Its questions are cancelled, its approval dies with the login, its own and its user's sessions are over."""
    town, other = Town(store), Town(store)
    sessions = [nouns.session(town.user.user_id, factors=factors) for factors in Factors]
    over = nouns.session(town.user.user_id, expires_ms=NOW_MS)
    for session in (*sessions, over, nouns.session(other.user.user_id)):
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    own, theirs = (nouns.device_session(one.device) for one in (town, other))
    for session in (own, theirs):
        store.device_sessions.open(session, counter=1, event=event())
    if is_approved:
        town.decides()
    before, recorded = other.picture()[:-1], read_all(store)

    town.moves(step)

    limited, full = sorted(sessions, key=lambda session: session.factors is Factors.TWO)
    assert store.sessions.find(limited.token_hash) == limited
    assert store.sessions.find(full.token_hash) == replace(full, ended_ms=NOW_MS)
    assert store.sessions.find(over.token_hash) == over
    assert store.device_sessions.find(own.token_hash) is None
    assert store.device_sessions.find(theirs.token_hash) == theirs
    push, login = store.pushes.get(town.push.request_id), store.logins.find(town.login.token_hash)
    challenge = store.logins.challenge_of(town.login.login_id)
    assert push is not None
    assert login is not None
    assert challenge is not None
    assert challenge.state is states.OneShot.CANCELLED
    assert push.state is (states.OneShot.CONSUMED if is_approved else states.OneShot.CANCELLED)
    assert login.state is (states.Login.FAILED if is_approved else states.Login.SECOND_FACTOR)
    assert login.reason == ("no_active_device" if is_approved else None)
    assert other.picture()[:-1] == before
    assert read_all(store) == [*recorded, EventKind.DEVICE_SUSPENDED, EventKind.SESSION_ENDED]
