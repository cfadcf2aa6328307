"""The story of a run: one order for both ends, which never changes, whoever reads it and however often."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from authsim.adapters.lab_file import LabFile
from authsim.adapters.sql import SqlStore, create_schema, open_sqlite
from authsim.errors import MessageError
from authsim.events import Event, EventKind
from authsim.lab.story import Entry, Story, Wanted
from authsim.lab.telling import BROWSER, LAB, PHONE, Teller
from authsim.verifier import operators
from tests.support.lab import LabTown, file_lab
from tests.support.ports import CountedEntropy, FakeClock

#: Whatever a test of one story has.
ALL = 10_000


@pytest.fixture
def town() -> LabTown:
    """A portal in a lab."""
    return LabTown()


def story_of(town: LabTown) -> Story:
    """The story of a town."""
    return Story(town.lab.journal, town.lab.record, town.verifier.store.users)


def read(town: LabTown, *, after: int = 0, **wanted: str) -> list[Entry]:
    """The entries of a town's story."""
    return list(story_of(town).read(after=after, most=ALL, wanted=Wanted(**wanted)).entries)


def whats(entries: list[Entry]) -> list[str]:
    """What the entries are about."""
    return [entry.what for entry in entries]


def tells_some(town: LabTown) -> None:
    """Mix rows of the record and lines of the journal."""
    alice = town.adds("alice")  # user:added
    town.lab.teller.tell(LAB, "clock:changed")
    alice.fails_password()  # counted, refused
    town.lab.teller.tell(BROWSER, "POST /sso/Login", user="alice", why="wrong_password", label="first", status=303)
    town.lab.teller.tell(PHONE, "push:approve", user="alice")
    alice.is_locked()


def test_both_ends_are_told_in_one_order(town: LabTown) -> None:
    """A request stands behind what it wrote, and what a phone does before what comes of it."""
    tells_some(town)
    assert [(entry.number, entry.end, entry.what, entry.user, entry.why) for entry in read(town)] == [
        (1, "portal", "user:added", "alice", None),
        (2, "lab", "clock:changed", None, None),
        (3, "portal", "login:password_counted", "alice", None),
        (4, "portal", "login:refused", "alice", "wrong_password"),
        (5, "browser", "POST /sso/Login", "alice", "wrong_password"),
        (6, "phone", "push:approve", "alice", None),
        (7, "portal", "user:locked", "alice", None),
    ]


def test_an_entry_is_told_as_json_in_one_order(town: LabTown) -> None:
    """The members of an entry stand in one order, its facts by name, and a label only where there is one."""
    tells_some(town)
    entries = read(town)
    assert json.dumps(entries[4].describe()) == (
        '{"number": 5, "at_ms": 1750000000000, "end": "browser", "what": "POST /sso/Login", "user": "alice", '
        '"why": "wrong_password", "facts": {"status": 303}, "label": "first"}'
    )
    assert list(entries[0].describe()) == ["number", "at_ms", "end", "what", "user", "why", "facts"]
    assert list(entries[3].describe()["facts"]) == ["address", "agent"]


def test_reading_on_from_any_number_gives_the_rest(town: LabTown) -> None:
    """Whatever the number, and however few are asked for at once, nothing is lost and nothing comes twice."""
    tells_some(town)
    whole = read(town)
    for after in range(len(whole) + 1):
        assert read(town, after=after) == whole[after:]
    for most in (1, 2, 3):
        found, after = [], 0
        while (page := story_of(town).read(after=after, most=most)).entries:
            assert len(page.entries) <= most
            found += page.entries
            after = page.next
        assert found == whole
        assert after == len(whole)


def test_a_number_behind_the_end_is_refused(town: LabTown) -> None:
    """Whoever reads on after what is gone is told that the story went back."""
    tells_some(town)
    with pytest.raises(MessageError, match="snapshot was restored"):
        read(town, after=8)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"end": "portal"}, [1, 3, 4, 7]),
        ({"user": "alice"}, [1, 3, 4, 5, 6, 7]),
        ({"user": "bob"}, []),
        ({"why": "wrong_password"}, [4, 5]),
        ({"what": "user:locked"}, [7]),
        ({"label": "first"}, [5]),
        ({"user": "alice", "end": "phone"}, [6]),
    ],
)
def test_only_what_is_wanted_is_returned(town: LabTown, wanted: dict[str, str], numbers: list[int]) -> None:
    """Each narrowing leaves the entries that fit, with their numbers; what was passed over is not read again."""
    tells_some(town)
    page = story_of(town).read(most=ALL, wanted=Wanted(**wanted))
    assert [entry.number for entry in page.entries] == numbers
    assert page.next == 7


def test_users_are_told_by_name_even_when_removed(town: LabTown) -> None:
    """No id stands in the story: a removed user's rows are told by the name that the record still knows."""
    alice, bob = town.adds("alice"), town.adds("bob", number="+12125550143")
    alice.fails_password()
    bob.fails_password()
    operators.remove_user(town.verifier, alice.user)
    assert {entry.user for entry in read(town)} == {"alice", "bob"}
    assert whats(read(town, user="alice"))[-1] == "user:removed"


def test_what_nobody_did_has_no_name(town: LabTown) -> None:
    """A row without a user has no name, nor has one about an id of which nothing is known."""
    town.verifier.store.audit.append(Event(kind=EventKind.PUSH_REFUSED, at_ms=1))
    town.verifier.store.audit.append(Event(kind=EventKind.PUSH_REFUSED, at_ms=1, user_id="00" * 16))  # type: ignore[arg-type]
    assert [entry.user for entry in read(town)] == [None, None]


@pytest.mark.parametrize("seed", range(20))
def test_any_mixture_is_read_alike_from_every_number(seed: int) -> None:
    """For any mixture of rows and lines, also at the ends, every number leads to the same rest."""
    chance, town = Random(seed), LabTown()
    for number in range(chance.randrange(1, 30)):
        if chance.random() < 0.5:
            town.verifier.store.audit.append(Event(kind=EventKind.LOGIN_EXPIRED, at_ms=number))
        else:
            town.lab.teller.tell(LAB, f"line {number}")
    whole = read(town)
    order = [entry.at_ms if entry.end == "portal" else int(entry.what.removeprefix("line ")) for entry in whole]
    assert order == sorted(order)
    assert [entry.number for entry in whole] == list(range(1, len(whole) + 1))
    for after in range(len(whole) + 1):
        assert read(town, after=after) == whole[after:]


# -- a lab in real files


@dataclass(slots=True)
class Worker:
    """One process of a portal, as far as the story goes: connections of its own to the store and the lab's file."""

    store: SqlStore
    file: LabFile
    teller: Teller

    @property
    def story(self) -> Story:
        """The story as this one reads it."""
        return Story(self.file, self.store.audit, self.store.users)

    def writes(self, what: str) -> None:
        """Write a row of the record."""
        self.store.audit.append(Event(kind=EventKind.PUSH_SENT, at_ms=1, facts={"of": what}))

    def answers(self, what: str) -> None:
        """Write rows, then tell the request that wrote them."""
        self.writes(f"{what} a")
        self.writes(f"{what} b")
        self.teller.tell(BROWSER, what)

    def acts(self, what: str) -> None:
        """Tell what a phone is about to do, then let the portal write what comes of it."""
        self.teller.tell(PHONE, what)
        self.writes(f"{what} c")


def open_worker(held: ExitStack, path: Path, lab_path: Path) -> Worker:
    """A worker on that store and that lab."""
    store, file = open_sqlite(path), LabFile(lab_path)
    held.callback(store.close)
    held.callback(file.close)
    return Worker(store, file, Teller(file, FakeClock(), store.audit))


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """The path of an empty store."""
    create_schema(open_sqlite(path := tmp_path / "portal.sqlite3")).close()
    return path


@pytest.fixture
def workers(sqlite_path: Path) -> Iterator[list[Worker]]:
    """Three workers on one store and one lab."""
    lab_path = sqlite_path.with_name("lab.sqlite3")
    LabFile.create(lab_path).close()
    with ExitStack() as held:
        yield [open_worker(held, sqlite_path, lab_path) for _ in range(3)]


def name_of(entry: Entry) -> str:
    """Which step of a worker an entry tells."""
    return str(entry.facts["of"]) if entry.end == "portal" else entry.what


def test_several_workers_are_told_in_an_order_that_could_have_been(workers: list[Worker]) -> None:
    """While two workers write, each one's steps stand in its own order, and a third reads what is read at the end."""
    *writing, reading = workers
    steps = 60

    def work(number: int, worker: Worker) -> None:
        for step in range(steps):
            worker.answers(f"w{number} {step} request")
            worker.acts(f"w{number} {step} phone")

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(writing)]
    for thread in threads:
        thread.start()
    followed: list[Entry] = []
    is_over, after, total = False, 0, 2 * steps * 5
    while not is_over:
        is_over = not any(thread.is_alive() for thread in threads)
        page = reading.story.read(after=after, most=7 if len(followed) < total // 2 else ALL)
        followed += page.entries
        after, is_over = page.next, is_over and not page.entries
    whole = list(writing[0].story.walk())
    assert followed == whole
    assert len(whole) == total
    for number in range(2):
        own = [name_of(entry) for entry in whole if name_of(entry).startswith(f"w{number} ")]
        assert own == [
            name
            for step in range(steps)
            for name in (
                f"w{number} {step} request a",
                f"w{number} {step} request b",
                f"w{number} {step} request",
                f"w{number} {step} phone",
                f"w{number} {step} phone c",
            )
        ]


def test_a_long_story_is_read_on_in_no_time(workers: list[Worker]) -> None:
    """Reading on at the end of a long story looks at a few lines, not at all of them."""
    worker = workers[0]
    for number in range(1_000):
        worker.teller.tell(LAB, f"line {number}")
    looked: list[int] = []

    class Counting:
        """The journal, which counts how many lines are read."""

        def __getattr__(self, name: str) -> object:
            return getattr(worker.file, name)

        def read_lines(self, *, after: int, most: int) -> object:
            lines = worker.file.read_lines(after=after, most=most)
            looked.append(len(lines))
            return lines

    story = Story(Counting(), worker.store.audit, worker.store.users)  # type: ignore[arg-type]
    assert [entry.what for entry in story.read(after=999, most=ALL).entries] == ["line 999"]
    assert sum(looked) <= 12
    assert len(list(story.walk())) == 1_000


def test_a_snapshot_takes_the_story_back(sqlite_path: Path, tmp_path: Path) -> None:
    """After a restore the story is what it was, and goes on from there with the same numbers."""
    sqlite_store = open_sqlite(sqlite_path)
    lab, file = file_lab(sqlite_store, tmp_path, clock=FakeClock(), entropy=CountedEntropy())
    story = Story(lab.journal, lab.record, sqlite_store.users)

    def happens(what: str) -> None:
        sqlite_store.audit.append(Event(kind=EventKind.PUSH_SENT, at_ms=1, facts={"of": what}))
        lab.teller.tell(BROWSER, what)

    happens("before")
    lab.snapshots.take("one")
    kept = list(story.walk())
    happens("lost")
    assert len(list(story.walk())) == 4
    lab.snapshots.restore("one")
    assert list(story.walk()) == kept
    with pytest.raises(MessageError):
        story.read(after=4, most=1)
    happens("instead")
    assert [name_of(entry) for entry in story.walk()] == ["before", "before", "instead", "instead"]
    file.close()
    sqlite_store.close()


def test_a_story_that_goes_back_while_it_is_read_ends(sqlite_path: Path, tmp_path: Path) -> None:
    """Whoever reads while a snapshot is restored reads no further than what is still there."""
    store = open_sqlite(sqlite_path)
    lab, file = file_lab(store, tmp_path, clock=FakeClock(), entropy=CountedEntropy())
    lab.snapshots.take("one")
    for number in range(300):
        store.audit.append(Event(kind=EventKind.PUSH_SENT, at_ms=number))
        lab.teller.tell(LAB, f"line {number}")
    walking = Story(lab.journal, lab.record, store.users).walk()
    assert next(walking).number == 1
    lab.snapshots.restore("one")
    assert len(list(walking)) < 600
    assert list(Story(lab.journal, lab.record, store.users).walk()) == []
    file.close()
    store.close()
