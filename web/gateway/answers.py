"""How answers of the gateway are spelled: to the byte as login programs compare them, errors too.

JSON stands without spaces and without a newline. Reasons are written as gateways write them (`401 Unauthorized`), for a
program may know them by their letters. Nothing that was asked is repeated.
"""

import functools
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeAlias

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import Forbidden, MethodNotAllowed

from authsim.errors import Reason, RefusalError

from ..answers import answer_json
from ..bare_answers import GATEWAY_PREFIX, format_gateway_error
from ..refusals import Explanation

#: Programs ask below either, and get the same.
PREFIXES: Final = ("/v1/api", "/v1/portal")
METHODS: Final = ("GET", "POST")
NO_SESSION: Final = "no session"

View: TypeAlias = Callable[[], Response]


def register(app: Flask) -> None:
    """Spell the reason of every answer of the gateway."""
    app.after_request(_phrase)


def serve(api: Blueprint, path: str, *, is_deed: bool = False) -> Callable[[View], View]:
    """Return what lets a view answer at `path`, below both prefixes, to GET and to POST.

    A deed changes something, by GET as well: who only looks, or follows a link there, is refused.
    """

    def add(view: View) -> View:
        asked = _guard(view) if is_deed else view
        for prefix in PREFIXES:
            api.add_url_rule(f"{prefix}/{path}", view_func=asked, methods=METHODS, strict_slashes=False)
        return view

    return add


def _guard(view: View) -> View:
    """Return the view for programs alone: none of them sends HEAD, nor what browsers send along with an address."""

    @functools.wraps(view)
    def ask() -> Response:
        if request.method not in METHODS:
            raise MethodNotAllowed(METHODS)
        if request.headers.get("Sec-Fetch-Mode") == "navigate" or request.headers.get("Sec-Fetch-Dest") == "document":
            raise Forbidden
        return view()

    return ask


def answer(said: object, status: int = 200) -> Response:
    """Return `said` as JSON."""
    return answer_json(json.dumps(said, separators=(",", ":")), status)


def compose_error(error: Exception, explanation: Explanation) -> Response:
    """Say an error in few words of English, which are not those of the pages."""
    if isinstance(error, RefusalError) and error.reason is Reason.SESSION_EXPIRED:
        return refuse(NO_SESSION, explanation.status)
    return refuse(explanation.code, explanation.status)


def refuse(what: str, status: int) -> Response:
    """Return an error: a few words."""
    return answer_json(format_gateway_error(what), status)


def _phrase(response: Response) -> Response:
    if request.path.startswith(GATEWAY_PREFIX):
        response.status = f"{response.status_code} {HTTPStatus(response.status_code).phrase}"
    return response
