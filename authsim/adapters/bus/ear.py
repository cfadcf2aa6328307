"""The thread that hears other processes for the listeners of this one. It lives while there are any."""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final, final

from authsim.adapters.bus.local import LocalBus

LOG: Final = logging.getLogger("authsim.bus")

#: How long the thread stays when the last listener has gone: the next one is often on its way.
_LINGER_S: Final = 10.0
#: How long it waits after a failure.
_RECOVER_S: Final = 0.5
_LONGEST_END_S: Final = 5.0


@final
class Ear:
    """Runs `hear` in a thread: `hear(is_over)` connects, rings for everybody once, and listens until `is_over()`.

    Before a fork the thread ends and `on_fork` closes what else is open; the parent goes on, the child begins anew.
    """

    __slots__ = ("__weakref__", "_failures", "_hear", "_local", "_lock", "_rests", "_stop", "_thread")

    def __init__(
        self,
        local: LocalBus,
        hear: Callable[[Callable[[], bool]], None],
        *,
        failures: tuple[type[Exception], ...],
        on_fork: Callable[[], None],
    ) -> None:
        self._local = local
        self._hear = hear
        self._failures = failures
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._rests = False
        _rest_over_fork(self, on_fork)

    def open(self) -> None:
        """Make sure that the thread runs. Whoever listens by now is rung for at least once, when it is connected."""
        with self._lock:
            if self._thread is None:
                self._stop = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._stop,), name="authsim bus", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread, and wait for its end."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        if thread is not None:
            thread.join(_LONGEST_END_S)

    def rest(self) -> None:
        """End the thread while the process forks."""
        self._rests = self._rests or self._thread is not None  # two threads may fork at one moment
        self.close()

    def go_on(self) -> None:
        """Start the thread again in a process that forked, if it ran there before."""
        if self._rests:
            self._rests = False
            self.open()

    def begin_anew(self) -> None:
        """Forget the parent's thread, and whoever held the lock there."""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = None
        self._rests = False

    def _run(self, stop: threading.Event) -> None:
        alone_since = time.monotonic()

        def is_over() -> bool:
            nonlocal alone_since
            if self._local.has_listeners:
                alone_since = time.monotonic()
            return stop.is_set() or time.monotonic() - alone_since > _LINGER_S

        while not self._may_end(stop, is_over):
            try:
                self._hear(is_over)
            except self._failures as error:
                LOG.warning("the bus cannot hear other processes for a moment: %s", type(error).__name__)
                stop.wait(_RECOVER_S)

    def _may_end(self, stop: threading.Event, is_over: Callable[[], bool]) -> bool:
        """Say whether the thread may end; from then on the next listener starts another one."""
        with self._lock:
            if not is_over():
                return False
            if self._stop is stop:
                self._thread = None
            return True


def _rest_over_fork(ear: Ear, on_fork: Callable[[], None]) -> None:
    """Let neither thread nor connection cross a fork."""
    reference = weakref.ref(ear)
    forget = weakref.WeakMethod(on_fork)

    def before() -> None:
        present, forget_connections = reference(), forget()
        if present is not None:
            present.rest()
        if forget_connections is not None:
            forget_connections()

    def after_in_parent() -> None:
        present = reference()
        if present is not None:
            present.go_on()

    def after_in_child() -> None:
        present = reference()
        if present is not None:
            present.begin_anew()

    os.register_at_fork(before=before, after_in_parent=after_in_parent, after_in_child=after_in_child)
