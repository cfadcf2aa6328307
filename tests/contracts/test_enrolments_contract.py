"""What `ports.Enrolments` promises, on every store."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import StoreConflictError, StoreStaleError
from authsim.events import EventKind
from authsim.model import Device, DeviceId, Enrolment, Factors, FlowId, UserId
from authsim.ports import Store
from tests.support import nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS, add_device, add_user, enrol, event, read_all

CLOSING = [states.OneShot.FAILED, states.OneShot.EXPIRED, states.OneShot.CANCELLED]
EVENTS = [event(EventKind.ENROLMENT_COMPLETED)]


def resend(store: Store, begun: Enrolment, **given: int) -> Enrolment:
    """Send another code."""
    numbers = {"sends_allowed": 3, "not_since_ms": NOW_MS, "now_ms": LATER_MS} | given
    return store.enrolments.resend(
        begun.flow_id, code_mac=b"another code", text=nouns.text(), event=event(EventKind.ENROLMENT_RESENT), **numbers
    )


def count(store: Store, begun: Enrolment, *, now_ms: int = NOW_MS) -> Enrolment:
    """Count a try."""
    return store.enrolments.count_try(begun.flow_id, now_ms=now_ms, event=event(EventKind.ENROLMENT_COUNTED))


def complete(store: Store, begun: Enrolment, *, now_ms: int = LATER_MS, **fields: object) -> Device:
    """Enrol a device."""
    device = nouns.device(begun.user_id, **fields)
    store.enrolments.complete(
        begun.flow_id, device=device, request_digest=b"digest", reply="{}", now_ms=now_ms, events=EVENTS
    )
    return device


def close(store: Store, begun: Enrolment, state: states.OneShot) -> None:
    """Close an enrolment."""
    store.enrolments.close(begun.flow_id, state, now_ms=LATER_MS, event=event(EventKind.ENROLMENT_REFUSED))


def in_state(store: Store, state: states.OneShot) -> Enrolment:
    """Bring an enrolment into a state by the steps that lead there."""
    begun = enrol(store, add_user(store).user_id)
    if state is states.OneShot.SUPERSEDED:
        enrol(store, begun.user_id)
    elif state is states.OneShot.CONSUMED:
        complete(store, begun)
    elif state is not states.OneShot.ISSUED:
        close(store, begun, state)
    present = store.enrolments.get(begun.flow_id)
    assert present is not None
    assert present.state is state
    return present


def test_an_enrolment_is_kept_as_it_was_begun(store: Store) -> None:
    """What was written is read, value for value, with the instant of its text and a row of the record."""
    begun = enrol(store, add_user(store).user_id)

    assert store.enrolments.get(begun.flow_id) == begun
    assert store.enrolments.last_sent_ms(begun.user_id) == NOW_MS
    assert read_all(store)[-1] is EventKind.ENROLMENT_STARTED


def test_unknown_enrolments_are_nowhere(store: Store) -> None:
    """An unknown id gives nothing, and takes neither try nor text nor device."""
    unknown = nouns.enrolment(add_user(store).user_id)

    assert store.enrolments.get(FlowId(nouns.new_hex())) is None
    assert store.enrolments.last_sent_ms(UserId(nouns.new_hex())) is None
    for deed in (count, resend, complete):
        with pytest.raises(StoreConflictError):
            deed(store, unknown)
    with pytest.raises(StoreConflictError):
        close(store, unknown, states.OneShot.FAILED)


def test_a_newer_enrolment_supersedes_the_older(store: Store) -> None:
    """Of one user's enrolments only the newest is open; other users' stay."""
    user, theirs = add_user(store), enrol(store, add_user(store).user_id)
    first = enrol(store, user.user_id)

    second = enrol(store, user.user_id, issued_ms=LATER_MS)

    assert store.enrolments.get(first.flow_id) == replace(first, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    assert store.enrolments.get(second.flow_id) == second
    assert store.enrolments.get(theirs.flow_id) == theirs


def test_an_enrolment_needs_the_password_that_was_judged(store: Store) -> None:
    """When the hash is another by now, or the user gone, nothing begins and what was open stays open."""
    begun = enrol(store, add_user(store).user_id)
    recorded = read_all(store)

    for user_id, judged in ((begun.user_id, "another hash"), (UserId(nouns.new_hex()), nouns.HASH)):
        with pytest.raises(StoreStaleError):
            store.enrolments.begin(
                nouns.enrolment(user_id), text=nouns.text(), judged=judged, not_since_ms=LATER_MS, event=event()
            )

    assert store.enrolments.get(begun.flow_id) == begun
    assert len(store.texts.list_of("+15550100", after=0, most=9)) == 1
    assert read_all(store) == recorded


def test_texts_keep_their_distance(store: Store) -> None:
    """A text too soon after the user's last one is sent by neither a new enrolment nor a resend; later both do."""
    user = add_user(store)
    begun = enrol(store, user.user_id, sent_ms=LATER_MS)

    with pytest.raises(StoreConflictError):
        resend(store, begun, not_since_ms=LATER_MS - 1)
    with pytest.raises(StoreConflictError):
        store.enrolments.begin(
            nouns.enrolment(user.user_id),
            text=nouns.text(),
            judged=nouns.HASH,
            not_since_ms=LATER_MS - 1,
            event=event(),
        )

    assert store.enrolments.get(begun.flow_id) == begun
    close(store, begun, states.OneShot.CANCELLED)
    with pytest.raises(StoreConflictError):
        store.enrolments.begin(
            nouns.enrolment(user.user_id),
            text=nouns.text(),
            judged=nouns.HASH,
            not_since_ms=LATER_MS - 1,
            event=event(),
        )
    again = enrol(store, user.user_id, sent_ms=LATER_MS + 1)
    sent = resend(store, again, not_since_ms=LATER_MS + 1, now_ms=LATER_MS + 2)
    assert store.enrolments.last_sent_ms(user.user_id) == sent.sent_ms == LATER_MS + 2


def test_a_resend_replaces_the_code_and_keeps_the_tries(store: Store) -> None:
    """The new code, one more send and its text are kept together; the tries that were used stay used."""
    begun = enrol(store, add_user(store).user_id)
    counted = count(store, begun)

    sent = resend(store, begun)

    assert sent == replace(counted, code_mac=b"another code", sends=2, sent_ms=LATER_MS)
    assert store.enrolments.get(begun.flow_id) == sent
    assert len(store.texts.list_of("+15550100", after=0, most=9)) == 2
    assert read_all(store)[-1] is EventKind.ENROLMENT_RESENT


@pytest.mark.parametrize(
    "what", ["no sends left", "late", *(state for state in states.OneShot if state.value != "issued")]
)
def test_a_resend_that_is_not_due_changes_nothing(store: Store, what: str | states.OneShot) -> None:
    """Without sends left, after its time or when it is closed, an enrolment gets no other code and no text."""
    begun = in_state(store, what if isinstance(what, states.OneShot) else states.OneShot.ISSUED)
    texts, recorded = store.texts.list_of("+15550100", after=0, most=9), read_all(store)

    with pytest.raises(StoreConflictError):
        resend(
            store,
            begun,
            sends_allowed=1 if what == "no sends left" else 3,
            now_ms=SOON_MS if what == "late" else LATER_MS,
        )

    assert store.enrolments.get(begun.flow_id) == begun
    assert store.texts.list_of("+15550100", after=0, most=9) == texts
    assert read_all(store) == recorded


def test_a_try_is_counted_before_it_is_judged(store: Store) -> None:
    """As many tries as are allowed are counted, each with its row; one more is refused."""
    begun = enrol(store, add_user(store).user_id, attempts_allowed=2)

    assert [count(store, begun).attempts, count(store, begun).attempts] == [1, 2]
    with pytest.raises(StoreConflictError):
        count(store, begun)

    assert store.enrolments.get(begun.flow_id) == replace(begun, attempts=2)
    assert read_all(store).count(EventKind.ENROLMENT_COUNTED) == 2


@pytest.mark.parametrize("state", [state for state in states.OneShot if state is not states.OneShot.ISSUED])
def test_a_closed_enrolment_does_nothing_any_more(store: Store, state: states.OneShot) -> None:
    """It takes no try, no device and no other end."""
    begun = in_state(store, state)
    recorded, devices = read_all(store), store.devices.list_of(begun.user_id)

    for deed in (count, complete):
        with pytest.raises(StoreConflictError):
            deed(store, begun)
    for end in CLOSING:
        with pytest.raises(StoreConflictError):
            close(store, begun, end)

    assert store.enrolments.get(begun.flow_id) == begun
    assert store.devices.list_of(begun.user_id) == devices
    assert read_all(store) == recorded


def test_an_enrolment_ends_with_its_time(store: Store) -> None:
    """At `expires_ms` it takes neither a try nor a device."""
    begun = enrol(store, add_user(store).user_id)

    with pytest.raises(StoreConflictError):
        count(store, begun, now_ms=SOON_MS)
    with pytest.raises(StoreConflictError):
        complete(store, begun, now_ms=SOON_MS)

    assert store.enrolments.get(begun.flow_id) == begun
    assert store.devices.active_of(begun.user_id) is None


def test_a_first_device_replaces_nothing(store: Store) -> None:
    """The enrolment is consumed and keeps its reply, the device is active, and an issued activation is superseded."""
    user = add_user(store)
    code = nouns.code(user.user_id)
    store.activations.issue(code, event=event(EventKind.ACTIVATION_ISSUED))
    begun = enrol(store, user.user_id)
    recorded = read_all(store)

    device = complete(store, begun)

    assert store.devices.current_of(user.user_id) == device
    assert store.enrolments.get(begun.flow_id) == replace(
        begun,
        state=states.OneShot.CONSUMED,
        closed_ms=LATER_MS,
        device_id=device.device_id,
        request_digest=b"digest",
        reply="{}",
    )
    superseded = store.activations.get(code.code_id)
    assert superseded == replace(code, state=states.OneShot.SUPERSEDED, closed_ms=LATER_MS)
    assert read_all(store) == [*recorded, EventKind.ENROLMENT_COMPLETED]


@pytest.mark.parametrize("state", [states.Device.ACTIVE, states.Device.SUSPENDED, states.Device.PENDING])
def test_a_new_device_replaces_the_old(store: Store, state: states.Device) -> None:
    """The other device is replaced, with its row, and all that it held is over; another user's stays."""
    user, theirs = add_user(store), add_device(store, add_user(store).user_id)
    old = add_device(store, user.user_id, state=state)
    login = nouns.login(user.user_id)
    push = nouns.send(store, old, of=login)
    session = nouns.session(user.user_id)
    limited = nouns.session(user.user_id, factors=Factors.ONE)
    for opened in (session, limited):
        store.sessions.open(opened, judged=nouns.HASH, sessions_allowed=5, event=event())
    begun = enrol(store, user.user_id)
    recorded = read_all(store)

    device = complete(store, begun)

    replaced = replace(old, state=states.Device.REPLACED, closed_ms=LATER_MS)
    assert store.devices.list_of(user.user_id) == [device, replaced]
    assert store.devices.current_of(user.user_id) == device
    asked = store.logins.challenge_of(login.login_id)
    assert asked is not None
    assert asked.state is states.OneShot.CANCELLED
    assert store.pushes.get(push.request_id) == replace(push, state=states.OneShot.CANCELLED, closed_ms=LATER_MS)
    assert store.sessions.find(session.token_hash) == replace(session, ended_ms=LATER_MS)
    assert store.sessions.find(limited.token_hash) == limited
    assert store.devices.get(theirs.device_id) == theirs
    ends = [EventKind.ENROLMENT_COMPLETED, EventKind.DEVICE_REPLACED, EventKind.SESSION_ENDED]
    assert read_all(store) == [*recorded, *ends]


def test_what_was_replaced_is_told(store: Store) -> None:
    """Completing returns the devices that gave way, as they are now."""
    user = add_user(store)
    old, begun = add_device(store, user.user_id), enrol(store, user.user_id)

    told = store.enrolments.complete(
        begun.flow_id,
        device=nouns.device(user.user_id),
        request_digest=b"",
        reply="",
        now_ms=LATER_MS,
        events=EVENTS,
    )

    assert list(told) == [replace(old, state=states.Device.REPLACED, closed_ms=LATER_MS)]


@pytest.mark.parametrize("what", ["taken id", "another user's"])
def test_a_device_that_cannot_be_kept_changes_nothing(store: Store, what: str) -> None:
    """A device id that exists, or a device of another user, leaves the enrolment open and the old device active."""
    user = add_user(store)
    old, begun = add_device(store, user.user_id), enrol(store, user.user_id)
    recorded = read_all(store)

    device_id = old.device_id if what == "taken id" else DeviceId(nouns.new_hex())
    owner = begun if what == "taken id" else replace(begun, user_id=add_user(store).user_id)

    with pytest.raises(StoreConflictError):
        complete(store, owner, device_id=device_id)

    assert store.enrolments.get(begun.flow_id) == begun
    assert store.devices.current_of(user.user_id) == old
    assert read_all(store)[: len(recorded)] == recorded
    assert EventKind.DEVICE_REPLACED not in read_all(store)
