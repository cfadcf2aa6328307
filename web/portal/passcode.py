"""A temporary passcode for oneself, before a journey without devices: texted to the user's number."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import RefusalError
from authsim.verifier.temporary_passcode import issue_own_passcode

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_carried
from ..forms import read_form
from ..sessions import require_unrestricted
from .verification import go_on_after

pages: Final = Blueprint("passcode", __name__)


@pages.get("/portal/settings/factors/passcode")
def show() -> str:
    """Say what a passcode opens, and for how long."""
    signed_in = require_unrestricted()
    look.prefer(signed_in.user.locale)
    return render_template("passcode.html", signed_in=signed_in, policy=scope.verifier().policy, carried=take_carried())


@pages.post("/portal/settings/factors/passcode")
def order() -> Response:
    """Have one texted."""
    read_form()
    signed_in = require_unrestricted()
    try:
        issue_own_passcode(scope.verifier(), signed_in)
    except RefusalError as refusal:
        return go_on_after(refusal, "passcode", "passcode.show")
    leave_notice("passcode_sent")
    return redirect_to("factors.show")
