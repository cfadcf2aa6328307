"""P9: whether the first page of a hardened login tells by its time who exists and whose password is right.

Run: python benchmarks/uniform_login.py [--samples N]

The first step is done in turn for a name that nobody has, for a wrong password, for a user without a phone, and for the
owner, through the whole application, with real Argon2id on a real SQLite file; once with answers that leave as soon as
they are ready, and once as the profile has it, on the beat. Printed are the medians of each, how far the slowest and
the fastest median lie apart, and how often the best threshold on time tells an unknown name from the owner: a coin does
so in half of the cases. The last line is that accuracy. None of it is asserted; that the same work is done is
`tests/attacks/test_uniform_pages.py`.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from authsim.adapters.passwords import Argon2Passwords
from authsim.model import Client
from authsim.policy import HARDENED, SUITE_OF
from authsim.profiles import PROFILES
from authsim.secret import Secret
from authsim.verifier import activation, confirmation, operators
from tests.support.device import TestPhone
from tests.support.ports import CountedEntropy
from tests.support.site import Site, make_empty_database, open_site
from web.scope import EXTENSION

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


def make_site(folder: Path, *, keeps_the_beat: bool) -> Site:
    """Return a hardened site with its two users; its clock is told, so that no limit stands in the way."""
    folder.mkdir()
    policy = replace(PROFILES[HARDENED], account_days=3_650)  # the clock runs for months
    empty = make_empty_database(folder / "empty.sqlite3")
    site = open_site(folder, empty, policy=policy, suite=SUITE_OF[HARDENED], keeps_the_beat=keeps_the_beat)
    verifier = replace(site.verifier, passwords=Argon2Passwords(Secret(bytes(32))))
    site.app.extensions[EXTENSION] = site.portal = replace(site.portal, verifier=verifier)
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
    return site


def measure(site: Site, name: str, password: str) -> float:
    """Return how long the portal takes to answer one first step, in milliseconds."""
    site.clock.advance(seconds=1_801)
    browser = site.browser()
    form = {"csrf_token": browser.token(), "username": name, "password": password}
    begun = time.perf_counter()
    answer = browser.asks("POST", "/sso/Login", body=form)
    spent = (time.perf_counter() - begun) * 1_000
    assert answer.headers["Location"] == "/sso/TwoStep", f"{name}: led to {answer.headers['Location']}"
    return spent


def find_accuracy(one: list[float], other: list[float]) -> float:
    """Return how often the best threshold on time says rightly which of two classes a sample is of."""
    best = 0.5
    for threshold in (*one, *other):
        below = sum(value <= threshold for value in one) + sum(value > threshold for value in other)
        share = below / (len(one) + len(other))
        best = max(best, share, 1 - share)
    return best


def measure_all(site: Site, samples: int) -> dict[str, list[float]]:
    """Return what each class takes, in milliseconds, measured in turn."""
    taken: dict[str, list[float]] = {name: [] for name in CLASSES}
    for turn in range(WARM_UP + samples):
        for name, (user, password) in CLASSES.items():
            spent = measure(site, user, password)
            if turn >= WARM_UP:
                taken[name].append(spent)
    return taken


def report(title: str, taken: dict[str, list[float]]) -> None:
    """Print the medians of each class, how far they lie apart, and the accuracy last."""
    print(title)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, values in taken.items():
        print(f"  {name:15}  median {medians[name]:7.2f} ms  ({min(values):.2f} to {max(values):.2f})")
    apart = max(medians.values()) - min(medians.values())
    print(f"  medians apart    {apart:.2f} ms, {100 * apart / medians['owner']:.1f} % of the owner's")
    accuracy = find_accuracy(taken["unknown name"], taken["owner"])
    print(f"  accuracy         {accuracy:.3f} by time alone; goal at most {GOAL}")


def main() -> None:
    """Measure both ways, and print the accuracy of the profile's last."""
    parser = argparse.ArgumentParser(description="Whether time tells who exists.")
    parser.add_argument("--samples", type=int, default=500, help="of each class, at least 100")
    samples = max(LEAST_SAMPLES, parser.parse_args().samples)
    with tempfile.TemporaryDirectory() as folder:
        for title, keeps in (("as soon as they are ready", False), ("on the beat", True)):
            site = make_site(Path(folder) / title.replace(" ", "-"), keeps_the_beat=keeps)
            report(title, measure_all(site, samples))
            site.portal.close()


if __name__ == "__main__":
    main()
