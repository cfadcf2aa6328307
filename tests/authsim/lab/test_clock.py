from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.lab.clock import LATEST_MS, MOST_MS, PUSH, TEXT, Change, LabClock
from tests.support.lab import MemoryShelf
from tests.support.ports import BEGINNING_MS, FakeClock

DAY_MS = 86_400_000


@pytest.fixture
def machine() -> FakeClock:
    """The machine's clock."""
    return FakeClock()


@pytest.fixture
def clock(machine: FakeClock) -> LabClock:
    """A lab's clock that nobody has touched."""
    return LabClock(MemoryShelf(), machine)


def test_an_untouched_clock_is_the_machine_s(clock: LabClock, machine: FakeClock) -> None:
    """Nothing is kept before somebody changes the clock: it shows what the machine's shows."""
    machine.advance(seconds=5)

    assert clock.now_ms() == machine.now_ms()
    assert not clock.read().is_frozen


def test_it_is_frozen_and_goes_on_from_there(clock: LabClock, machine: FakeClock) -> None:
    """A frozen clock shows one instant; let go, it runs on from that instant and not from the machine's."""
    clock.freeze(True)
    machine.advance(seconds=100)
    assert clock.now_ms() == BEGINNING_MS

    clock.freeze(False)
    machine.advance(seconds=1)

    assert clock.now_ms() == BEGINNING_MS + 1_000


@pytest.mark.parametrize("is_frozen", [True, False])
def test_it_is_advanced(clock: LabClock, machine: FakeClock, is_frozen: bool) -> None:
    """An advance moves it for everybody by so much, frozen or not."""
    clock.freeze(is_frozen)
    clock.advance(181_000)

    assert clock.now_ms() == clock.of("phone:a").now_ms() == machine.now_ms() + 181_000


def test_it_runs_faster_and_slower(clock: LabClock, machine: FakeClock) -> None:
    """A scale counts from the moment at which it was set; what was shown until then stays shown."""
    machine.advance(seconds=10)
    clock.scale(60)
    machine.advance(seconds=2)
    assert clock.now_ms() == BEGINNING_MS + 130_000

    clock.scale(0.5)
    machine.advance(seconds=2)

    assert clock.now_ms() == BEGINNING_MS + 131_000


def test_an_actor_is_skewed_alone(clock: LabClock) -> None:
    """A skew is that actor's, ahead or behind; zero takes it away."""
    clock.skew("phone:a", 30_000)
    clock.skew(TEXT, -5_000)
    assert [clock.of(actor).now_ms() - clock.now_ms() for actor in ("phone:a", TEXT, PUSH)] == [30_000, -5_000, 0]

    clock.skew("phone:a", 0)

    assert dict(clock.read().skews_ms) == {TEXT: -5_000}


def test_it_is_set_to_an_instant(clock: LabClock) -> None:
    """It may be set to an instant to come, and to the one that it shows; never to one that is over."""
    clock.set_to(BEGINNING_MS + DAY_MS)
    clock.set_to(BEGINNING_MS + DAY_MS)
    assert clock.now_ms() == BEGINNING_MS + DAY_MS

    with pytest.raises(MessageError, match="never runs back"):
        clock.set_to(BEGINNING_MS + DAY_MS - 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda clock: clock.advance(-1),
        lambda clock: clock.advance(MOST_MS + 1),
        lambda clock: clock.set_to(LATEST_MS + 1),
        lambda clock: clock.scale(0),
        lambda clock: clock.scale(-1),
        lambda clock: clock.scale(1_000.1),
        lambda clock: clock.scale(float("nan")),
        lambda clock: clock.skew("text", MOST_MS + 1),
        lambda clock: clock.skew("phone", 1),
        lambda clock: clock.skew("portal", -1),
        lambda clock: clock.change(Change(is_frozen=True, advance_ms=5, rate=0)),
    ],
)
def test_what_no_clock_does(clock: LabClock, change: Callable[[LabClock], object]) -> None:
    """Backwards, standing still by scale, and farther than ten years are refused, and change nothing."""
    with pytest.raises(MessageError):
        change(clock)

    assert clock.now_ms() == BEGINNING_MS
    assert not clock.read().is_frozen


def test_it_ends_in_the_year_9000(clock: LabClock) -> None:
    """However often it is advanced, what it shows still has a date of four digits."""
    steps = (LATEST_MS - BEGINNING_MS) // MOST_MS
    for _ in range(steps):
        clock.advance(MOST_MS)

    with pytest.raises(MessageError, match="9000"):
        clock.advance(MOST_MS)
    assert datetime.fromtimestamp(clock.now_ms() / 1_000, tz=UTC).year < 9_000
    assert datetime.fromtimestamp(LATEST_MS / 1_000, tz=UTC).year == 9_000


def test_the_portal_s_own_skew_only_grows(clock: LabClock) -> None:
    """The clock that decides may be set ahead of the others, and never back."""
    clock.skew("portal", 5_000)
    assert clock.now_ms() == clock.of(TEXT).now_ms() + 5_000

    with pytest.raises(MessageError, match="skew the others"):
        clock.skew("portal", 4_999)


def test_a_machine_that_is_set_back_stops_it(machine: FakeClock) -> None:
    """When the machine's clock falls behind, the lab's stands still until it has caught up."""
    shelf = MemoryShelf()
    LabClock(shelf, machine).advance(0)

    assert LabClock(shelf, FakeClock(BEGINNING_MS - 5_000)).now_ms() == BEGINNING_MS


def test_all_workers_live_at_the_same_instant(machine: FakeClock) -> None:
    """What one process changes, another one on the same shelf shows at its next look."""
    shelf = MemoryShelf()
    one, two = LabClock(shelf, machine), LabClock(shelf, machine)
    one.freeze(True)
    assert two.read().is_frozen
    one.advance(7)

    assert two.now_ms() == one.now_ms() == BEGINNING_MS + 7


def test_everybody_is_told_of_each_change(machine: FakeClock) -> None:
    """After each change, by whichever actor's clock, who waits is told to look again; a refused one tells nobody."""
    told: list[int] = []
    clock = LabClock(MemoryShelf(), machine, changed=lambda: told.append(1))
    clock.advance(1)
    clock.of("phone:a").freeze(True)
    with pytest.raises(MessageError):
        clock.advance(-1)

    assert len(told) == 2


def test_it_begins_no_earlier_than_the_record(clock: LabClock, machine: FakeClock) -> None:
    """A world that lived ahead of its machine goes on where it was, and runs; any other begins with the machine."""
    clock.begin(not_before_ms=BEGINNING_MS + DAY_MS)
    machine.advance(seconds=2)
    assert clock.now_ms() == BEGINNING_MS + DAY_MS + 2_000

    clock.begin(not_before_ms=BEGINNING_MS - DAY_MS)

    assert clock.now_ms() == machine.now_ms()


def does(what: str, by: int, clock: LabClock, machine: FakeClock) -> None:
    """Do one thing to the clock, or let time pass."""
    acts: dict[str, Callable[[], object]] = {
        "advance": lambda: clock.advance(by),
        "set": lambda: clock.set_to(clock.read().shown_ms + by),
        "freeze": lambda: clock.freeze(by % 2 == 0),
        "scale": lambda: clock.scale(0.01 + by % 100),
        "skew": lambda: clock.skew("phone:a", by),
        "wait": lambda: machine.advance(ms=by),
    }
    with suppress(MessageError):  # an instant that is over by now
        acts[what]()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("advance", "set", "freeze", "scale", "skew", "wait")),
            st.integers(min_value=0, max_value=10_000_000),
        )
    )
)
def test_it_never_runs_backwards(steps: list[tuple[str, int]]) -> None:
    """Whatever is done to it, in whichever order, the portal's clock never shows less than before."""
    machine = FakeClock()
    clock = LabClock(MemoryShelf(), machine)
    shown = clock.now_ms()
    for what, by in steps:
        does(what, by, clock, machine)
        assert clock.now_ms() >= shown
        shown = clock.now_ms()
