"""P8: second-factor transactions a second with many users, beside a few.

Run: python benchmarks/login_scaling.py [--users N]

Two portals of the same kind, one with 1,000 users and one with 100,000 (`--users`), driven in turn with the transaction
of `second_factor.py` by the same clients. The last line is the ratio. That the number of SQL statements does not depend
on how many users there are is a matter of tests.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from crowd import make_crowd
from harness import LEAST_ROUNDS, Drivers, Load, Result, Server, describe, portal, ratio_of, rounds_of, serving
from second_factor import SERVERS, Sessions, make_transaction

GOAL = 0.80
FEW = 1_000
MANY = 100_000


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="Transactions a second with many users, beside a few.")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    parser.add_argument("--server", choices=list(SERVERS), default="waitress")
    parser.add_argument("--seconds", type=float, default=2.0, help="the length of one case in one round")
    parser.add_argument("--users", type=int, default=MANY, help="how many are many")
    chosen = parser.parse_args()
    rounds = max(LEAST_ROUNDS, chosen.rounds)
    each = int(chosen.seconds * 300)
    active = each * (rounds + 1) // 4 + 1
    options = SERVERS[chosen.server]
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few", Path(name) / "many"
        sizes = {few: max(FEW, active), many: max(FEW, active, chosen.users)}
        sessions = {
            folder: Sessions(make_crowd(folder, users=size, sessions=4, with_sessions=active)[:active])
            for folder, size in sizes.items()
        }
        drivers = Drivers(Load(seconds=chosen.seconds))
        with serving(portal(few, *options)) as small, serving(portal(many, *options)) as large:

            def transact(server: Server, folder: Path) -> Callable[[], Result]:
                return lambda: drivers.drive(server, make_transaction, sessions[folder].take(each))

            found = rounds_of(rounds, {"few": transact(small, few), "many": transact(large, many)})
        drivers.close()
    print(f"server: {chosen.server}, 8 connections, {rounds} rounds of {chosen.seconds:g} s")
    for case, folder in (("few", few), ("many", many)):
        rates, cpu = [one.rate for one in found[case]], statistics.median(one.cpu_ms for one in found[case])
        print(f"{sizes[folder]:>7} users  {describe(rates, 'tx/s')}  server CPU {cpu:.2f} ms")
    print(f"transactions a second, many / few; goal >= {GOAL:.2f}")
    print(f"{ratio_of([one.rate for one in found['many']], [one.rate for one in found['few']]):.2f}")


if __name__ == "__main__":
    main()
