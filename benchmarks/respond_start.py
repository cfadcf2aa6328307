"""What the start of `authkey` costs, in starts of the bare interpreter.

Run it with `python benchmarks/respond_start.py`. Alternating rounds in one run, so that a noisy machine disturbs all
cases alike: `python -I -c pass`, `authkey --version`, and `authkey respond` with a real keystore, the PIN in a file,
the response in a pipe. The last line is the ratio of `respond`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from authsim.adapters.system import SystemEntropy
from authsim.authenticator.device import Account, Phone, Platform
from authsim.authenticator.pin import PinPolicy
from authsim.secret import Secret
from mobile_cli.home import PhoneHome

GOALS = {"authkey --version": 5.0, "authkey respond": 9.0}
PIN = "4938"
CHALLENGE = "123456"


def make_phone(folder: Path) -> None:
    """Make a phone with one user, sealed as `authkey init` seals it."""
    account = Account(
        instance_id="11" * 16,
        origin="http://127.0.0.1:8765",
        psk=b"\x01" * 32,
        user_id="22" * 16,
        device_id="33" * 16,
        dsk=Secret(b"\x02" * 32),
        seed=Secret(b"\x03" * 32),
        ctr=0,
        suite="classic6",
        label="alice",
    )
    phone = Phone(platform=Platform.IOS, pin_policy=PinPolicy.CLASSIC, created_ms=0, accounts=(account,))
    PhoneHome(str(folder)).create(phone, pin=Secret(PIN), entropy=SystemEntropy())


def measure(cases: dict[str, list[str]], *, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each case in each round; every round runs every case once."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for command in cases.values():  # compiles what is imported, as the first use after installing does
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, command in cases.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
            seconds[name].append(time.perf_counter() - start)
    return seconds


def main() -> None:
    """Measure, and print one line a case."""
    parser = argparse.ArgumentParser(description="What the start of authkey costs, in bare interpreter starts.")
    parser.add_argument("--rounds", type=int, default=25, help="at least 5")
    rounds = max(5, parser.parse_args().rounds)
    authkey = str(Path(sys.executable).parent / "authkey")
    with tempfile.TemporaryDirectory() as name:
        home, pin = Path(name) / "phone", Path(name) / "pin"
        make_phone(home)
        pin.write_text(PIN)
        seconds = measure(
            {
                "python -I -c pass": [sys.executable, "-I", "-c", "pass"],
                "authkey --version": [authkey, "--version"],
                "authkey respond": [authkey, "--home", str(home), "respond", CHALLENGE, "--pin-file", str(pin)],
            },
            rounds=rounds,
        )
    bare = statistics.median(seconds["python -I -c pass"])
    for case, values in seconds.items():
        middle, least, most = (value * 1000 for value in (statistics.median(values), min(values), max(values)))
        goal = f"   goal <= {GOALS[case]:g}x" if case in GOALS else ""
        ratio = statistics.median(values) / bare
        print(f"{case:18} median {middle:6.1f} ms  min {least:6.1f}  max {most:6.1f}  ratio {ratio:5.2f}x{goal}")
    print(f"{statistics.median(seconds['authkey respond']) / bare:.2f}")


if __name__ == "__main__":
    main()
