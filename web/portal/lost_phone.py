"""*Lost your phone?*: the password alone takes the phone out of use, because hurry matters more than proof here.

It gives nothing to whoever knows the password: a suspended phone answers for nobody, and brings no QR code.
"""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import Reason, RefusalError
from authsim.protocol.keys import fingerprint
from authsim.secret import Secret
from authsim.verifier.suspension import suspend_with_password

from .. import scope
from ..answers import leave_notice, redirect_refused, redirect_to, take_carried, take_notice
from ..forms import read_form

pages: Final = Blueprint("lost_phone", __name__)


@pages.get("/lost-phone")
def show() -> str:
    """Show the form; after it was sent, what to do next."""
    return render_template(
        "lost_phone.html",
        carried=take_carried(),
        is_done=take_notice() == "phone_suspended",
        is_uniform=bool(scope.verifier().policy.uniform_login),
        origin=scope.verifier().instance.origin,
        fingerprint=fingerprint(scope.verifier().vault.signing_public_key()),
    )


@pages.post("/lost-phone")
def submit() -> Response:
    """Suspend the phone of the user whose password this is; where logins are uniform the answer is always the same."""
    form = read_form()
    try:
        suspend_with_password(
            scope.verifier(),
            name=form.get("username", ""),
            password=Secret(form.get("password", "")),
            client=scope.client(),
        )
    except RefusalError as refusal:
        if not scope.verifier().policy.uniform_login or refusal.reason is Reason.SLOW_DOWN:
            return redirect_refused(refusal, "lost_phone.show")
    leave_notice("phone_suspended")
    return redirect_to("lost_phone.show")
