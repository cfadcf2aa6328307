"""Credentials, asked again: Android's *Change PIN* wants to know that it is the user who changes it."""

from typing import Final

from flask import Blueprint, Response

from authsim.protocol.credentials import format_credentials_reply, parse_credentials
from authsim.verifier.device_sessions import require_credentials

from .. import scope
from ..answers import answer_json
from ..envelope import read_body, require_no_cookie
from .bearer import require_device

api: Final = Blueprint("device_credentials", __name__)
api.before_request(require_no_cookie)


@api.post("/api/device/v1/credentials")
def confirm() -> Response:
    """Judge name and password of this phone's own user; a wrong one counts like any other."""
    given = parse_credentials(read_body())
    require_credentials(scope.verifier(), require_device(), given, client=scope.client())
    return answer_json(format_credentials_reply())
