"""`authkey`: where the command begins. Everything else is imported after the interpreter is set up for a short life."""

import gc
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
    gc.freeze()
    sys.exit(status)
