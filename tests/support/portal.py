"""A portal as its operator has it: a directory made by `init`, users made by `users`, and a child that `serve`s it.

Everything goes through the real commands; what a test wants to know beyond them it reads from the directory.
"""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.browser_plain import Visitor
from tests.support.child import LONGEST_S, children_of, clean_environment, is_running, run, shell, wait_until
from tests.support.kept_port import keep_port
from web.settings import Settings

_READY = re.compile(r"^AuthSim is ready at (\S+)$", re.MULTILINE)
PASSWORD = "correct-horse-{name}"


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class LivePortal:
    """One portal. `address` and `child` are those of the process that serves it now.

    Its port stays its own between two of them.
    """

    folder: Path
    environment: dict[str, str] = field(repr=False)
    address: str = ""
    child: "subprocess.Popen[bytes] | None" = None
    database_url: str = ""
    _keeper: socket.socket | None = field(default=None, init=False, repr=False)

    @property
    def store(self) -> tuple[str, ...]:
        """The options that name its store: its directory, or its database with the key file beside it."""
        if self.database_url:
            return ("--database-url", self.database_url, "--key-file", str(self.folder / "portal.key"))
        return ("--data", str(self.data))

    @property
    def settings(self) -> Settings:
        """The same store, for a test that opens it beside the server."""
        if self.database_url:
            return Settings(database_url=self.database_url, key_file=self.folder / "portal.key")
        return Settings(data_dir=self.data)

    @property
    def data(self) -> Path:
        """The portal's directory."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "portal.sqlite3"

    @property
    def port(self) -> int:
        """The port that it answers at."""
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def log(self) -> str:
        """All that the serving processes wrote so far, to both channels."""
        return "".join(
            (self.folder / name).read_text() for name in ("stdout", "stderr") if (self.folder / name).exists()
        )

    def at(self, host: str) -> str:
        """The address by another name of this machine."""
        return f"http://{host}:{self.port}"

    def visitor(self, *, host: str = "127.0.0.1", **headers: str) -> Visitor:
        """A new browser without script, with no cookies yet."""
        return Visitor(self.at(host), headers=headers)

    def operator(self, *arguments: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command of the portal's on its directory, and expect it to succeed."""
        done = run(shell("web", *arguments, *self.store), environment=self.environment, given=given)
        assert done.returncode == 0, done.stderr
        return done

    def adds(self, *names: str, **more: object) -> dict[str, dict[str, Any]]:
        """Add users whose password is `password_of(name)`; return what `users load` says of each."""
        wanted = [{"name": name, "password": password_of(name)} | more for name in names]
        made = self.operator("users", "load", "-", given=json.dumps(wanted))
        return {entry["name"]: entry for entry in json.loads(made.stdout)}

    def activation_uri(self, name: str, *options: str) -> str:
        """A fresh activation URI from the operator."""
        return self.operator("users", "activation", name, *options).stdout.strip()

    def shows(self, name: str) -> dict[str, Any]:
        """What the operator sees of a user."""
        facts: dict[str, Any] = json.loads(self.operator("users", "show", name, "--json").stdout)
        return facts

    def serve(self, *options: str, command: Sequence[str] | None = None, port: int | None = None) -> None:
        """Start serving, on the port of before if there was one; return when it answers."""
        chosen = port if port is not None else self.port if self.address else self._keeps_port()
        base = list(command) if command is not None else shell("web")
        seen = len(_read(self.folder / "stdout"))
        with (self.folder / "stdout").open("ab") as out, (self.folder / "stderr").open("ab") as err:
            self.child = subprocess.Popen(
                [*base, "serve", *self.store, "--port", str(chosen), *options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        wait_until(lambda: self._is_over() or _READY.search(_read(self.folder / "stdout")[seen:]) is not None)
        ready = _READY.search(_read(self.folder / "stdout")[seen:])
        assert ready is not None, self.log
        self.address = ready[1]

    def stop(self) -> None:
        """End it as an operator does; it must end in peace."""
        if self.child is not None:
            if self.child.poll() is None:
                self.child.terminate()
            status = self.child.wait(LONGEST_S)
            self.child = None
            assert status in (0, -signal.SIGKILL), self.log

    def kill(self) -> None:
        """End it, with all its workers, in the middle of whatever they do."""
        assert self.child is not None
        master = self.child.pid
        workers = children_of(master)
        os.killpg(master, signal.SIGKILL)
        self.child.wait(LONGEST_S)
        wait_until(lambda: not any(is_running(worker) for worker in workers))
        self.child = None

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """What the database says, beside the portal and without disturbing it."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=LONGEST_S)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(statement, values).fetchall()

    def _keeps_port(self) -> int:
        if self._keeper is None:
            self._keeper = keep_port()
            weakref.finalize(self, self._keeper.close)
        return int(self._keeper.getsockname()[1])

    def _is_over(self) -> bool:
        return self.child is None or self.child.poll() is not None


def password_of(name: str) -> str:
    """The password that `adds` gives to a user."""
    return PASSWORD.format(name=name)


def make_portal(folder: Path, *options: str, database_url: str = "", **environment: str) -> LivePortal:
    """Set a portal up in `folder`, or in a database; nothing serves it yet."""
    folder.mkdir(parents=True, exist_ok=True)
    home = clean_environment(folder / "home", **environment)
    portal = LivePortal(folder=folder, environment=home, database_url=database_url)
    portal.operator("init", *options)
    return portal


@contextmanager
def served_portal(folder: Path, *options: str, serving: Sequence[str] = ()) -> Iterator[LivePortal]:
    """A portal made with `options` of `init`, served until the test is over."""
    portal = make_portal(folder, *options)
    portal.serve(*serving)
    try:
        yield portal
    finally:
        portal.stop()


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""
