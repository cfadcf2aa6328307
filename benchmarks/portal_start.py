"""P6: from the start of the command to the first answered request, beside a bare Flask application.

Run: python benchmarks/portal_start.py

Three cases in turn: a Flask application that answers one JSON object on waitress, `authsim serve` on an existing
portal, and `authsim demo` in an empty place (its cast is made while it already answers). A case ends when `GET /` is
answered. The last line is the ratio of `authsim demo`.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import LEAST_ROUNDS, bare, describe

GOAL = 3.0
#: What boot to first request took with another verifier, on such a machine: context, not measured here.
PRIVACYIDEA_S = 2.2
_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


def time_start(command: Sequence[str]) -> float:
    """Start, wait for the first answer, end; return the seconds until the answer."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        assert child.stdout is not None
        found = _ADDRESS.search(child.stdout.readline())
        assert found, command
        with urllib.request.urlopen(found[0], timeout=30) as answer:  # noqa: S310 - our own loopback address
            answer.read()
        return time.perf_counter() - start
    finally:
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="The start of the portal, beside a bare Flask application.")
    parser.add_argument("--rounds", type=int, default=9, help="at least 5")
    rounds = max(LEAST_ROUNDS, parser.parse_args().rounds)
    authsim = str(Path(sys.executable).with_name("authsim"))
    with tempfile.TemporaryDirectory() as name:
        data = str(Path(name) / "portal")
        subprocess.run([authsim, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
        cases: dict[str, Callable[[], float]] = {
            "bare Flask": lambda: time_start(bare()),
            "authsim serve": lambda: time_start([authsim, "serve", "--data", data, "--port", "0"]),
            "authsim demo": lambda: time_start([authsim, "demo", "--port", "0"]),
        }
        seconds: dict[str, list[float]] = {case: [] for case in cases}
        for number in range(rounds + 1):
            for case in list(cases) if number % 2 else reversed(cases):
                taken = cases[case]()
                if number:  # the first round compiles what is imported
                    seconds[case].append(taken)
    base = statistics.median(seconds["bare Flask"])
    for case, values in seconds.items():
        ratio = statistics.median(values) / base
        print(f"{case:14} {describe([value * 1000 for value in values], 'ms')}  ratio {ratio:.2f}x")
    served = statistics.median(seconds["authsim serve"])
    print(f"authsim serve takes {served / PRIVACYIDEA_S:.2f} of {PRIVACYIDEA_S} s; goal <= 0.15")
    print(f"authsim demo / bare Flask; goal <= {GOAL:g}")
    print(f"{statistics.median(seconds['authsim demo']) / base:.2f}")


if __name__ == "__main__":
    main()
