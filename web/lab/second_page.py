"""The page of the second factor in a lab: what is about to be shown is shown as `worlds.second_page` says."""

from typing import Any, Final

from flask import Flask, before_render_template, request
from jinja2 import Template

from authsim.lab.worlds.second_page import note_shown, order_choices

from .. import scope
from ..sessions import login_token
from .door import lab

_PAGE: Final = "second_factor.show"
_TEMPLATE: Final = "second_factor.html"
#: What the address of the page may ask for, and what it can show.
_RUNG: Final = "with"
_CHALLENGE: Final = "challenge"
_CHOICE: Final = "choice"


def register(app: Flask) -> None:
    """Let these faults strike the page. To be registered behind whatever answers in its place."""
    app.before_request(_note)
    before_render_template.connect(_order, app, weak=False)


def _note() -> None:
    """Tell that a challenge may be about to be shown; the other rungs, and a HEAD, show none."""
    token = login_token() if request.endpoint == _PAGE and request.method == "GET" else None
    rung = request.args.get(_RUNG)
    if token is not None and rung in (None, _CHALLENGE):
        note_shown(scope.verifier(), lab(), token, is_wanted=rung == _CHALLENGE)


def _order(_: Flask, *, template: Template, context: dict[str, Any], **__: object) -> None:
    if template.name == _TEMPLATE and context["view"] == _CHOICE:
        login = context["pending"].login
        context["choices"] = order_choices(scope.verifier(), lab(), login, context["choices"])
