"""The Digital Security Card+: requested here, sent as a letter, and activated by its first response."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import RefusalError
from authsim.model import FactorId, FactorKind
from authsim.verifier.cards import card_question, confirm_security_card, request_security_card

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_carried
from ..forms import read_form
from ..sessions import require_unrestricted
from .held import find_end, find_pending
from .verification import go_on_after

pages: Final = Blueprint("security_card", __name__)

_ERRAND: Final = "security-card"


@pages.get("/portal/settings/factors/security-card")
def show() -> str:
    """Show the challenge for a card that is on its way, or the way to one."""
    signed_in = require_unrestricted()
    look.prefer(signed_in.user.locale)
    verifier = scope.verifier()
    factor = find_pending(signed_in.user, FactorKind.SECURITY_CARD)
    return render_template(
        "security_card.html",
        signed_in=signed_in,
        factor=factor,
        activate_by_ms=None if factor is None else find_end(factor),
        question=None if factor is None else card_question(verifier, signed_in, factor.factor_id),
        days=verifier.policy.card_activation_days,
        carried=take_carried(),
    )


@pages.post("/portal/settings/factors/security-card")
def order() -> Response:
    """Request a card; the letter is texted."""
    read_form()
    signed_in = require_unrestricted()
    try:
        request_security_card(scope.verifier(), signed_in)
    except RefusalError as refusal:
        return go_on_after(refusal, _ERRAND, "security_card.show")
    return redirect_to("security_card.show")


@pages.post("/portal/settings/factors/security-card/confirm")
def confirm() -> Response:
    """Judge the card's first response."""
    form = read_form()
    signed_in = require_unrestricted()
    factor_id = FactorId(form.get("factor", ""))
    try:
        confirm_security_card(scope.verifier(), signed_in, factor_id, form.get("gold-response", ""))
    except RefusalError as refusal:
        return go_on_after(refusal, _ERRAND, "security_card.show", kind=FactorKind.SECURITY_CARD)
    leave_notice("factor_added")
    return redirect_to("factors.show")
