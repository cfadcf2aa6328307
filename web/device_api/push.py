"""The answer to a request, the wire's side: its signature alone authorises it, and no token is asked for."""

from typing import Final

from flask import Blueprint, Response

from authsim.model import RequestId
from authsim.protocol.push import DECIDED, DecisionReply, format_decision_reply, parse_decision_request
from authsim.verifier.push import decide

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, read_id, require_no_cookie

api: Final = Blueprint("device_push", __name__)
api.before_request(require_no_cookie)


@api.post("/api/device/v1/push/<request_id>")
def answer(request_id: str) -> Response:
    """Take the decision of the person at the phone."""
    given = parse_decision_request(read_body())
    decision = decide(scope.verifier(), RequestId(read_id(request_id)), given)
    return answer_json(format_decision_reply(DecisionReply(state=DECIDED[decision])))
