"""The listeners of one process, woken by name: all of `ports.Bus` where one process is all there is."""

import os
import threading
import weakref
from collections import defaultdict
from typing import final


@final
class LocalSubscription:
    """One listener. Bells that ring while nobody waits are kept as one."""

    __slots__ = ("_condition", "_has_rung", "_hub", "_topic")

    def __init__(self, hub: "LocalBus", topic: str) -> None:
        self._hub = hub
        self._topic = topic
        self._condition = threading.Condition()
        self._has_rung = False

    def wait(self, seconds: float) -> bool:
        """Wait for a change since the last call, at most `seconds`; say whether there was one."""
        with self._condition:
            self._condition.wait_for(lambda: self._has_rung, timeout=seconds)
            has_rung, self._has_rung = self._has_rung, False
            return has_rung

    def ring(self) -> None:
        """Wake the listener now, or at its next wait."""
        with self._condition:
            self._has_rung = True
            self._condition.notify()

    def close(self) -> None:
        """Stop listening."""
        self._hub.forget(self._topic, self)


@final
class LocalBus:
    """`ports.Bus` inside one process: threads, or the greenlets that stand in for them. A forked child begins empty."""

    __slots__ = ("__weakref__", "_listeners", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: defaultdict[str, set[LocalSubscription]] = defaultdict(set)
        _begin_anew_after_fork(self)

    def publish(self, topic: str) -> None:
        """Wake all that listen to `topic`."""
        with self._lock:
            present = list(self._listeners.get(topic, ()))
        for listener in present:
            listener.ring()

    def publish_all(self) -> None:
        """Wake everybody: something may have been missed."""
        with self._lock:
            present = [listener for listeners in self._listeners.values() for listener in listeners]
        for listener in present:
            listener.ring()

    def subscribe(self, topic: str) -> LocalSubscription:
        """Listen."""
        listener = LocalSubscription(self, topic)
        with self._lock:
            self._listeners[topic].add(listener)
        return listener

    def forget(self, topic: str, listener: LocalSubscription) -> None:
        """Stop waking a listener; one that is not known is no error."""
        with self._lock:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens to anything."""
        with self._lock:
            return bool(self._listeners)

    def begin_anew(self) -> None:
        """Forget the listeners of the parent process, and whoever held the lock there."""
        self._lock = threading.Lock()
        self._listeners = defaultdict(set)


def _begin_anew_after_fork(bus: LocalBus) -> None:
    reference = weakref.ref(bus)

    def after_in_child() -> None:
        present = reference()
        if present is not None:
            present.begin_anew()

    os.register_at_fork(after_in_child=after_in_child)
