"""What each second factor is worth, and which may stand beside which: one table for the core, the pages and the docs.

Three things may follow when somebody who holds one kind gets another: both stand (`BESIDE`), the new one takes the old
one's place (`REPLACES`), or the new one is refused (`REFUSED`). Sources: the broker's public articles on several second
factors (KB2895), texted codes (KB1131), temporary passcodes (KB69, KB70) and sharing (KB2481); what they leave open is
a decision, told in docs/factors.md.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from authsim.model import FactorKind


class Meeting(enum.Enum):
    """What becomes of a factor that is held when another comes."""

    BESIDE = "beside"
    REPLACES = "replaces"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """`strength`: the greater, the more secure. `withdraws_*`: US dollars, None for no limit. `code`: the page's value.

    `is_lasting`: a device of the person's own; such a one ends what is temporary. `is_shareable`: another user of the
    same account may use it too.
    """

    strength: int
    code: str
    is_lasting: bool
    is_shareable: bool
    withdraws_in_a_day: int | None
    withdraws_in_5_days: int | None


#: The codes of IB Key and of the authenticator app are those that login programs have seen.
WORTH: Final[Mapping[FactorKind, Worth]] = MappingProxyType(
    {
        FactorKind.SECURITY_CARD: Worth(
            strength=5,
            code="5.1",
            is_lasting=True,
            is_shareable=True,
            withdraws_in_a_day=None,
            withdraws_in_5_days=None,
        ),
        FactorKind.IB_KEY: Worth(
            strength=4,
            code="5.2a",
            is_lasting=True,
            is_shareable=False,
            withdraws_in_a_day=1_000_000,
            withdraws_in_5_days=1_000_000,
        ),
        FactorKind.AUTHENTICATOR_APP: Worth(
            strength=3,
            code="4",
            is_lasting=True,
            is_shareable=False,
            withdraws_in_a_day=200_000,
            withdraws_in_5_days=600_000,
        ),
        FactorKind.CODE_CARD: Worth(
            strength=2,
            code="3",
            is_lasting=True,
            is_shareable=True,
            withdraws_in_a_day=200_000,
            withdraws_in_5_days=600_000,
        ),
        FactorKind.ONLINE_CARD: Worth(
            strength=1,
            code="2",
            is_lasting=False,
            is_shareable=False,
            withdraws_in_a_day=50_000,
            withdraws_in_5_days=100_000,
        ),
        FactorKind.TEXT: Worth(
            strength=1,
            code="1",
            is_lasting=False,
            is_shareable=False,
            withdraws_in_a_day=200_000,
            withdraws_in_5_days=600_000,
        ),
        FactorKind.TEMPORARY_PASSCODE: Worth(
            strength=0,
            code="0",
            is_lasting=False,
            is_shareable=False,
            withdraws_in_a_day=50_000,
            withdraws_in_5_days=100_000,
        ),
    }
)

#: The order of the page's list.
ORDER: Final = tuple(WORTH)


def meet(held: FactorKind, new: FactorKind) -> Meeting:
    """Return what becomes of `held` when `new` comes.

    A lasting device ends texts, the online card and the passcode; texts never come back beside one; of the two physical
    cards the stronger takes the weaker one's place, and the weaker is refused beside it; one of a kind replaces the one
    before it. A passcode or an online card, which help out, stand beside whatever there is.
    """
    if held is new:
        return Meeting.REPLACES
    if WORTH[new].is_lasting and not WORTH[held].is_lasting:
        return Meeting.REPLACES
    if new is FactorKind.TEXT:
        return Meeting.REFUSED if WORTH[held].is_lasting else Meeting.BESIDE
    if {held, new} == {FactorKind.SECURITY_CARD, FactorKind.CODE_CARD}:
        return Meeting.REPLACES if new is FactorKind.SECURITY_CARD else Meeting.REFUSED
    return Meeting.BESIDE


def closed_by(new: FactorKind) -> frozenset[FactorKind]:
    """Return the kinds that end when `new` becomes active."""
    return frozenset(held for held in FactorKind if meet(held, new) is Meeting.REPLACES)
