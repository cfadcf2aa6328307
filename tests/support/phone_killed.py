"""`authkey`, killed with -9 before a step that it takes: one JSON line in, one out, for each run of the command.

A master has the modules in memory, and each run is a child of it. `{"args": [...], "given": "FILE", "at": N}` runs the
command with FILE as its standard input, and kills it before its N-th step; N = 0 spares it. A step is a file opened for
writing, renamed, removed or locked, or a connection begun. The answer is `{"status": S, "out": "...", "err": "..."}`, a
negative S being a signal. Everything else is the command's own.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
from typing import Any, NoReturn

from mobile_cli.group import COMMANDS, run

_STEPS = {"os.rename", "os.remove", "fcntl.flock", "socket.connect"}


def live(args: list[str], given: str, at: int, written: list[int]) -> NoReturn:
    """One run."""
    left = at

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        is_writing = name == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if is_writing or name in _STEPS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    os.dup2(os.open(given, os.O_RDONLY), 0)
    for channel, descriptor in enumerate(written, start=1):
        os.dup2(descriptor, channel)
    if at:
        sys.addaudithook(hook)
    os._exit(run(args))


def main() -> None:
    """Run what each line says."""
    for command in COMMANDS:
        importlib.import_module(f"mobile_cli.commands.{command.replace('-', '_')}")
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                live(asked["args"], asked["given"], asked["at"], [out.fileno(), err.fileno()])
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            told: dict[str, object] = {"status": status}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                told[name] = file.read().decode()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
