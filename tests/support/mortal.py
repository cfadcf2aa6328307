"""Processes that are killed in the middle of an enrolment: `python -m tests.support.mortal STORE USER,FLOW...`.

The first one is killed just before its first statement, the second one before its second, and so on; the last thing
that one is killed before is its COMMIT. Prints how many were killed. STORE is as in `tests.support.race`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import event

from authsim.adapters.sql import SqlStore, open_postgres, open_sqlite
from authsim.events import EventKind
from authsim.model import FlowId, UserId
from tests.support import nouns

_ROOT = Path(__file__).parents[2]
_LONGEST_S = 60


def complete(store: SqlStore, user_id: str, flow_id: str) -> None:
    """Complete an enrolment."""
    store.enrolments.complete(
        FlowId(flow_id),
        device=nouns.device(UserId(user_id), device_id=flow_id),
        request_digest=bytes(32),
        reply="{}",
        now_ms=nouns.NOW_MS,
        events=[nouns.event(EventKind.ENROLMENT_COMPLETED)],
    )


def kill_at_each_statement(store: str, enrolments: Sequence[tuple[str, str]]) -> int:
    """Complete each enrolment in a process of its own; return how many of them were killed. The others live."""
    command = [sys.executable, "-m", "tests.support.mortal", store, *(",".join(pair) for pair in enrolments)]
    done = subprocess.run(command, cwd=_ROOT, text=True, capture_output=True, timeout=_LONGEST_S, check=True)
    return int(done.stdout)


def _die_at(store: SqlStore, number: int) -> None:
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        if steps == number:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1

    for name in ("before_cursor_execute", "commit"):
        event.listen(store.database.engine, name, count)


def _main(address: str, *enrolments: str) -> None:
    killed = 0
    for number, enrolment in enumerate(enrolments):
        child = os.fork()
        if not child:
            store = open_postgres(address) if "://" in address else open_sqlite(Path(address))
            _die_at(store, number)
            complete(store, *enrolment.split(","))
            store.close()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
    sys.stdout.write(str(killed))


if __name__ == "__main__":
    _main(*sys.argv[1:])
