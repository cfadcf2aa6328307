"""What has to happen later on the lab's clock: a notification that is late, a person who takes a while to answer.

The agenda lies on the shelf: all workers see an advance of the clock, and whoever looks first takes what is due. A
thread looks, and only while something waits; a frozen clock keeps everything waiting until it is advanced.
"""

import json
import logging
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, final

from authsim import ports
from authsim.errors import AuthsimError
from authsim.lab.ports import Shelf

_DOCUMENT: Final = "agenda"
_LOOK_S: Final = 0.02
_LONGEST_END_S: Final = 5.0
_LOGGER: Final = logging.getLogger("authsim.lab")
#: The kinds of entry: a bell that rings (the word is a topic of the bus), and a phone that answers (`phones.hands`).
RING: Final = "ring"
ANSWER: Final = "answer"


class Entry(NamedTuple):
    """What is due when: `kind` says who does it, `word` what is done."""

    due_ms: int
    kind: str
    word: str


@final
class Agenda:
    """The entries of all workers, and the thread of this one. `clock` is the portal's."""

    __slots__ = ("__weakref__", "_clock", "_do", "_is_over", "_lock", "_shelf", "_thread")

    def __init__(self, shelf: Shelf, clock: ports.Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._do: dict[str, Callable[[str], None]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_over = threading.Event()
        _begin_anew_after_fork(self)

    def when_due(self, kind: str, do: Callable[[str], None]) -> None:
        """Let `do` be called with the word of each entry of that kind that is due; it returns soon."""
        self._do[kind] = do

    def add(self, due_ms: int, kind: str, word: str) -> None:
        """Write an entry down; it is done when the lab's clock shows `due_ms`, once, in one worker."""
        self._change(lambda entries: sorted([*entries, Entry(due_ms, kind, word)]))
        self.look_out()

    def drop(self, kind: str, word: str) -> None:
        """Take entries off again."""
        self._change(lambda entries: [entry for entry in entries if entry[1:] != (kind, word)])

    def list_waiting(self) -> Sequence[Entry]:
        """Return what waits, the earliest first."""
        return _parse(self._shelf.read(_DOCUMENT))

    def look_out(self) -> None:
        """Make sure that somebody looks, when anything waits: after an entry, or a snapshot brought some back."""
        if not self.list_waiting():
            return
        with self._lock:
            if self._thread is None and not self._is_over.is_set():
                self._thread = threading.Thread(target=self._run, name="authsim agenda", daemon=True)
                self._thread.start()

    def do_due(self) -> None:
        """Do what is due now; an entry whose kind nobody does is gone."""
        for entry in self._take_due():
            do = self._do.get(entry.kind)
            if do is not None:
                do(entry.word)

    def close(self) -> None:
        """End the thread, and wait for its end. What waits stays written down."""
        self._is_over.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(_LONGEST_END_S)

    def begin_anew(self) -> None:
        """Forget the thread of the parent process, and whoever held the lock there."""
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread = None

    def _run(self) -> None:
        while not self._is_over.wait(_LOOK_S):
            try:
                self.do_due()
                with self._lock:
                    if not self.list_waiting():
                        self._thread = None
                        return
            except AuthsimError as error:  # the lab's file is busy, or is being replaced by a snapshot
                _LOGGER.warning("the agenda waits for a moment: %s", type(error).__name__)

    def _take_due(self) -> Sequence[Entry]:
        now_ms = self._clock.now_ms()
        waiting = self.list_waiting()
        if not waiting or waiting[0].due_ms > now_ms:
            return ()
        taken: list[Sequence[Entry]] = []

        def take(entries: Sequence[Entry]) -> Sequence[Entry]:
            taken.append([entry for entry in entries if entry.due_ms <= now_ms])
            return [entry for entry in entries if entry.due_ms > now_ms]

        self._change(take)
        return taken[-1]

    def _change(self, change: Callable[[Sequence[Entry]], Sequence[Entry]]) -> None:
        def rewrite(text: str | None) -> str | None:
            entries = change(_parse(text))
            return json.dumps(entries) if entries else None

        self._shelf.change(_DOCUMENT, rewrite)


def _begin_anew_after_fork(agenda: Agenda) -> None:
    reference = weakref.ref(agenda)

    def after_in_child() -> None:
        present = reference()
        if present is not None:
            present.begin_anew()

    os.register_at_fork(after_in_child=after_in_child)


def _parse(text: str | None) -> Sequence[Entry]:
    return [] if text is None else [Entry(*entry) for entry in json.loads(text)]
