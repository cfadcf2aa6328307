"""The operator's command `authsim`.

What opens a store belongs to the portal's shell and is handed over to `python -P -m web`; what plays both ends together
runs here, with both ends as child processes. Nothing here imports either shell.
"""

import io
import os
import sys
from typing import NoReturn

from authsim.ends.delegation import DELEGATED, hand_over
from authsim.terminal.choosing import take_language
from authsim.terminal.outcome import CommandError, say


def main() -> NoReturn:
    """Run the console script `authsim` on this process's arguments."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter gets a question mark, not an error
    try:
        arguments = take_language(sys.argv[1:], os.environ)
        if arguments and arguments[0] in DELEGATED:
            hand_over(arguments)
    except CommandError as error:
        say(str(error))
        sys.exit(error.status)
    from authsim.cli.group import authsim
    from authsim.terminal.running import run

    sys.exit(run(authsim, arguments))
