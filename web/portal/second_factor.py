"""The second factor: a choice between devices, a ladder for the phone, or the question that another device was asked.

A phone has three rungs: a notification, a QR code, a challenge to type. All of it belongs to one login and one page;
`with` in the address chooses what is shown. Showing, reloading and leaving cost nothing; the core counts only an answer
of the right form. What became of the phone's answer is told by `second_factor_state`, choosing and typing for other
devices are `second_factor_choice`, and only this browser's own POST completes its login.
"""

from typing import Final

from flask import Blueprint, Response, render_template
from markupsafe import Markup

from authsim.errors import Reason, RefusalError
from authsim.model import FactorKind, PendingLogin, User
from authsim.verifier.approval import complete_approved, resend_request
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.login import find_pending
from authsim.verifier.push import login_uri

from .. import look, scope
from ..answers import redirect_refused, redirect_to, take_carried
from ..forms import read_form, read_query
from ..qr import draw_qr
from ..sessions import login_token
from ..wording import format_wait
from .entering import enter, leave
from .errands_only import refuse_plain_login
from .offered import list_choices
from .standing import Standing, name_standing
from .ways import errand, way_back

pages: Final = Blueprint("second_factor", __name__)
pages.before_request(refuse_plain_login)

CHOICE: Final = "choice"
NOTIFICATION: Final = "notification"
QR: Final = "qr"
CHALLENGE: Final = "challenge"
_RUNGS: Final = frozenset({NOTIFICATION, QR, CHALLENGE})
#: What leaves the login as it was: these refusals stay on the page.
_STAYING: Final = frozenset(
    {
        *(Reason.PUSH_NOT_APPROVED, Reason.PUSH_CLOSED, Reason.PUSHES_SPENT, Reason.PUSHES_BLOCKED),
        Reason.RESENT_TOO_SOON,
    }
)


@pages.get("/sso/SecondFactor")
def show() -> str | Response:
    """Show the choice, one rung of the ladder, or the question that was asked; the same at each reload."""
    token = login_token()
    if token is None:
        return redirect_to("home.dispatcher")
    try:
        pending = find_pending(scope.verifier(), token)
    except RefusalError as refusal:
        return leave(refusal)
    user = scope.verifier().store.users.get(pending.login.user_id)
    look.prefer(look.LANGUAGES[0] if user is None else user.locale)
    return _draw(pending, user)


@pages.post("/sso/SecondFactor")
def submit() -> Response:
    """Judge the response of the phone; a right one signs in, one that is no response at all may be typed again."""
    form = read_form()
    token = login_token()
    if token is None:
        return leave(RefusalError(Reason.LOGIN_EXPIRED))
    try:
        proof = complete_challenge(
            scope.verifier(), token=token, response=form.get("gold-response", ""), client=scope.client()
        )
    except RefusalError as refusal:
        if refusal.attempts_remaining:
            return redirect_refused(refusal, "second_factor.show", query={"with": CHALLENGE})
        return leave(refusal)
    return enter(proof)


@pages.post("/sso/SecondFactor/resend")
def resend() -> Response:
    """Ask the phone once more, and show the rung from which that was asked."""
    form = read_form()
    view = {"with": QR if form.get("with") == QR else NOTIFICATION}
    token = login_token()
    if token is None:
        return leave(RefusalError(Reason.LOGIN_EXPIRED))
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
        return leave(RefusalError(Reason.LOGIN_EXPIRED))
    try:
        proof = complete_approved(scope.verifier(), token=token, client=scope.client())
    except RefusalError as refusal:
        return _stay_or_leave(refusal, NOTIFICATION)
    return enter(proof)


def _stay_or_leave(refusal: RefusalError, view: str) -> Response:
    if refusal.reason in _STAYING:
        return redirect_refused(refusal, "second_factor.show", query={"with": view})
    return leave(refusal)


def _draw(pending: PendingLogin, user: User | None) -> str:
    now_ms = scope.verifier().clock.now_ms()
    push, prompt = pending.push, pending.prompt
    standing = name_standing(pending, now_ms=now_ms)
    is_notified = push is not None and push.is_notified
    view = _choose_view(pending, is_notified=is_notified)
    device = None if push is None else scope.verifier().store.devices.get(push.device_id)
    task = errand()
    return render_template(
        "second_factor.html",
        carried=take_carried(),
        pending=pending,
        view=view,
        choices=list_choices(pending),
        errand=None if task is None else task.what,
        purpose=pending.login.purpose,
        standing=standing.value,
        is_notified=is_notified,
        is_seamless=user is not None and user.is_seamless,
        goes_on=view in (NOTIFICATION, QR) and standing is Standing.WAITING,
        phone="" if device is None else device.label,
        number="" if push is None else push.number,
        picture=_draw_login(pending) if view == QR and standing is Standing.WAITING else None,
        push_remaining_ms=0 if push is None else max(0, push.expires_ms - now_ms),
        push_whole_ms=1 if push is None else push.expires_ms - push.issued_ms,
        push_expires_ms=0 if push is None else push.expires_ms,
        challenge_remaining_ms=0 if pending.challenge is None else max(0, pending.challenge.expires_ms - now_ms),
        prompt=None if view == CHOICE else prompt,
        prompt_remaining_ms=0 if prompt is None else max(0, prompt.expires_ms - now_ms),
        number_shown=_hide_number(user),
        resend_wait=format_wait(scope.verifier().policy.sms_resend_seconds * 1000),
        way_back=way_back().address,
    )


def _choose_view(pending: PendingLogin, *, is_notified: bool) -> str:
    """Return what the address asks for, if it can be shown; without a wish, what was asked, or the highest rung."""
    wish = read_query().get("with", "")
    if wish == CHOICE and len(pending.offered) > 1:
        return CHOICE
    if pending.prompt is not None:
        is_card = pending.prompt.kind is FactorKind.ONLINE_CARD
        return (FactorKind.CODE_CARD if is_card else pending.prompt.kind).value
    if pending.challenge is None and pending.push is None:
        return CHOICE
    if wish in _RUNGS:
        return wish
    return NOTIFICATION if is_notified else CHALLENGE


def _hide_number(user: User | None) -> str:
    """Return a number's last two digits behind dots: who only has the password learns no more."""
    return "" if user is None or user.phone is None else f"••• {user.phone[-2:]}"


def _draw_login(pending: PendingLogin) -> Markup | None:
    return None if pending.push is None else draw_qr(login_uri(scope.verifier(), pending.push))
