"""The second factor, as a ladder: a notification to the phone, a QR code for it, a challenge to type.

All three belong to one login and one page; `with` in the address chooses what is shown. Showing, reloading and leaving
cost nothing; the core counts only a response of the right form. What became of the phone's answer is told by
`second_factor_state`, and only this browser's own POST completes its login.
"""

from typing import Final

from flask import Blueprint, Response, render_template, session
from markupsafe import Markup

from authsim.errors import Reason, RefusalError
from authsim.model import Authenticated, PendingLogin
from authsim.verifier.approval import complete_approved, resend_request
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.login import find_pending
from authsim.verifier.push import login_uri

from .. import look, scope
from ..answers import redirect_refused, redirect_to, take_carried
from ..forms import read_form, read_query
from ..qr import draw_qr
from ..sessions import forget_login, login_token, sign_in
from .standing import Standing, name_standing

pages: Final = Blueprint("second_factor", __name__)

#: Set in Flask's cookie while a limited session signs in with its new phone: refusals lead back to that page.
STEP_UP: Final = "step_up"
NOTIFICATION: Final = "notification"
QR: Final = "qr"
CHALLENGE: Final = "challenge"
_VIEWS: Final = frozenset({NOTIFICATION, QR, CHALLENGE})
#: What leaves the login as it was: these refusals stay on the page.
_STAYING: Final = frozenset({Reason.PUSH_NOT_APPROVED, Reason.PUSH_CLOSED, Reason.PUSHES_SPENT, Reason.PUSHES_BLOCKED})


@pages.get("/sso/SecondFactor")
def show() -> str | Response:
    """Show one rung of the ladder, the same at each reload."""
    token = login_token()
    if token is None:
        return redirect_to("home.dispatcher")
    try:
        pending = find_pending(scope.verifier(), token)
    except RefusalError as refusal:
        return forget_login(redirect_refused(refusal, way_back()))
    user = scope.verifier().store.users.get(pending.login.user_id)
    look.prefer(look.LANGUAGES[0] if user is None else user.locale)
    return _draw(pending, is_seamless=user is not None and user.is_seamless)


@pages.post("/sso/SecondFactor")
def submit() -> Response:
    """Judge the response; a right one signs in, one that is no response at all may be typed again."""
    form = read_form()
    token = login_token()
    if token is None:
        return redirect_refused(RefusalError(Reason.LOGIN_EXPIRED), way_back())
    try:
        proof = complete_challenge(
            scope.verifier(), token=token, response=form.get("gold-response", ""), client=scope.client()
        )
    except RefusalError as refusal:
        if refusal.attempts_remaining:
            return redirect_refused(refusal, "second_factor.show", query={"with": CHALLENGE})
        return forget_login(redirect_refused(refusal, way_back()))
    return _enter(proof)


@pages.post("/sso/SecondFactor/resend")
def resend() -> Response:
    """Ask the phone once more, and show the rung from which that was asked."""
    form = read_form()
    view = {"with": QR if form.get("with") == QR else NOTIFICATION}
    token = login_token()
    if token is None:
        return redirect_refused(RefusalError(Reason.LOGIN_EXPIRED), way_back())
    try:
        resend_request(scope.verifier(), token=token, client=scope.client())
    except RefusalError as refusal:
        return _stay_or_leave(refusal, view["with"])
    return redirect_to("second_factor.show", query=view)


@pages.post("/sso/SecondFactor/continue")
def go_on() -> Response:
    """Collect the approval that the phone gave to the login of this browser."""
    read_form()
    token = login_token()
    if token is None:
        return redirect_refused(RefusalError(Reason.LOGIN_EXPIRED), way_back())
    try:
        proof = complete_approved(scope.verifier(), token=token, client=scope.client())
    except RefusalError as refusal:
        return _stay_or_leave(refusal, NOTIFICATION)
    return _enter(proof)


def way_back() -> str:
    """Return the page to which a login that ended leads."""
    return "activation.show" if session.get(STEP_UP) else "login.show"


def _enter(proof: Authenticated) -> Response:
    return sign_in(redirect_to("home.dispatcher", status=302), proof)


def _stay_or_leave(refusal: RefusalError, view: str) -> Response:
    if refusal.reason in _STAYING:
        return redirect_refused(refusal, "second_factor.show", query={"with": view})
    return forget_login(redirect_refused(refusal, way_back()))


def _draw(pending: PendingLogin, *, is_seamless: bool) -> str:
    now_ms = scope.verifier().clock.now_ms()
    push = pending.push
    standing = name_standing(pending, now_ms=now_ms)
    is_notified = push is not None and push.is_notified
    view = _choose_view(is_notified=is_notified)
    device = None if push is None else scope.verifier().store.devices.get(push.device_id)
    return render_template(
        "second_factor.html",
        carried=take_carried(),
        pending=pending,
        view=view,
        standing=standing.value,
        is_notified=is_notified,
        is_seamless=is_seamless,
        goes_on=view != CHALLENGE and standing is Standing.WAITING,
        phone="" if device is None else device.label,
        number="" if push is None else push.number,
        picture=_draw_login(pending) if view == QR and standing is Standing.WAITING else None,
        push_remaining_ms=0 if push is None else max(0, push.expires_ms - now_ms),
        push_whole_ms=1 if push is None else push.expires_ms - push.issued_ms,
        push_expires_ms=0 if push is None else push.expires_ms,
        challenge_remaining_ms=0 if pending.challenge is None else max(0, pending.challenge.expires_ms - now_ms),
        way_back=way_back(),
    )


def _choose_view(*, is_notified: bool) -> str:
    """Return what the address asks for; without a wish, the highest rung that there is."""
    wish = read_query().get("with", "")
    if wish in _VIEWS:
        return wish
    return NOTIFICATION if is_notified else CHALLENGE


def _draw_login(pending: PendingLogin) -> Markup | None:
    return None if pending.push is None else draw_qr(login_uri(scope.verifier(), pending.push))
