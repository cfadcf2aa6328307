"""What is not a page: the way in, the icon, the answers for robots and for the operator's probes."""

from typing import Final

from flask import Blueprint, Response

from authsim.errors import StoreError

from .. import scope
from ..answers import redirect_to

pages: Final = Blueprint("plain", __name__)

_ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0a6566"/>'
    '<path d="M13 7H8v18h5M19 7h5v18h-5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)


@pages.get("/")
def start() -> Response:
    """Lead to the login form, as the page that login scripts know does."""
    return redirect_to("login.show", status=302, query={"forwardTo": "22", "RL": "1", "ip2loc": "on"})


@pages.get("/favicon.svg")
def favicon() -> Response:
    """Two facing brackets with a gap."""
    return Response(_ICON, mimetype="image/svg+xml")


@pages.get("/favicon.ico")
def favicon_ico() -> Response:
    """Lead browsers that ask without being told."""
    return redirect_to("plain.favicon", status=302)


@pages.get("/robots.txt")
def robots() -> Response:
    """Ask every crawler to stay away."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@pages.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok", mimetype="text/plain")


@pages.get("/readyz")
def readyz() -> Response:
    """Say whether the store answers too."""
    try:
        scope.verifier().store.instances.get()
    except StoreError:
        return Response("store unavailable", 503, mimetype="text/plain")
    return Response("ready", mimetype="text/plain")


@pages.post("/csp")
def report_policy() -> Response:
    """Take a browser's report about our content policy, and keep nothing of it: reports quote addresses."""
    return Response("", 204, mimetype="text/plain")
