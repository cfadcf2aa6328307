"""P10: the world of a test brought back: a portal that runs, and an activated user restored from a snapshot.

Run: python benchmarks/lab_restore.py [--users N]

A portal with a lab serves over loopback HTTP. Alice has an active phone, and the snapshot holds her; before each
restore something is done to the world, so that there is something to undo. Timed is what a fixture waits for: the
request to restore, and a first look at the user that has to find the phone active. Baseline is a request to the same
lab that changes nothing, in the same connection. The last line is the restore beside 25 ms.
"""

import argparse
import http.client
import json
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness import LEAST_ROUNDS, describe

from authsim.ends.children import PortalChild

GOAL_MS = 25.0
EACH = 20


class Program:
    """A program with the lab's token and one connection."""

    def __init__(self, address: str, token: str) -> None:
        parts = urlsplit(address)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def asks(self, method: str, path: str, members: object = None) -> Any:
        """Send one request and return what the answer says."""
        content = None if members is None else json.dumps(members)
        self.connection.request(method, f"/api/lab/v1{path}", body=content, headers=self._headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status < 300, body
        return json.loads(body) if body else None


def time_restores(program: Program) -> list[float]:
    """Return the milliseconds of each restore with the first look after it."""
    taken = []
    for _ in range(EACH):
        program.asks("POST", "/users/alice/revoke")
        program.asks("POST", "/clock", {"advance_ms": 1_000})
        start = time.perf_counter()
        program.asks("POST", "/snapshots/ready/restore")
        state = program.asks("GET", "/users/alice")["state"]
        taken.append((time.perf_counter() - start) * 1_000)
        assert state == "active"
    return taken


def time_looks(program: Program) -> list[float]:
    """Return the milliseconds of each request that changes nothing."""
    taken = []
    for _ in range(EACH):
        start = time.perf_counter()
        program.asks("GET", "/clock")
        taken.append((time.perf_counter() - start) * 1_000)
    return taken


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="How long a restored world takes, over loopback HTTP.")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    parser.add_argument("--users", type=int, default=0, help="other users in the world that is restored")
    options = parser.parse_args()
    rounds = max(LEAST_ROUNDS, options.rounds)
    with tempfile.TemporaryDirectory() as name, PortalChild(Path(name), "--port", "0", "--lab") as child:
        address = child.wait_until_ready()
        program = Program(address, Path(name, "lab.token").read_text().strip())
        with closing(program.connection):
            if options.users:
                program.asks("POST", "/users", {"count": options.users, "prefix": "other-"})
            program.asks("POST", "/users", {"name": "alice"})
            (phone,) = program.asks("POST", "/phones", {})["phones"]
            program.asks("POST", f"/phones/{phone['id']}/activate", {"user": "alice"})
            program.asks("POST", "/snapshots", {"name": "ready"})
            restores: list[float] = []
            looks: list[float] = []
            for number in range(rounds + 1):
                for found, measure in ((restores, time_restores), (looks, time_looks)):
                    taken = measure(program)
                    if number:  # the first round warms caches
                        found.extend(taken)
    restored = statistics.median(restores)
    print(f"restore and look  {describe(restores, 'ms')}")
    print(f"look              {describe(looks, 'ms')}  ratio {restored / statistics.median(looks):.2f}x")
    print(f"{sum(taken <= GOAL_MS for taken in restores)} of {len(restores)} restores took at most {GOAL_MS:g} ms")
    print(f"restore / {GOAL_MS:g} ms; goal <= 1")
    print(f"{restored / GOAL_MS:.2f}")


if __name__ == "__main__":
    main()
