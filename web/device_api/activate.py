"""Activation, the wire's side: A1 in, A2 out."""

from typing import Final

from flask import Blueprint, Response

from authsim.protocol.messages import parse_activate_request
from authsim.verifier.activation import redeem

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, require_no_cookie

api: Final = Blueprint("device_activate", __name__)
api.before_request(require_no_cookie)


@api.post("/api/device/v1/activate")
def activate() -> Response:
    """Redeem a code. Every refusal of a well-formed request looks the same from outside."""
    return answer_json(redeem(scope.verifier(), parse_activate_request(read_body())))
