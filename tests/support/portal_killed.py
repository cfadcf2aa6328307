"""A portal that is killed again and again: `portal_killed.py FILE serve --data DIR --port N`.

A master listens, and each life is a child of it that opens the portal, serves, and is killed with -9 by itself at the
moment that the first line of FILE names: `STEP when N`, the N-th time that a step of the store is reached, where `when`
is `before`, `commit` (its change is made and not yet durable) or `after` (durable, and nobody is told); the step
`statement` is any statement of SQL. Before the kill the line is taken out of FILE. The next life begins at once, with
the modules in memory, and whoever asks meanwhile waits in the listener's queue. Everything else is the portal's own.
"""

import argparse
import os
import signal
import socket
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import event

from tests.support.ports import BetweenSteps
from web.app import create_app
from web.binding import require_place, this_machine
from web.serving import announce, open_listener, serve_here
from web.settings import Settings
from web.wiring import Portal, open_portal

STEPS = (
    "activations.redeem",
    "users.change_lockout",
    "enrolments.begin",
    "enrolments.count_try",
    "enrolments.complete",
    "logins.begin",
    "device_sessions.open",
    "pushes.count_decision",
    "pushes.decide",
    "logins.complete_approved",
)


class Doom:
    """Knows from a file at which moment this process dies."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._said = ""
        self._left = 0
        self._current = threading.local()

    def reaches(self, moment: str) -> None:
        """Die here, if this is the moment."""
        said, _, rest = self._file.read_text().partition("\n")
        name, _, count = said.rpartition(" ")
        if name != moment:
            return
        if said != self._said:
            self._said, self._left = said, int(count)
        self._left -= 1
        if not self._left:
            self._file.write_text(rest)
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, portal: Portal) -> Portal:
        """Return the portal whose store dies with this process at the moment."""
        store: Any = BetweenSteps(portal.store)
        for step in STEPS:
            self._watch(store, portal, step)
        engine = portal.store.database.engine
        event.listen(engine, "before_cursor_execute", lambda *_: self.reaches("statement before"))
        event.listen(engine, "commit", lambda *_: self.reaches(f"{getattr(self._current, 'step', '')} commit"))
        return replace(portal, verifier=replace(portal.verifier, store=store))

    def _watch(self, store: Any, portal: Portal, step: str) -> None:
        port, _, verb = step.partition(".")
        inner = getattr(getattr(portal.store, port), verb)

        def act(*args: Any, **kwargs: Any) -> Any:
            self.reaches(f"{step} before")
            self._current.step = step
            try:
                result = inner(*args, **kwargs)
            finally:
                self._current.step = ""
            self.reaches(f"{step} after")
            return result

        store.replace(step, act)


def live(listener: socket.socket, file: Path, settings: Settings, address: str) -> NoReturn:
    """One life."""
    with closing(open_portal(settings)) as portal:
        app = create_app(Doom(file).wrap(portal), settings)
        serve_here(app, listener, proxies=0, tls=False, ready=lambda: announce(address))
    raise SystemExit(0)


def main() -> None:
    """Give one life after the other, until told to end."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file", type=Path)
    arguments.add_argument("command", choices=["serve"])
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--port", type=int)
    chosen = arguments.parse_args()
    place = require_place("127.0.0.1", bind_private=False, tls=False, machine=this_machine())
    child = 0

    def end(*_: object) -> None:
        if child:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    with closing(open_listener(place, chosen.port)) as listener:
        status = -signal.SIGKILL
        while status == -signal.SIGKILL:
            child = os.fork()
            if not child:
                live(
                    listener,
                    chosen.file,
                    Settings(data_dir=chosen.data, is_inbox_open=True),
                    f"http://127.0.0.1:{chosen.port}",
                )
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    raise SystemExit(status)


if __name__ == "__main__":
    main()
