"""What each second factor is worth, and which stand beside which: every pair."""

import itertools

import pytest

from authsim.factor_rules import ORDER, WORTH, Meeting, closed_by, meet
from authsim.model import FactorKind as F

#: Rows: what is held. Columns: what comes, in `ORDER`. `+` both stand, `>` it takes the held one's place, `x` refused.
TABLE = {
    #                     card ibkey app code online text pass
    F.SECURITY_CARD: "    >    +     +   x    +      x    +",
    F.IB_KEY: "           +    >     +   +    +      x    +",
    F.AUTHENTICATOR_APP: "+    +     >   +    +      x    +",
    F.CODE_CARD: "        >    +     +   >    +      x    +",
    F.ONLINE_CARD: "      >    >     >   >    >      +    +",
    F.TEXT: "             >    >     >   >    +      >    +",
    F.TEMPORARY_PASSCODE: ">   >     >   >    +      +    >",
}
SIGNS = {"+": Meeting.BESIDE, ">": Meeting.REPLACES, "x": Meeting.REFUSED}
PAIRS = [(held, new, SIGNS[sign]) for held, row in TABLE.items() for new, sign in zip(ORDER, row.split(), strict=True)]


@pytest.mark.parametrize(("held", "new", "expected"), PAIRS, ids=lambda value: value.value)
def test_every_pair_has_its_rule(held: F, new: F, expected: Meeting) -> None:
    """What becomes of a factor that is held when another comes is what the table says."""
    assert meet(held, new) is expected


def test_the_table_is_whole() -> None:
    """Every kind stands in it with every other, in the order of the page."""
    assert {(held, new) for held, new, _ in PAIRS} == set(itertools.product(F, F))
    assert set(ORDER) == set(WORTH) == set(F)


@pytest.mark.parametrize("new", F)
def test_what_a_new_one_ends_is_what_it_replaces(new: F) -> None:
    """One of the same kind always gives way, and nothing is both replaced and refused."""
    assert closed_by(new) == {held for held, other, meeting in PAIRS if other is new and meeting is Meeting.REPLACES}
    assert new in closed_by(new)


def test_a_lasting_device_ends_all_that_is_temporary() -> None:
    """Whatever lasts closes texts, online card and passcode; nothing temporary ever closes what lasts."""
    for lasting, temporary in itertools.product(F, F):
        if WORTH[lasting].is_lasting and not WORTH[temporary].is_lasting:
            assert meet(temporary, lasting) is Meeting.REPLACES
            assert meet(lasting, temporary) is not Meeting.REPLACES


def test_worth() -> None:
    """Codes are distinct; cards of one's own can be shared; the strongest device has no limit."""
    assert len({worth.code for worth in WORTH.values()}) == len(F)
    assert {kind for kind in F if WORTH[kind].is_shareable} == {F.SECURITY_CARD, F.CODE_CARD}
    assert (WORTH[F.IB_KEY].code, WORTH[F.AUTHENTICATOR_APP].code) == ("5.2a", "4")
    strongest = max(F, key=lambda kind: WORTH[kind].strength)
    assert (strongest, WORTH[strongest].withdraws_in_a_day) == (F.SECURITY_CARD, None)
    for worth in WORTH.values():
        if worth.withdraws_in_a_day is not None:
            assert worth.withdraws_in_5_days is not None
            assert worth.withdraws_in_5_days >= worth.withdraws_in_a_day
