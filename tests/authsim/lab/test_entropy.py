import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.lab.entropy import KeyEntropy, LabEntropy
from tests.support.lab import MemoryShelf
from tests.support.ports import CountedEntropy


def draws(entropy: LabEntropy | KeyEntropy) -> list[object]:
    """Some draws of each kind."""
    return [entropy.token_bytes(16), entropy.randbelow(1_000_000), entropy.token_bytes(65), entropy.randbelow(2)]


def seeded(seed: int, shelf: MemoryShelf | None = None) -> LabEntropy:
    """Chance with a seed."""
    entropy = LabEntropy(shelf or MemoryShelf(), CountedEntropy("machine"))
    entropy.seed(seed)
    return entropy


def test_one_seed_is_one_sequence() -> None:
    """The same seed gives the same draws, another seed others, and no two draws are the same."""
    assert draws(seeded(7)) == draws(seeded(7)) != draws(seeded(8))
    entropy = seeded(7)
    assert len({entropy.token_bytes(16) for _ in range(1_000)}) == 1_000


def test_the_bytes_of_a_seed_stay_what_they_are() -> None:
    """A story that was recorded with a seed is told again by later versions."""
    assert seeded(7).token_bytes(8).hex() == "fe662065da8f6233"
    assert KeyEntropy(7).token_bytes(8).hex() == "4689d9536dc021f2"


def test_two_workers_share_one_sequence() -> None:
    """Draws are numbered on the shelf: whoever draws next gets the next one, in whatever process."""
    alone, shelf = seeded(7), MemoryShelf()
    one = seeded(7, shelf)
    two = LabEntropy(shelf, CountedEntropy("another machine"))

    assert [one.token_bytes(4), two.token_bytes(4), one.token_bytes(4)] == [alone.token_bytes(4) for _ in range(3)]


def test_without_a_seed_it_is_the_machine_s() -> None:
    """Chance is the machine's until a seed is given, and again when it is taken away."""
    entropy, machine = LabEntropy(MemoryShelf(), CountedEntropy("machine")), CountedEntropy("machine")

    assert entropy.read_seed() is None
    assert draws(entropy) == [
        machine.token_bytes(16),
        machine.randbelow(1_000_000),
        machine.token_bytes(65),
        machine.randbelow(2),
    ]
    entropy.seed(3)
    assert entropy.read_seed() == 3
    entropy.seed(None)
    assert entropy.read_seed() is None
    assert entropy.token_bytes(4) == machine.token_bytes(4)


def test_a_seed_that_is_taken_away_during_a_draw_is_no_seed() -> None:
    """Whoever saw the seed just before it was gone draws from the machine, and leaves no seed behind."""

    class Fickle(MemoryShelf):
        def read(self, name: str) -> str | None:
            text = super().read(name)
            self.documents.pop(name, None)
            return text

    machine, entropy = CountedEntropy("machine"), LabEntropy(Fickle(), CountedEntropy("machine"))
    entropy.seed(7)
    assert entropy.token_bytes(16) == machine.token_bytes(16)
    assert entropy.read_seed() is None


def test_a_seed_that_is_given_again_begins_anew() -> None:
    """Giving the seed once more repeats its draws from the first one on."""
    entropy = seeded(7)
    first = draws(entropy)
    entropy.seed(7)

    assert draws(entropy) == first


def test_keys_are_drawn_apart() -> None:
    """What a new portal is made of never comes again in what it draws later, though the seed is the same."""
    made, drawn = KeyEntropy(7), seeded(7)

    assert draws(KeyEntropy(7)) == draws(made)
    assert not {made.token_bytes(16) for _ in range(100)} & {drawn.token_bytes(16) for _ in range(100)}


@given(st.integers(min_value=0, max_value=2**63 - 1), st.integers(min_value=1, max_value=2**256))
def test_a_number_is_below_its_bound(seed: int, bound: int) -> None:
    """Whatever the seed, a draw below a bound is at least 0 and below it."""
    assert 0 <= seeded(seed).randbelow(bound) < bound


@pytest.mark.parametrize("bound", [2, 10, 1_000])
def test_numbers_are_spread_evenly(bound: int) -> None:
    """Over many draws the mean of a seed's numbers is that of even chance, within three per cent."""
    entropy = seeded(1)
    drawn = [entropy.randbelow(bound) for _ in range(5_000)]

    assert abs(sum(drawn) / len(drawn) / ((bound - 1) / 2) - 1) < 0.03
