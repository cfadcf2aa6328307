import json
import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from authsim.adapters.lab_file import LabFile, copy_pages, open_copy
from authsim.errors import StoreError
from tests.support.child import LONGEST_S


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LabFile]:
    """An empty file of a lab."""
    with closing(LabFile.create(tmp_path / "lab.sqlite3")) as made:
        yield made


def add_one(text: str | None) -> str:
    """A number that is one more."""
    return str(int(text or "0") + 1)


def count_to(path: Path, times: int) -> None:
    """Count, and write a line each time, in a process of its own."""
    with closing(LabFile(path)) as file:
        for _ in range(times):
            file.change("count", add_one)
            file.append("counted")


def test_the_file_is_private_and_new(tmp_path: Path) -> None:
    """A lab begins with an empty file that only its owner reads, whatever an earlier server left there."""
    path = tmp_path / "lab.sqlite3"
    with closing(LabFile.create(path)) as first:
        first.change("clock", lambda _: "old")
    with closing(LabFile.create(path)) as second:
        assert second.read("clock") is None
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}


def test_a_document_is_changed_by_a_function_of_it(file: LabFile) -> None:
    """What a change returns stands there afterwards, and None takes the document away."""
    assert file.change("count", add_one) == "1"
    assert file.change("count", add_one) == "2"
    assert file.read("count") == "2"

    assert file.change("count", lambda _: None) is None
    assert file.read("count") is None


def test_a_change_that_fails_changes_nothing(file: LabFile) -> None:
    """An error in the function leaves the document, and the file free for the next one."""
    file.change("count", add_one)

    with pytest.raises(ValueError, match="seven"):
        file.change("count", lambda _: str(int("seven")))

    assert file.change("count", add_one) == "2"


def test_names_are_listed_by_their_beginning(file: LabFile) -> None:
    """Names come ascending; signs that mean something to a database mean nothing here."""
    for name in ("phone:b", "phone:a", "phone", "phone%", "clock"):
        file.change(name, lambda _: "x")

    assert file.list_names("phone:") == ["phone:a", "phone:b"]
    assert file.list_names("phone%") == ["phone%"]


def test_lines_are_numbered_in_their_order(file: LabFile) -> None:
    """Lines come back after a number, at most so many; the newest number is told."""
    assert file.newest() == 0
    assert [file.append(line) for line in ("one", "two", "three")] == [1, 2, 3]

    assert file.read_lines(after=1, most=1) == [(2, "two")]
    assert file.read_lines(after=1, most=9) == [(2, "two"), (3, "three")]
    assert file.newest() == 3


def test_nobody_writes_meanwhile(file: LabFile, tmp_path: Path) -> None:
    """While one process is alone with the file, another one that writes waits in vain, and may write afterwards."""
    impatient = sqlite3.connect(tmp_path / "lab.sqlite3", timeout=0, isolation_level=None)
    with closing(impatient):
        with file.alone(), pytest.raises(sqlite3.OperationalError, match="locked"):
            impatient.execute("INSERT INTO journal (line) VALUES ('me too')")
        impatient.execute("INSERT INTO journal (line) VALUES ('me now')")
        with pytest.raises(KeyError), file.alone():
            raise KeyError
        impatient.execute("INSERT INTO journal (line) VALUES ('and again')")

    assert file.newest() == 2


def test_several_processes_count_together(file: LabFile, tmp_path: Path) -> None:
    """Changes of processes at one moment follow each other, and each sees at once what another one wrote."""
    assert file.read("count") is None
    fork = multiprocessing.get_context("fork")
    counting = [fork.Process(target=count_to, args=(tmp_path / "lab.sqlite3", 50)) for _ in range(3)]
    for process in counting:
        process.start()
    for process in counting:
        process.join(LONGEST_S)

    assert file.read("count") == "150"
    assert file.newest() == 150


def test_a_copy_brings_everything_back(file: LabFile, tmp_path: Path) -> None:
    """Documents and lines are what they were, also for another process that had read the newer ones."""
    copy = tmp_path / "copy"
    with closing(LabFile(tmp_path / "lab.sqlite3")) as other:
        file.change("count", add_one)
        file.append("kept")
        file.copy_to(copy)
        file.change("count", add_one)
        file.append("gone")
        assert (other.read("count"), other.newest()) == ("2", 2)

        with file.turned_back(copy):
            pass

        assert [one.read("count") for one in (file, other)] == ["1", "1"]
        assert [one.turns() for one in (file, other)] == [1, 1]
        assert other.read_lines(after=0, most=9) == [(1, "kept")]
        assert other.append("next") == 2
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_each_turn_is_counted(file: LabFile, tmp_path: Path) -> None:
    """However often it goes back, and to whichever copy, no number of a turn comes again."""
    first, second = tmp_path / "first", tmp_path / "second"
    file.copy_to(first)
    numbers = [file.turns()]
    for copy in (first, first, second, first, second):
        if not second.exists():
            file.copy_to(second)
        with file.turned_back(copy):
            numbers.append(file.turns())
        assert file.turns() == numbers[-1]

    assert numbers == [0, 1, 2, 3, 4, 5]


def test_a_failure_undoes_what_was_brought_back(file: LabFile, tmp_path: Path) -> None:
    """When what goes with it fails, the file is again what it was before."""
    file.copy_to(tmp_path / "copy")
    file.change("count", add_one)

    seen: list[str | None] = []

    def fail() -> None:
        with file.turned_back(tmp_path / "copy"):
            seen.append(file.read("count"))
            raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        fail()

    assert seen == [None]
    assert file.read("count") == "1"


def test_a_copy_gives_up_in_time(tmp_path: Path) -> None:
    """Who holds the file for too long is a sentence, not an endless wait; nothing was copied."""
    path = tmp_path / "held"
    with closing(LabFile.create(path)) as file, closing(sqlite3.connect(path, isolation_level=None)) as holding:
        file.copy_to(tmp_path / "copy")
        holding.execute("BEGIN IMMEDIATE")
        with (
            closing(open_copy(tmp_path / "copy")) as copy,
            closing(sqlite3.connect(path, timeout=0)) as target,
            pytest.raises(StoreError, match="busy"),
        ):
            copy_pages(copy, target, longest_wait_s=0.02)


@pytest.mark.parametrize("what", ["missing", "shared", "damaged"])
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, what: str) -> None:
    """A file that is missing, readable for others or no database is refused by name."""
    path = tmp_path / "lab.sqlite3"
    if what != "missing":
        path.write_bytes(b"no database at all, but long enough to be taken for one" * 40)
        path.chmod(0o644 if what == "shared" else 0o600)

    with closing(LabFile(path)) as file, pytest.raises(StoreError, match=r"lab\.sqlite3"):
        file.read("clock")


def test_a_forked_child_opens_it_for_itself(file: LabFile) -> None:
    """A process that was forked from one with an open file writes and reads, and its parent sees it."""
    file.change("said", lambda _: json.dumps("by the parent"))
    child = multiprocessing.get_context("fork").Process(
        target=lambda: file.change("said", lambda _: json.dumps("by the child"))
    )
    child.start()
    child.join(LONGEST_S)

    assert child.exitcode == 0
    assert file.read("said") == '"by the child"'
