"""The device session, the wire's side: a nonce, and a token for whoever signs it."""

from typing import Final

from flask import Blueprint, Response

from authsim.protocol.device_session import (
    NonceReply,
    format_nonce_reply,
    parse_nonce_request,
    parse_session_request,
)
from authsim.verifier.device_sessions import draw_nonce, open_device_session

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, require_no_cookie

api: Final = Blueprint("device_session", __name__)
api.before_request(require_no_cookie)


@api.post("/api/device/v1/nonce")
def draw() -> Response:
    """Return a nonce to sign, to whoever asks: it says nothing about which phones there are, and nothing is kept."""
    request = parse_nonce_request(read_body())
    return answer_json(format_nonce_reply(NonceReply(sn=draw_nonce(scope.verifier(), request.device_id))))


@api.post("/api/device/v1/session")
def begin() -> Response:
    """Open a session; a phone that is not active any more is told so, signed."""
    return answer_json(open_device_session(scope.verifier(), parse_session_request(read_body())))
