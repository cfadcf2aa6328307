import logging
import multiprocessing
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from authsim.adapters.bus import SignalBus
from authsim.adapters.bus.ear import Ear
from authsim.adapters.bus.local import LocalBus
from tests.support.child import LONGEST_S


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    """A bus that nobody uses makes no file; the file that it makes is private."""
    path = tmp_path / "portal.signals"
    with closing(SignalBus(path)) as bus:
        assert not path.exists()

        bus.publish("a")

        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_signals_are_swept(tmp_path: Path) -> None:
    """A process that begins to publish takes away what is older than a minute, and leaves the rest."""
    path = tmp_path / "portal.signals"
    with closing(SignalBus(path)) as bus:
        bus.publish("old")
        bus.publish("new")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE signals SET at_s = at_s - 3600 WHERE number = 1")

    with closing(SignalBus(path)) as bus:
        bus.publish("newest")

    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT number FROM signals ORDER BY number").fetchall()
    assert kept == [(2,), (3,)]


def test_nobody_s_number_lies_in_the_file(tmp_path: Path) -> None:
    """The file tells apart what is rung for, and not what that is."""
    with closing(SignalBus(tmp_path / "portal.signals")) as bus:
        bus.publish("inbox:+15550100")
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"555" not in content
    assert b"inbox" not in content


def test_who_missed_a_signal_is_rung_for(tmp_path: Path) -> None:
    """When signals were swept before a process heard them, everybody there is woken: something may have changed."""
    path = tmp_path / "portal.signals"
    with closing(SignalBus(path)) as bus:
        listener = bus.subscribe("a")
        assert listener.wait(LONGEST_S), "it is connected"

        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("INSERT INTO signals (mark, at_s) VALUES ('another topic', 0)")
            connection.execute("DELETE FROM signals")

        assert listener.wait(LONGEST_S)


@pytest.mark.parametrize("what", ["no folder", "no database", "a link"])
def test_a_bus_that_fails_says_so_and_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str) -> None:
    """A file that cannot be used is logged, without the topic, and raises nothing; local listeners hear it."""
    path = tmp_path / "portal.signals"
    if what == "no folder":
        path = tmp_path / "nowhere" / "portal.signals"
    elif what == "no database":
        path.write_bytes(b"no database at all, but long enough to be taken for one" * 40)
        path.chmod(0o600)
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with closing(SignalBus(path)) as bus, caplog.at_level(logging.WARNING, logger="authsim.bus"):
        listener = bus.subscribe("inbox:+15550100")

        bus.publish("inbox:+15550100")

        assert listener.wait(LONGEST_S)
    assert any("cannot reach other processes" in record.message for record in caplog.records)
    assert not any("555" in record.getMessage() for record in caplog.records)


def test_a_bus_that_recovers_rings(tmp_path: Path) -> None:
    """A process that could not listen for a while rings for everybody as soon as it can again."""
    folder = tmp_path / "later"
    with closing(SignalBus(folder / "portal.signals")) as bus:
        listener = bus.subscribe("a")
        assert not listener.wait(0.2)

        folder.mkdir()

        assert listener.wait(LONGEST_S)


def test_the_thread_ends_when_its_bus_is_closed(tmp_path: Path) -> None:
    """Closing ends the thread, and closing twice is no error; a listener afterwards starts another."""
    with closing(SignalBus(tmp_path / "portal.signals")) as bus:
        assert bus.subscribe("a").wait(LONGEST_S)
        bus.close()
        bus.close()

        assert bus.subscribe("b").wait(LONGEST_S)


def test_a_closed_bus_stays_closed_over_a_fork(tmp_path: Path) -> None:
    """A fork starts no thread for a bus that was closed, though listeners were left behind."""
    with closing(SignalBus(tmp_path / "portal.signals")) as bus:
        assert bus.subscribe("a").wait(LONGEST_S)
    (child := multiprocessing.get_context("fork").Process(target=int)).start()
    child.join(LONGEST_S)

    assert bus._ear._thread is None


def test_two_forks_at_one_moment_leave_the_thread(tmp_path: Path) -> None:
    """When two threads fork, and the second finds the thread at rest already, it goes on all the same."""
    with closing(SignalBus(tmp_path / "portal.signals")) as bus:
        listener = bus.subscribe("a")
        assert listener.wait(LONGEST_S)
        for step in (bus._ear.rest, bus._ear.rest, bus._ear.go_on, bus._ear.go_on):
            step()

        assert listener.wait(LONGEST_S), "it begins anew"
        bus.close()
        bus._ear.rest()
        bus._ear.go_on()
        assert bus._ear._thread is None, "a closed bus stays closed"


def test_an_ear_without_listeners_ends(tmp_path: Path) -> None:
    """A thread for which nobody listens any more may end by itself, and the next listener starts another."""
    local, heard = LocalBus(), []

    def hear(is_over: object) -> None:
        heard.append(is_over)
        ear._stop.set()

    ear = Ear(local, hear, failures=(OSError,), on_fork=local.begin_anew)
    for _ in range(2):
        ear.open()
        thread = ear._thread
        assert thread is None or thread.join(LONGEST_S) is None

    assert len(heard) == 2
    assert ear._thread is None
