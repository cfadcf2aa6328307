"""The switches for language and theme: links that set one cookie and lead back."""

from typing import Final

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from ..answers import redirect_to
from ..forms import read_query
from ..look import LANGUAGES, THEMES, keep

pages: Final = Blueprint("look", __name__)

#: `next` is the name of a page, never an address.
PAGES: Final = {
    "login": "login.show",
    "challenge": "second_factor.show",
    "home": "home.dispatcher",
    "activation": "activation.show",
    "activity": "activity.show",
    "sessions": "sessions.show",
    "phishing": "help.phishing",
}
PAGE_NAMES: Final = {endpoint: name for name, endpoint in PAGES.items()}


@pages.get("/look/<what>/<value>")
def choose(what: str, value: str) -> Response:
    """Remember a language or a theme, and lead back to the page whose name stands in `next`."""
    endpoint = PAGES.get(read_query().get("next", ""), "login.show")
    if what == "language" and value in LANGUAGES:
        return keep(redirect_to(endpoint), "language", value)
    if what == "theme" and value in THEMES:
        return keep(redirect_to(endpoint), "theme", value)
    raise NotFound
