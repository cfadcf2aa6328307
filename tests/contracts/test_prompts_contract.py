"""What `ports.Prompts` promises, on every store."""

from dataclasses import replace
from typing import Any

import pytest

from authsim import states
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.events import EventKind
from authsim.model import Channel, Factor, FactorKind, Lockout, LoginId, Prompt, PromptId
from authsim.ports import Store
from tests.support import nouns
from tests.support.factor_nouns import add_factor, issue, offer, prompt
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, event, read_all

MAC = bytes(range(32))
NUMBER = "+15550102"


@pytest.fixture
def held(store: Store) -> Factor:
    """An active authenticator app."""
    return add_factor(store, add_user(store).user_id)


def count(store: Store, asked: Prompt, *, now_ms: int = NOW_MS) -> tuple[Prompt, Lockout, Lockout]:
    """Count a try."""
    return store.prompts.count(
        asked.prompt_id,
        now_ms=now_ms,
        change=lambda lockout: replace(lockout, failures_ms=(*lockout.failures_ms, NOW_MS)),
        event=event(EventKind.PROMPT_COUNTED),
    )


def complete(
    store: Store, asked: Prompt, *, step: int | None = None, spends: bool = False, lock: int | None = None
) -> bytes:
    """Complete a login; return the new session's token hash."""
    session = nouns.session(asked.user_id, opened_ms=LATER_MS, proof=asked.kind)
    store.prompts.complete(
        asked,
        session=session,
        replaces=None,
        sessions_allowed=5,
        locked_until_ms=lock,
        step=step,
        spends=spends,
        now_ms=LATER_MS,
        events=[event(EventKind.LOGIN_COMPLETED)],
    )
    return session.token_hash


def send_again(store: Store, asked: Prompt, *, allowed: int = 3, now_ms: int = LATER_MS) -> Prompt:
    """Send another code."""
    return store.prompts.resend(
        asked.prompt_id,
        code_mac=MAC,
        channel=Channel.VOICE,
        sends_allowed=allowed,
        text=nouns.text(NUMBER),
        now_ms=now_ms,
        event=event(EventKind.PROMPT_RESENT),
    )


def revoke(store: Store, of: Factor) -> None:
    """Take a factor away."""
    fact = event(EventKind.FACTOR_CLOSED)
    store.factors.change(of.factor_id, states.FactorEvent.REVOKE, now_ms=LATER_MS, event=fact)


def share(store: Store, card: Factor) -> Factor:
    """Let another user share a card."""
    user_id = add_user(store).user_id
    return add_factor(store, user_id, kind=card.kind, secret=None, shared_factor_id=card.factor_id)


def test_a_prompt_is_kept_as_it_was_issued(store: Store, held: Factor) -> None:
    """All its values come back, as the newest of its login and of its kind; the text lies in its inbox."""
    first = issue(store, held)
    other = add_factor(store, held.user_id, kind=FactorKind.TEXT)
    second = prompt(
        first.login_id,
        other,
        question="017 203",
        code_mac=MAC,
        sends=1,
        sent_ms=LATER_MS,
        channel=Channel.VOICE,
        issued_ms=LATER_MS,
    )

    store.prompts.issue(second, text=nouns.text(NUMBER), event=event(EventKind.PROMPT_ISSUED))

    assert store.prompts.latest_of_login(first.login_id) == second
    assert store.prompts.latest_of_user(held.user_id, FactorKind.TEXT) == second
    superseded = replace(first, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    assert store.prompts.latest_of_user(held.user_id, FactorKind.AUTHENTICATOR_APP) == superseded
    assert store.prompts.latest_of_user(held.user_id, FactorKind.CODE_CARD) is None
    assert store.prompts.latest_of_login(LoginId(nouns.new_hex())) is None
    assert len(store.texts.list_of(NUMBER, after=0, most=9)) == 1
    assert read_all(store)[-1] is EventKind.PROMPT_ISSUED


def test_a_prompt_supersedes_what_the_phone_was_asked(store: Store, held: Factor) -> None:
    """Challenge and request of the login are closed with it, and asking the phone again closes the prompt."""
    device = add_device(store, held.user_id)
    login = nouns.login(held.user_id)
    push = nouns.send(store, device, of=login)
    asked = prompt(login.login_id, held, issued_ms=LATER_MS)

    store.prompts.issue(asked, event=event())

    closed: dict[str, Any] = {"state": states.OneShot.SUPERSEDED, "closed_ms": LATER_MS}
    challenge = store.logins.challenge_of(login.login_id)
    assert challenge is not None
    assert (challenge.state, challenge.closed_ms) == tuple(closed.values())
    assert store.pushes.get(push.request_id) == replace(push, **closed)
    again = nouns.challenge(login, device.device_id, issued_ms=LATER_MS)
    store.logins.ask(login.login_id, challenge=again, push=None, now_ms=LATER_MS, events=[])
    assert store.prompts.latest_of_login(login.login_id) == replace(asked, **closed)
    assert store.logins.challenge_of(login.login_id) == again


@pytest.mark.parametrize("what", ["unknown", "started", "late", "ended factor", "ended source", "other user", "taken"])
def test_a_prompt_needs_a_waiting_login_and_an_active_factor(store: Store, held: Factor, what: str) -> None:
    """Else nothing is asked, nothing is closed and nothing recorded."""
    present = issue(store, held)
    login = offer(store, held.user_id, expires_ms=LATER_MS if what == "late" else SOON_MS)
    asked = prompt(login.login_id, held, issued_ms=LATER_MS)
    if what == "unknown":
        asked = replace(asked, login_id=LoginId(nouns.new_hex()))
    if what == "started":
        started = nouns.login(held.user_id, state=states.Login.STARTED)
        store.logins.begin(started, challenge=None, judged=nouns.HASH, events=[])
        asked = replace(asked, login_id=started.login_id)
    if what == "ended factor":
        revoke(store, held)
    if what == "ended source":
        card = add_factor(store, add_user(store).user_id, kind=FactorKind.CODE_CARD, state=states.Factor.PENDING)
        fact = event(EventKind.FACTOR_ACTIVATED)
        store.factors.activate(card.factor_id, step=0, closes=frozenset(), now_ms=NOW_MS, event=fact)
        shared = share(store, card)
        revoke(store, card)
        asked = prompt(offer(store, shared.user_id).login_id, shared, issued_ms=LATER_MS)
    if what == "other user":
        asked = replace(asked, user_id=add_user(store).user_id)
    if what == "taken":
        asked = replace(asked, prompt_id=present.prompt_id)
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        store.prompts.issue(asked, text=nouns.text(NUMBER), event=event(EventKind.PROMPT_ISSUED))

    assert store.prompts.latest_of_login(login.login_id) is None
    assert store.texts.list_of(NUMBER, after=0, most=9) == []
    assert read_all(store) == recorded


def test_a_try_is_counted_on_prompt_and_user(store: Store, held: Factor) -> None:
    """Each try within the limit counts both, before anyone compares; the next is refused and counts nothing."""
    asked = issue(store, held, attempts_allowed=2)

    counted, before, after = count(store, asked)

    assert counted == replace(asked, attempts=1)
    assert (before, after) == (Lockout(), Lockout(failures_ms=(NOW_MS,)))
    count(store, asked)
    recorded = read_all(store)
    with pytest.raises(StoreConflictError):
        count(store, asked)
    kept, user = store.prompts.latest_of_login(asked.login_id), store.users.get(held.user_id)
    assert user is not None
    assert kept == replace(asked, attempts=2)
    assert user.lockout.failures_ms == (NOW_MS, NOW_MS)
    assert read_all(store) == recorded
    assert recorded[-2:] == [EventKind.PROMPT_COUNTED] * 2


@pytest.mark.parametrize("what", ["unknown", "closed", "late", "ended factor", "ended source"])
def test_a_prompt_that_takes_no_answer_counts_nothing(store: Store, held: Factor, what: str) -> None:
    """Neither a try nor a failure is kept when the prompt is gone, over or late, or its factor is not active."""
    shared = share(store, add_factor(store, add_user(store).user_id, kind=FactorKind.CODE_CARD))
    asked = issue(store, shared if what == "ended source" else held)
    if what == "closed":
        store.prompts.fail(asked, reason="wrong_code", now_ms=LATER_MS, event=event())
    if what == "ended factor":
        revoke(store, held)
    if what == "ended source":
        source = store.factors.get(shared.shared_factor_id or held.factor_id)
        assert source is not None
        revoke(store, source)
    missing = replace(asked, prompt_id=PromptId(nouns.new_hex()))
    kept, recorded = store.prompts.latest_of_login(asked.login_id), read_all(store)

    with pytest.raises(StoreConflictError):
        count(store, missing if what == "unknown" else asked, now_ms=SOON_MS if what == "late" else NOW_MS)

    user = store.users.get(asked.user_id)
    assert user is not None
    assert user.lockout == Lockout()
    assert store.prompts.latest_of_login(asked.login_id) == kept
    assert read_all(store) == recorded


def test_completing_opens_one_session(store: Store, held: Factor) -> None:
    """The prompt is consumed, its login done, the lock-out cleared and the session open; a second time is refused."""
    login = offer(store, held.user_id)
    asked = prompt(login.login_id, held)
    store.prompts.issue(asked, event=event())
    counted, _, _ = count(store, asked)
    recorded = read_all(store)

    token = complete(store, counted)

    consumed = replace(counted, state=states.OneShot.CONSUMED, closed_ms=LATER_MS)
    assert store.prompts.latest_of_login(login.login_id) == consumed
    assert store.logins.get(login.login_id) == replace(login, state=states.Login.DONE, closed_ms=LATER_MS)
    user, opened = store.users.get(held.user_id), store.sessions.find(token)
    assert user is not None
    assert opened is not None
    assert user.lockout == Lockout()
    assert opened.proof is held.kind
    assert store.factors.get(held.factor_id) == held
    assert read_all(store) == [*recorded, EventKind.LOGIN_COMPLETED]
    with pytest.raises(StoreConflictError):
        complete(store, counted)
    assert len(store.sessions.list_open(held.user_id, now_ms=LATER_MS)) == 1


def test_completing_cancels_a_request_and_ends_the_session_before(store: Store, held: Factor) -> None:
    """A request that the login sent beside the prompt is cancelled, and the session that stepped up is replaced."""
    device = add_device(store, held.user_id)
    asked = issue(store, held)
    login = store.logins.get(asked.login_id)
    assert login is not None
    push = store.pushes.issue(nouns.push(login, device.device_id), event=event())
    limited = nouns.session(held.user_id)
    store.sessions.open(limited, judged=nouns.HASH, sessions_allowed=5, event=event())

    store.prompts.complete(
        asked,
        session=nouns.session(held.user_id),
        replaces=limited.session_id,
        sessions_allowed=5,
        locked_until_ms=None,
        step=None,
        spends=False,
        now_ms=LATER_MS,
        events=[],
    )

    assert store.pushes.get(push.request_id) == replace(push, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
    assert store.sessions.find(limited.token_hash) == replace(limited, ended_ms=LATER_MS)


def test_a_step_counts_once(store: Store, held: Factor) -> None:
    """The step of an accepted code is kept; the same step and an older one complete nothing, in any login."""
    complete(store, issue(store, held), step=7)
    kept = store.factors.get(held.factor_id)

    assert kept == replace(held, last_step=7)
    for step in (7, 6):
        asked = issue(store, held)
        with pytest.raises(StoreConflictError):
            complete(store, asked, step=step)
        assert store.prompts.latest_of_login(asked.login_id) == asked
    assert store.factors.get(held.factor_id) == kept
    complete(store, issue(store, held), step=8)


def test_a_factor_may_be_spent_with_it(store: Store, held: Factor) -> None:
    """What serves once ends with the login that it opens, and what other logins asked of it is cancelled."""
    first, second = issue(store, held), issue(store, held)

    complete(store, first, spends=True)

    assert store.factors.get(held.factor_id) == replace(held, state=states.Factor.SPENT, closed_ms=LATER_MS)
    consumed, cancelled = (store.prompts.latest_of_login(asked.login_id) for asked in (first, second))
    assert consumed == replace(first, state=states.OneShot.CONSUMED, closed_ms=LATER_MS)
    assert cancelled == replace(second, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)


@pytest.mark.parametrize("what", ["ended factor", "over", "locked", "taken session"])
def test_what_cannot_be_completed_changes_nothing(store: Store, held: Factor, what: str) -> None:
    """An ended factor, a login that is over, another lock than was judged, a taken session: nobody gets in."""
    asked = issue(store, held)
    if what == "ended factor":
        revoke(store, held)
    if what == "over":
        store.logins.expire(asked.login_id, now_ms=LATER_MS, event=event())
    if what == "locked":
        store.users.change_lockout(held.user_id, lambda lockout: replace(lockout, locked_until_ms=SOON_MS))
    session = nouns.session(held.user_id)
    if what == "taken session":
        store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=event())
    kept, user, recorded = store.prompts.latest_of_login(asked.login_id), store.users.get(held.user_id), read_all(store)

    with pytest.raises(StoreStaleError if what == "locked" else StoreConflictError):
        store.prompts.complete(
            asked,
            session=session,
            replaces=None,
            sessions_allowed=5,
            locked_until_ms=None,
            step=1,
            spends=True,
            now_ms=LATER_MS,
            events=[event()],
        )

    assert store.prompts.latest_of_login(asked.login_id) == kept
    assert store.users.get(held.user_id) == user
    assert len(store.sessions.list_open(held.user_id, now_ms=LATER_MS)) == int(what == "taken session")
    assert read_all(store) == recorded


def test_an_unknown_prompt_completes_nothing(store: Store, held: Factor) -> None:
    """Nor can it be sent again or failed; that it expires is no news."""
    unknown, recorded = prompt(LoginId(nouns.new_hex()), held), read_all(store)

    for deed in (complete, send_again):
        with pytest.raises(StoreConflictError):
            deed(store, unknown)
    with pytest.raises(StoreConflictError):
        store.prompts.fail(unknown, reason="wrong_code", now_ms=NOW_MS, event=event())
    store.prompts.expire(unknown.prompt_id, now_ms=NOW_MS, event=event())
    assert read_all(store) == recorded


def test_a_code_is_sent_again(store: Store, held: Factor) -> None:
    """A resend replaces the code, keeps the tries, counts itself and lies in the inbox."""
    asked = issue(store, held, code_mac=bytes(32), sends=1, sent_ms=NOW_MS)
    count(store, asked)

    sent = send_again(store, asked)

    assert sent == replace(asked, attempts=1, code_mac=MAC, channel=Channel.VOICE, sends=2, sent_ms=LATER_MS)
    assert store.prompts.latest_of_login(asked.login_id) == sent
    assert len(store.texts.list_of(NUMBER, after=0, most=9)) == 1
    assert read_all(store)[-1] is EventKind.PROMPT_RESENT


@pytest.mark.parametrize("what", ["spent", "late", "closed"])
def test_a_code_is_not_sent_again(store: Store, held: Factor, what: str) -> None:
    """Not above the number that is allowed, not late, and not for a prompt that is closed."""
    asked = issue(store, held, sends=1)
    if what == "closed":
        complete(store, asked)
    kept = store.prompts.latest_of_login(asked.login_id)

    with pytest.raises(StoreConflictError):
        send_again(store, asked, allowed=1 if what == "spent" else 3, now_ms=SOON_MS if what == "late" else LATER_MS)

    assert store.prompts.latest_of_login(asked.login_id) == kept
    assert store.texts.list_of(NUMBER, after=0, most=9) == []


def test_failing_ends_the_login(store: Store, held: Factor) -> None:
    """Prompt, request and login have failed, with the reason; a second time is refused."""
    device = add_device(store, held.user_id)
    login = offer(store, held.user_id)
    asked = prompt(login.login_id, held)
    store.prompts.issue(asked, event=event())
    push = store.pushes.issue(nouns.push(login, device.device_id), event=event())

    store.prompts.fail(asked, reason="wrong_code", now_ms=LATER_MS, event=event(EventKind.LOGIN_REFUSED))

    failed: dict[str, Any] = {"state": states.OneShot.FAILED, "closed_ms": LATER_MS}
    assert store.prompts.latest_of_login(login.login_id) == replace(asked, **failed)
    assert store.pushes.get(push.request_id) == replace(push, **failed)
    assert store.logins.get(login.login_id) == replace(
        login, state=states.Login.FAILED, closed_ms=LATER_MS, reason="wrong_code"
    )
    with pytest.raises(StoreConflictError):
        store.prompts.fail(asked, reason="wrong_code", now_ms=LATER_MS, event=event())


def test_an_expired_prompt_leaves_its_login(store: Store, held: Factor) -> None:
    """It is written once, and another may be issued in the same login."""
    login = offer(store, held.user_id)
    asked = prompt(login.login_id, held)
    store.prompts.issue(asked, event=event())
    recorded = read_all(store)

    for _ in range(2):
        store.prompts.expire(asked.prompt_id, now_ms=LATER_MS, event=event(EventKind.PROMPT_EXPIRED))

    expired = replace(asked, state=states.OneShot.EXPIRED, closed_ms=LATER_MS)
    assert store.prompts.latest_of_login(login.login_id) == expired
    assert store.logins.get(login.login_id) == login
    assert read_all(store) == [*recorded, EventKind.PROMPT_EXPIRED]
    store.prompts.issue(prompt(login.login_id, held), event=event())


def test_a_login_that_expires_takes_its_prompt(store: Store, held: Factor) -> None:
    """An open prompt is written as expired with its login."""
    asked = issue(store, held)

    store.logins.expire(asked.login_id, now_ms=LATER_MS, event=event())

    assert store.prompts.latest_of_login(asked.login_id) == replace(
        asked, state=states.OneShot.EXPIRED, closed_ms=LATER_MS
    )
