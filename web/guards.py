"""What is asked of a request before any page sees it: host, method, size, and where an unsafe request comes from."""

from typing import Final

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest, Forbidden, MethodNotAllowed

from . import hosts, scope
from .bare_answers import API_PREFIX, LAB_PREFIX
from .sessions import has_both_factors

FORM_BYTES: Final = 64 * 1024
API_BYTES: Final = 16 * 1024
#: A file of evidence, and the form around it.
UPLOAD_BYTES: Final = 10 * 1024 * 1024 + FORM_BYTES
#: The forms that take a file; for a browser that is not inside they are as small as any other.
UPLOADS: Final = frozenset({"messages.submit", "messages_ticket.submit_reply"})
METHODS: Final = ("GET", "HEAD", "POST")
LAB_METHODS: Final = (*METHODS, "PUT", "DELETE")
LAB_BYTES: Final = 1024 * 1024
_SAME_SITE: Final = frozenset({"same-origin", "none"})
_CLOSED: Final = "authsim-closed-prefixes"


def register(app: Flask) -> None:
    """Guard every request of `app`. To be registered before the CSRF check, so that sizes are known first."""
    app.before_request(_require_known_host)
    app.before_request(_require_known_method)
    app.before_request(_limit_body)
    app.before_request(_require_own_origin)


def close_below(app: Flask, prefix: str) -> None:
    """Refuse other pages below `prefix` also when they only look: whoever asks there is answered without a cookie."""
    app.extensions[_CLOSED] = (*app.extensions.get(_CLOSED, ()), prefix)


def _require_known_host() -> None:
    if not hosts.is_trusted(request.headers.get("Host"), hosts=scope.settings().hosts):
        raise BadRequest


def _require_known_method() -> None:
    methods = LAB_METHODS if _is_for_lab() else METHODS
    if request.method not in methods:
        raise MethodNotAllowed(methods)


def _is_for_lab() -> bool:
    return scope.settings().lab is not None and request.path.startswith(LAB_PREFIX)


def _limit_body() -> None:
    if _is_for_lab():
        request.max_content_length = LAB_BYTES
    elif request.path.startswith(API_PREFIX):
        request.max_content_length = API_BYTES
    elif request.method == "POST" and request.endpoint in UPLOADS and has_both_factors():
        request.max_content_length = UPLOAD_BYTES
    else:
        request.max_content_length = FORM_BYTES


def _require_own_origin() -> None:
    """Refuse an unsafe request that a browser says was made by another page.

    SameSite cookies are about sites, not origins: another port of this machine is the same site. Where no cookie is
    asked for, another page may not even look.
    """
    is_open = not request.path.startswith(current_app.extensions.get(_CLOSED, ()))
    if is_open and request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise Forbidden
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _SAME_SITE:
        raise Forbidden
