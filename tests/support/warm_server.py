"""The process that warm children are forked from: it has read the modules of one program, and waits for orders.

Run by `tests.support.warm` as `python -P warm_server.py PROGRAM SOCKET [PYPROJECT]`. It reads nothing but modules,
starts no thread and ends when the other side of its socket is gone. With a third argument it measures the reading, as a
cold child would, and its children begin to measure where they begin to be themselves.
"""

import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import selectors
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import coverage

#: An order is one message: its words, and the descriptors of stdin, stdout, stderr and of the report.
LONGEST_ORDER = 128 * 1024
DESCRIPTORS = 4
#: Heavy, and of use to nobody who writes into a pipe.
NOT_READ = ("mobile_cli.phone", "web.gateway", "web.lab")
#: What modules of ours import where they need it, and nearly every command does.
LATE = {
    "mobile_cli": ("anyio._backends._asyncio", "cryptography.x509", "httpcore2", "httpx2", "truststore"),
    "web": ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite"),
}


@dataclass(slots=True)
class Warmth:
    """Whoever forks: the socket of orders, and the children that run, by the descriptor that tells their end."""

    orders: socket.socket
    waiting: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)

    def forks(self) -> dict[str, Any] | None:
        """Fork a child for each order. Returns in each child with its order, and here with None at the end of all."""
        self.waiting.register(self.orders, selectors.EVENT_READ)
        while True:
            for key, _ in self.waiting.select():
                if key.data is not None:
                    self._reports(*key.data)
                    continue
                message, passed, _, _ = socket.recv_fds(self.orders, LONGEST_ORDER, DESCRIPTORS)
                if not message:
                    return None
                child = os.fork()
                if child == 0:
                    self._leaves(passed)
                    order: dict[str, Any] = json.loads(message)
                    return order
                for descriptor in passed[:3]:
                    os.close(descriptor)
                self._tell(passed[3], child)
                watch = os.pidfd_open(child)
                self.waiting.register(watch, selectors.EVENT_READ, (watch, child, passed[3]))

    def _reports(self, watch: int, child: int, report: int) -> None:
        """Tell how a child ended."""
        self.waiting.unregister(watch)
        os.close(watch)
        _, status = os.waitpid(child, 0)
        self._tell(report, os.waitstatus_to_exitcode(status))
        os.close(report)

    def _tell(self, report: int, number: int) -> None:
        """Write a line; whoever waited no longer, because it took too long, does not read it."""
        with suppress(BrokenPipeError):
            os.write(report, f"{number}\n".encode())

    def _leaves(self, passed: list[int]) -> None:
        """In a new child: close what is its parent's, and put its own stdin, stdout and stderr in their places."""
        for key in list(self.waiting.get_map().values()):
            if key.data is not None:
                os.close(key.data[0])
                os.close(key.data[2])
        self.waiting.close()
        self.orders.close()
        for number, descriptor in enumerate(passed[:3]):
            os.dup2(descriptor, number)
        for descriptor in passed:
            os.close(descriptor)


def read_modules(program: str) -> None:
    """Import a package with all that is in it."""
    for name in (*_names(importlib.import_module(program)), *LATE[program]):
        importlib.import_module(name)


def read_measured(program: str, settings: str) -> None:
    """Import it under coverage, and keep that."""
    measuring = coverage.Coverage(config_file=settings)
    measuring.set_option("run:patch", [])  # children measure themselves, and must not write this down once more
    measuring.start()
    read_modules(program)
    measuring.stop()
    measuring.save()


def _names(package: ModuleType) -> Iterator[str]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name.endswith(".__main__") or found.name in NOT_READ:
            continue
        yield found.name
        if found.ispkg:
            yield from _names(importlib.import_module(found.name))


def become(program: str, order: dict[str, Any]) -> None:
    """Be `python -m PROGRAM` with these arguments, in this folder and this environment."""
    _take_pipes()
    if order["alone"]:
        os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    coverage.process_startup()
    tempfile.tempdir = None  # may have been looked up by a module that was read
    sys.argv = [program, *order["arguments"]]
    runpy.run_module(program, run_name="__main__", alter_sys=True)


def _take_pipes() -> None:
    """Make the streams anew on what lies at 0, 1 and 2 now, as an interpreter does that starts in C.UTF-8."""
    streams = (
        ("stdin", "rb", "surrogateescape"),
        ("stdout", "wb", "surrogateescape"),
        ("stderr", "wb", "backslashreplace"),
    )
    for descriptor, (name, mode, errors) in enumerate(streams):
        raw = os.fdopen(descriptor, mode, closefd=False)
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors=errors, line_buffering=name == "stderr")
        setattr(sys, name, stream)


def main() -> None:
    """Read the modules, and fork until nobody is there who gives orders."""
    program, orders, *settings = sys.argv[1:]
    if settings:
        read_measured(program, *settings)
    else:
        read_modules(program)
    gc.collect()
    gc.freeze()  # a child that looks for cycles need not copy what was here before it
    order = Warmth(socket.socket(fileno=int(orders))).forks()
    if order is not None:
        become(program, order)


if __name__ == "__main__":
    main()
