"""What a login offers to choose from, as the entries of the page's list."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.factor_rules import WORTH
from authsim.model import FactorKind, PendingLogin
from authsim.verifier.factors import id_of, kind_of

from ..factor_words import name_held, name_kind

_WHAT: Final[Mapping[FactorKind, LazyString]] = MappingProxyType(
    {
        FactorKind.IB_KEY: _l("A notification, a QR code or a challenge on the phone"),
        FactorKind.AUTHENTICATOR_APP: _l("The code that the app shows now"),
        FactorKind.TEXT: _l("A code by a text or a call"),
        FactorKind.SECURITY_CARD: _l("A challenge code and the card's response"),
        FactorKind.CODE_CARD: _l("Two values of the card"),
        FactorKind.ONLINE_CARD: _l("Two values of the card"),
        FactorKind.TEMPORARY_PASSCODE: _l("The passcode that was texted to you"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry: `value` is what the form sends, `label` what tells it from others of its kind."""

    value: str
    id: str
    name: str
    label: str
    what: str


def list_choices(pending: PendingLogin) -> Sequence[Choice]:
    """Return what may be chosen, in the page's order; a kind that stands there once is sent as its code."""
    kinds = Counter(kind_of(held) for held in pending.offered)
    return [
        Choice(
            value=WORTH[kind_of(held)].code if kinds[kind_of(held)] == 1 else id_of(held),
            id=id_of(held),
            name=name_kind(kind_of(held)),
            label=name_held(held),
            what=str(_WHAT[kind_of(held)]),
        )
        for held in pending.offered
    ]


def find_choice(pending: PendingLogin, sent: str) -> str | None:
    """Return the id of what a form means by an id or a code, None when it means nothing that is offered."""
    return next((choice.id for choice in list_choices(pending) if sent in (choice.id, choice.value)), None)
