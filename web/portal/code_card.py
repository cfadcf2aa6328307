"""The security code card: requested, printed and activated in one sitting."""

from typing import Final

from flask import Blueprint, Response

from authsim.model import FactorKind
from authsim.verifier.cards import request_code_card

from .. import scope
from ..sessions import require_unrestricted
from . import printed_card
from .printed_card import CardRoom

pages: Final = Blueprint("code_card", __name__)


def _card() -> CardRoom:
    return CardRoom(
        kind=FactorKind.CODE_CARD,
        room="code_card",
        errand="code-card",
        days=scope.verifier().policy.card_activation_days,
        request=request_code_card,
    )


@pages.get("/portal/settings/factors/code-card")
def show() -> str:
    """Show the card that waits for its activation, or the way to one."""
    return printed_card.draw(require_unrestricted(), _card())


@pages.post("/portal/settings/factors/code-card")
def order() -> Response:
    """Request a card."""
    return printed_card.order(require_unrestricted(), _card())


@pages.post("/portal/settings/factors/code-card/confirm")
def confirm() -> Response:
    """Activate it by two of its values."""
    return printed_card.confirm(require_unrestricted(), _card())
