"""Serves the description, to programs on this machine only."""

import ipaddress
import json
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from authsim.protocol.networks import is_loopback

from .. import hosts, scope
from ..answers import answer_json
from ..sessions import cookie_name
from .document import compose

api: Final = Blueprint("openapi", __name__)

PATH: Final = "/openapi.json"


@api.get(PATH)
def show() -> Response:
    """Return the description of this portal's JSON surface; from another machine there is none."""
    _require_this_machine()
    settings = scope.settings()
    cookie = cookie_name("s", scope.verifier().instance, tls=settings.tls)
    document = compose(
        session_cookie=cookie,
        is_inbox_open=settings.is_inbox_open,
        is_lab_open=scope.portal().lab is not None,
        is_gateway=settings.gateway is not None,
    )
    return answer_json(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def _require_this_machine() -> None:
    """Raise 404 unless the request comes from loopback, by a name of loopback, and past no proxy."""
    settings = scope.settings()
    if settings.proxies or not hosts.is_trusted(request.headers.get("Host"), hosts=()):
        raise NotFound
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        raise NotFound from None
    if not is_loopback(address):
        raise NotFound
