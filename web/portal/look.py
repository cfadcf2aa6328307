"""The switches for language and theme: links that set one cookie and lead back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound

from ..answers import redirect_to
from ..forms import read_query
from ..look import LANGUAGES, THEMES, keep
from .ways import ERRANDS

pages: Final = Blueprint("look", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page of ours: its endpoint, what stands in its path, and what in its query.

    `ids` are the parts of the path that are ids: they follow the page's name, each after a dot. `form` is the endpoint
    of the page's own form, where that answers with the page itself.
    """

    endpoint: str
    form: str = ""
    ids: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_here(self) -> bool:
        """Say whether the present request asks for this page."""
        if request.endpoint not in (self.endpoint, self.form):
            return False
        parts = {name: value for name, value in (request.view_args or {}).items() if name not in self.ids}
        return parts == self.parts and {name: request.args.get(name) for name in self.query} == self.query


#: `next` is the name of a page, never an address. Of two with the same endpoint, that with a query stands first.
PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "login": Place(endpoint="login.show"),
        "challenge": Place(endpoint="second_factor.show", query=MappingProxyType({"with": "challenge"})),
        "login-qr": Place(endpoint="second_factor.show", query=MappingProxyType({"with": "qr"})),
        "device-choice": Place(endpoint="second_factor.show", query=MappingProxyType({"with": "choice"})),
        "second-factor": Place(endpoint="second_factor.show"),
        "home": Place(endpoint="home.dispatcher"),
        "activation": Place(endpoint="activation.show"),
        "activity": Place(endpoint="activity.show"),
        "sessions": Place(endpoint="sessions.show"),
        "settings": Place(endpoint="settings.show"),
        "user-settings": Place(endpoint="settings.show_user"),
        "secure-login": Place(endpoint="settings.show_secure_login"),
        "secure-login-system": Place(endpoint="factors.show"),
        "secure-login-confirmed": Place(endpoint="opt_out.confirmed"),
        "opt-out": Place(endpoint="opt_out.show"),
        "classic": Place(endpoint="opt_out.classic"),
        "authenticator-app": Place(endpoint="factor_app.show"),
        "security-card": Place(endpoint="security_card.show"),
        "code-card": Place(endpoint="code_card.show"),
        "online-card": Place(endpoint="online_card.show"),
        "passcode": Place(endpoint="passcode.show"),
        "share": Place(endpoint="sharing.show"),
        "mobile-number-code": Place(endpoint="number.show", query=MappingProxyType({"code": "sent"})),
        "mobile-number": Place(endpoint="number.show"),
        "remove-device": Place(endpoint="factor_removal.show", ids=("factor_id",)),
        **{
            f"verify-{name}": Place(endpoint="verify.show", query=MappingProxyType({"for": name}))
            for name in ERRANDS
            if ERRANDS[name].about != "factor_id"
        },
        "lost-phone": Place(endpoint="lost_phone.show"),
        "phishing": Place(endpoint="help.phishing"),
        "camera": Place(endpoint="help.camera"),
        "app": Place(endpoint="app_site.show"),
        "store-ios": Place(endpoint="app_site.store", parts=MappingProxyType({"platform": "ios"})),
        "store-android": Place(endpoint="app_site.store", parts=MappingProxyType({"platform": "android"})),
        "mobile-ios": Place(endpoint="trading.show", parts=MappingProxyType({"platform": "ios"})),
        "mobile-android": Place(endpoint="trading.show", parts=MappingProxyType({"platform": "android"})),
        "inbox": Place(endpoint="inbox.show"),
        **{
            f"har-file-{browser}": Place(endpoint="messages_guide.show", query=MappingProxyType({"browser": browser}))
            for browser in ("chrome", "firefox", "edge", "safari")
        },
        "har-file": Place(endpoint="messages_guide.show"),
        "messages": Place(endpoint="messages.show"),
        "new-ticket": Place(endpoint="messages.show_new", form="messages.submit"),
        "ticket": Place(endpoint="messages_ticket.show", form="messages_ticket.submit_reply", ids=("ticket_id",)),
        "evidence": Place(endpoint="messages_ticket.show_evidence", ids=("ticket_id", "attachment_id")),
        "close-ticket": Place(endpoint="messages_ticket.show_close", ids=("ticket_id",)),
        "desk-close-ticket": Place(endpoint="desk_tickets.show_close", ids=("ticket_id",)),
        "desk": Place(endpoint="desk.show", form="desk.submit"),
        "desk-user": Place(endpoint="desk_users.show", ids=("user_id",)),
        **{
            f"desk-{deed}": Place(
                endpoint="desk_acts.show",
                form="desk_acts.submit",
                ids=("user_id",),
                parts=MappingProxyType({"deed": deed}),
            )
            for deed in ("passcode", "unlock", "suspend", "resume", "number")
        },
        "desk-ticket": Place(endpoint="desk_tickets.show", form="desk_tickets.submit_reply", ids=("ticket_id",)),
        "desk-evidence": Place(endpoint="desk_tickets.show_evidence", ids=("ticket_id", "attachment_id")),
    }
)
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def page_name() -> str:
    """Return the name of the page that is being shown; the login page's for one that has none."""
    for name, place in PLACES.items():
        if place.is_here():
            return ".".join((name, *((request.view_args or {})[part] for part in place.ids)))
    return "login"


@pages.get("/look/<what>/<value>")
def choose(what: str, value: str) -> Response:
    """Remember a language or a theme, and lead back to the page whose name stands in `next`."""
    place, parts = _find_place(read_query().get("next", ""))
    response = redirect_to(place.endpoint, parts=parts, query=place.query)
    if what == "language" and value in LANGUAGES:
        return keep(response, "language", value)
    if what == "theme" and value in THEMES:
        return keep(response, "theme", value)
    raise NotFound


def _find_place(text: str) -> tuple[Place, Mapping[str, str]]:
    """Return the page that is named, with the parts of its path; the login page for a name that is none."""
    name, *ids = text.split(".")
    place = PLACES.get(name)
    if place is None or place.endpoint not in current_app.view_functions:  # the inbox is not served everywhere
        return PLACES["login"], {}
    if len(ids) != len(place.ids) or not all(_ID.fullmatch(one) for one in ids):
        return PLACES["login"], {}
    return place, dict(place.parts) | dict(zip(place.ids, ids, strict=True))
