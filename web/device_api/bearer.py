"""The phone that asks, known by its read-only token: `Authorization: Bearer`, 256 random bits as base64url."""

import re
from typing import Final

from flask import request

from authsim.errors import Reason, RefusalError
from authsim.secret import Secret
from authsim.verifier.device_sessions import DeviceSignedIn, require_device_session

from .. import scope

_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{43})", re.ASCII)


def read_bearer() -> Secret:
    """Return the token. Refuses with `DEVICE_SESSION_EXPIRED` when there is none, or what cannot be one."""
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise RefusalError(Reason.DEVICE_SESSION_EXPIRED)
    return Secret(match[1])


def require_device() -> DeviceSignedIn:
    """Return the phone that asks. Refuses as `require_device_session` does."""
    return require_device_session(scope.verifier(), read_bearer())
