"""The online security code card: for three weeks, and all that a passcode opens when its full access is over."""

from typing import Final

from flask import Blueprint, Response

from authsim.model import FactorKind, Reach
from authsim.verifier.cards import request_online_card
from authsim.verifier.sessions import SignedIn, require_reach

from .. import scope
from ..sessions import require_signed_in
from . import printed_card
from .printed_card import CardRoom

pages: Final = Blueprint("online_card", __name__)


def _card() -> CardRoom:
    return CardRoom(
        kind=FactorKind.ONLINE_CARD,
        room="online_card",
        errand="online-card",
        days=scope.verifier().policy.online_card_days,
        request=request_online_card,
    )


def _require_card_reach() -> SignedIn:
    return require_reach(require_signed_in(), Reach.FULL, Reach.CARD_ONLY)


@pages.get("/portal/settings/factors/online-card")
def show() -> str:
    """Show the card that waits for its activation, or the way to one."""
    return printed_card.draw(_require_card_reach(), _card())


@pages.post("/portal/settings/factors/online-card")
def order() -> Response:
    """Request a card."""
    return printed_card.order(_require_card_reach(), _card())


@pages.post("/portal/settings/factors/online-card/confirm")
def confirm() -> Response:
    """Activate it by two of its values."""
    return printed_card.confirm(_require_card_reach(), _card())
