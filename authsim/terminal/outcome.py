"""How a command ends: an exit status (sysexits), and one sentence on stderr that says what happened and what to do."""

import sys
from typing import Final

from authsim.terminal.speech import spoken

PROGRAM: Final = "authsim"
BANNER: Final = "SIMULATION · not a real financial service · never enter real credentials"

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 64
MALFORMED: Final = 65
UNREACHABLE: Final = 69
IO: Final = 74
REFUSED: Final = 77
INTERRUPTED: Final = 130


class CommandError(Exception):
    """A foreseen end of a command: `status` is its exit status, the text says what happened and what to do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def say(text: str) -> None:
    """Write one sentence of ours to stderr; nothing when a child has said it already."""
    if not text:
        return
    sentence = spoken(" ".join(text.split()))
    ending = "" if sentence.endswith((".", "?", "。")) else "."
    sys.stderr.write(f"{PROGRAM}: {sentence}{ending}\n")
    sys.stderr.flush()
