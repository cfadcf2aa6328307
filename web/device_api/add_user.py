"""Add user, the wire's side: credentials in, a code by text message, the code in, A2 out."""

from typing import Final

from flask import Blueprint, Response

from authsim.protocol.add_user import (
    format_add_user_started,
    parse_add_user_finish,
    parse_add_user_resend,
    parse_add_user_start,
)
from authsim.verifier.add_user import begin_add_user, complete_add_user, resend_code

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, require_no_cookie

api: Final = Blueprint("device_add_user", __name__)
api.before_request(require_no_cookie)

#: The work goes on elsewhere: with whoever reads the text message.
_ACCEPTED: Final = 202


@api.post("/api/device/v1/adduser/start")
def start() -> Response:
    """Judge the credentials and text a code (B1)."""
    request = parse_add_user_start(read_body())
    started = begin_add_user(scope.verifier(), request, client=scope.client())
    return answer_json(format_add_user_started(started), _ACCEPTED)


@api.post("/api/device/v1/adduser/resend")
def resend() -> Response:
    """Text a new code; the wrong tries stay counted."""
    request = parse_add_user_resend(read_body())
    return answer_json(format_add_user_started(resend_code(scope.verifier(), request.flow_id)), _ACCEPTED)


@api.post("/api/device/v1/adduser/finish")
def finish() -> Response:
    """Judge the code (B2); its reply is the one of an activation."""
    request = parse_add_user_finish(read_body())
    return answer_json(complete_add_user(scope.verifier(), request, client=scope.client()))
