"""How a login ends for its browser: with the session that a proof opened, or back where it came from."""

from flask import Response

from authsim.errors import RefusalError
from authsim.model import Authenticated

from ..answers import redirect_refused, redirect_to
from ..sessions import forget_login, sign_in
from .ways import way_back, way_on


def enter(proof: Authenticated) -> Response:
    """Sign in, and lead to the home page, or to the task that the proof was for."""
    way = way_on()
    return sign_in(redirect_to(way.endpoint, status=302, parts=way.parts, query=way.query), proof)


def leave(refusal: RefusalError, *, typed: str = "") -> Response:
    """Forget the login that ended, and lead back with the reason. `typed`: the kind of what was typed wrongly."""
    way = way_back()
    return forget_login(redirect_refused(refusal, way.endpoint, query=way.query, typed=typed))
