"""What every request of a device has in common: no cookie, and a body that is exactly JSON."""

from typing import Final

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from authsim.errors import MessageError

JSON_TYPE: Final = "application/json"


def require_no_cookie() -> None:
    """Refuse a request that carries a cookie: it comes from a browser, and this is no place for one."""
    if request.headers.get("Cookie") is not None:
        raise MessageError("a device sends no cookie")


def read_body() -> bytes:
    """Return the body, at most 16 KiB. Raises 415 unless it says `application/json` and nothing more."""
    if request.headers.get("Content-Type", "").lower() != JSON_TYPE:
        raise UnsupportedMediaType
    return request.get_data(cache=False)
