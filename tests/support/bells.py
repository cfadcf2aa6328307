"""One process that publishes: for tests of what another process hears.

`python -m tests.support.bells STORE FIRST LAST` waits for a line, then rings for `topic FIRST` to `topic LAST`, in
bursts, and ends; without FIRST and LAST it rings for everybody. STORE is the path of a signal file or the address of a
PostgreSQL database.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from authsim.adapters.bus import PostgresBus, SignalBus
from authsim.adapters.sql import open_postgres
from tests.support.child import LONGEST_S

_ROOT = Path(__file__).parents[2]


@contextmanager
def opened_bus(address: str) -> Iterator[Any]:
    """Lend a bus on that address."""
    with ExitStack() as stack:
        if "://" in address:
            store = stack.enter_context(closing(open_postgres(address)))
            yield stack.enter_context(closing(PostgresBus(store.database.engine)))
        else:
            yield stack.enter_context(closing(SignalBus(Path(address))))


def ring_elsewhere(address: str, *bounds: int) -> None:
    """Let one process ring for each range between two of `bounds`, all at one moment; return when they have ended.

    Without bounds one process rings for everybody.
    """
    ranges: list[tuple[str, ...]] = [(str(first), str(last)) for first, last in pairwise(bounds)] or [()]
    with ExitStack() as stack:
        ringers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.support.bells", address, *bound],
                    cwd=_ROOT,
                    text=True,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            for bound in ranges
        ]
        for ringer in ringers:
            assert ringer.stdout is not None
            assert ringer.stdout.readline() == "ready\n"
        for ringer in ringers:
            assert ringer.stdin is not None
            ringer.stdin.write("go\n")
            ringer.stdin.flush()
        for ringer in ringers:
            assert ringer.wait(LONGEST_S) == 0


def _main(address: str, first: str = "0", last: str = "") -> None:
    with opened_bus(address) as bus:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        if not last:
            bus.publish_all()
        for number in range(int(first), int(last or first)):
            bus.publish(f"topic {number}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
