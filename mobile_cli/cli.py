"""`authkey`: where the command begins. Everything else is imported after the interpreter is set up for a short life."""

import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command and leave with its exit status."""
    # A command lives for a blink and gives its memory back by ending. Looking for cycles meanwhile, and once more at
    # the end, costs more than a bare interpreter start (benchmarks/respond_start.py).
    gc.disable()
    try:
        from mobile_cli.group import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = 130  # while the modules were being read
    # Taking modules apart one by one costs a third of a bare start, and nothing is left to close: files are closed
    # where they are written, `run` has flushed what was printed, and stderr keeps nothing back.
    os._exit(status)
