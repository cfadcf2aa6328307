"""What both cards of printed values have in common: requesting one, printing it, and two values that activate it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response, render_template

from authsim.errors import RefusalError
from authsim.model import Factor, FactorId, FactorKind
from authsim.verifier import Verifier
from authsim.verifier.cards import card_values, confirm_code_card
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_carried, take_notice
from ..factor_words import name_kind
from ..forms import read_form
from .held import find_active, find_pending
from .verification import go_on_after

DONE: Final = "card_activated"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRoom:
    """One kind of card: the room of its pages, the errand that they may need, and the ceremony that requests one."""

    kind: FactorKind
    room: str
    errand: str
    days: int
    request: Callable[[Verifier, SignedIn], Factor]


def draw(signed_in: SignedIn, card: CardRoom) -> str:
    """Show a card that waits, with its values; what was activated this moment; or the way to one."""
    look.prefer(signed_in.user.locale)
    verifier = scope.verifier()
    factor = find_pending(signed_in.user, card.kind)
    is_done = factor is None and take_notice() == DONE
    view = None if factor is None else card_values(verifier, signed_in, factor.factor_id)
    return render_template(
        "code_card.html",
        signed_in=signed_in,
        name=name_kind(card.kind),
        room=card.room,
        is_online=card.kind is FactorKind.ONLINE_CARD,
        days=card.days,
        factor=factor,
        values=None if view is None else [(f"{index:03}", value) for index, value in enumerate(view.values, 1)],
        question=None if view is None else view.question,
        done=find_active(signed_in.user, card.kind) if is_done else None,
        carried=take_carried(),
    )


def order(signed_in: SignedIn, card: CardRoom) -> Response:
    """Request a card; it is shown at once."""
    read_form()
    try:
        card.request(scope.verifier(), signed_in)
    except RefusalError as refusal:
        return go_on_after(refusal, card.errand, f"{card.room}.show")
    return redirect_to(f"{card.room}.show")


def confirm(signed_in: SignedIn, card: CardRoom) -> Response:
    """Judge the two values that prove that the card was printed."""
    form = read_form()
    factor_id = FactorId(form.get("factor", ""))
    try:
        confirm_code_card(scope.verifier(), signed_in, factor_id, form.get("bronze-response", ""))
    except RefusalError as refusal:
        return go_on_after(refusal, card.errand, f"{card.room}.show", kind=card.kind)
    leave_notice(DONE)
    return redirect_to(f"{card.room}.show")
