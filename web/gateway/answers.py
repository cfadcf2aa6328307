"""How answers of the gateway are spelled: to the byte as login programs compare them, errors too.

JSON stands without spaces and without a newline. Reasons are written as gateways write them (`401 Unauthorized`), for a
program may know them by their letters. Nothing that was asked is repeated.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeAlias

from flask import Blueprint, Flask, Response, request

from authsim.errors import Reason, RefusalError

from ..answers import answer_json
from ..bare_answers import GATEWAY_PREFIX, format_gateway_error
from ..refusals import Explanation

#: Programs ask below either, and get the same.
PREFIXES: Final = ("/v1/api", "/v1/portal")
NO_SESSION: Final = "no session"

View: TypeAlias = Callable[[], Response]


def register(app: Flask) -> None:
    """Spell the reason of every answer of the gateway."""
    app.after_request(_phrase)


def serve(api: Blueprint, path: str) -> Callable[[View], View]:
    """Return what lets a view answer at `path`, below both prefixes, to GET and to POST."""

    def add(view: View) -> View:
        for prefix in PREFIXES:
            api.add_url_rule(f"{prefix}/{path}", view_func=view, methods=["GET", "POST"])
        return view

    return add


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
