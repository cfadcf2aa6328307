"""What a phone can answer by a typed response, for one that nobody types a challenge into."""

from typing import Final

from flask import Blueprint, Response

from authsim.protocol.challenges import ChallengesReply, format_challenges_reply
from authsim.verifier.pending_challenge import list_challenges

from .. import scope
from ..answers import answer_json
from ..envelope import require_no_cookie
from .bearer import require_device

api: Final = Blueprint("device_challenges", __name__)
api.before_request(require_no_cookie)


@api.get("/api/device/v1/challenges")
def list_() -> Response:
    """Return the newest challenge that this phone can answer, or none."""
    reply = ChallengesReply(challenges=list_challenges(scope.verifier(), require_device()))
    return answer_json(format_challenges_reply(reply))
