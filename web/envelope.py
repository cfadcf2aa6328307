"""What every request of a device has in common: no cookie, and a body that is exactly JSON."""

import re
from typing import Final

from flask import request
from werkzeug.exceptions import NotFound, UnsupportedMediaType

from authsim.errors import MessageError
from authsim.protocol.encodings import require_id

_JSON_TYPE: Final = re.compile(r"application/json(?: *; *charset=\"?utf-8\"?)?", re.ASCII | re.IGNORECASE)


def require_no_cookie() -> None:
    """Refuse a request that carries a cookie: it comes from a browser, and this is no place for one."""
    if request.headers.get("Cookie") is not None:
        raise MessageError("a device sends no cookie")


def read_body() -> bytes:
    """Return the body, at most 16 KiB. Raises 415 unless it says `application/json`, in UTF-8 if it says a charset."""
    if not _JSON_TYPE.fullmatch(request.headers.get("Content-Type", "")):
        raise UnsupportedMediaType
    return request.get_data(cache=False)


def read_id(text: str) -> str:
    """Return an id that stands in a path. Raises 404 for what can be none: no database is asked for that."""
    try:
        return require_id(text)
    except MessageError:
        raise NotFound from None
