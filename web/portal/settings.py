"""Settings and User Settings: the way to everything that a user can set, and the Seamless setting itself.

The path of the broker's articles is Settings > User Settings > Security > Secure Login System > Secure Login Settings.
"""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import MessageError
from authsim.verifier.secure_login import set_seamless

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_carried, take_notice
from ..forms import read_form
from ..sessions import require_full, require_unrestricted
from .own_standing import find_standing, name_rightful

pages: Final = Blueprint("settings", __name__)

_CHOICES: Final = {"enabled": True, "disabled": False}


@pages.get("/portal/settings")
def show() -> str:
    """Show where what is set."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template("settings.html", signed_in=signed_in)


@pages.get("/portal/settings/user")
def show_user() -> str:
    """Show the box Security, with a gear for each of its settings."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template("user_settings.html", signed_in=signed_in, standing=find_standing(signed_in))


@pages.get("/portal/settings/secure-login")
def show_secure_login() -> str:
    """Show whether trading takes a device, whether logins announce themselves, and what follows from each."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    device = scope.verifier().store.devices.current_of(signed_in.user.user_id)
    return render_template(
        "secure_login.html",
        signed_in=signed_in,
        device=device,
        standing=find_standing(signed_in),
        rightful=name_rightful(signed_in),
        notice=take_notice(),
        carried=take_carried(),
    )


@pages.post("/portal/settings/secure-login")
def submit() -> Response:
    """Keep the choice about notifications. Raises `MessageError` for anything that the form does not offer."""
    form = read_form()
    signed_in = require_unrestricted()
    choice = _CHOICES.get(form.get("seamless", ""))
    if choice is None:
        raise MessageError("seamless is enabled or disabled")
    set_seamless(scope.verifier(), signed_in, choice)
    leave_notice("seamless_set")
    return redirect_to("settings.show_secure_login")
