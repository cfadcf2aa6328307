"""The answer to a request, the wire's side: its signature alone authorises it, and no token is asked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response

from authsim.model import Decision
from authsim.protocol.push import DecisionReply, format_decision_reply, parse_decision_request
from authsim.verifier.push import decide

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, require_no_cookie

api: Final = Blueprint("device_push", __name__)
api.before_request(require_no_cookie)

_NAMES: Final[Mapping[Decision, str]] = MappingProxyType(
    {Decision.APPROVE: "approved", Decision.DENY: "denied", Decision.REPORT: "reported"}
)


@api.post("/api/device/v1/push/<request_id>")
def answer(request_id: str) -> Response:
    """Take the decision of the person at the phone."""
    given = parse_decision_request(read_body())
    decision = decide(scope.verifier(), None, request_id, given)
    return answer_json(format_decision_reply(DecisionReply(state=_NAMES[decision])))
