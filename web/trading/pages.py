"""The trading device as a page the size of a phone: credentials, the two choices, and the response to a challenge.

It is another device than the one that answers, so it has cookies of its own beside those of the portal's pages in the
same browser. It holds no keys: *Migrate IB Key* explains, and the new phone does it. A user who has opted out of the
secure login system gets in with the credentials, and is shown what is restricted.
"""

import re
from typing import Final

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from authsim.errors import Reason, RefusalError
from authsim.model import Challenge, Reach, UniformLogin
from authsim.protocol.keys import fingerprint
from authsim.secret import Secret
from authsim.verifier.login import find_pending
from authsim.verifier.passwords import require_password
from authsim.verifier.sessions import SignedIn, end_session
from authsim.verifier.trading_entry import AskedTrading, EnteredTrading, enter_trading, require_trading
from authsim.verifier.uniform_login import begin_uniform_trading, show_uniform_login

from .. import look, scope
from ..answers import redirect_refused, redirect_to, take_carried
from ..forms import read_form, read_query
from ..sessions import drop_token, keep_token, read_token
from .answering import answer

pages: Final = Blueprint("trading", __name__)

PLATFORMS: Final = ("ios", "android")
#: What a pending login may show; the first is shown without a wish.
_SCREENS: Final = ("choice", "challenge", "migrate", "migrate-how")
#: What may be shown to whoever has not logged in: it explains only.
_OPEN_SCREENS: Final = frozenset({"migrate", "migrate-how"})
_PENDING: Final = "m"
_SESSION: Final = "t"
_ANDROID: Final = re.compile(r"\bAndroid\b", re.ASCII)


@pages.get("/mobile")
def start() -> Response:
    """Lead to the screen of the phone that asks; other machines see the first platform."""
    is_android = _ANDROID.search(request.headers.get("User-Agent", "")) is not None
    return redirect_to("trading.show", status=302, parts={"platform": PLATFORMS[is_android]})


@pages.get("/mobile/<platform>")
def show(platform: str) -> str | Response:
    """Show the screen on which this trading device stands."""
    _require_platform(platform)
    signed_in = _signed_in_or_none()
    if signed_in is not None:
        look.prefer(signed_in.user.locale)
        is_opted_out = signed_in.session.reach is Reach.TRADING
        return _draw(platform, "home", name=signed_in.user.name, is_opted_out=is_opted_out)
    wish = read_query().get("screen", "")
    token = read_token(_PENDING)
    if token is None:
        return _draw(platform, wish if wish in _OPEN_SCREENS else "login")
    if scope.verifier().policy.uniform_login:
        return _show_uniformly(platform, wish, token)
    try:
        pending = find_pending(scope.verifier(), token)
    except RefusalError as refusal:
        return drop_token(redirect_refused(refusal, "trading.show", parts={"platform": platform}), _PENDING)
    user = scope.verifier().store.users.get(pending.login.user_id)
    if user is not None:
        look.prefer(user.locale)
    name = "" if user is None else user.name
    return _draw(platform, wish if wish in _SCREENS else _SCREENS[0], name=name, challenge=pending.challenge)


@pages.post("/mobile/<platform>/log-in")
def log_in(platform: str) -> Response:
    """Judge the credentials and lead to the two choices. No notification is sent: this is another device.

    Who has opted out of the secure login system is in.
    """
    _require_platform(platform)
    form = read_form()
    verifier = scope.verifier()
    here = {"platform": platform}
    name, password = form.get("username", ""), Secret(form.get("password", ""))
    entered: EnteredTrading | AskedTrading | UniformLogin
    try:
        if verifier.policy.uniform_login:
            entered = begin_uniform_trading(verifier, name=name, password=password, client=scope.client())
        else:
            first = require_password(verifier, name=name, password=password, client=scope.client())
            entered = enter_trading(verifier, first)
    except RefusalError as refusal:
        return redirect_refused(refusal, "trading.show", parts=here)
    kind = _SESSION if isinstance(entered, EnteredTrading) else _PENDING
    return keep_token(redirect_to("trading.show", parts=here), kind, entered.token)


@pages.post("/mobile/<platform>/response")
def respond(platform: str) -> Response:
    """Judge the response; a right one opens the trading app."""
    _require_platform(platform)
    form = read_form()
    here = {"platform": platform}
    token = read_token(_PENDING)
    if token is None:
        return redirect_to("trading.show", parts=here)
    try:
        proof = answer(token, form.get("response", ""))
    except RefusalError as refusal:
        if refusal.attempts_remaining:
            return redirect_refused(refusal, "trading.show", parts=here, query={"screen": "challenge"})
        return drop_token(redirect_refused(refusal, "trading.show", parts=here), _PENDING)
    response = drop_token(redirect_to("trading.show", parts=here), _PENDING)
    return keep_token(response, _SESSION, proof.token)


@pages.post("/mobile/<platform>/log-out")
def log_out(platform: str) -> Response:
    """Leave the trading app, or the login that was begun."""
    _require_platform(platform)
    read_form()
    signed_in = _signed_in_or_none()
    if signed_in is not None:
        end_session(scope.verifier(), signed_in.session)
    response = redirect_to("trading.show", parts={"platform": platform})
    return drop_token(drop_token(response, _PENDING), _SESSION)


def _show_uniformly(platform: str, wish: str, token: Secret) -> str | Response:
    """Show the two choices or the challenge of a login, or of what looks like one; nobody is named."""
    try:
        shown = show_uniform_login(scope.verifier(), token=token)
    except RefusalError:
        failed = RefusalError(Reason.LOGIN_FAILED)
        return drop_token(redirect_refused(failed, "trading.show", parts={"platform": platform}), _PENDING)
    return _draw(platform, wish if wish in _SCREENS else _SCREENS[0], challenge=shown)


def _require_platform(platform: str) -> None:
    if platform not in PLATFORMS:
        raise NotFound


def _signed_in_or_none() -> SignedIn | None:
    token = read_token(_SESSION)
    if token is None:
        return None
    try:
        return require_trading(scope.verifier(), token)
    except RefusalError:
        return None


def _draw(
    platform: str,
    screen: str,
    *,
    name: str = "",
    challenge: Challenge | UniformLogin | None = None,
    is_opted_out: bool = False,
) -> str:
    verifier = scope.verifier()
    now_ms = verifier.clock.now_ms()
    return render_template(
        "trading.html",
        platform=platform,
        screen=screen,
        name=name,
        is_opted_out=is_opted_out,
        challenge=challenge,
        remaining_ms=0 if challenge is None else max(0, challenge.expires_ms - now_ms),
        origin=verifier.instance.origin,
        fingerprint=fingerprint(verifier.vault.signing_public_key()),
        carried=take_carried(),
    )
