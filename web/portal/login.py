"""The login page: a name, a password and the live/paper switch.

Ids, classes and names of its elements are a contract with programs that log in; `tests/web/test_contract.py` holds it.
"""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import Reason, RefusalError
from authsim.model import FirstFactorPassed, Mode
from authsim.secret import Secret
from authsim.verifier.activation import open_limited_session
from authsim.verifier.login import begin_login
from authsim.verifier.passwords import require_password, resume_first_factor

from .. import scope
from ..answers import redirect_refused, redirect_to, take_carried, take_notice
from ..forms import read_form
from ..sessions import login_token, remember_continuation, remember_login, sign_in
from . import uniform
from .ways import note_plain

pages: Final = Blueprint("login", __name__)


@pages.get("/sso/Login")
def show() -> str:
    """Show the form. The query is of no interest; what was refused a moment ago is said once."""
    return render_template("login.html", carried=take_carried(), notice=take_notice())


@pages.post("/sso/Login")
def submit() -> Response:
    """Judge the first factor and lead on: to the challenge, or to the activation of a first phone."""
    form = read_form()
    mode = Mode.PAPER if "paperSwitch" in form else Mode.LIVE
    note_plain()
    if scope.verifier().policy.uniform_login:
        return uniform.begin(form.get("username", ""), Secret(form.get("password", "")), mode)
    try:
        first = _require_first_factor(form.get("username", ""), Secret(form.get("password", "")))
    except RefusalError as refusal:
        return redirect_refused(refusal, "login.show")
    try:
        return remember_login(redirect_to("second_factor.show"), begin_login(scope.verifier(), first, mode=mode))
    except RefusalError as refusal:
        return _lead_elsewhere(refusal, first, mode)


def _require_first_factor(name: str, password: Secret) -> FirstFactorPassed:
    """Take the password; an empty one continues the attempt that only has to correct its switch."""
    token = login_token()
    if token is not None and not len(password):
        return resume_first_factor(scope.verifier(), token=token, name=name, client=scope.client())
    return require_password(scope.verifier(), name=name, password=password, client=scope.client())


def _lead_elsewhere(refusal: RefusalError, first: FirstFactorPassed, mode: Mode) -> Response:
    if refusal.reason is Reason.NO_ACTIVE_DEVICE:
        try:
            return sign_in(redirect_to("activation.show"), open_limited_session(scope.verifier(), first))
        except RefusalError as other:  # a phone became active in this very moment
            return redirect_refused(other, "login.show")
    if refusal.continuation is None:
        return redirect_refused(refusal, "login.show")
    response = redirect_refused(refusal, "login.show", name=first.user.name, paper=mode is Mode.PAPER)
    return remember_continuation(response, refusal.continuation)
