"""User menu > Settings > Secure Login System > Secure Login Settings: whether a login announces itself on the phone."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import MessageError
from authsim.verifier.secure_login import set_seamless

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_notice
from ..forms import read_form
from ..sessions import require_full

pages: Final = Blueprint("settings", __name__)

_CHOICES: Final = {"enabled": True, "disabled": False}


@pages.get("/portal/settings")
def show() -> str:
    """Show what can be set."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template("settings.html", signed_in=signed_in)


@pages.get("/portal/settings/secure-login")
def show_secure_login() -> str:
    """Show the setting and what follows from it."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    device = scope.verifier().store.devices.current_of(signed_in.user.user_id)
    return render_template("secure_login.html", signed_in=signed_in, device=device, notice=take_notice())


@pages.post("/portal/settings/secure-login")
def submit() -> Response:
    """Keep the choice. Raises `MessageError` for anything that the form does not offer."""
    form = read_form()
    signed_in = require_full()
    choice = _CHOICES.get(form.get("seamless", ""))
    if choice is None:
        raise MessageError("seamless is enabled or disabled")
    set_seamless(scope.verifier(), signed_in, choice)
    leave_notice("seamless_set")
    return redirect_to("settings.show_secure_login")
