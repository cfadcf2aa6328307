"""Ending in order when a signal says so: a terminal that is closed ends us as SIGTERM does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def end_on_signals(*, status: int) -> None:
    """Let SIGTERM, Ctrl-C and a closed terminal end this process with `status`, through every `finally`.

    `nohup` is heeded.
    """

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_IGN)  # nothing may come between: children first, then the folder
        raise SystemExit(status)

    for name in _SIGNALS:
        if name is not signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, end)


@contextmanager
def undivided() -> Iterator[None]:
    """Let these signals wait until the block is done: what belongs together is done whole."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
