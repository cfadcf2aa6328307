"""Opting out of the secure login system for trading, and cancelling that: the two paths of the broker's articles.

The newer path is the radio on the page Secure Login Settings; the classic one a list of the account's users. Both lead
over the agreement when somebody opts out, and to a confirmation with OK when somebody comes back.
"""

from typing import Final

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from authsim.errors import MessageError, RefusalError
from authsim.model import SecureLogin
from authsim.verifier.secure_login import Standing, cancel_opt_out, list_standings, opt_out
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..answers import redirect_refused, redirect_to, take_carried
from ..forms import read_form, read_query
from ..sessions import require_full, require_unrestricted
from .own_standing import find_standing, name_rightful
from .verification import go_on_after, needs_proof
from .ways import way_to_proof

pages: Final = Blueprint("opt_out", __name__)

ALWAYS: Final = "always"
TRADING_WITHOUT: Final = "trading-without"
_ERRAND: Final = "opt-out"


@pages.post("/portal/settings/secure-login/trading")
def choose() -> Response:
    """Take the radio: coming back is done at once and confirmed, opting out leads to the agreement."""
    form = read_form()
    signed_in = require_unrestricted()
    wish = form.get("trading", "")
    if wish == TRADING_WITHOUT:
        return redirect_to("opt_out.show")
    if wish != ALWAYS:
        raise MessageError("trading is always or trading-without")
    return _come_back(signed_in, find_standing(signed_in))


@pages.get("/portal/settings/secure-login/confirmed")
def confirmed() -> str:
    """Say what is set now."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template("secure_login_confirmed.html", signed_in=signed_in, standing=_find_named(signed_in))


@pages.get("/portal/settings/opt-out")
def show() -> str:
    """Show the agreement and the consequences; whoever may not opt out reads why, and who may."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    policy = scope.verifier().policy
    standing = _find_named(signed_in)
    lacks_proof = bool(policy.opt_out_by_device) and needs_proof(signed_in, _ERRAND)
    return render_template(
        "opt_out.html",
        signed_in=signed_in,
        standing=standing,
        rightful=name_rightful(signed_in),
        cooling_s=policy.opt_out_cooling_seconds,
        way_to_proof=way_to_proof(_ERRAND, standing.name).address if lacks_proof else None,
        carried=take_carried(),
    )


@pages.post("/portal/settings/opt-out")
def submit() -> Response:
    """Opt out, when the agreement is accepted."""
    form = read_form()
    signed_in = require_unrestricted()
    standing = _find(signed_in, form.get("user", signed_in.user.name))
    here = {"user": standing.name}
    try:
        opt_out(scope.verifier(), signed_in, agreed=form.get("agreed") == "yes", target=standing.user_id)
    except RefusalError as refusal:
        return go_on_after(refusal, _ERRAND, "opt_out.show", about=standing.name, query=here)
    return redirect_to("opt_out.confirmed", query=here)


@pages.get("/portal/settings/classic")
def classic() -> str:
    """Show the users of the account, a radio beside each."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template(
        "classic.html",
        signed_in=signed_in,
        standings=list_standings(scope.verifier(), signed_in),
        rightful=name_rightful(signed_in),
        carried=take_carried(),
    )


@pages.post("/portal/settings/classic")
def choose_user() -> Response:
    """Take the radio beside a user: an opt-out is cancelled, anybody else is led to the agreement."""
    form = read_form()
    signed_in = require_unrestricted()
    standing = _find(signed_in, form.get("user", ""))
    if standing.secure_login is SecureLogin.ENROLLED:
        return redirect_to("opt_out.show", query={"user": standing.name})
    return _come_back(signed_in, standing)


def _come_back(signed_in: SignedIn, standing: Standing) -> Response:
    try:
        cancel_opt_out(scope.verifier(), signed_in, target=standing.user_id)
    except RefusalError as refusal:
        return redirect_refused(refusal, "settings.show_secure_login")
    return redirect_to("opt_out.confirmed", query={"user": standing.name})


def _find_named(signed_in: SignedIn) -> Standing:
    return _find(signed_in, read_query().get("user", signed_in.user.name))


def _find(signed_in: SignedIn, name: str) -> Standing:
    """Return a user of the account, whose settings this one may see; others do not exist here: 404."""
    found = [one for one in list_standings(scope.verifier(), signed_in) if one.name == name]
    if not found:
        raise NotFound
    return found[0]
