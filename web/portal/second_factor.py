"""The second factor: shows the challenge of this browser's login, and takes the response to it.

Showing, reloading and leaving cost nothing; the core counts only a response of the right form.
"""

from typing import Final

from flask import Blueprint, Response, render_template, session

from authsim.errors import Reason, RefusalError
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.login import find_pending

from .. import look, scope
from ..answers import redirect_refused, redirect_to, take_carried
from ..forms import read_form
from ..sessions import forget_login, login_token, sign_in

pages: Final = Blueprint("second_factor", __name__)

#: Set in Flask's cookie while a limited session signs in with its new phone: refusals lead back to that page.
STEP_UP: Final = "step_up"


@pages.get("/sso/SecondFactor")
def show() -> str | Response:
    """Show the challenge, the same at each reload."""
    token = login_token()
    if token is None:
        return redirect_to("home.dispatcher")
    try:
        pending = find_pending(scope.verifier(), token)
    except RefusalError as refusal:
        return forget_login(redirect_refused(refusal, _way_back()))
    user = scope.verifier().store.users.get(pending.login.user_id)
    look.prefer(look.LANGUAGES[0] if user is None else user.locale)
    return render_template(
        "second_factor.html",
        carried=take_carried(),
        pending=pending,
        remaining_ms=max(0, pending.challenge.expires_ms - scope.verifier().clock.now_ms()),
        way_back=_way_back(),
    )


@pages.post("/sso/SecondFactor")
def submit() -> Response:
    """Judge the response; a right one signs in, one that is no response at all may be typed again."""
    form = read_form()
    token = login_token()
    if token is None:
        return redirect_refused(RefusalError(Reason.LOGIN_EXPIRED), _way_back())
    try:
        proof = complete_challenge(
            scope.verifier(), token=token, response=form.get("gold-response", ""), client=scope.client()
        )
    except RefusalError as refusal:
        if refusal.attempts_remaining:
            return redirect_refused(refusal, "second_factor.show")
        return forget_login(redirect_refused(refusal, _way_back()))
    return sign_in(redirect_to("home.dispatcher", status=302), proof)


def _way_back() -> str:
    return "activation.show" if session.get(STEP_UP) else "login.show"
