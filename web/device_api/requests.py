"""What a phone is asked to approve: the open requests, and one by its id, as a scanned QR code names it."""

from typing import Final

from flask import Blueprint, Response

from authsim.model import RequestId
from authsim.protocol.push import RequestsReply, format_request, format_requests_reply
from authsim.verifier.push import get_request, list_requests, request_info

from .. import scope
from ..answers import answer_json
from ..envelope import read_id, require_no_cookie
from .bearer import require_device

api: Final = Blueprint("device_requests", __name__)
api.before_request(require_no_cookie)


@api.get("/api/device/v1/requests")
def list_() -> Response:
    """Return what waits for an answer, oldest first, and whether notifications are on for this user."""
    verifier, signed_in = scope.verifier(), require_device()
    waiting = tuple(request_info(verifier, push) for push in list_requests(verifier, signed_in))
    reply = RequestsReply(requests=waiting, seamless=signed_in.user.is_seamless)
    return answer_json(format_requests_reply(reply))


@api.get("/api/device/v1/requests/<request_id>")
def show(request_id: str) -> Response:
    """Return one request of this phone, announced or not; any other does not exist."""
    verifier = scope.verifier()
    push = get_request(verifier, require_device(), RequestId(read_id(request_id)))
    return answer_json(format_request(request_info(verifier, push)))
