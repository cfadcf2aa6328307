"""Asking the person at the terminal, and reading a PIN from where it may stand: terminal, file, standard input.

Never from an argument or the environment, and never with an echo: without a terminal that is an error, not a fallback.
"""

import os
import select
import signal
import sys
from typing import Final, final

from authsim.secret import Secret

MOST_PIN_BYTES: Final = 1024
_MOST_LINE_BYTES: Final = 4096
_TERMINAL: Final = "/dev/tty"


def is_interactive() -> bool:
    """Say whether a person can be asked: standard input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@final
class Terminal:
    """The controlling terminal, opened for one question after another."""

    __slots__ = ()

    def ask(self, label: str) -> str:
        """Return a typed line, or raise `EOFError`."""
        return self._read(label, echo=True).decode("utf-8", "replace")

    def ask_hidden(self, label: str) -> Secret:
        """Return a line typed without echo, or raise `EOFError`; `OSError` when there is no terminal."""
        line = self._read(label, echo=False)
        try:
            return Secret(bytes(line))
        finally:
            line[:] = bytes(len(line))

    def confirm(self, question: str) -> bool:
        """Say whether the person typed y or yes."""
        return self.ask(question).strip().casefold() in {"y", "yes"}

    def _read(self, label: str, *, echo: bool) -> bytearray:
        import termios

        sys.stdout.flush()
        descriptor = os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            before = termios.tcgetattr(descriptor)
            if not echo:
                silent = list(before)
                silent[3] &= ~(termios.ECHO | termios.ECHONL)
                termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
            try:
                os.write(descriptor, _with_colon(label))
                return _read_line(descriptor)
            finally:
                if not echo:
                    termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
                    os.write(descriptor, b"\n")
        finally:
            os.close(descriptor)


@final
class LineReader:
    """The controlling terminal, kept open to be waited on together with other things; each line ends with Enter."""

    __slots__ = ("_descriptor",)

    def __init__(self) -> None:
        self._descriptor = -1

    def __enter__(self) -> "LineReader":
        self._descriptor = os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def fileno(self) -> int:
        """Return what `select` waits on."""
        return self._descriptor

    def prompt(self, label: str) -> None:
        """Ask; the answer is read when it is there."""
        sys.stdout.flush()
        os.write(self._descriptor, _with_colon(label))

    def read(self) -> str:
        """Return the line that was typed, or raise `EOFError`."""
        return _read_line(self._descriptor).decode("utf-8", "replace")


def wait_for(*descriptors: int, seconds: float | None = None) -> list[int]:
    """Return which of these can be read, as soon as one can; none when so many seconds are over.

    Ctrl-C is heard at any moment. In the one after a prompt, when nothing waits for the terminal yet, it would be heard
    at the next key only.
    """
    heard, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    try:
        ready, _, _ = select.select([*descriptors, heard], [], [], seconds)
        return [descriptor for descriptor in ready if descriptor != heard]
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)
        os.close(heard)


def _with_colon(label: str) -> bytes:
    """Return the label as a question; a device's display asks with its own sign, as `PIN>` does."""
    return f"{label} ".encode() if label.endswith(">") else f"{label}: ".encode()


def _read_line(descriptor: int) -> bytearray:
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < _MOST_LINE_BYTES:
        if not wait_for(descriptor):
            continue
        part = os.read(descriptor, _MOST_LINE_BYTES)
        if not part:
            raise EOFError
        line += part
    del line[-1:]
    return line


def read_pin_file(file: str) -> Secret:
    """Return the PIN that stands in a file; one trailing newline is removed."""
    with open(file, "rb") as stream:
        return _trim(stream.read(MOST_PIN_BYTES + 1))


def read_pin_stdin() -> Secret:
    """Return the PIN that comes on standard input; one trailing newline is removed."""
    return _trim(sys.stdin.buffer.read(MOST_PIN_BYTES + 1))


def _trim(content: bytes) -> Secret:
    return Secret(content.removesuffix(b"\n").removesuffix(b"\r"))
