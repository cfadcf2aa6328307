"""What `ports.Bus` promises, of every kind: in one process, between processes on one file, and on PostgreSQL."""

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authsim.adapters.bus import LocalBus
from tests.support.bells import LONGEST_S, opened_bus, ring_elsewhere

EACH = 1_000
SHARED = ["signals", "postgres"]


@pytest.fixture(params=SHARED)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where processes find the bus that they share."""
    return str(tmp_path / "portal.signals") if request.param == "signals" else request.getfixturevalue("postgres_url")


@pytest.fixture
def shared(address: str) -> Iterator[Any]:
    """A bus between processes."""
    with opened_bus(address) as bus:
        yield bus


@pytest.fixture(params=["local", *SHARED])
def bus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A bus of each kind."""
    if request.param == "local":
        yield LocalBus()
        return
    in_file = str(tmp_path / "portal.signals")
    with opened_bus(in_file if request.param == "signals" else request.getfixturevalue("postgres_url")) as bus:
        yield bus


def settle(listener: Any) -> Any:
    """Return a listener that has heard all that it was rung for by its own beginning."""
    while listener.wait(0.15):
        pass
    return listener


def test_who_listens_is_woken(bus: Any) -> None:
    """A signal wakes everybody who listens to its topic, once, and nobody else."""
    one, two, other = (settle(bus.subscribe(topic)) for topic in ("a", "a", "b"))

    bus.publish("a")

    assert [one.wait(LONGEST_S), two.wait(LONGEST_S)] == [True, True]
    assert not other.wait(0.15)
    assert not settle(one).wait(0.1)


def test_a_signal_waits_for_its_listener(bus: Any) -> None:
    """What is published while nobody waits is heard at the next wait; many signals are heard as one."""
    listener = settle(bus.subscribe("a"))

    for _ in range(10):
        bus.publish("a")

    assert listener.wait(LONGEST_S)
    assert not settle(listener).wait(0.1)


def test_a_waiting_thread_is_woken(bus: Any) -> None:
    """Whoever waits already goes on when the signal comes."""
    listener, heard = settle(bus.subscribe("a")), threading.Event()

    def wait() -> None:
        if listener.wait(LONGEST_S):
            heard.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    bus.publish("a")
    waiting.join(LONGEST_S)

    assert heard.is_set()


def test_everybody_can_be_woken(bus: Any) -> None:
    """One signal for all wakes whoever listens, to whatever topic, once."""
    listeners = [settle(bus.subscribe(topic)) for topic in ("a", "b", "c")]

    bus.publish_all()

    assert [listener.wait(LONGEST_S) for listener in listeners] == [True, True, True]
    assert not settle(listeners[0]).wait(0.1)


def test_a_closed_listener_hears_nothing(bus: Any) -> None:
    """After `close`, which may come twice, signals pass; the others go on listening."""
    closed, other = settle(bus.subscribe("a")), settle(bus.subscribe("a"))
    closed.close()
    closed.close()

    bus.publish("a")

    assert other.wait(LONGEST_S)
    assert not closed.wait(0.1)


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
    settle(listeners[0])
    for listener in listeners:
        listener.wait(0)

    ring_elsewhere(address, 0, EACH, 2 * EACH)

    assert all(listener.wait(LONGEST_S) for listener in listeners)


def test_one_topic_is_no_other(shared: Any, address: str) -> None:
    """A signal from another process wakes only who listens to it."""
    called, other = (settle(shared.subscribe(topic)) for topic in ("topic 0", "topic 9"))

    ring_elsewhere(address, 0, 5)

    assert called.wait(LONGEST_S)
    assert not other.wait(0.15)


def test_everybody_is_woken_from_another_process(shared: Any, address: str) -> None:
    """A signal for all reaches those who listen in other processes, to whatever topic."""
    listeners = [settle(shared.subscribe(topic)) for topic in ("topic 0", "another")]

    ring_elsewhere(address)

    assert [listener.wait(LONGEST_S) for listener in listeners] == [True, True]


def test_a_forked_child_has_its_own_ears(shared: Any, address: str) -> None:
    """A child that was forked while its parent listened hears for itself, and the parent goes on hearing."""
    listener = settle(shared.subscribe("topic 0"))

    def listen(ready: Any, heard: Any) -> None:
        own = settle(shared.subscribe("topic 1"))
        ready.set()
        if own.wait(LONGEST_S):
            heard.set()
        shared.publish("topic 2")
        shared.close()

    processes = multiprocessing.get_context("fork")
    ready, heard = processes.Event(), processes.Event()
    answered = shared.subscribe("topic 2")
    child = processes.Process(target=listen, args=(ready, heard))
    child.start()
    assert ready.wait(LONGEST_S)
    settle(answered)
    settle(listener)

    ring_elsewhere(address, 0, 2)
    child.join(LONGEST_S)

    assert heard.is_set()
    assert listener.wait(LONGEST_S)
    assert answered.wait(LONGEST_S)
