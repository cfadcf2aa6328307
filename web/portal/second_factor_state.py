"""How a login stands, for the second-factor page's own script: as a stream, or asked again and again.

It says one word (`portal.standing`) and completes nothing: that takes the page's own form.
"""

import json
from typing import Final

from flask import Blueprint, Response

from authsim import ports
from authsim.errors import RefusalError
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.login import find_pending
from authsim.verifier.tokens import hash_token
from authsim.verifier.topics import login_topic

from .. import scope
from ..answers import answer_json
from ..sessions import login_token
from ..streams import Message, News
from .errands_only import refuse_plain_login
from .standing import Standing, name_standing

pages: Final = Blueprint("second_factor_state", __name__)
pages.before_request(refuse_plain_login)

_OVER: Final = frozenset({Standing.APPROVED, Standing.OVER})


@pages.get("/sso/SecondFactor/state")
def state() -> Response:
    """Say in a word how the login of this browser stands."""
    return answer_json(_format(_look(scope.verifier(), login_token())))


@pages.get("/sso/SecondFactor/events")
def events() -> Response:
    """Say it at once, and whenever it changes, until nothing can follow."""
    verifier, token = scope.verifier(), login_token()
    said: Standing | None = None

    def look() -> News:
        nonlocal said
        standing = _look(verifier, token)
        messages = () if standing is said else (Message(event="state", data=_format(standing)),)
        said = standing
        return News(messages=messages, is_over=standing in _OVER)

    return scope.streams().answer(_owner(token), lambda: _subscribe(verifier, token), look)


def _look(verifier: Verifier, token: Secret | None) -> Standing:
    if token is None:
        return Standing.OVER
    try:
        return name_standing(find_pending(verifier, token), now_ms=verifier.clock.now_ms())
    except RefusalError:
        return Standing.OVER


def _subscribe(verifier: Verifier, token: Secret | None) -> ports.Subscription:
    login = None if token is None else verifier.store.logins.find(hash_token(token))
    return verifier.bus.subscribe("login:" if login is None else login_topic(login.login_id))


def _owner(token: Secret | None) -> str:
    return "nobody" if token is None else f"login:{hash_token(token).hex()}"


def _format(standing: Standing) -> str:
    return json.dumps({"state": standing.value}, separators=(",", ":"))
