"""P10: what the test kit costs: the warm `portal` fixture, and a whole login beside its own Argon2id.

Run: python benchmarks/test_kit.py [--rounds N]

A round is one of each, one after the other: the world of an activated user brought back as the fixture `portal` does;
a login over loopback HTTP as a test writes it (password page, password, challenge page, the phone's response, the
response typed, the page inside); and Argon2id alone, once, with the portal's parameters, in this process. The last
lines are the median of the fixture in milliseconds, and the ratio of login to Argon2id.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from authsim.adapters.passwords import Argon2Passwords
from authsim.secret import Secret
from authsim.testing.stage import ACTIVE, Wanted, open_stage

GOAL_FIXTURE_MS = 25.0
GOAL_LOGIN = 2.0
LEAST_ROUNDS = 5


def spent_ms(work: Callable[[], object]) -> float:
    """Return how long it takes, in milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def describe(name: str, samples: list[float]) -> str:
    """Return median, least and most of a column."""
    return f"{name:<28}{statistics.median(samples):8.1f} ms  ({min(samples):.1f} to {max(samples):.1f})"


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=30)
    rounds = max(LEAST_ROUNDS, options.parse_args().rounds)
    passwords = Argon2Passwords(Secret(bytes(32)))
    password = Secret("a password as long as most")
    hashed = passwords.hash(password)
    fixture: list[float] = []
    login: list[float] = []
    argon2: list[float] = []
    with open_stage(Wanted(seed=1)) as stage:

        def log_in() -> None:
            assert portal.log_in(stage.user, phone).authenticated

        for number in range(rounds + 1):  # the first one is not counted: it loads what is loaded once
            holding = stage.begin_test(ACTIVE)
            began = time.perf_counter()
            portal = holding.__enter__()
            warm = (time.perf_counter() - began) * 1_000
            phone = stage.phone(portal)
            spent = spent_ms(log_in)
            alone = spent_ms(lambda: passwords.is_correct(password, hashed))
            holding.__exit__(None, None, None)
            if number:
                fixture.append(warm)
                login.append(spent)
                argon2.append(alone)
    ratio = statistics.median(one / other for one, other in zip(login, argon2, strict=True))
    print(describe("portal fixture, warm", fixture))
    print(describe("login, both factors", login))
    print(describe("Argon2id alone", argon2))
    print(f"fixture {statistics.median(fixture):.1f} ms, goal {GOAL_FIXTURE_MS:g}")
    print(f"ratio {ratio:.2f}, goal {GOAL_LOGIN:g}")


if __name__ == "__main__":
    main()
