"""What second factors are called, and what one may withdraw with each: for every page that names them.

The English names are a contract with programs that choose from the login page's list by its words.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.factor_rules import WORTH
from authsim.model import Device, Factor, FactorKind

NAMES: Final[Mapping[FactorKind, LazyString | str]] = MappingProxyType(
    {
        FactorKind.IB_KEY: "IB Key",
        FactorKind.AUTHENTICATOR_APP: _l("Mobile Authenticator App"),
        FactorKind.TEXT: "SMS",
        FactorKind.SECURITY_CARD: _l("Digital Security Card+"),
        FactorKind.CODE_CARD: _l("Security Code Card"),
        FactorKind.ONLINE_CARD: _l("Online Security Code Card"),
        FactorKind.TEMPORARY_PASSCODE: _l("Temporary Passcode"),
    }
)

#: What lets its user withdraw least; whoever opted out for trading withdraws no more than with this.
LEAST_WORTH: Final = min(FactorKind, key=lambda kind: WORTH[kind].strength)


def name_kind(kind: FactorKind) -> str:
    """Return what a kind is called, in the reader's language."""
    return str(NAMES[kind])


def name_held(held: Factor | Device) -> str:
    """Return what tells one of several apart: the phone's own name, or the number that stands on a card."""
    return held.label if isinstance(held, Device) else held.serial


def say_limit(kind: FactorKind) -> str:
    """Return what may be withdrawn by this factor, in a day and in five."""
    worth = WORTH[kind]
    if worth.withdraws_in_a_day is None or worth.withdraws_in_5_days is None:
        return str(gettext("no limit"))
    day, five = (format_decimal(amount) for amount in (worth.withdraws_in_a_day, worth.withdraws_in_5_days))
    return str(gettext("USD %(day)s a day, %(five)s in five business days", day=day, five=five))
