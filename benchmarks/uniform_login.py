"""P9: whether the first page of a hardened login tells by its time who exists and whose password is right.

Run: python benchmarks/uniform_login.py [--samples N]

The first step is done in turn for a name that nobody has, for a wrong password, for a user without a phone, and for the
owner, with real Argon2id on a real SQLite file. Printed are the medians of each, how far the slowest and the fastest
median lie apart, and how often the best threshold on time tells an unknown name from the owner: a coin does so in half
of the cases. The last line is that accuracy. None of it is asserted; that the same work is done is
`tests/attacks/test_uniform_pages.py`.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from authsim.adapters.passwords import Argon2Passwords
from authsim.adapters.sql import create_schema, open_sqlite
from authsim.errors import RefusalError
from authsim.model import Client, Mode
from authsim.policy import HARDENED, SUITE_OF
from authsim.profiles import PROFILES
from authsim.secret import Secret
from authsim.verifier import Verifier, activation, confirmation, operators
from authsim.verifier.uniform_login import begin_uniform_login
from tests.support.device import TestPhone
from tests.support.ports import CountedEntropy, FakeClock, make_verifier

LEAST_SAMPLES = 100
WARM_UP = 5
GOAL = 0.55
PASSWORD = "correct horse battery"
#: Who comes to the page, with what is typed.
CLASSES = {
    "unknown name": ("nobody", PASSWORD),
    "wrong password": ("alice", "wrong horse battery"),
    "no phone": ("bob", PASSWORD),
    "owner": ("alice", PASSWORD),
}


def make_portal(folder: Path) -> Verifier:
    """Return a hardened portal with its two users; its clock is told, so that no limit stands in the way."""
    store = create_schema(open_sqlite(folder / "portal.sqlite3"))
    policy = replace(PROFILES[HARDENED], account_days=3_650)  # the clock runs for months
    verifier = make_verifier(policy=policy, suite=SUITE_OF[HARDENED], store=store)
    verifier = replace(verifier, passwords=Argon2Passwords(Secret(bytes(32))))
    for name in ("alice", "bob"):
        operators.add_user(verifier, name=name, password=Secret(PASSWORD))
    alice = operators.require_user(verifier, "alice")
    phone = TestPhone(entropy=CountedEntropy("phone"))
    phone.activate(verifier, activation.operator_activation(verifier, alice.user_id, replace=False).uri)
    waiting = confirmation.find_unconfirmed(verifier, alice, now_ms=verifier.clock.now_ms())
    assert waiting is not None
    confirmation.judge_confirmation(
        verifier, waiting, code=phone.confirmation, client=Client(), now_ms=verifier.clock.now_ms()
    )
    return verifier


def measure(verifier: Verifier, name: str, password: str) -> float:
    """Return how long one first step takes, in milliseconds."""
    clock = verifier.clock
    assert isinstance(clock, FakeClock)
    clock.advance(seconds=1_801)
    begun = time.perf_counter()
    begin_uniform_login(
        verifier, name=name, password=Secret(password), mode=Mode.LIVE, client=Client(address="127.0.0.1")
    )
    return (time.perf_counter() - begun) * 1_000


def find_accuracy(one: list[float], other: list[float]) -> float:
    """Return how often the best threshold on time says rightly which of two classes a sample is of."""
    best = 0.5
    for threshold in (*one, *other):
        below = sum(value <= threshold for value in one) + sum(value > threshold for value in other)
        share = below / (len(one) + len(other))
        best = max(best, share, 1 - share)
    return best


def main() -> None:
    """Measure in turn, and print the accuracy last."""
    parser = argparse.ArgumentParser(description="Whether time tells who exists.")
    parser.add_argument("--samples", type=int, default=500, help="of each class, at least 100")
    samples = max(LEAST_SAMPLES, parser.parse_args().samples)
    taken: dict[str, list[float]] = {name: [] for name in CLASSES}
    with tempfile.TemporaryDirectory() as folder:
        verifier = make_portal(Path(folder))
        for turn in range(WARM_UP + samples):
            for name, (user, password) in CLASSES.items():
                try:
                    spent = measure(verifier, user, password)
                except RefusalError as refusal:
                    raise SystemExit(f"{name}: {refusal}") from None
                if turn >= WARM_UP:
                    taken[name].append(spent)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, values in taken.items():
        print(f"{name:15}  median {medians[name]:7.2f} ms  ({min(values):.2f} to {max(values):.2f})")
    apart = max(medians.values()) - min(medians.values())
    print(f"medians apart    {apart:.2f} ms, {100 * apart / medians['owner']:.1f} % of the owner's")
    accuracy = find_accuracy(taken["unknown name"], taken["owner"])
    print(f"accuracy         {accuracy:.3f} by time alone; goal at most {GOAL}")


if __name__ == "__main__":
    main()
