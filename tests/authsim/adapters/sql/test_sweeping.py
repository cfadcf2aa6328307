"""What is taken away when it has been over for long, and what never is."""

from dataclasses import dataclass

import pytest

from authsim import states
from authsim.adapters.audit_chain import require_unbroken
from authsim.adapters.sql import SqlStore
from authsim.model import Decision, Device
from tests.support import nouns
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
    return Lesson(sql_store, device)


def test_what_is_over_is_taken(lesson: Lesson) -> None:
    """Sessions, texts, codes, enrolments and logins that asked nothing go; what a living phone was asked stays."""
    before = count(lesson.store)

    lesson.store.sweep(before_ms=SOON_MS + DAY_MS + 1)

    asked = {name: before[name] for name in ("push_requests", "challenges")}
    assert before == dict.fromkeys(TABLES, 1) | asked | {"logins": 3}
    assert count(lesson.store) == dict.fromkeys(TABLES, 0) | asked | {"logins": 2}
    assert lesson.store.devices.active_of(lesson.device.user_id) is not None
    assert lesson.store.logins.count_questions(lesson.device.device_id) == 2
    assert require_unbroken(lesson.store.audit.read(after=0, most=99)) == lesson.store.audit.head()


def test_what_a_lost_phone_was_asked_is_taken(lesson: Lesson) -> None:
    """When a phone is out of use for long its questions go, and their logins; a report of a request stays."""
    lesson.reports()
    lesson.loses_phone()

    lesson.store.sweep(before_ms=SOON_MS + DAY_MS + 1)

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
