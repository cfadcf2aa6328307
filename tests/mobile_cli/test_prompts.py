"""Waiting for the person at the terminal: what comes, time that runs out, and Ctrl-C."""

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from mobile_cli.prompts import wait_for
from tests.support.child import LONGEST_S, wait_until


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    """Return the two ends of something to wait for: where it is read, and where it comes from."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_whatever_can_be_read_is_told(line: tuple[int, int]) -> None:
    """Of several the ones that have something; none when the time is over."""
    heard, told = line
    assert wait_for(heard, seconds=0.01) == []

    other, quiet = os.pipe()
    os.write(told, b"y\n")
    assert wait_for(other, heard) == [heard]
    os.close(other)
    os.close(quiet)


def test_ctrl_c_is_heard_though_it_interrupts_nothing(line: tuple[int, int]) -> None:
    """A signal that another thread takes interrupts no call of the one that waits; the wait ends all the same."""
    heard, told = line
    is_heard, came_late = threading.Event(), threading.Event()
    looks: list[int] = []

    def stands_waiting() -> bool:
        """Two looks, one after the other, found the main thread at the same place of the wait."""
        frame = sys._current_frames()[threading.main_thread().ident or 0]
        looks.append(frame.f_lasti if frame.f_code is wait_for.__code__ else -1)
        return len(looks) > 1 and looks[-1] == looks[-2] != -1

    def presses() -> None:
        try:
            wait_until(stands_waiting)
        finally:
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        if not is_heard.wait(LONGEST_S):
            came_late.set()
            os.write(told, b"\n")

    thread = threading.Thread(target=presses)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        wait_for(heard)
    is_heard.set()
    thread.join()

    assert not came_late.is_set()


def test_what_woke_others_is_put_back(line: tuple[int, int]) -> None:
    """Whoever else is to be woken by signals is so afterwards again."""
    heard, told = line
    os.set_blocking(told, False)
    before = signal.set_wakeup_fd(told)
    try:
        wait_for(heard, seconds=0.01)
        assert signal.set_wakeup_fd(told) == told
    finally:
        signal.set_wakeup_fd(before)
