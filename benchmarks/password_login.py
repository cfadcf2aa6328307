"""P4: password logins a second, beside the pure Argon2id rate of this machine.

Run: python benchmarks/password_login.py [--server gunicorn|waitress]

A password login is the whole first step over HTTP: the form posted, the password checked with Argon2id, the attempt
counted and recorded durably, and a challenge issued. The baseline is the same Argon2id, and nothing else, in as many
processes as there are cores. Both are measured in turn. The last line is the ratio.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from crowd import PASSWORD, make_crowd
from harness import (
    LEAST_ROUNDS,
    Connection,
    Drivers,
    Load,
    Result,
    Server,
    describe,
    percentile,
    portal,
    ratio_of,
    rounds_of,
    serving,
)
from second_factor import SERVERS, take_form

from authsim.adapters.passwords import Argon2Passwords
from authsim.secret import Secret

GOAL = 0.90
USERS = 400
CORES = len(os.sched_getaffinity(0))


def make_login(port: int, share: list[object]) -> Callable[[], None]:
    """Return one password login; `share` holds the names of users, who take turns."""
    connection = Connection(port)
    csrf, cookie, _ = take_form(connection)
    names = list(share)

    def log_in() -> None:
        name = names.pop(0)
        names.append(name)
        body = b"csrf_token=%b&username=%b&password=%b" % (csrf, str(name).encode(), PASSWORD.encode())
        status, head, _ = connection.post(b"/sso/Login", body, cookie)
        assert status == 303, status
        assert b"/sso/SecondFactor" in head, head

    return log_in


def make_hash(port: int, share: list[object]) -> Callable[[], None]:  # noqa: ARG001 - as every other work
    """Return one check of a password, as the portal does it."""
    passwords = Argon2Passwords(Secret(bytes(32)))
    password = Secret(PASSWORD)
    kept = passwords.hash(password)

    def check() -> None:
        assert passwords.is_correct(password, kept)

    return check


def measure(
    ours: Server,
    make: Callable[[int, list[object]], Callable[[], None]],
    share: list[object],
    *,
    load: Load,
    rounds: int,
) -> tuple[list[Result], list[Result]]:
    """Return what logins at a portal come to, and what Argon2id alone does on every core, measured in turn."""
    nobody = [sys.executable, "-c", "print('http://127.0.0.1:1', flush=True); import time; time.sleep(3600)"]
    clients, hashers = Drivers(load), Drivers(Load(load.seconds, CORES, 1))
    with serving(nobody) as idle:
        cases = {
            "logins": lambda: clients.drive(ours, make, share),
            "argon2": lambda: hashers.drive(idle, make_hash),
        }
        found = rounds_of(rounds, cases)
    clients.close()
    hashers.close()
    return found["logins"], found["argon2"]


def report(title: str, logins: list[Result], argon2: list[Result], *, goal: str) -> None:
    """Print both rates and what one login takes, and the ratio last."""
    print(f"pure Argon2id    {describe([one.rate for one in argon2], '/s')}")
    print(f"{title:16} {describe([one.rate for one in logins], '/s')}")
    latencies = [seconds * 1000 for one in logins for seconds in one.latencies]
    print(
        f"one login        p50 {percentile(latencies, 0.5):.1f} ms  p99 {percentile(latencies, 0.99):.1f} ms  "
        f"server CPU {statistics.median(one.cpu_ms for one in logins):.1f} ms"
    )
    cpu = ratio_of([one.client_cpu_ms for one in argon2], [one.cpu_ms for one in logins])
    print(f"by CPU time for a login: {cpu:.2f}")
    print(f"{title} / pure Argon2id; {goal}")
    print(f"{ratio_of([one.rate for one in logins], [one.rate for one in argon2]):.2f}")


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="Password logins a second, beside the pure Argon2id rate.")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    parser.add_argument("--server", choices=list(SERVERS), default="waitress")
    parser.add_argument("--seconds", type=float, default=2.0, help="the length of one case in one round")
    chosen = parser.parse_args()
    rounds = max(LEAST_ROUNDS, chosen.rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "portal"
        names = [member.name for member in make_crowd(folder, users=USERS)]
        with serving(portal(folder, *SERVERS[chosen.server])) as ours:
            logins, argon2 = measure(ours, make_login, list(names), load=Load(chosen.seconds, 1, 4), rounds=rounds)
    print(f"server: {chosen.server}, 4 connections, {CORES} cores, {rounds} rounds of {chosen.seconds:g} s")
    report("password logins", logins, argon2, goal=f"goal >= {GOAL:.2f}")


if __name__ == "__main__":
    main()
