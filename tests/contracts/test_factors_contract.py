"""What `ports.FactorStore` promises, on every store."""

from dataclasses import replace
from typing import Any

import pytest

from authsim import states
from authsim.errors import StoreConflictError
from authsim.events import EventKind
from authsim.model import Factor, FactorId, FactorKind, User, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.factor_nouns import add_factor, factor, issue, offer, prompt
from tests.support.nouns import LATER_MS, NOW_MS, add_user, event, read_all, sealed

NOTHING: frozenset[FactorKind] = frozenset()
CLOSED: dict[str, Any] = {"state": states.Factor.REPLACED, "closed_ms": LATER_MS}


@pytest.fixture
def user(store: Store) -> User:
    """Who holds the factors."""
    return add_user(store)


def add(store: Store, added: Factor, *closes: FactorKind) -> None:
    """Keep a factor that closes some kinds."""
    store.factors.add(added, closes=frozenset(closes), event=event(EventKind.FACTOR_ACTIVATED))


def activate(store: Store, pending: Factor, *closes: FactorKind, step: int = 0) -> None:
    """Activate a factor that closes some kinds."""
    store.factors.activate(
        pending.factor_id,
        step=step,
        closes=frozenset(closes),
        now_ms=LATER_MS,
        event=event(EventKind.FACTOR_ACTIVATED),
    )


def change(store: Store, of: Factor, step: states.FactorEvent = states.FactorEvent.REVOKE, **facts: str) -> None:
    """Move a factor on."""
    fact = event(EventKind.FACTOR_CLOSED, at_ms=LATER_MS, facts=facts)
    store.factors.change(of.factor_id, step, now_ms=LATER_MS, event=fact)


@pytest.mark.parametrize("kind", [kind for kind in FactorKind if kind is not FactorKind.IB_KEY])
def test_a_factor_is_kept_as_it_was_added(store: Store, user: User, kind: FactorKind) -> None:
    """Every kind comes back with all its values, by id and in its user's list, newest first."""
    older = add_factor(store, user.user_id, kind=kind, state=states.Factor.PENDING, made_ms=NOW_MS - 1)
    newest = factor(
        user.user_id,
        kind=kind,
        serial="12345678",
        secret=sealed(),
        secret_hash="$argon2id$",
        last_step=3,
        full_until_ms=LATER_MS,
        expires_ms=LATER_MS + 1,
    )
    plain = add_factor(store, user.user_id, kind=kind, secret=None, state=states.Factor.PENDING)

    add(store, newest)

    assert store.factors.get(newest.factor_id) == newest
    assert store.factors.list_of(user.user_id) == [newest, plain, older]
    assert store.factors.get(FactorId(nouns.new_hex())) is None
    assert store.factors.list_of(UserId(nouns.new_hex())) == []


@pytest.mark.parametrize("what", ["taken id", "unknown user", "second active", "unknown source", "ended source"])
def test_a_factor_that_cannot_stand_is_refused(store: Store, user: User, what: str) -> None:
    """Taken ids, users that are gone, a second active one of a kind, and sources that are not active change nothing."""
    present = add_factor(store, user.user_id)
    source = add_factor(store, add_user(store).user_id, kind=FactorKind.CODE_CARD)
    change(store, source)
    fields: dict[str, Any] = {
        "taken id": {"factor_id": present.factor_id, "kind": FactorKind.TEXT},
        "unknown user": {"user_id": UserId(nouns.new_hex())},
        "second active": {},
        "unknown source": {"kind": FactorKind.CODE_CARD, "shared_factor_id": FactorId(nouns.new_hex())},
        "ended source": {"kind": FactorKind.CODE_CARD, "shared_factor_id": source.factor_id},
    }[what]
    recorded = read_all(store)

    with pytest.raises(StoreConflictError):
        add_factor(store, **{"user_id": user.user_id, **fields})

    assert store.factors.list_of(user.user_id) == [present]
    assert read_all(store) == recorded


def test_a_new_factor_takes_the_place_of_what_it_closes(store: Store, user: User) -> None:
    """Pending and active ones of those kinds are replaced, their prompts cancelled; those that were in use are told."""
    active, pending, kept = (
        add_factor(store, user.user_id, kind=FactorKind.TEXT),
        add_factor(store, user.user_id, kind=FactorKind.ONLINE_CARD, state=states.Factor.PENDING),
        add_factor(store, user.user_id, kind=FactorKind.CODE_CARD),
    )
    theirs = add_factor(store, add_user(store).user_id, kind=FactorKind.TEXT)
    asked, elsewhere = issue(store, active), issue(store, theirs)
    recorded = read_all(store)

    new = factor(user.user_id, made_ms=LATER_MS)
    add(store, new, FactorKind.TEXT, FactorKind.ONLINE_CARD)

    assert store.factors.get(active.factor_id) == replace(active, **CLOSED)
    assert store.factors.get(pending.factor_id) == replace(pending, **CLOSED)
    assert [store.factors.get(row.factor_id) for row in (kept, theirs, new)] == [kept, theirs, new]
    assert store.prompts.latest_of_login(asked.login_id) == replace(
        asked, state=states.OneShot.CANCELLED, closed_ms=LATER_MS
    )
    assert store.prompts.latest_of_login(elsewhere.login_id) == elsewhere
    assert read_all(store) == [*recorded, EventKind.FACTOR_ACTIVATED, EventKind.FACTOR_CLOSED]
    (told,) = store.audit.read(after=len(recorded) + 1, most=9)
    assert (told.event.user_id, told.event.at_ms, dict(told.event.facts)) == (user.user_id, LATER_MS, {"kind": "text"})


def test_one_of_a_kind_takes_the_place_of_another(store: Store, user: User) -> None:
    """What closes its own kind becomes active beside none, at once and by activation."""
    first = add_factor(store, user.user_id)
    second = factor(user.user_id, made_ms=LATER_MS)
    third = add_factor(store, user.user_id, state=states.Factor.PENDING)

    add(store, second, FactorKind.AUTHENTICATOR_APP)
    fourth = add_factor(store, user.user_id, state=states.Factor.PENDING)
    activate(store, fourth, FactorKind.AUTHENTICATOR_APP, step=7)

    found = [store.factors.get(row.factor_id) for row in (first, second, third)]
    assert found == [replace(row, **CLOSED) for row in (first, second, third)]
    active = replace(fourth, state=states.Factor.ACTIVE, last_step=7, activated_ms=LATER_MS)
    assert store.factors.get(fourth.factor_id) == active


def test_a_text_comes_with_the_factor(store: Store, user: User) -> None:
    """What is to reach its user is delivered in the same change, and not at all when that is refused."""
    passcode = factor(user.user_id, kind=FactorKind.TEMPORARY_PASSCODE)
    for _ in range(2):
        try:
            store.factors.add(passcode, closes=NOTHING, text=nouns.text("+15550101"), event=event())
        except StoreConflictError:
            continue

    assert len(store.texts.list_of("+15550101", after=0, most=9)) == 1


@pytest.mark.parametrize("state", states.Factor)
def test_only_a_pending_factor_is_activated(store: Store, user: User, state: states.Factor) -> None:
    """Activation notes step and instant; from any other state, or of an unknown one, it changes nothing."""
    kept, recorded = add_factor(store, user.user_id, state=state), read_all(store)

    if state is states.Factor.PENDING:
        activate(store, kept, step=5)
        activated = replace(kept, state=states.Factor.ACTIVE, last_step=5, activated_ms=LATER_MS)
        assert store.factors.get(kept.factor_id) == activated
        assert read_all(store) == [*recorded, EventKind.FACTOR_ACTIVATED]
    else:
        for pending in (kept, factor(user.user_id)):
            with pytest.raises(StoreConflictError):
                activate(store, pending)
        assert store.factors.get(kept.factor_id) == kept
        assert read_all(store) == recorded


def test_activation_stands_beside_no_other(store: Store, user: User) -> None:
    """While another of its kind is active, and is not closed with it, a pending one stays pending."""
    add_factor(store, user.user_id)
    pending = add_factor(store, user.user_id, state=states.Factor.PENDING)

    with pytest.raises(StoreConflictError):
        activate(store, pending, FactorKind.TEXT)

    assert store.factors.get(pending.factor_id) == pending


@pytest.mark.parametrize("step", [step for step in states.FactorEvent if step is not states.FactorEvent.ACTIVATE])
@pytest.mark.parametrize("state", states.Factor)
def test_a_factor_moves_where_the_table_says_so(
    store: Store, user: User, state: states.Factor, step: states.FactorEvent
) -> None:
    """Every pair of a state and an end is allowed or refused as the state table says; a refusal changes nothing."""
    kept, recorded = add_factor(store, user.user_id, state=state), read_all(store)

    if step in states.FACTOR[state]:
        change(store, kept, step)
        after = states.next_state(states.FACTOR, state, step)
        assert store.factors.get(kept.factor_id) == replace(kept, state=after, closed_ms=LATER_MS)
        assert read_all(store) == [*recorded, EventKind.FACTOR_CLOSED]
    else:
        with pytest.raises(StoreConflictError):
            change(store, kept, step)
        assert store.factors.get(kept.factor_id) == kept
        assert read_all(store) == recorded


def test_an_unknown_factor_is_not_moved(store: Store, user: User) -> None:
    """An id that nobody has is refused, and to activate by this way is a bug."""
    with pytest.raises(StoreConflictError):
        change(store, factor(user.user_id))
    with pytest.raises(ValueError, match="no end"):
        change(store, factor(user.user_id), states.FactorEvent.ACTIVATE)


def test_a_shared_factor_ends_with_its_source(store: Store, user: User) -> None:
    """Its prompts and those of who shares it are cancelled, and each of them is told who did it."""
    card = add_factor(store, user.user_id, kind=FactorKind.CODE_CARD)
    others = [add_user(store).user_id for _ in range(2)]
    active, pending = (
        add_factor(store, other, kind=FactorKind.CODE_CARD, state=state, secret=None, shared_factor_id=card.factor_id)
        for other, state in zip(others, (states.Factor.ACTIVE, states.Factor.PENDING), strict=True)
    )
    asked = [issue(store, of) for of in (card, active)]
    recorded = read_all(store)

    change(store, card, by="operator")

    for row in (card, active, pending):
        kept = store.factors.get(row.factor_id)
        assert kept == replace(row, state=states.Factor.REVOKED, closed_ms=LATER_MS)
    for one in asked:
        cancelled = replace(one, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
        assert store.prompts.latest_of_login(one.login_id) == cancelled
    assert read_all(store) == [*recorded, EventKind.FACTOR_CLOSED, EventKind.FACTOR_CLOSED]
    (told,) = store.audit.read(after=len(recorded) + 1, most=9)
    assert told.event.user_id == active.user_id
    assert dict(told.event.facts) == {"kind": "code_card", "by": "operator"}


def test_a_removed_user_takes_what_others_shared(store: Store, user: User) -> None:
    """Factors and prompts go with their user, and so does what shares them, with a row for who used it."""
    card = add_factor(store, user.user_id, kind=FactorKind.CODE_CARD)
    other = add_user(store)
    shared = add_factor(store, other.user_id, kind=FactorKind.CODE_CARD, secret=None, shared_factor_id=card.factor_id)
    own = add_factor(store, other.user_id)
    asked, theirs, kept = issue(store, card), issue(store, shared), issue(store, own)
    recorded = read_all(store)

    store.users.remove(user.user_id, event=event(EventKind.USER_REMOVED))

    assert store.factors.list_of(user.user_id) == []
    assert store.factors.list_of(other.user_id) == [own]
    assert [store.prompts.latest_of_login(row.login_id) for row in (asked, theirs, kept)] == [None, None, kept]
    assert read_all(store) == [*recorded, EventKind.USER_REMOVED, EventKind.FACTOR_CLOSED]
    (told,) = store.audit.read(after=len(recorded) + 1, most=9)
    assert told.event.user_id == other.user_id


def test_a_new_password_leaves_factors_and_ends_prompts(store: Store, user: User) -> None:
    """What the old password began to ask has failed; what its user holds stays."""
    held = add_factor(store, user.user_id)
    asked = prompt(offer(store, user.user_id).login_id, held)
    store.prompts.issue(asked, event=event())

    store.users.set_password(user.user_id, "new", event=event(EventKind.PASSWORD_SET, at_ms=LATER_MS))

    assert store.prompts.latest_of_login(asked.login_id) == replace(
        asked, state=states.OneShot.FAILED, closed_ms=LATER_MS
    )
    assert store.factors.get(held.factor_id) == held
