"""The switches for language and theme: links that set one cookie and lead back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound

from ..answers import redirect_to
from ..forms import read_query
from ..look import LANGUAGES, THEMES, keep

pages: Final = Blueprint("look", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page of ours: its endpoint, what stands in its path, and what in its query."""

    endpoint: str
    parts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_here(self) -> bool:
        """Say whether the present request asks for this page."""
        wanted = {name: request.args.get(name) for name in self.query}
        return request.endpoint == self.endpoint and (request.view_args or {}) == self.parts and wanted == self.query


#: `next` is the name of a page, never an address. Of two with the same endpoint, that with a query stands first.
PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "login": Place(endpoint="login.show"),
        "challenge": Place(endpoint="second_factor.show", query=MappingProxyType({"with": "challenge"})),
        "login-qr": Place(endpoint="second_factor.show", query=MappingProxyType({"with": "qr"})),
        "second-factor": Place(endpoint="second_factor.show"),
        "home": Place(endpoint="home.dispatcher"),
        "activation": Place(endpoint="activation.show"),
        "activity": Place(endpoint="activity.show"),
        "sessions": Place(endpoint="sessions.show"),
        "settings": Place(endpoint="settings.show"),
        "secure-login": Place(endpoint="settings.show_secure_login"),
        "lost-phone": Place(endpoint="lost_phone.show"),
        "phishing": Place(endpoint="help.phishing"),
        "camera": Place(endpoint="help.camera"),
        "app": Place(endpoint="app_site.show"),
        "store-ios": Place(endpoint="app_site.store", parts=MappingProxyType({"platform": "ios"})),
        "store-android": Place(endpoint="app_site.store", parts=MappingProxyType({"platform": "android"})),
        "mobile-ios": Place(endpoint="trading.show", parts=MappingProxyType({"platform": "ios"})),
        "mobile-android": Place(endpoint="trading.show", parts=MappingProxyType({"platform": "android"})),
        "inbox": Place(endpoint="inbox.show"),
    }
)


def page_name() -> str:
    """Return the name of the page that is being shown; the login page's for one that has none."""
    return next((name for name, place in PLACES.items() if place.is_here()), "login")


@pages.get("/look/<what>/<value>")
def choose(what: str, value: str) -> Response:
    """Remember a language or a theme, and lead back to the page whose name stands in `next`."""
    place = PLACES.get(read_query().get("next", ""), PLACES["login"])
    if place.endpoint not in current_app.view_functions:  # the inbox, where it is not served
        place = PLACES["login"]
    response = redirect_to(place.endpoint, parts=place.parts, query=place.query)
    if what == "language" and value in LANGUAGES:
        return keep(response, "language", value)
    if what == "theme" and value in THEMES:
        return keep(response, "theme", value)
    raise NotFound
