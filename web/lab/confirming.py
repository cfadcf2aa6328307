"""A page that has to be confirmed: a login that succeeded goes on only when its person has said that all is right.

Until then every page behind the login leads back to it, and programs that ask a gateway for that login find none. Which
browsers owe that is kept by the lab, as the hashes of their sessions' tokens; the portal knows nothing of it, and
whoever was asked answers also after the fault is over.
"""

import json
from typing import Final

from flask import Blueprint, Flask, Response, render_template, request, url_for
from werkzeug.http import parse_cookie

from authsim.errors import Reason, RefusalError
from authsim.lab.catalogue import Step
from authsim.secret import Secret
from authsim.verifier.tokens import hash_token

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_notice
from ..bare_answers import GATEWAY_PREFIX
from ..forms import read_form
from ..sessions import cookie_name, read_token
from .between import ENTRIES, ONWARDS
from .door import lab
from .watching import watched_step, watched_user

pages: Final = Blueprint("confirming", __name__)

_DOCUMENT: Final = "confirming"
_SESSION: Final = "s"
#: Sessions end without telling the lab: of more than so many the oldest are forgotten.
_MOST: Final = 256
_FORGOTTEN: Final = "not_confirmed"
#: What somebody who has not confirmed reaches all the same.
_OPEN: Final = frozenset({"confirming.show", "confirming.submit", "between.show", "sign_out.sign_out"})


def register(app: Flask) -> None:
    """Let logins of `app` lead to the page where the fault strikes. To be registered behind `watching`.

    And before `between`: whoever meets both pages is led to that one first.
    """
    app.register_blueprint(pages)
    app.before_request(_lead_back)
    app.after_request(_lead_astray)


@pages.get("/sso/Confirm")
def show() -> str | Response:
    """Show what has to be confirmed, to the browser that owes it; lead any other on."""
    name = watched_user()
    user = None if name is None else scope.portal().store.users.find(name)
    if user is None or not _owes():
        return redirect_to(ONWARDS, status=302)
    look.prefer(user.locale)
    return render_template("between_confirm.html", user=user, is_forgotten=take_notice() == _FORGOTTEN)


@pages.post("/sso/Confirm")
def submit() -> Response:
    """Let the login go on, if the box was ticked; else show the page again."""
    if _owes() and "confirmed" not in read_form():
        leave_notice(_FORGOTTEN)
        return redirect_to("confirming.show")
    digest = _digest(read_token(_SESSION))
    lab().shelf.change(_DOCUMENT, lambda text: json.dumps([kept for kept in _parse(text) if kept != digest]))
    return redirect_to(ONWARDS)


def _lead_back() -> Response | None:
    """Lead a browser that has not confirmed to the page; None lets the request through.

    Refuses a program at the gateway with `SESSION_EXPIRED`, as before the login.
    """
    if request.path.startswith(GATEWAY_PREFIX) and _gateway_owes():
        raise RefusalError(Reason.SESSION_EXPIRED)
    if watched_step() is Step.SESSION and request.endpoint not in _OPEN and _owes():
        return redirect_to("confirming.show", status=302)
    return None


def _lead_astray(response: Response) -> Response:
    """Note a login that just succeeded, and lead it to the page; one that serves a task goes where that goes on."""
    ways = (url_for(ONWARDS), url_for("between.show"))
    if request.endpoint not in ENTRIES or response.headers.get("Location") not in ways:
        return response
    digest = _digest(_token_given(response))
    if digest and lab().board.strikes("page_confirm", user=watched_user(), step=Step.SESSION) is not None:
        lab().shelf.change(_DOCUMENT, lambda text: json.dumps([*_parse(text), digest][-_MOST:]))
        if response.headers["Location"] == ways[0]:
            response.headers["Location"] = url_for("confirming.show")
    return response


def _token_given(response: Response) -> Secret | None:
    """Return the token of the session that an answer gives its browser, or None."""
    name = cookie_name(_SESSION, scope.verifier().instance, tls=scope.settings().tls)
    given = [parse_cookie(line.partition(";")[0]).get(name) for line in response.headers.getlist("Set-Cookie")]
    return next((Secret(token) for token in given if token), None)


def _owes() -> bool:
    digest = _digest(read_token(_SESSION))
    return bool(digest) and digest in _parse(lab().shelf.read(_DOCUMENT))


def _gateway_owes() -> bool:
    """Say whether the login that the gateway answers for has not been confirmed."""
    owing = _parse(lab().shelf.read(_DOCUMENT))
    store = scope.portal().store
    gateway = store.gateways.get() if owing else None
    session = None if gateway is None else store.sessions.get(gateway.session_id)
    return session is not None and session.token_hash.hex() in owing


def _digest(token: Secret | None) -> str:
    return "" if token is None else hash_token(token).hex()


def _parse(text: str | None) -> list[str]:
    return [] if text is None else list(json.loads(text))
