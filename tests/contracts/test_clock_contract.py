"""What `ports.Clock` and `ports.Entropy` promise, of the machine's and of those that other tests use."""

import pytest

from authsim.adapters.system import SystemClock, SystemEntropy
from authsim.ports import Clock, Entropy
from tests.support.ports import CountedEntropy, FakeClock


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_time_is_in_milliseconds_and_never_runs_backwards(clock: Clock) -> None:
    """Each instant is a whole number, after 2020 and before 2100, and not before the one that was asked last."""
    instants = [clock.now_ms() for _ in range(1_000)]

    assert instants == sorted(instants)
    assert all(type(instant) is int for instant in instants)
    assert 1_577_836_800_000 < instants[0] < 4_102_444_800_000


@pytest.mark.parametrize("entropy", [SystemEntropy(), CountedEntropy()])
def test_randomness_has_the_size_asked_for(entropy: Entropy) -> None:
    """Bytes come in the number asked for and differ from call to call; numbers stay below their bound and reach it."""
    draws = {entropy.randbelow(3) for _ in range(200)}

    assert draws == {0, 1, 2}
    assert entropy.randbelow(1) == 0
    assert [len(entropy.token_bytes(count)) for count in (0, 1, 16, 32)] == [0, 1, 16, 32]
    assert len({entropy.token_bytes(16) for _ in range(100)}) == 100
