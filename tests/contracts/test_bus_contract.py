"""What `ports.Bus` promises, of every kind: in one process, between processes on one file, and on PostgreSQL."""

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authsim.adapters.bus import LocalBus
from tests.support.bells import opened_bus, ring_elsewhere
from tests.support.child import LONGEST_S

EACH = 1_000
SHARED = ["signals", "postgres"]


@pytest.fixture(params=SHARED)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where processes find the bus that they share."""
    return find_address(request, tmp_path)


@pytest.fixture
def shared(address: str) -> Iterator[Any]:
    """A bus between processes, which hears the others."""
    with opened_bus(address) as bus:
        yield connected(bus)


@pytest.fixture(params=["local", *SHARED])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a bus of each kind is found, which is nowhere for the one inside one process."""
    return "" if request.param == "local" else find_address(request, tmp_path)


@pytest.fixture
def bus(place: str) -> Iterator[Any]:
    """A bus of each kind, which hears the others."""
    if not place:
        yield LocalBus()
        return
    with opened_bus(place) as bus:
        yield connected(bus)


@pytest.fixture
def elsewhere(place: str, bus: Any) -> Iterator[Any]:
    """The same bus as another process has it."""
    if not place:
        yield bus
        return
    with opened_bus(place) as other:
        yield other


def find_address(request: pytest.FixtureRequest, folder: Path) -> str:
    """Where a bus between processes is."""
    return str(folder / "portal.signals") if request.param == "signals" else request.getfixturevalue("postgres_url")


def connected(bus: Any) -> Any:
    """Return a bus that was rung for at its own beginning: from then on only what is published is heard."""
    assert bus.subscribe("the beginning").wait(LONGEST_S)
    return bus


def settle(bus: Any, elsewhere: Any) -> None:
    """Return when a bus has heard all that was published by now, the echoes of what it published itself as well."""
    last = bus.subscribe("the end")
    for _ in range(2):  # a signal for everybody rings here too, and perhaps before it has rung for the others
        elsewhere.publish("the end")
        assert last.wait(LONGEST_S)
    last.close()


def test_who_listens_is_woken(bus: Any, elsewhere: Any) -> None:
    """A signal wakes everybody who listens to its topic, once, and nobody else."""
    one, two, other = (bus.subscribe(topic) for topic in ("a", "a", "b"))

    bus.publish("a")

    assert [one.wait(LONGEST_S), two.wait(LONGEST_S)] == [True, True]
    settle(bus, elsewhere)
    one.wait(0)
    settle(bus, elsewhere)
    assert not one.wait(0)
    assert not other.wait(0)


def test_a_signal_waits_for_its_listener(bus: Any, elsewhere: Any) -> None:
    """What is published while nobody waits is heard at the next wait; many signals are heard as one."""
    listener = bus.subscribe("a")

    for _ in range(10):
        bus.publish("a")
    settle(bus, elsewhere)

    assert listener.wait(LONGEST_S)
    assert not listener.wait(0)


def test_a_waiting_thread_is_woken(bus: Any) -> None:
    """Whoever waits already goes on when the signal comes."""
    listener, heard = bus.subscribe("a"), threading.Event()

    def wait() -> None:
        if listener.wait(LONGEST_S):
            heard.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    bus.publish("a")
    waiting.join(LONGEST_S)

    assert heard.is_set()


def test_everybody_can_be_woken(bus: Any, elsewhere: Any) -> None:
    """One signal for all wakes whoever listens, to whatever topic, once."""
    listeners = [bus.subscribe(topic) for topic in ("a", "b", "c")]

    bus.publish_all()

    assert [listener.wait(LONGEST_S) for listener in listeners] == [True, True, True]
    settle(bus, elsewhere)
    listeners[0].wait(0)
    settle(bus, elsewhere)
    assert not listeners[0].wait(0)


def test_a_closed_listener_hears_nothing(bus: Any, elsewhere: Any) -> None:
    """After `close`, which may come twice, signals pass; the others go on listening."""
    closed, other = bus.subscribe("a"), bus.subscribe("a")
    closed.close()
    closed.close()

    bus.publish("a")

    assert other.wait(LONGEST_S)
    settle(bus, elsewhere)
    assert not closed.wait(0)


def test_nothing_is_lost_between_a_reader_and_its_signals(bus: Any) -> None:
    """Somebody who reads after each signal sees the last value, however fast values follow each other."""
    listener, value = bus.subscribe("a"), 0

    def write() -> None:
        nonlocal value
        for number in range(1, EACH + 1):
            value = number
            bus.publish("a")

    writer = threading.Thread(target=write)
    writer.start()
    while value < EACH:
        assert listener.wait(LONGEST_S)
    writer.join(LONGEST_S)

    assert value == EACH


def test_two_processes_ring_for_each_of_two_thousand(shared: Any, address: str) -> None:
    """Of two processes that publish a thousand signals each in one burst, none is lost."""
    listeners = [shared.subscribe(f"topic {number}") for number in range(2 * EACH)]

    ring_elsewhere(address, 0, EACH, 2 * EACH)

    assert all(listener.wait(LONGEST_S) for listener in listeners)


def test_one_topic_is_no_other(shared: Any, address: str) -> None:
    """A signal from another process wakes only who listens to it."""
    called, other = (shared.subscribe(topic) for topic in ("topic 0", "topic 9"))

    ring_elsewhere(address, 0, 5)

    assert called.wait(LONGEST_S)
    with opened_bus(address) as elsewhere:
        settle(shared, elsewhere)
    assert not other.wait(0)


def test_everybody_is_woken_from_another_process(shared: Any, address: str) -> None:
    """A signal for all reaches those who listen in other processes, to whatever topic."""
    listeners = [shared.subscribe(topic) for topic in ("topic 0", "another")]

    ring_elsewhere(address)

    assert [listener.wait(LONGEST_S) for listener in listeners] == [True, True]


def test_a_forked_child_has_its_own_ears(shared: Any, address: str) -> None:
    """A child that was forked while its parent listened hears for itself, and the parent goes on hearing."""
    listener, answered = shared.subscribe("topic 0"), shared.subscribe("topic 2")

    def listen(ready: Any, heard: Any) -> None:
        own = connected(shared).subscribe("topic 1")
        ready.set()
        if own.wait(LONGEST_S):
            heard.set()
        shared.publish("topic 2")
        shared.close()

    processes = multiprocessing.get_context("fork")
    ready, heard = processes.Event(), processes.Event()
    child = processes.Process(target=listen, args=(ready, heard))
    child.start()
    assert ready.wait(LONGEST_S)
    assert [listener.wait(LONGEST_S), answered.wait(LONGEST_S)] == [True, True], "after a fork all begin anew"

    ring_elsewhere(address, 0, 2)
    child.join(LONGEST_S)

    assert heard.is_set()
    assert listener.wait(LONGEST_S)
    assert answered.wait(LONGEST_S)
