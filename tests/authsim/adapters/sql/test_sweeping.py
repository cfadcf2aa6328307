"""What is taken away when it has been over for long, and what never is."""

from dataclasses import dataclass

import pytest

from authsim import states
from authsim.adapters.audit_chain import require_unbroken
from authsim.adapters.sql import SqlStore
from authsim.errors import StoreConflictError
from authsim.model import Decision, Device, FactorKind
from tests.support import factor_nouns, nouns
from tests.support.nouns import LATER_MS, NOW_MS, SOON_MS

DAY_MS = 86_400_000
TABLES = (
    "sessions",
    "device_sessions",
    "texts",
    "activation_codes",
    "enrolments",
    "push_requests",
    "challenges",
    "prompts",
    "factors",
    "decoys",
    "tallies",
    "asked_questions",
    "logins",
)


def count(store: SqlStore) -> dict[str, int]:
    """Return how many rows there are in each table that is swept."""
    return {
        table: store.database.read(
            lambda connection, of=table: connection.exec_driver_sql(f"SELECT count(*) FROM {of}").scalar_one()  # noqa: S608
        )
        for table in TABLES
    }


def questions(store: SqlStore) -> list[str]:
    """Return what challenges asked."""
    statement = "SELECT question FROM challenges"
    return list(store.database.read(lambda connection: connection.exec_driver_sql(statement).scalars().all()))


@dataclass(slots=True)
class Lesson:
    """One user with a phone, and one of everything that a lesson leaves behind; all of it is over at `SOON_MS`."""

    store: SqlStore
    device: Device

    def reports(self) -> None:
        begun = nouns.send(self.store, self.device)
        self.store.pushes.decide(begun, Decision.REPORT, digest=bytes(32), now_ms=NOW_MS, event=nouns.event())

    def loses_phone(self) -> None:
        revoke = states.DeviceEvent.REVOKE
        self.store.devices.change(self.device.device_id, revoke, now_ms=LATER_MS, event=nouns.event())


@pytest.fixture
def lesson(sql_store: SqlStore) -> Lesson:
    """A lesson that is over."""
    user = nouns.add_user(sql_store)
    device = nouns.add_device(sql_store, user.user_id)
    nouns.send(sql_store, device)
    nouns.ask(sql_store, device)
    started = nouns.login(user.user_id, state=states.Login.STARTED)
    sql_store.logins.begin(started, challenge=None, judged=nouns.HASH, events=[])
    sql_store.device_sessions.open(nouns.device_session(device), counter=1, event=nouns.event())
    sql_store.sessions.open(nouns.session(user.user_id), judged=nouns.HASH, sessions_allowed=5, event=nouns.event())
    nouns.enrol(sql_store, user.user_id)
    card = factor_nouns.add_factor(sql_store, user.user_id, kind=FactorKind.ONLINE_CARD, expires_ms=SOON_MS)
    factor_nouns.issue(sql_store, card)
    sql_store.decoys.begin(factor_nouns.decoy(), events=[])
    sql_store.tallies.take(bytes(32), now_ms=NOW_MS, spans=[(9, DAY_MS)])
    return Lesson(sql_store, device)


def test_what_is_over_is_taken(lesson: Lesson) -> None:
    """Whatever a lesson left behind goes, but the phone and which questions it was asked: none comes again."""
    before = count(lesson.store)
    asked = questions(lesson.store)

    lesson.store.sweep(before_ms=SOON_MS + DAY_MS + 1)

    assert before == dict.fromkeys(TABLES, 1) | {"challenges": 2, "logins": 4, "asked_questions": 2}
    assert count(lesson.store) == dict.fromkeys(TABLES, 0) | {"asked_questions": 2}
    assert lesson.store.devices.active_of(lesson.device.user_id) is not None
    assert lesson.store.logins.count_questions(lesson.device.device_id) == len(asked) == 2
    for question in asked:
        with pytest.raises(StoreConflictError):
            nouns.ask(lesson.store, lesson.device, question=question)
    assert require_unbroken(lesson.store.audit.read(after=0, most=99)) == lesson.store.audit.head()


def test_what_a_lost_phone_was_asked_is_taken(lesson: Lesson) -> None:
    """When a phone is out of use for long its questions go, and their logins; a report of a request stays."""
    lesson.reports()
    lesson.loses_phone()

    lesson.store.sweep(before_ms=SOON_MS + DAY_MS + 1)

    assert questions(lesson.store) == []
    assert count(lesson.store) == dict.fromkeys(TABLES, 0) | {"push_requests": 1, "logins": 1}
    assert [device.state for device in lesson.store.devices.list_of(lesson.device.user_id)] == [states.Device.REVOKED]


@pytest.mark.parametrize("before_ms", [NOW_MS, SOON_MS, NOW_MS + DAY_MS])
def test_nothing_is_taken_before_a_day_has_passed(lesson: Lesson, before_ms: int) -> None:
    """A sweep that is not due changes nothing, so that there is one a day at most."""
    before = count(lesson.store)

    lesson.store.sweep(before_ms=before_ms)

    assert count(lesson.store) == before


def test_what_goes_on_is_kept(lesson: Lesson) -> None:
    """Beside what is over for long, whatever is open or was closed lately stays."""
    later = {"opened_ms": NOW_MS, "expires_ms": SOON_MS + 9 * DAY_MS}
    user_id = lesson.device.user_id
    kept, ended = (nouns.session(user_id, **later) for _ in range(2))
    for session in (kept, ended):
        lesson.store.sessions.open(session, judged=nouns.HASH, sessions_allowed=5, event=nouns.event())
    lately_ms = SOON_MS + 2 * DAY_MS
    lesson.store.sessions.end(ended.session_id, user_id, now_ms=lately_ms, event=nouns.event())

    lesson.store.sweep(before_ms=lately_ms)

    assert count(lesson.store)["sessions"] == 2
    assert lesson.store.sessions.find(kept.token_hash) == kept


def test_what_decides_about_another_passcode_is_kept(lesson: Lesson) -> None:
    """Passcodes and lasting factors that were in use stay, however long ago they ended; what never was in use goes."""
    user_id, store = lesson.device.user_id, lesson.store
    kept = [
        factor_nouns.add_factor(
            store, user_id, kind=kind, state=states.Factor.REVOKED, activated_ms=NOW_MS, closed_ms=NOW_MS
        )
        for kind in (FactorKind.TEMPORARY_PASSCODE, FactorKind.AUTHENTICATOR_APP, FactorKind.CODE_CARD)
    ]
    factor_nouns.issue(store, factor_nouns.add_factor(store, user_id, kind=FactorKind.TEXT))
    begun = {"state": states.Factor.PENDING, "expires_ms": SOON_MS}
    factor_nouns.add_factor(store, user_id, kind=FactorKind.AUTHENTICATOR_APP, **begun)

    store.sweep(before_ms=SOON_MS + DAY_MS + 1)

    left = store.factors.list_of(user_id)
    assert [factor for factor in left if factor.state is states.Factor.REVOKED] == kept[::-1]
    assert [factor.kind for factor in left if factor.state is states.Factor.ACTIVE] == [FactorKind.TEXT]
    assert len(left) == 4


def test_a_factor_goes_after_what_was_asked_of_it(lesson: Lesson) -> None:
    """While a prompt of it is kept, because it was closed lately, a factor that has expired stays, and its login."""
    card = factor_nouns.add_factor(
        lesson.store, nouns.add_user(lesson.store).user_id, kind=FactorKind.ONLINE_CARD, expires_ms=SOON_MS
    )
    factor_nouns.issue(lesson.store, card, expires_ms=SOON_MS + 9 * DAY_MS)

    lesson.store.sweep(before_ms=SOON_MS + DAY_MS + 1)

    assert {name: count(lesson.store)[name] for name in ("factors", "prompts", "logins")} == dict.fromkeys(
        ("factors", "prompts", "logins"), 1
    )


def test_a_phone_that_was_never_confirmed_goes(lesson: Lesson) -> None:
    """Long after its time a pending phone is taken away, whether or not that was noted; a later one and others stay."""
    waiting = {"state": states.Device.PENDING, "expires_ms": SOON_MS}
    user_id, store = nouns.add_user(lesson.store).user_id, lesson.store
    nouns.add_device(store, user_id, **waiting)
    noted = nouns.add_device(store, user_id, **waiting)
    expire = states.DeviceEvent.EXPIRE
    store.devices.change(noted.device_id, expire, now_ms=SOON_MS, event=nouns.event())
    fresh = nouns.add_device(store, user_id, **waiting | {"expires_ms": SOON_MS + 9 * DAY_MS})

    store.sweep(before_ms=SOON_MS + DAY_MS + 1)

    assert store.devices.list_of(user_id) == [fresh]
    assert len(store.devices.list_of(lesson.device.user_id)) == 1
