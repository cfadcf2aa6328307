"""The agenda: what is due on the lab's clock is done once, in one worker, and not before."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from authsim.adapters.lab_file import LabFile
from authsim.errors import StoreError
from authsim.lab.agenda import ANSWER, RING, Agenda, Entry
from tests.support.child import wait_until
from tests.support.lab import MemoryShelf
from tests.support.ports import BEGINNING_MS, FakeClock


class BusyShelf(MemoryShelf):
    """A shelf that fails a few times, as a file does that a snapshot replaces."""

    failures = 0

    def read(self, name: str) -> str | None:
        if self.failures:
            self.failures -= 1
            raise StoreError("busy")
        return super().read(name)


def test_what_is_due_is_done_once_in_order() -> None:
    """Entries are taken when the clock shows their instant, the earliest first; the others wait."""
    clock, done = FakeClock(), list[str]()
    agenda = Agenda(MemoryShelf(), clock)
    agenda.close()  # no thread: here the test looks
    agenda.when_due(RING, done.append)
    agenda.add(BEGINNING_MS + 20, RING, "second")
    agenda.add(BEGINNING_MS + 10, RING, "first")
    agenda.add(BEGINNING_MS + 10, "nobody", "does this")
    agenda.add(BEGINNING_MS + 99, ANSWER, "later")

    agenda.do_due()
    assert done == []
    clock.advance(ms=20)
    agenda.do_due()
    agenda.do_due()
    assert done == ["first", "second"]
    assert agenda.list_waiting() == [Entry(BEGINNING_MS + 99, ANSWER, "later")]
    agenda.drop(ANSWER, "later")
    assert agenda.list_waiting() == []


def test_a_thread_looks_while_something_waits(tmp_path: Path) -> None:
    """An entry is done soon after the clock shows its instant, and the thread is gone when nothing waits."""
    clock, done = FakeClock(), list[str]()
    file = LabFile.create(tmp_path / "lab.sqlite3")
    agenda = Agenda(file, clock)
    agenda.when_due(RING, done.append)
    agenda.add(BEGINNING_MS + 5, RING, "a")
    agenda.add(BEGINNING_MS + 5, RING, "b")
    clock.advance(ms=5)
    wait_until(lambda: done == ["a", "b"])

    agenda.add(BEGINNING_MS, RING, "c")
    wait_until(lambda: done == ["a", "b", "c"])
    agenda.close()
    agenda.add(BEGINNING_MS, RING, "after the end")
    agenda.look_out()
    assert [entry.word for entry in agenda.list_waiting()] == ["after the end"]
    file.close()


def test_a_busy_shelf_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    """A failure of the shelf costs a moment and a line of the log, not the entry."""
    shelf, done = BusyShelf(), list[str]()
    agenda = Agenda(shelf, FakeClock())
    agenda.when_due(RING, done.append)
    agenda.add(BEGINNING_MS + 1_000_000, RING, "far")
    shelf.failures = 2
    wait_until(lambda: not shelf.failures)
    wait_until(lambda: "the agenda waits for a moment: StoreError" in caplog.text)
    agenda.close()

    assert [entry.word for entry in agenda.list_waiting()] == ["far"]


def test_two_workers_do_it_once(tmp_path: Path) -> None:
    """Of two that look at one file, one takes what is due, and a forked child has a thread of its own."""
    clock, done = FakeClock(), list[str]()
    file = LabFile.create(tmp_path / "lab.sqlite3")
    workers = [Agenda(file, clock), Agenda(LabFile(tmp_path / "lab.sqlite3"), clock)]
    for agenda in workers:
        agenda.when_due(RING, done.append)
        agenda.add(BEGINNING_MS + 1, RING, "once")
    workers[1].look_out()
    clock.advance(ms=1)
    wait_until(lambda: len(done) >= 2)
    workers[0].add(BEGINNING_MS + 1_000, RING, "in the child")  # the clock of the parent never gets there
    child = os.fork()
    if child == 0:  # pragma: no cover - in the child
        with leaving_at_the_end():
            clock.advance(ms=999)
            workers[0].look_out()
            wait_until(lambda: "in the child" in done)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert done == ["once", "once"]
    assert workers[0].list_waiting() == []
    for agenda in workers:
        agenda.close()
    file.close()


@contextmanager
def leaving_at_the_end() -> Iterator[None]:  # pragma: no cover - in the child
    """Let a forked child end here, however it went: the rest of the tests is its parent's."""
    status = 1
    try:
        yield
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)
