"""The machine's clock, beyond what every clock promises."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from authsim.adapters.system import SystemClock
from tests.support.child import unmeasured


def test_the_clock_stands_still_when_the_machine_s_is_set_back() -> None:
    """After an instant that lies ahead, nothing earlier is returned: the high-water mark decides."""
    ahead = SystemClock().now_ms() + 3_600_000
    clock = SystemClock(not_before_ms=ahead)

    assert [clock.now_ms() for _ in range(3)] == [ahead] * 3


def test_the_clock_is_the_same_for_all_threads() -> None:
    """However many ask at once, what each of them sees never runs backwards."""
    clock = SystemClock()

    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda _: [clock.now_ms() for _ in range(500)], range(8)))

    assert all(instants == sorted(instants) for instants in asked)


def test_the_clock_is_light() -> None:
    """A device that only computes a response loads neither `secrets` nor any of the portal's adapters for a clock."""
    heavy = {"secrets", "random", "sqlalchemy", "cryptography", "sqlite3", "authsim.model", "authsim.adapters.sql"}
    program = "import sys, authsim.adapters.system; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], env=unmeasured(), capture_output=True, text=True, check=True
    ).stdout.split()

    assert heavy.isdisjoint(loaded)
