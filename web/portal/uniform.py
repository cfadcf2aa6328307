"""The second page where every login looks the same: a challenge, a number, a QR code, a passcode, for everybody.

What was wrong is never said here, nor which phone is asked: every refusal leaves as `LOGIN_FAILED`, and only what says
nothing about anybody (too many attempts, too soon, no code at all) is told by its own name. The record knows more.
"""

import json
from typing import Final

from flask import Blueprint, Response, render_template

from authsim import ports
from authsim.errors import Reason, RefusalError
from authsim.model import Authenticated, Mode, UniformLogin
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.tokens import hash_token
from authsim.verifier.topics import login_topic
from authsim.verifier.uniform_answers import (
    answer_uniform_login,
    answer_with_passcode,
    collect_uniform_login,
    resend_uniform_login,
)
from authsim.verifier.uniform_login import begin_uniform_login, show_uniform_login

from .. import scope
from ..answers import answer_json, leave_notice, redirect_refused, redirect_to, take_carried
from ..forms import read_form
from ..qr import draw_qr
from ..sessions import forget_login, login_token, remember_continuation
from ..streams import Message, News
from .entering import enter

pages: Final = Blueprint("uniform", __name__)


@pages.before_request
def require_uniform() -> Response | None:
    """Lead to the ordinary second page where logins are not uniform; None lets a request through."""
    return None if scope.verifier().policy.uniform_login else redirect_to("second_factor.show")


#: What leaves the login as it was, and tells nothing: these refusals stay on the page under their own name.
_STAYING: Final = frozenset({Reason.MALFORMED_RESPONSE, Reason.PUSH_NOT_APPROVED, Reason.RESENT_TOO_SOON})
_WAITING: Final = "waiting"
_APPROVED: Final = "approved"
_OVER: Final = "over"


def begin(name: str, password: Secret, mode: Mode) -> Response:
    """Judge the first factor, and lead to the second page whatever came out."""
    try:
        shown = begin_uniform_login(scope.verifier(), name=name, password=password, mode=mode, client=scope.client())
    except RefusalError as refusal:
        return redirect_refused(refusal, "login.show")
    return remember_continuation(redirect_to("uniform.show"), shown.token)


@pages.get("/sso/TwoStep")
def show() -> str | Response:
    """Show the page, the same at each reload."""
    token = login_token()
    if token is None:
        return redirect_to("home.dispatcher")
    try:
        shown = show_uniform_login(scope.verifier(), token=token)
    except RefusalError:
        return _fail()
    return _draw(shown)


@pages.post("/sso/TwoStep")
def submit() -> Response:
    """Judge what was typed: the response of a phone, or the code that confirms a new one."""
    form = read_form()
    token = login_token()
    if token is None:
        return _fail()
    try:
        proof = answer_uniform_login(
            scope.verifier(), token=token, response=form.get("gold-response", ""), client=scope.client()
        )
    except RefusalError as refusal:
        return _stay_or_fail(refusal)
    if isinstance(proof, Authenticated):
        return enter(proof)
    leave_notice("phone_confirmed")
    return forget_login(redirect_to("login.show"))


@pages.post("/sso/TwoStep/passcode")
def submit_passcode() -> Response:
    """Judge a temporary passcode; a wrong one leaves the page."""
    form = read_form()
    token = login_token()
    if token is None:
        return _fail()
    try:
        proof = answer_with_passcode(
            scope.verifier(), token=token, passcode=form.get("temp-response", ""), client=scope.client()
        )
    except RefusalError as refusal:
        return _stay_or_fail(refusal)
    return enter(proof)


@pages.post("/sso/TwoStep/resend")
def resend() -> Response:
    """Send the request again, and show the number of the new one."""
    read_form()
    token = login_token()
    if token is None:
        return _fail()
    try:
        resend_uniform_login(scope.verifier(), token=token, client=scope.client())
    except RefusalError as refusal:
        return _stay_or_fail(refusal)
    return redirect_to("uniform.show")


@pages.post("/sso/TwoStep/continue")
def go_on() -> Response:
    """Collect the approval that the phone gave to the login of this browser."""
    read_form()
    token = login_token()
    if token is None:
        return _fail()
    try:
        proof = collect_uniform_login(scope.verifier(), token=token, client=scope.client())
    except RefusalError as refusal:
        return _stay_or_fail(refusal)
    return enter(proof)


@pages.get("/sso/TwoStep/state")
def state() -> Response:
    """Say in a word how the login of this browser stands."""
    return answer_json(_format(_look(scope.verifier(), login_token())))


@pages.get("/sso/TwoStep/events")
def events() -> Response:
    """Say it at once, and whenever it changes, until nothing can follow."""
    verifier, token = scope.verifier(), login_token()
    said = ""

    def look() -> News:
        nonlocal said
        word = _look(verifier, token)
        messages = () if word == said else (Message(event="state", data=_format(word)),)
        said = word
        return News(messages=messages, is_over=word != _WAITING)

    owner = "nobody" if token is None else f"login:{hash_token(token).hex()}"
    return scope.streams().answer(owner, lambda: _subscribe(verifier, token), look)


def _draw(shown: UniformLogin) -> str:
    return render_template(
        "uniform.html",
        carried=take_carried(),
        shown=shown,
        standing=_APPROVED if shown.is_approved else _WAITING,
        picture=draw_qr(shown.uri),
        remaining_ms=max(0, shown.expires_ms - scope.verifier().clock.now_ms()),
    )


def _stay_or_fail(refusal: RefusalError) -> Response:
    """Stay on the page while it takes another answer; the word is the same for everybody."""
    if refusal.reason in _STAYING:
        return redirect_refused(refusal, "uniform.show")
    failed = RefusalError(Reason.LOGIN_FAILED)
    if refusal.attempts_remaining:
        return redirect_refused(failed, "uniform.show")
    return _fail()


def _fail() -> Response:
    return forget_login(redirect_refused(RefusalError(Reason.LOGIN_FAILED), "login.show"))


def _look(verifier: Verifier, token: Secret | None) -> str:
    if token is None:
        return _OVER
    try:
        return _APPROVED if show_uniform_login(verifier, token=token).is_approved else _WAITING
    except RefusalError:
        return _OVER


def _subscribe(verifier: Verifier, token: Secret | None) -> ports.Subscription:
    login = None if token is None else verifier.store.logins.find(hash_token(token))
    return verifier.bus.subscribe("login:" if login is None else login_topic(login.login_id))


def _format(word: str) -> str:
    return json.dumps({"state": word}, separators=(",", ":"))
