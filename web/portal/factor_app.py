"""Adding an authenticator app: its QR code and key, and the first code that proves it was read."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import RefusalError
from authsim.model import FactorId, FactorKind
from authsim.verifier.factor_devices import begin_authenticator_app, confirm_authenticator_app, show_authenticator_app

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_carried
from ..forms import read_form
from ..qr import draw_qr
from ..sessions import require_unrestricted
from .held import find_pending
from .verification import go_on_after

pages: Final = Blueprint("factor_app", __name__)


@pages.get("/portal/settings/factors/authenticator-app")
def show() -> str:
    """Show the QR code of an app that waits for its first code; without one, the way to it."""
    signed_in = require_unrestricted()
    look.prefer(signed_in.user.locale)
    factor = find_pending(signed_in.user, FactorKind.AUTHENTICATOR_APP)
    offer = None if factor is None else show_authenticator_app(scope.verifier(), signed_in, factor.factor_id)
    return render_template(
        "factor_app.html",
        signed_in=signed_in,
        offer=offer,
        picture=None if offer is None else draw_qr(offer.uri),
        typed=None if offer is None else offer.typed.reveal_text(),
        carried=take_carried(),
    )


@pages.post("/portal/settings/factors/authenticator-app")
def begin() -> Response:
    """Draw a key, and show it."""
    read_form()
    signed_in = require_unrestricted()
    try:
        begin_authenticator_app(scope.verifier(), signed_in)
    except RefusalError as refusal:
        return go_on_after(refusal, "app", "factor_app.show")
    return redirect_to("factor_app.show")


@pages.post("/portal/settings/factors/authenticator-app/confirm")
def confirm() -> Response:
    """Take the app's first code."""
    form = read_form()
    signed_in = require_unrestricted()
    try:
        confirm_authenticator_app(
            scope.verifier(), signed_in, FactorId(form.get("factor", "")), form.get("silver-response", "")
        )
    except RefusalError as refusal:
        return go_on_after(refusal, "app", "factor_app.show", kind=FactorKind.AUTHENTICATOR_APP)
    leave_notice("factor_added")
    return redirect_to("factors.show")
