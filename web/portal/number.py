"""The mobile number: VERIFY, a texted confirm code, CONTINUE, and the green tick; or another number."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import RefusalError
from authsim.model import FactorKind
from authsim.verifier.numbers import begin_number_verification, change_number, complete_number_verification

from .. import look, scope
from ..answers import leave_notice, redirect_refused, redirect_to, take_carried, take_notice
from ..forms import read_form, read_query
from ..sessions import require_full, require_unrestricted
from .verification import go_on_after, needs_proof, say_activation
from .ways import way_to_proof

pages: Final = Blueprint("number", __name__)

_ERRAND: Final = "number"
_ASKED: Final = {"code": "sent"}


@pages.get("/portal/settings/number")
def show() -> str:
    """Show the number, whether it is verified, and the field for the code when one was sent."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template(
        "number.html",
        signed_in=signed_in,
        is_asked=read_query().get("code") == "sent" and signed_in.user.phone_verified_ms is None,
        way_to_change=None if not needs_proof(signed_in, _ERRAND) else way_to_proof(_ERRAND).address,
        notice=take_notice(),
        carried=take_carried(),
    )


@pages.post("/portal/settings/number/verify")
def ask() -> Response:
    """Text a code to the number."""
    read_form()
    signed_in = require_unrestricted()
    try:
        begin_number_verification(scope.verifier(), signed_in)
    except RefusalError as refusal:
        return redirect_refused(refusal, "number.show", query=_ASKED)
    return redirect_to("number.show", query=_ASKED)


@pages.post("/portal/settings/number/confirm")
def confirm() -> Response:
    """Judge the code."""
    form = read_form()
    signed_in = require_unrestricted()
    try:
        complete_number_verification(scope.verifier(), signed_in, form.get("code", ""))
    except RefusalError as refusal:
        return redirect_refused(refusal, "number.show", typed=say_activation(refusal, FactorKind.TEXT), query=_ASKED)
    leave_notice("number_verified")
    return redirect_to("number.show")


@pages.post("/portal/settings/number/change")
def change() -> Response:
    """Keep another number; it is not verified yet."""
    form = read_form()
    signed_in = require_unrestricted()
    try:
        change_number(scope.verifier(), signed_in, form.get("number", ""))
    except RefusalError as refusal:
        return go_on_after(refusal, _ERRAND, "number.show")
    leave_notice("number_set")
    return redirect_to("number.show")
